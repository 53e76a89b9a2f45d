/* See test_office.h. */
#include "intake/test_office.h"

#include "base/mem.h"
#include "store/folders.h"

#include "base/test.h"

static const char set_up[] =
        "accounts:\n"
        "  support:\n"
        "    name: Support\n"
        "    send: {address: support@example.com, display_name: Support, host: mail.example.com, answers_per_hour: 2,\n"
        "           sent_copy: auto}\n"
        "    receive: {host: mail.example.com, user: support, password: pw}\n"
        "case_types:\n"
        "  request:\n"
        "    name: Request\n"
        "    number_mask: 'SUP-{number:5}'\n"
        "    statuses: [{id: open, name: Open}, {id: done, name: Done, resolved: true}]\n"
        "    reopen_days: 30\n"
        "    fields: [{id: amount, name: Amount, type: number}]\n"
        "templates:\n"
        "  ack: {name: Acknowledgement, text: 'Thanks, this is {{case.number}}.'}\n"
        "  sorry: {name: Sorry, text: 'Which amount?'}\n"
        "rules:\n"
        "  support:\n"
        "    name: Support\n"
        "    branches:\n"
        "      - {name: spam, when: [{field: subject, operator: contains, value: lottery}], activity: discard}\n"
        "      - name: invoices\n"
        "        when: [{field: subject, operator: contains, value: invoice}]\n"
        "        activity: create-case\n"
        "        case_type: request\n"
        "        map: [{target: amount, source: 'regex:body:amount (\\S+)', required: true}]\n"
        "      - {name: rest, activity: create-case, case_type: request}\n"
        "    responses: [{when: created, template: ack}, {when: mapping-error, template: sorry}]\n"
        "listeners:\n"
        "  inbox: {name: Inbox, account: support, rule: support, tries: 3}\n"
        "  other: {name: Other, account: support, folder: Other, rule: support, duplicates: handle}\n";

/* ---------------------------------------------------------------- a store with a set-up, and mail for it */

void open_office(struct office *o, struct store *store)
{
	open_office_with(o, store, set_up);
}

void open_office_with(struct office *o, struct store *store, const char *set_up_yaml)
{
	struct buf report CLEANUP(buf_done) = BUF_INIT(KIB(64));
	json_t *document = NULL;

	*o = (struct office){.store = store, .arena = arena_new()};
	assert_ok(store_connect(store, &o->db, &o->err), &o->err);
	assert_ok(yaml_read(str_of(set_up_yaml), "set-up", &document, &o->err), &o->err);
	assert_ok(setup_apply(o->db, &plain_sealer, document, "tester", false, &report, &o->err), &o->err);
	assert_ok(setup_load(o->db, &plain_sealer, &o->setup, &o->err), &o->err);
	json_decref(document);
}

void close_office(struct office *o)
{
	setup_free(o->setup);
	db_close(o->db);
	arena_free(o->arena);
}

/* A mail from `from` (a local part at example.org). */
struct str mail(struct office *o, const char *from, const char *id, const char *subject, const char *more,
                const char *body)
{
	return arena_printf(o->arena,
	                    "From: <%s@example.org>\r\nTo: support@example.com\r\nMessage-ID: <%s@example.org>\r\n"
	                    "Subject: %s\r\nDate: Sat, 21 Nov 2026 07:39:31 +0000\r\n%s\r\n%s\r\n",
	                    from, id, subject, more, body);
}

int take_in(struct office *o, struct str raw)
{
	return take_in_at(o, "inbox", raw);
}

int take_in_at(struct office *o, const char *listener, struct str raw)
{
	return intake_one(o->store, o->setup, setup_listener(o->setup, listener), raw, o->outcome, o->number, &o->err);
}

/* Checks what became of it. */
void must_become(struct office *o, struct str raw, const char *outcome)
{
	assert_ok(take_in(o, raw), &o->err);
	assert_string_equal(o->outcome, outcome);
}

int64_t count(struct office *o, const char *sql)
{
	int64_t n = -1;

	assert_int_equal(db_query_int(o->db, sql, DB_NO_ARGS, &n, &o->err), 1);
	return n;
}

struct ledger_row newest_row(struct office *o)
{
	struct ledger_row *rows = NULL;

	assert_int_equal(ledger_list(o->db, NULL, 1, o->arena, &rows, &o->err), 1);
	return rows[0];
}

/* ---------------------------------------------------------------- runs, as a session makes them */

struct find_folder {
	struct work work;
	int64_t id;
};

static int run_find_folder(struct work *work, struct db *db, struct error *err)
{
	struct folder folder;
	int r = folder_open(db, "support", "INBOX", &folder, err);

	((struct find_folder *)(void *)work)->id = r == 0 ? folder.id : 0;
	return r;
}

static struct intake_run *begin_run_with(struct office *o, uint32_t uidvalidity, bool careful, bool refetch)
{
	struct find_folder find = {.work = {.run = run_find_folder}};
	struct intake_options options = {
	        .store = o->store,
	        .setup = o->setup,
	        .listener = setup_listener(o->setup, "inbox"),
	        .uidvalidity = uidvalidity,
	        .careful = careful,
	        .refetch = refetch,
	};
	struct intake_run *run = NULL;

	assert_ok(store_do(o->store, &find.work, &o->err), &o->err);
	o->folder_id = options.folder_id = find.id;
	assert_ok(intake_run_new(&options, &run, &o->err), &o->err);
	return run;
}

struct intake_run *begin_run(struct office *o, uint32_t uidvalidity, bool careful)
{
	return begin_run_with(o, uidvalidity, careful, false);
}

struct intake_run *begin_run_again(struct office *o, uint32_t uidvalidity)
{
	return begin_run_with(o, uidvalidity, false, true);
}

void submit(struct office *o, struct intake_run *run, uint32_t uid, struct str raw)
{
	struct incoming *incoming = mem_new(1, sizeof *incoming);

	incoming->uid = uid;
	incoming->size = raw.n;
	incoming->memory = str_dup(raw);
	incoming->raw = str_new(incoming->memory, raw.n);
	assert_ok(intake_submit(run, incoming, &o->err), &o->err);
}

void submit_without_mail(struct office *o, struct intake_run *run, uint32_t uid, enum incoming_kind kind)
{
	struct incoming *incoming = mem_new(1, sizeof *incoming);

	incoming->kind = kind;
	incoming->uid = uid;
	incoming->size = 100;
	if (kind == INCOMING_FAILED) {
		incoming->fault = mem_new(1, sizeof *incoming->fault);
		fail(incoming->fault, E_REFUSED, RETRY_LATER, "the server says NO: broken");
	}
	assert_ok(intake_submit(run, incoming, &o->err), &o->err);
}

void end_run(struct office *o, struct intake_run *run)
{
	assert_ok(intake_finish(run, &o->err), &o->err);
	intake_run_free(run);
}
