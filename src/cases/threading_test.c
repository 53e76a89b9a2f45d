/* Which case a mail belongs to, on both databases. */
#include "cases/threading.h"

#include "store/cases.h"
#include "store/messages.h"
#include "store/test_store.h"

#include "base/test.h"

static const char set_up[] =
        "case_types:\n"
        "  request: {name: Request, number_mask: 'SUP-{year}-{number:4}', old_masks: ['OLD{number}']}\n"
        "  order: {name: Order, number_mask: 'ORD-{number:5}'}\n";

static const struct sealer sealer; /* nothing here is secret */

struct office {
	struct db *db;
	struct setup *setup;
	struct arena *arena;
	struct error err;
};

static void add_case(struct office *o, int64_t id, const char *number)
{
	const struct stored_case c = {
	        .id = id, .type = "request", .number = number, .status = "open", .account = "a", .fields = STR("{}")};

	assert_ok(case_insert(o->db, &c, &o->err), &o->err);
}

static void add_message(struct office *o, int64_t id, const char *direction, int64_t case_id, const char *ident)
{
	const struct stored_message m = {.id = id,
	                                 .direction = direction,
	                                 .case_id = case_id,
	                                 .account = "a",
	                                 .message_ident = str_of(ident),
	                                 .automatic = "none"};

	assert_ok(message_insert(o->db, &m, &o->err), &o->err);
}

static void open_office(struct office *o, struct store *store)
{
	struct buf report CLEANUP(buf_done) = BUF_INIT(KIB(16));
	json_t *document = NULL;

	*o = (struct office){.arena = arena_new()};
	assert_ok(store_connect(store, &o->db, &o->err), &o->err);
	assert_ok(yaml_read(str_of(set_up), "set-up", &document, &o->err), &o->err);
	assert_ok(setup_apply(o->db, &sealer, document, "tester", false, &report, &o->err), &o->err);
	assert_ok(setup_load(o->db, &sealer, &o->setup, &o->err), &o->err);
	json_decref(document);
	add_case(o, 101, "SUP-2025-0001");
	add_case(o, 102, "SUP-2026-0001");
	add_case(o, 103, "ORD-00007");
	add_case(o, 104, "OLD12");
	add_message(o, 201, "in", 101, "first@customer");
	add_message(o, 202, "out", 101, "token@us");
	add_message(o, 203, "in", 101, "token@us"); /* it came back by Cc and was filed */
	add_message(o, 204, "in", 102, "second@customer");
	add_message(o, 205, "in", 0, "caseless@customer");
}

static void close_office(struct office *o)
{
	setup_free(o->setup);
	db_close(o->db);
	arena_free(o->arena);
}

static struct threading decide(struct office *o, struct str head)
{
	struct str raw = arena_printf(o->arena, STR_FMT "\r\nx\r\n", STR_ARG(head));
	struct threading t = {0};

	assert_ok(threading_decide(o->db, o->arena, o->setup, message_parse(o->arena, raw, NULL), &t, &o->err),
	          &o->err);
	return t;
}

/* clang-format off */
static const struct {
	const char *head;
	int64_t case_id;
	size_t found_count;
	bool is_our_own;
} table[] = {
	{"Subject: hello\r\n", 0, 0, false},
	{"In-Reply-To: <first@customer>\r\n", 101, 1, false},
	{"In-Reply-To: <token@us>\r\n", 101, 1, false},
	{"In-Reply-To: <unknown@x>\r\nReferences: <first@customer> <second@customer>\r\n", 102, 1, false},
	{"References: <second@customer> <first@customer>\r\n", 101, 1, false},
	{"References: <first@customer>\r\nSubject: SUP-2026-0001\r\n", 101, 2, false},
	{"In-Reply-To: <caseless@customer>\r\nSubject: Re: SUP-2026-0001\r\n", 102, 1, false},
	{"In-Reply-To: <>\r\nReferences: <> < >\r\n", 0, 0, false},
	{"Subject: Re: [sup-2025-0001] hello\r\n", 101, 1, false},
	{"Subject: SUP-2024-0001\r\n", 0, 0, false},
	{"Subject: XSUP-2025-0001, SUP-2025-00011\r\n", 0, 0, false},
	{"Subject: about old12 and ORD-00007\r\n", 103, 2, false}, /* case types in the order of their ids */
	{"Message-ID: <first@customer>\r\nSubject: the same id again\r\n", 0, 0, false},
	{"Message-ID: <token@us>\r\nSubject: ours\r\n", 101, 1, true},
	{"Message-ID: <token@us>\r\nIn-Reply-To: <second@customer>\r\n", 101, 1, true},
};
/* clang-format on */

static void check_table(struct store *store)
{
	struct office o;

	open_office(&o, store);
	for (size_t i = 0; i < ARRAY_LEN(table); i++) {
		struct threading t = decide(&o, str_of(table[i].head));

		if (t.case_id != table[i].case_id || t.found_count != table[i].found_count ||
		    t.is_our_own != table[i].is_our_own)
			print_error("%s: case %lld, %zu found\n", table[i].head, (long long)t.case_id, t.found_count);
		assert_int_equal(t.case_id, table[i].case_id);
		assert_int_equal(t.found_count, table[i].found_count);
		assert_int_equal(t.is_our_own, table[i].is_our_own);
	}
	close_office(&o);
}

static void the_nearest_evidence_wins(void **state UNUSED)
{
	test_store_each(check_table);
}

static void check_bounds(struct store *store)
{
	struct buf head CLEANUP(buf_done) = BUF_INIT(MIB(4));
	struct threading t;
	struct office o;

	open_office(&o, store);
	buf_add(&head, STR("Subject:"));
	for (int i = 0; i < 50000; i++)
		buf_add(&head, STR(" ORD-00007\r\n"));
	t = decide(&o, buf_str(&head));
	assert_int_equal(t.case_id, 103);
	assert_true(t.found_count <= THREADING_MAX_NUMBERS);

	buf_clear(&head);
	buf_add(&head, STR("References: <first@customer>\r\n"));
	for (int i = 0; i < THREADING_MAX_IDS; i++)
		buf_printf(&head, " <unknown%d@x>\r\n", i);
	assert_int_equal(decide(&o, buf_str(&head)).case_id, 0);
	close_office(&o);
}

static void look_ups_are_bounded(void **state UNUSED)
{
	test_store_each(check_bounds);
}

static void check_text(struct store *store)
{
	struct threading t;
	struct office o;

	open_office(&o, store);
	t = decide(&o, STR("In-Reply-To: <token@us>\r\nSubject: ORD-00007\r\n"));
	assert_str(threading_text(o.arena, &t), "won: answers our message: token@us -> case id 101\n"
	                                        "also: case number in the subject: ORD-00007 -> case id 103\n");
	close_office(&o);
}

static void the_evidence_is_told_in_words(void **state UNUSED)
{
	test_store_each(check_text);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	        cmocka_unit_test(the_nearest_evidence_wins),
	        cmocka_unit_test(look_ups_are_bounded),
	        cmocka_unit_test(the_evidence_is_told_in_words),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
