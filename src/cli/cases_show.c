/* See cases_show.h. */
#include "cli/cases_show.h"

#include "cli/delivery.h"
#include "cli/mail_text.h"
#include "cli/smime_line.h"
#include "cli/text.h"
#include "store/conversation.h"
#include "store/held.h"
#include "store/outbox_reports.h"

#include <stdio.h>

#define MAX_PAGE MIB(512)

struct conversation {
	struct arena *arena;
	struct db *db;
	const struct stored_case *c;
	struct stored_message *messages;
	struct message_fate *fates; /* one for each message */
	int count;
	bool is_full;
};

/* ---------------------------------------------------------------- one message as JSON */

json_t *case_json(const struct stored_case *c)
{
	json_t *fields = json_loadb(c->fields.p, c->fields.n, 0, NULL);

	return json_pack("{s:I, s:s, s:s, s:s, s:o, s:I, s:I, s:I, s:I, s:o}", "id", (json_int_t)c->id, "type", c->type,
	                 "number", c->number, "status", c->status, "subject", cli_json_str(c->subject), "previous",
	                 (json_int_t)c->previous_id, "created_at", (json_int_t)c->created_at, "updated_at",
	                 (json_int_t)c->updated_at, "messages", (json_int_t)c->message_count, "fields",
	                 fields ? fields : json_object());
}

static json_t *attachments_json(const struct stored_attachment *list, int count)
{
	json_t *array = json_array();

	for (int i = 0; i < count; i++)
		json_array_append_new(array,
		                      json_pack("{s:o, s:o, s:I, s:o}", "name", cli_json_str(list[i].name), "type",
		                                cli_json_str(list[i].type), "size", (json_int_t)list[i].size,
		                                "content_id", cli_json_str(list[i].content_ident)));
	return array;
}

static json_t *message_json(const struct stored_message *m, const struct message_fate *fate)
{
	return json_pack("{s:I, s:s, s:o, s:o, s:o, s:o, s:o, s:s, s:I, s:o, s:o, s:s, s:s, s:s}", "id",
	                 (json_int_t)m->id, "direction", m->direction, "message_id", cli_json_str(m->message_ident),
	                 "from", cli_json_str(m->from_address), "from_name", cli_json_str(m->from_name), "to",
	                 cli_json_str(m->to_text), "subject", cli_json_str(m->subject), "automatic", m->automatic,
	                 "created_at", (json_int_t)m->created_at, "evidence", cli_json_str(m->evidence), "text",
	                 cli_json_str(m->body_text), "outcome", fate->outcome, "answer", fate->answer, "no_answer",
	                 fate->answer_code);
}

static int add_message_json(struct conversation *all, int at, json_t *list, struct error *err)
{
	const struct stored_message *m = &all->messages[at];
	struct arena *arena CLEANUP(arena_freep) = arena_new();
	struct outbox_row row = {.id = 0};
	struct stored_attachment *files;
	struct reply reply;
	struct str sender = STR("");
	int n = attachment_list(all->db, m->id, arena, &files, err);
	int r = n < 0 ? n : mail_reply(all->db, m, arena, &reply, err);
	json_t *object;

	if (r == 0 && strcmp(m->direction, "out") == 0)
		r = outbox_of_message(all->db, m->id, arena, &row, err);
	else if (r == 0)
		r = authentication_get(all->db, m->id, arena, &sender, err);
	if (r < 0)
		return r;
	object = message_json(m, &all->fates[at]);
	json_object_set_new(object, "smime", message_smime(m));
	if (sender.n)
		json_object_set_new(object, "authentication", json_loadb(sender.p, sender.n, 0, NULL));
	json_object_set_new(object, "reply_text", cli_json_str(reply.reply));
	json_object_set_new(object, "attachments", attachments_json(files, n));
	if (row.id) {
		json_object_set_new(object, "state", json_string(row.state));
		json_object_set_new(object, "sent_at", json_integer((json_int_t)row.sent_at));
		json_object_set_new(object, "delivery", delivery_json(&row));
	}
	json_array_append_new(list, object);
	return 0;
}

static int print_json(struct conversation *all, struct error *err)
{
	json_t *object = case_json(all->c), *list = json_array();
	int r = 0;

	json_object_set_new(object, "conversation", list);
	for (int i = 0; i < all->count && r == 0; i++)
		r = add_message_json(all, i, list, err);
	if (r < 0)
		json_decref(object);
	else
		cli_print_json(object);
	return r;
}

/* ---------------------------------------------------------------- the case's head */

static void show_fields(struct page *page, struct str fields)
{
	json_t *object = json_loadb(fields.p, fields.n, 0, NULL), *value;
	const char *name;

	json_object_foreach (object, name, value) {
		page_label(page, name);
		page_text(page, PAGE_PLAIN, str_of(json_string_value(value)));
		page_line_end(page);
	}
	json_decref(object);
}

static int show_head(struct conversation *all, struct page *page, struct error *err)
{
	const struct stored_case *c = all->c;
	struct str address = STR_NULL, name = STR_NULL;
	struct stored_case before = {.number = NULL};
	char when[24];
	int r = c->contact_id ? contact_get(all->db, c->contact_id, all->arena, &address, &name, err) : 0;

	if (r >= 0 && c->previous_id)
		r = case_get(all->db, c->previous_id, all->arena, &before, err);
	if (r < 0)
		return r;
	page_text(page, PAGE_BOLD, str_of(c->number));
	page_printf(page, PAGE_GOOD, "  %s  ", c->status);
	page_text(page, PAGE_BOLD, c->subject);
	page_line_end(page);
	page_line_end(page);
	if (address.n) {
		page_label(page, "Contact");
		page_printf(page, PAGE_PLAIN, name.n ? STR_FMT " <" STR_FMT ">" : "%.*s" STR_FMT, STR_ARG(name),
		            STR_ARG(address));
		page_line_end(page);
	}
	page_field(page, "Type", str_of(c->type));
	page_field(page, "Account", str_of(c->account));
	page_label(page, "Opened");
	page_printf(page, PAGE_PLAIN, "%s UTC", cli_time(c->created_at, when));
	page_printf(page, PAGE_DIM, ", last change %s UTC", cli_time(c->updated_at, when));
	page_line_end(page);
	page_field(page, "Follows", str_of(before.number));
	show_fields(page, c->fields);
	return 0;
}

/* ---------------------------------------------------------------- one message */

/* Who, when, which. */
static void show_line(const struct stored_message *m, bool in, struct page *page)
{
	char when[24];

	page_text(page, PAGE_BOLD, in ? STR("<-- ") : STR("--> "));
	page_printf(page, PAGE_BOLD, "%s ", cli_time(m->created_at, when));
	if (!in)
		page_printf(page, PAGE_BOLD, " to " STR_FMT, STR_ARG(m->to_text));
	else if (m->from_name.n)
		page_printf(page, PAGE_BOLD, " from " STR_FMT " <" STR_FMT ">", STR_ARG(m->from_name),
		            STR_ARG(m->from_address));
	else
		page_printf(page, PAGE_BOLD, " from " STR_FMT, STR_ARG(m->from_address));
	page_printf(page, PAGE_DIM, "  [message %lld]", (long long)m->id);
	page_line_end(page);
	page_printf(page, PAGE_PLAIN, "    " STR_FMT, STR_ARG(m->subject));
	if (strcmp(m->automatic, "none") != 0)
		page_printf(page, PAGE_NOTE, "  [%s]", m->automatic);
	page_line_end(page);
}

/* One finding a line; the first won. */
static void show_evidence(struct str evidence, const char *outcome, struct page *page)
{
	struct str rest = str_trim(evidence), finding;

	if (!rest.n && strcmp(outcome, "created") == 0)
		rest = STR("it opened the case: nothing led to another");
	if (!rest.n)
		return;
	for (const char *before = "    why here: "; str_split(&rest, '\n', &finding); before = "              ") {
		page_printf(page, PAGE_DIM, "%s" STR_FMT, before, STR_ARG(finding));
		page_line_end(page);
	}
}

/* "sender: authenticated: example.org vouches for it" */
static void show_sender(struct str document, struct page *page)
{
	json_t *json = document.n ? json_loadb(document.p, document.n, 0, NULL) : NULL;
	const char *result = json_string_value(json_object_get(json, "result"));
	const char *reason = json_string_value(json_object_get(json, "reason"));

	if (result) {
		page_text(page, PAGE_DIM, STR("    sender: "));
		page_printf(page, strcmp(result, "authenticated") == 0 ? PAGE_GOOD : PAGE_NOTE, "%s: ", result);
		page_text(page, PAGE_PLAIN, str_of(reason ? reason : ""));
		page_line_end(page);
	}
	json_decref(json);
}

/* Whether it was answered, or why not. */
static void show_answer(const struct message_fate *fate, struct page *page)
{
	if (!*fate->answer)
		return;
	if (strcmp(fate->answer, "queued") == 0) {
		page_text(page, PAGE_DIM, STR("    answered: an automatic answer was queued"));
	} else {
		page_printf(page, PAGE_DIM,
		            *fate->answer_code ? "    no answer (%s): " : "    no answer%s: ", fate->answer_code);
		page_text(page, PAGE_NOTE, str_of(fate->answer));
	}
	page_line_end(page);
}

/* Of a mail of ours: whether it went out, and who didn't get it. */
static void show_delivery(const struct outbox_row *row, struct page *page)
{
	char when[24];

	if (!row->id)
		return;
	page_text(page, PAGE_DIM, STR("    outbox: "));
	page_text(page, strcmp(row->state, "sent") == 0 ? PAGE_GOOD : PAGE_NOTE, str_of(row->state));
	if (row->sent_at)
		page_printf(page, PAGE_DIM, " %s UTC", cli_time(row->sent_at, when));
	page_line_end(page);
	for (size_t i = 0; i < row->recipient_count; i++) {
		struct buf line CLEANUP(buf_done) = BUF_INIT(KIB(16));

		if (strcmp(row->recipients[i].state, row->state) == 0 && !row->recipients[i].code &&
		    !row->recipients[i].diagnostic[0])
			continue; /* nothing that the line above didn't say */
		if (!delivery_text(row, i, &line))
			continue;
		page_text(page, PAGE_DIM, STR("    delivery: "));
		page_text(page, PAGE_NOTE, buf_str(&line));
		page_line_end(page);
	}
}

static void show_files(const struct stored_attachment *files, int count, struct page *page)
{
	char room[24];

	if (count > 0)
		page_line_end(page);
	for (int i = 0; i < count; i++) {
		const struct stored_attachment *file = &files[i];

		page_printf(page, PAGE_DIM, "    file %d: ", i + 1);
		page_text(page, PAGE_PLAIN, file->name.n ? file->name : STR("no name"));
		page_printf(page, PAGE_DIM, ", %s, " STR_FMT "%s", page_size(file->size, room), STR_ARG(file->type),
		            file->content_ident.n ? ", shown in the text" : "");
		page_line_end(page);
	}
}

static int show_message(struct conversation *all, int at, struct page *page, struct error *err)
{
	const struct stored_message *m = &all->messages[at];
	struct arena *arena CLEANUP(arena_freep) = arena_new();
	bool in = strcmp(m->direction, "in") == 0;
	struct outbox_row row = {.id = 0};
	struct stored_attachment *files;
	struct reply reply;
	struct str sender = STR("");
	int n = attachment_list(all->db, m->id, arena, &files, err);
	int r = n < 0 ? n : mail_reply(all->db, m, arena, &reply, err);

	if (r == 0)
		r = in ? authentication_get(all->db, m->id, arena, &sender, err)
		       : outbox_of_message(all->db, m->id, arena, &row, err);
	if (r < 0)
		return r;
	page_line_end(page);
	show_line(m, in, page);
	show_evidence(m->evidence, all->fates[at].outcome, page);
	show_smime(m, page);
	show_sender(sender, page);
	show_answer(&all->fates[at], page);
	show_delivery(&row, page);
	page_line_end(page);
	mail_show_text(page, arena, &reply, 0, all->is_full);
	show_files(files, n, page);
	return 0;
}

/* ---------------------------------------------------------------- the page */

static int print_page(struct conversation *all, enum page_color color, struct error *err)
{
	struct buf out CLEANUP(buf_done) = BUF_INIT(MAX_PAGE);
	struct page page = page_new(&out, color);
	int r = show_head(all, &page, err);

	for (int i = 0; i < all->count && r == 0; i++)
		r = show_message(all, i, &page, err);
	if (r == 0 && out.failed)
		r = fail(err, E_LIMIT, RETRY_NEVER, "case %s: the page is longer than %zu bytes", all->c->number,
		         out.max);
	if (r == 0)
		fwrite(out.p ? out.p : "", 1, out.n, stdout);
	return r;
}

int case_show(const struct cli *cli, struct db *db, const struct stored_case *c,
              const struct conversation_options *options, struct error *err)
{
	struct arena *arena CLEANUP(arena_freep) = arena_new();
	struct conversation all = {.arena = arena, .db = db, .c = c, .is_full = options->is_full};
	int n = message_list(db, c->id, arena, &all.messages, err);
	int fates = n < 0 ? n : conversation_fates(db, c->id, arena, &all.fates, err);

	if (fates < 0)
		return fates;
	all.count = MIN(n, fates); /* one more may have come in between */
	return cli->json ? print_json(&all, err) : print_page(&all, options->color, err);
}
