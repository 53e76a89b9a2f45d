/* store: mail comes out of the store as it went in. */
#include "store/messages.h"
#include "store/test_store.h"

#include "base/base64.h"

#include <zstd.h>

#include "base/test.h"

static void add_attachment(struct buf *out, size_t lines)
{
	char bytes[57];

	buf_add(out, STR("--b\r\nContent-Transfer-Encoding: base64\r\n\r\n"));
	for (size_t i = 0; i < lines; i++) {
		for (size_t k = 0; k < sizeof bytes; k++)
			bytes[k] = (char)((i * 2654435761u >> 7) + k * k * i);
		base64_encode(out, str_new(bytes, sizeof bytes));
		buf_add(out, STR("\r\n"));
	}
}

static void expect(struct db *db, int64_t id, struct str mail)
{
	struct buf first CLEANUP(buf_done) = BUF_INIT(MIB(16));
	struct buf out CLEANUP(buf_done) = BUF_INIT(MIB(16)),
	               small CLEANUP(buf_done) = BUF_INIT(mail.n ? mail.n - 1 : 0);
	struct error err;

	assert_int_equal(raw_get(db, id, &out, &err), 1);
	assert_true(str_eq(buf_str(&out), mail));
	assert_int_equal(raw_get_first(db, id, &first, &err), 1);
	assert_true(str_eq(buf_str(&first), str_slice(mail, 0, RAW_FIRST_BYTES)));
	if (mail.n)
		assert_int_equal(raw_get(db, id, &small, &err), E_LIMIT);
}

static void check_mails(struct store *store)
{
	static const struct {
		size_t text, lines; /* of an attachment */
	} cases[] = {{0, 0}, {10, 0}, {5000, 0}, {10, 20}, {10, 5000}, {3000000, 0}, {1000000, 40000}, {10, 60000}};
	struct db *db CLEANUP(db_closep) = NULL;
	struct error err;

	assert_ok(store_connect(store, &db, &err), &err);
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		struct buf mail CLEANUP(buf_done) = BUF_INIT(MIB(16));
		struct packed packed;
		size_t n = 0;

		while (mail.n < cases[i].text)
			buf_printf(&mail, "Line %zu of a text\r\n", mail.n);
		if (cases[i].lines)
			add_attachment(&mail, cases[i].lines);
		packed_make(&packed, buf_str(&mail));
		for (size_t k = 0; k < packed.count; k++)
			n += packed.pieces[k].n;
		/* More than a quarter less, as base64 alone would be compressed. */
		if (cases[i].lines >= 5000 && !cases[i].text)
			assert_true(n < mail.n * 3 / 4);
		assert_ok(raw_insert(db, 100 + (int64_t)i, &packed, &err), &err);
		packed_done(&packed);
		expect(db, 100 + (int64_t)i, buf_str(&mail));
	}
	assert_int_equal(raw_get(db, 99, &(struct buf)BUF_INIT(10), &err), 0);
}

static void mail_comes_out_as_it_went_in(void **state UNUSED)
{
	test_store_each(check_mails);
}

/* Stores of earlier versions have base64 as it came. */
static void check_plain_frames(struct store *store)
{
	struct db *db CLEANUP(db_closep) = NULL;
	struct buf mail CLEANUP(buf_done) = BUF_INIT(MIB(1)), frame CLEANUP(buf_done) = BUF_INIT(MIB(1));
	struct error err;
	char *room;

	assert_ok(store_connect(store, &db, &err), &err);
	add_attachment(&mail, 1000);
	room = buf_room(&frame, ZSTD_compressBound(mail.n));
	buf_added(&frame, ZSTD_compress(room, ZSTD_compressBound(mail.n), mail.p, mail.n, 1));
	assert_ok(raw_insert_piece(db, 1, 0, 1, buf_str(&frame), &err), &err);
	expect(db, 1, buf_str(&mail));
}

static void what_was_stored_before_is_read(void **state UNUSED)
{
	test_store_each(check_plain_frames);
}

static void check_damage(struct store *store)
{
	static const struct str bad[] = {STR_INIT(""), STR_INIT("B"), STR_INIT("x"), STR_INIT("B(\xb5/\xfd")};
	struct db *db CLEANUP(db_closep) = NULL;
	struct buf mail CLEANUP(buf_done) = BUF_INIT(MIB(1)), out CLEANUP(buf_done) = BUF_INIT(MIB(1));
	struct packed packed;
	struct error err;

	assert_ok(store_connect(store, &db, &err), &err);
	for (size_t i = 0; i < ARRAY_LEN(bad); i++) {
		assert_ok(raw_insert_piece(db, 1 + (int64_t)i, 0, 1, bad[i], &err), &err);
		assert_int_equal(raw_get(db, 1 + (int64_t)i, &out, &err), E_STORE);
		assert_int_equal(err.scope, SCOPE_MESSAGE);
	}
	/* A frame that is whole, with something else in it than recode() writes. */
	add_attachment(&mail, 10);
	packed_make(&packed, str_slice(buf_str(&mail), 0, 20));
	packed.pieces[0].p = realloc(packed.pieces[0].p, packed.pieces[0].n + 1);
	memmove(packed.pieces[0].p + 1, packed.pieces[0].p, packed.pieces[0].n++);
	packed.pieces[0].p[0] = 'B';
	assert_ok(raw_insert(db, 50, &packed, &err), &err);
	packed_done(&packed);
	assert_int_equal(raw_get(db, 50, &out, &err), E_STORE);
}

static void damaged_mail_is_said(void **state UNUSED)
{
	test_store_each(check_damage);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	        cmocka_unit_test(mail_comes_out_as_it_went_in),
	        cmocka_unit_test(what_was_stored_before_is_read),
	        cmocka_unit_test(damaged_mail_is_said),
	};

	return cmocka_run_group_tests_name("store/messages", tests, NULL, NULL);
}
