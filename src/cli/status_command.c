/* hauspost status: one look that says whether mail flows, and why not. */
#include "cli/cli.h"

#include "base/clock.h"
#include "cli/page.h"
#include "listen/status_facts.h"

#include <stdio.h>

/* ---------------------------------------------------------------- for people */

static enum page_style style_of(const char *state)
{
	if (status_is_good(state))
		return PAGE_GOOD;
	return strcmp(state, "off") == 0 ? PAGE_DIM : strcmp(state, "paused") == 0 ? PAGE_NOTE : PAGE_BAD;
}

/* "40 s", "12 min", "3 h", "2 days" */
static const char *span(int64_t ms, char room[24])
{
	int64_t s = MAX(ms, 0) / 1000;

	if (s < 120)
		snprintf(room, 24, "%lld s", (long long)s);
	else if (s < 7200)
		snprintf(room, 24, "%lld min", (long long)s / 60);
	else if (s < 48 * 3600)
		snprintf(room, 24, "%lld h", (long long)s / 3600);
	else
		snprintf(room, 24, "%lld days", (long long)s / 86400);
	return room;
}

static void print_due(struct page *page, const struct status_part *part, int64_t now)
{
	char room[24];

	if (!part->due_at)
		page_printf(page, PAGE_DIM, ", nothing is due");
	else if (part->due_at > now)
		page_printf(page, PAGE_PLAIN, ", its mail is due in %s", span(part->due_at - now, room));
}

/* For room in a budget, not for its next look: what it waits for is told. */
static bool waits_long(const struct status_part *part, int64_t now)
{
	return strcmp(part->state, "waiting") == 0 && part->next_try_at > now;
}

static void print_part(struct page *page, const struct status_part *part, int64_t now)
{
	char room[24];

	page_label(page, part->id);
	page_printf(page, style_of(part->state), "%s", part->state);
	if (part->since)
		page_printf(page, PAGE_DIM, " for %s", span(now - part->since, room));
	if (part->next_try_at > now)
		page_printf(page, PAGE_PLAIN, ", next try in %s", span(part->next_try_at - now, room));
	if (part->is_sender && strcmp(part->state, "idle") == 0)
		print_due(page, part, now);
	page_line_end(page);
	if (part->error[0] && (!status_is_good(part->state) || waits_long(part, now)) &&
	    strcmp(part->state, "off") != 0)
		page_lines(page, PAGE_PLAIN, 4, str_of(part->error));
	if (part->account[0] && (strcmp(part->state, "auth-failed") == 0 || strcmp(part->state, "failed") == 0)) {
		page_printf(page, PAGE_DIM, "    'hauspost test %s' says what would work", part->account);
		page_line_end(page);
	}
}

static void print_parts(struct page *page, const char *title, const struct status_part *parts, size_t n, int64_t now)
{
	if (n)
		page_heading(page, title);
	for (size_t i = 0; i < n; i++)
		print_part(page, &parts[i], now);
}

static void print_counts(struct page *page, const struct status_facts *f)
{
	char room[24];

	page_heading(page, "Mail");
	page_label(page, "Outbox");
	page_printf(page, PAGE_PLAIN, "%lld waiting", (long long)f->mail.waiting);
	if (f->mail.waiting)
		page_printf(page, PAGE_PLAIN, ", the oldest for %s", span(f->now - f->mail.oldest_at, room));
	if (f->mail.uncertain)
		page_printf(page, PAGE_BAD, ", %lld uncertain", (long long)f->mail.uncertain);
	if (f->mail.failed)
		page_printf(page, PAGE_NOTE, ", %lld failed since yesterday", (long long)f->mail.failed);
	if (f->mail.uncertain || f->mail.failed)
		page_printf(page, PAGE_DIM, " (hauspost outbox list --state %s)",
		            f->mail.uncertain ? "uncertain" : "failed");
	page_line_end(page);
	page_label(page, "Incoming");
	page_printf(page, f->mail.parked ? PAGE_BAD : PAGE_PLAIN, "%lld parked", (long long)f->mail.parked);
	page_printf(page, PAGE_PLAIN, ", %lld held, %lld to be tried again", (long long)f->mail.held,
	            (long long)f->mail.retrying);
	if (f->mail.parked || f->mail.held || f->mail.retrying)
		page_printf(page, PAGE_DIM, " (hauspost ledger list %s)",
		            f->mail.parked ? "parked"
		            : f->mail.held ? "held"
		                           : "failed");
	page_line_end(page);
	if (!f->automatic_mail)
		page_field(page, "Answers", STR("automatic mail is off (hauspost automatic-mail on)"));
}

static void print_page(const struct status_facts *f)
{
	struct buf out CLEANUP(buf_done) = BUF_INIT(MIB(64));
	struct page page = page_new(&out, PAGE_COLOR_AUTO);
	char when[24];

	if (f->problems)
		page_printf(&page, PAGE_BAD, "%zu problem%s: mail doesn't flow everywhere", f->problems,
		            f->problems == 1 ? "" : "s");
	else
		page_printf(&page, PAGE_GOOD, "mail flows");
	page_line_end(&page);
	if (f->is_running)
		page_printf(&page, PAGE_PLAIN, "hauspost serve runs since %s UTC", cli_time(f->running_since, when));
	else
		page_printf(&page, PAGE_BAD, "hauspost serve isn't running: nothing is read, nothing is sent");
	page_line_end(&page);
	print_parts(&page, "Listeners", f->listeners, f->listener_count, f->now);
	print_parts(&page, "Inlets", f->inlets, f->inlet_count, f->now);
	print_parts(&page, "Sending", f->senders, f->sender_count, f->now);
	print_counts(&page, f);
	fwrite(out.p, 1, out.n, stdout);
}

/* ---------------------------------------------------------------- for programs */

static json_t *parts_json(const struct status_part *parts, size_t n)
{
	json_t *list = json_array();

	for (size_t i = 0; i < n; i++)
		json_array_append_new(list, json_pack("{s:s, s:s, s:s, s:I, s:s, s:I, s:I, s:I}", "id", parts[i].id,
		                                      "account", parts[i].account, "state", parts[i].state, "since",
		                                      (json_int_t)parts[i].since, "error", parts[i].error, "error_at",
		                                      (json_int_t)parts[i].error_at, "next_try_at",
		                                      (json_int_t)parts[i].next_try_at, "due_at",
		                                      (json_int_t)parts[i].due_at));
	return list;
}

static void print_json(const struct status_facts *f)
{
	cli_print_json(json_pack(
	        "{s:b, s:I, s:b, s:I, s:o, s:o, s:o, s:{s:I, s:I, s:I, s:I}, s:{s:I, s:I, s:I}, s:b}", "ok",
	        f->problems == 0, "problems", (json_int_t)f->problems, "running", f->is_running, "running_since",
	        (json_int_t)f->running_since, "listeners", parts_json(f->listeners, f->listener_count), "senders",
	        parts_json(f->senders, f->sender_count), "inlets", parts_json(f->inlets, f->inlet_count), "outbox",
	        "waiting", (json_int_t)f->mail.waiting, "oldest_at", (json_int_t)f->mail.oldest_at, "uncertain",
	        (json_int_t)f->mail.uncertain, "failed_today", (json_int_t)f->mail.failed, "incoming", "parked",
	        (json_int_t)f->mail.parked, "held", (json_int_t)f->mail.held, "retrying", (json_int_t)f->mail.retrying,
	        "automatic_mail", f->automatic_mail));
}

static int run_status(struct cli *cli, int argc, char **argv)
{
	struct arena *arena CLEANUP(arena_freep) = arena_new();
	struct db *db CLEANUP(db_closep) = NULL;
	struct status_facts facts;
	struct error err;
	int r;

	if (argc > 1)
		return cli_usage(cli, &status_command, "status takes no arguments, not '%s'", argv[1]);
	r = cli_load(cli, &err);
	if (r == 0)
		r = store_connect(cli->store, &db, &err);
	if (r == 0)
		r = status_gather(db, cli->setup, arena, &facts, &err);
	if (r < 0)
		return cli_fail(cli, &err);
	if (cli->json)
		print_json(&facts);
	else
		print_page(&facts);
	return facts.problems ? EXIT_FAILED : EXIT_OK;
}

const struct command status_command = {
        .name = "status",
        .arguments = "",
        .summary = "Whether mail flows, and why not: every listener, every sender, what waits",
        .help = "States: idle (told of new mail at once), waiting (asks from time to time, or for its turn),\n"
                "connecting, connected, throttled (the provider asked to slow down), auth-failed (user or password\n"
                "refused: tried again after 1, 5, 15, 30 minutes, then hourly, and at once when the set-up changes),\n"
                "failed, paused, off (not enabled), stopped (serve isn't running).\n"
                "Exit code 1 where one of them doesn't work.\n",
        .run = run_status,
};
