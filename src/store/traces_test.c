/* Traces: on, off, their transcripts as a ring, on both databases. */
#include "base/clock.h"
#include "store/audit.h"
#include "store/test_store.h"
#include "store/traces.h"

#include "base/test.h"

#define NOW INT64_C(1700000000000)

static struct trace find(struct db *db, const char *id, struct arena *arena)
{
	struct trace trace;
	struct error err;

	assert_int_equal(trace_find(db, TRACE_LISTENER, id, arena, &trace, &err), 1);
	return trace;
}

static int64_t read_from(struct db *db, int64_t at, struct buf *out)
{
	struct error err;

	buf_clear(out);
	assert_ok(trace_read(db, TRACE_LISTENER, "x", MIB(4), &at, out, &err), &err);
	return at;
}

static void append(struct db *db, const char *lines)
{
	struct error err;

	assert_ok(trace_append(db, TRACE_LISTENER, "x", str_of(lines), &err), &err);
}

static int set(struct db *db, int64_t minutes, int64_t now)
{
	struct error err;

	return trace_set(db, TRACE_LISTENER, "x", minutes, "anna", "192.0.2.1", now, &err);
}

static void check_switch(struct store *store)
{
	struct arena *arena CLEANUP(arena_freep) = arena_new();
	struct buf out CLEANUP(buf_done) = BUF_INIT(MIB(4));
	struct db *db CLEANUP(db_closep) = NULL;
	struct audit_entry *entries;
	struct trace *traces, none;
	struct error err;

	assert_ok(store_connect(store, &db, &err), &err);
	assert_int_equal(set(db, 0, NOW), 0); /* it was off */
	assert_int_equal(trace_find(db, TRACE_LISTENER, "x", arena, &none, &err), 0);
	append(db, "nobody wants it\n");
	assert_int_equal(set(db, 30, NOW), 1);
	assert_int_equal(trace_list(db, NOW, arena, &traces, &err), 1);
	assert_string_equal(traces[0].id, "x");
	assert_string_equal(traces[0].author, "anna");
	assert_int_equal(trace_list(db, NOW + MINUTES_MS(30), arena, &traces, &err), 0);
	append(db, "one\n");
	assert_int_equal(set(db, 60, NOW + 1000), 1); /* longer, and the same */
	assert_int_equal(find(db, "x", arena).since, NOW);
	assert_int_equal(find(db, "x", arena).until_at, NOW + 1000 + MINUTES_MS(60));
	assert_int_equal(set(db, 0, NOW + 2000), 1);
	assert_int_equal(set(db, 0, NOW + 2000), 0);
	assert_int_equal(read_from(db, 0, &out), 4); /* what was said stays */
	assert_int_equal(set(db, 1, NOW + 3000), 1); /* another begins empty */
	assert_int_equal(read_from(db, 0, &out), 0);
	assert_int_equal(audit_list(db, "listeners/x", 0, 0, 10, arena, &entries, &err), 4);
	assert_string_equal(entries[1].action, "trace.off");
	assert_string_equal(entries[3].action, "trace.on");
	assert_string_equal(entries[3].detail, "for 30 minutes");
}

static void it_is_switched_for_a_time(void **state UNUSED)
{
	test_store_each(check_switch);
}

static void check_ring(struct store *store)
{
	struct arena *arena CLEANUP(arena_freep) = arena_new();
	struct buf out CLEANUP(buf_done) = BUF_INIT(MIB(4)), piece CLEANUP(buf_done) = BUF_INIT(KIB(64));
	struct db *db CLEANUP(db_closep) = NULL;
	struct trace trace;
	struct error err;
	int64_t at, parts;

	assert_ok(store_connect(store, &db, &err), &err);
	assert_int_equal(set(db, 30, NOW), 1);
	append(db, "one\n");
	append(db, "t\xc3\xa9o\n");
	assert_int_equal(read_from(db, 0, &out), 9);
	assert_str(buf_str(&out), "one\nt\xc3\xa9o\n");
	assert_int_equal(read_from(db, 4, &out), 9);
	assert_str(buf_str(&out), "t\xc3\xa9o\n");
	assert_int_equal(read_from(db, 9, &out), 9);
	assert_int_equal(out.n, 0);

	while (piece.n < KIB(20))
		buf_add_cstr(&piece, "0123456789abcde\n");
	assert_ok(db_begin(db, &err), &err);
	for (int i = 0; i < 100; i++)
		append(db, buf_cstr(&piece));
	assert_ok(db_commit(db, &err), &err);
	at = read_from(db, 0, &out);
	trace = find(db, "x", arena);
	assert_int_equal(at, trace.size);
	assert_int_equal(at, 9 + 100 * KIB(20));
	assert_in_range(out.n, TRACE_KEPT_BYTES, TRACE_KEPT_BYTES + KIB(64));
	assert_int_equal(db_query_int(db, "SELECT COUNT(*) FROM trace_part", DB_NO_ARGS, &parts, &err), 1);
	assert_in_range(parts, 20, 40);
	at = 0; /* in portions */
	buf_clear(&out);
	assert_ok(trace_read(db, TRACE_LISTENER, "x", 1, &at, &out, &err), &err);
	assert_in_range(out.n, KIB(20), KIB(64));
	assert_true(at < trace.size);

	assert_ok(trace_forget(db, trace.until_at + TRACE_KEPT_MS, &err), &err);
	assert_int_equal(find(db, "x", arena).size, trace.size);
	assert_ok(trace_forget(db, trace.until_at + TRACE_KEPT_MS + 1, &err), &err);
	assert_int_equal(trace_find(db, TRACE_LISTENER, "x", arena, &trace, &err), 0);
	assert_int_equal(db_query_int(db, "SELECT COUNT(*) FROM trace_part", DB_NO_ARGS, &parts, &err), 1);
	assert_int_equal(parts, 0);
}

static void the_newest_is_kept(void **state UNUSED)
{
	test_store_each(check_ring);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	        cmocka_unit_test(it_is_switched_for_a_time),
	        cmocka_unit_test(the_newest_is_kept),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
