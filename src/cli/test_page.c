/* See test_page.h. Each step is flushed: people watch it happen. */
#include "cli/test_page.h"

#include "base/mem.h"
#include "probe/probe_json.h"

#include <stdio.h>

#define MAX_PAGE   KIB(64)
#define NAME_WIDTH 11

static void put(struct buf *out)
{
	fwrite(out->p ? out->p : "", 1, out->n, stdout);
	fflush(stdout);
	buf_clear(out);
}

static const char *side_word(bool sends)
{
	return sends ? "sender" : "receiver";
}

/* ---------------------------------------------------------------- JSON */

static void put_json(json_t *object)
{
	cli_print_json(object);
	fflush(stdout);
}

/* ---------------------------------------------------------------- steps */

static const char *time_text(int64_t us, char room[24])
{
	if (us < 10000)
		snprintf(room, 24, "%lld.%lld ms", (long long)us / 1000, (long long)us % 1000 / 100);
	else if (us < 10000000)
		snprintf(room, 24, "%lld ms", (long long)us / 1000);
	else
		snprintf(room, 24, "%lld s", (long long)us / 1000000);
	return room;
}

void test_page_step(void *ctx, const struct probe_step *step)
{
	static const char *const marks[] = {"✓", "!", "✗"};
	static const enum page_style styles[] = {PAGE_GOOD, PAGE_NOTE, PAGE_BAD};
	const struct test_page *t = ctx;
	struct buf out CLEANUP(buf_done) = BUF_INIT(MAX_PAGE);
	struct page page = page_new(&out, t->color);
	char room[24];

	if (t->json) {
		put_json(probe_step_json(t->account, step));
		return;
	}
	page_text(&page, PAGE_PLAIN, STR("  "));
	page_text(&page, styles[step->status], str_of(marks[step->status]));
	page_printf(&page, PAGE_PLAIN, " %-*s", NAME_WIDTH, step->name);
	page_printf(&page, PAGE_DIM, "%8s  ", time_text(step->took_us, room));
	page_text(&page, step->status == PROBE_FAILED ? PAGE_BAD : PAGE_PLAIN, step->text);
	page_line_end(&page);
	for (size_t i = 0; i < step->detail_count; i++) {
		page_printf(&page, PAGE_DIM, "%*s" STR_FMT, NAME_WIDTH + 14, "", STR_ARG(step->details[i]));
		page_line_end(&page);
	}
	put(&out);
}

/* ---------------------------------------------------------------- what is wrong */

static void field(struct page *page, const char *label, enum page_style style, struct str value)
{
	if (!value.n)
		return;
	page_printf(page, PAGE_BOLD, "    %-16s", label);
	page_text(page, style, value);
	page_line_end(page);
}

void test_page_fault(void *ctx, const struct probe_fault *fault)
{
	const struct test_page *t = ctx;
	const struct diagnosis *d = &fault->diagnosis;
	const struct cause_text *cause = cause_text(d->cause);
	struct buf out CLEANUP(buf_done) = BUF_INIT(MAX_PAGE);
	struct page page = page_new(&out, t->color);

	if (t->json) {
		put_json(probe_fault_json(t->account, fault));
		return;
	}
	page_line_end(&page);
	page_printf(&page, PAGE_BOLD, "    %-16s", "What is wrong");
	page_printf(&page, PAGE_BAD, "%s", cause->title);
	page_printf(&page, PAGE_DIM, "  [%s]", cause->id);
	page_line_end(&page);
	field(&page, "Server's words", PAGE_PLAIN, d->said);
	field(&page, "Setting", PAGE_NOTE, fault->setting);
	field(&page, "What helps", PAGE_PLAIN, str_of(cause->cure));
	for (size_t i = 0; i < d->hint_count; i++)
		field(&page, "", PAGE_GOOD, d->hints[i]);
	page_line_end(&page);
	put(&out);
}

void test_page_transcript(void *ctx, const char *line)
{
	const struct test_page *t = ctx;
	struct buf out CLEANUP(buf_done) = BUF_INIT(MAX_PAGE);
	struct page page = page_new(&out, t->color);

	if (t->json) {
		put_json(probe_trace_json(t->account, line));
		return;
	}
	page_printf(&page, PAGE_DIM, "      | %s", line);
	page_line_end(&page);
	put(&out);
}

/* ---------------------------------------------------------------- above and below */

void test_page_begin(const struct test_page *t, bool sends)
{
	struct buf out CLEANUP(buf_done) = BUF_INIT(MAX_PAGE);
	struct page page = page_new(&out, t->color);

	if (t->json)
		return;
	page_printf(&page, PAGE_BOLD, "%s: %s", t->account, side_word(sends));
	page_line_end(&page);
	put(&out);
}

void test_page_result(const struct test_page *t, bool sends, const struct probe_result *result)
{
	struct buf out CLEANUP(buf_done) = BUF_INIT(MAX_PAGE);
	struct page page = page_new(&out, t->color);
	bool insecure = str_ends_nocase(result->closing, STR("insecure"));

	if (t->json) {
		put_json(probe_result_json(t->account, sends, result));
		return;
	}
	page_text(&page, !result->ok ? PAGE_BAD : insecure ? PAGE_NOTE : PAGE_GOOD, result->closing);
	page_line_end(&page);
	put(&out);
}
