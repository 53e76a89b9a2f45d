/* Whose mail joins a case, and what waits for a person; on both databases. */
#include "intake/test_office.h"

#include "base/clock.h"
#include "store/held.h"

#include "base/test.h"

#define VOUCHED  "Authentication-Results: mx.test; dmarc=pass\r\n"
#define DISOWNED "Authentication-Results: mx.test; dmarc=fail (p=REJECT)\r\n"
#define TO_FIRST "In-Reply-To: <a1@example.org>\r\n"

static const char checked[] = "listeners:\n"
                              "  inbox: {name: Inbox, account: support, rule: support, tries: 3, "
                              "verify_senders: results, trusted_authserv_ids: [mx.test]}\n";

/* An office whose inbox verifies senders, with a case of Ann's. */
static void open_checked(struct office *o, struct store *store)
{
	struct buf report CLEANUP(buf_done) = BUF_INIT(KIB(64));
	json_t *document = NULL;

	open_office(o, store);
	assert_ok(yaml_read(str_of(checked), "set-up", &document, &o->err), &o->err);
	assert_ok(setup_apply(o->db, &plain_sealer, document, "tester", false, &report, &o->err), &o->err);
	json_decref(document);
	setup_free(o->setup);
	assert_ok(setup_load(o->db, &plain_sealer, &o->setup, &o->err), &o->err);
	must_become(o, mail(o, "ann", "a1", "Help", VOUCHED, "please"), "created");
}

static void check_who_joins(struct store *store)
{
	/* clang-format off */
	static const struct {
		const char *from, *subject, *header, *outcome, *category;
	} cases[] = {
		{"ann", "Re: Help", TO_FIRST VOUCHED, "updated", ""},
		{"ann", "Re: Help", TO_FIRST, "updated", ""},          /* nobody knows: no reason to doubt */
		{"ann", "Re: Help", TO_FIRST DISOWNED, "held", "sender"},
		{"ann", "SUP-00001", DISOWNED, "held", "sender"},
		{"ann", "SUP-00001", "", "updated", ""},
		{"ann", "News", DISOWNED, "created", ""},
		{"bob", "SUP-00001", "", "held", "stranger"},
		{"bob", "SUP-00001", DISOWNED, "held", "sender"},
		{"bob", "SUP-00001", VOUCHED, "created", ""},
		{"bob", "Re: Help", TO_FIRST, "updated", ""},
		{"bob", "SUP-00001", "", "held", "stranger"},          /* a stranger still */
		{"ann", "Away", TO_FIRST DISOWNED "Auto-Submitted: auto-replied\r\n", "held", "sender"},
		{"ann", "Away", DISOWNED "Auto-Submitted: auto-replied\r\n", "filed", ""},
	};
	/* clang-format on */
	struct office o;

	open_checked(&o, store);
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		const char *id = arena_printf(o.arena, "x%zu", i).p;

		must_become(&o, mail(&o, cases[i].from, id, cases[i].subject, cases[i].header, id), cases[i].outcome);
		assert_string_equal(newest_row(&o).category, cases[i].category);
	}
	assert_int_equal(count(&o, "SELECT COUNT(*) FROM held WHERE decision = '' AND case_id IS NOT NULL"), 6);
	assert_int_equal(count(&o, "SELECT COUNT(*) FROM event WHERE kind = 'message.held'"), 6);
	assert_int_equal(count(&o, "SELECT COUNT(*) FROM authentication"), 8);
	close_office(&o);
}

static void only_those_who_have_a_part_join(void **state UNUSED)
{
	test_store_each(check_who_joins);
}

struct decide {
	struct work work;
	int64_t id;
	bool release;
	int found;
};

static int run_decide(struct work *work, struct db *db, struct error *err)
{
	struct decide *d = (struct decide *)(void *)work;
	int64_t now = clock_now_ms();

	d->found = d->release ? held_release(db, d->id, now, err) : held_discard(db, d->id, true, now, err);
	return MIN(d->found, 0);
}

static int decide(struct office *o, int64_t id, bool release)
{
	struct decide d = {.work = {.run = run_decide}, .id = id, .release = release};

	assert_ok(store_do(o->store, &d.work, &o->err), &o->err);
	return d.found;
}

static void check_decisions(struct store *store)
{
	struct ledger_row row, first;
	struct office o;

	open_checked(&o, store);
	must_become(&o, mail(&o, "ann", "a2", "Re: Help", TO_FIRST DISOWNED, "one"), "held");
	first = newest_row(&o);
	assert_string_equal(first.state, "held");
	assert_true(first.message_id != 0);
	must_become(&o, mail(&o, "ann", "a3", "Re: Help", TO_FIRST DISOWNED, "two"), "held");
	row = newest_row(&o);
	assert_int_equal(decide(&o, row.id, false), 1);
	assert_int_equal(decide(&o, row.id, false), 0);
	assert_int_equal(decide(&o, row.id, true), 0);
	row = newest_row(&o);
	assert_string_equal(row.state, "committed");
	assert_string_equal(row.outcome, "discarded");
	assert_int_equal(decide(&o, first.id, true), 1);
	assert_int_equal(intake_retry_due(o.store, o.setup, NULL, &o.err), 1);
	assert_int_equal(ledger_get(o.db, first.id, o.arena, &row, &o.err), 1);
	assert_string_equal(row.outcome, "updated");
	assert_int_equal(count(&o, "SELECT COUNT(*) FROM held WHERE decision = 'released' AND decided_at > 0"), 1);
	assert_int_equal(count(&o, "SELECT COUNT(*) FROM ledger WHERE state = 'held'"), 0);
	assert_int_equal(count(&o, "SELECT message_count FROM cases WHERE number = 'SUP-00001'"), 3);
	/* the same mail once more is known */
	must_become(&o, mail(&o, "ann", "a2", "Re: Help", TO_FIRST DISOWNED, "one"), "duplicate");
	close_office(&o);
}

static void a_person_decides(void **state UNUSED)
{
	test_store_each(check_decisions);
}

static void check_run(struct store *store)
{
	struct intake_run *run;
	struct intake_counts counts;
	struct office o;
	uint32_t uids[4];

	open_checked(&o, store);
	run = begin_run(&o, 1, false);
	submit(&o, run, 1, mail(&o, "ann", "a2", "Re: Help", TO_FIRST DISOWNED, "one"));
	submit(&o, run, 2, mail(&o, "ann", "a3", "Re: Help", TO_FIRST VOUCHED, "two"));
	assert_ok(intake_finish(run, &o.err), &o.err);
	counts = intake_run_counts(run);
	assert_int_equal(counts.held, 1);
	assert_int_equal(counts.updated, 1);
	assert_int_equal(intake_collect(run, uids, 4), 1); /* the server isn't told of what is held */
	assert_int_equal(uids[0], 2);
	assert_int_equal(intake_collect_parked(run, uids, 4), 0);
	end_run(&o, run);
	/* after an unclean stop it is met again, and passed over */
	run = begin_run(&o, 1, true);
	submit(&o, run, 1, mail(&o, "ann", "a2", "Re: Help", TO_FIRST DISOWNED, "one"));
	end_run(&o, run);
	assert_int_equal(count(&o, "SELECT COUNT(*) FROM ledger WHERE state = 'held'"), 1);
	assert_int_equal(count(&o, "SELECT COUNT(*) FROM ledger"), 3);
	close_office(&o);
}

static void held_mail_stays_on_its_server(void **state UNUSED)
{
	test_store_each(check_run);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	        cmocka_unit_test(only_those_who_have_a_part_join),
	        cmocka_unit_test(a_person_decides),
	        cmocka_unit_test(held_mail_stays_on_its_server),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
