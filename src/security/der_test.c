/* BER and DER: what is whole, how deep, how many. */
#include "security/der.h"

#include "base/buf.h"

#include "base/test.h"

#define BYTES(lit) STR_INIT(lit)

static void whole_structures_and_others(void **state UNUSED)
{
	static const struct {
		struct str bytes;
		int result;
	} cases[] = {
	        {BYTES("\x05\x00"), 0},
	        {BYTES("\x30\x03\x02\x01\x05"), 0},
	        {BYTES("\x30\x80\x02\x01\x05\x00\x00"), 0},
	        {BYTES("\x30\x80\x30\x80\x00\x00\x04\x00\x00\x00"), 0},
	        {BYTES("\x30\x81\x01\x02"), E_INVALID},
	        {BYTES("\x04\x82\x00\x01x"), 0},
	        {BYTES("\x05\x00trailing"), 0},
	        {BYTES(""), E_INVALID},
	        {BYTES("\x30"), E_INVALID},
	        {BYTES("\x30\x03\x02\x01"), E_INVALID},
	        {BYTES("\x30\x02\x02\x01\x05"), E_INVALID}, /* longer than what holds it */
	        {BYTES("\x30\x80\x02\x01\x05"), E_INVALID},
	        {BYTES("\x30\x80\x02\x01\x05\x00"), E_INVALID},
	        {BYTES("\x00\x00"), E_INVALID},
	        {BYTES("\x30\x02\x00\x00"), E_INVALID},
	        {BYTES("\x04\x80\x00\x00"), E_INVALID}, /* primitive, without a length */
	        {BYTES("\x04\xff\x00"), E_INVALID},
	        {BYTES("\x04\x84\xff\xff\xff\xff"), E_INVALID},
	        {BYTES("\x04\x89\x01\x00\x00\x00\x00\x00\x00\x00\x00"), E_INVALID},
	        {BYTES("\x1f\x81\x01\x00"), E_INVALID}, /* numbers above 30 aren't used */
	};
	struct error err;

	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		if (der_check(cases[i].bytes, 10, &err) != cases[i].result)
			print_error("case %zu\n", i);
		assert_int_equal(der_check(cases[i].bytes, 10, &err), cases[i].result);
	}
}

static void depth_and_count_are_bounded(void **state UNUSED)
{
	struct buf deep CLEANUP(buf_done) = BUF_INIT(1000), many CLEANUP(buf_done) = BUF_INIT(1000);
	struct error err;

	for (int i = 0; i < 40; i++)
		buf_add(&deep, STR("\x30\x80"));
	assert_int_equal(der_check(buf_str(&deep), 1000, &err), E_INVALID); /* not closed */
	buf_add(&deep, STR("\x30\x80"));
	assert_int_equal(der_check(buf_str(&deep), 1000, &err), E_LIMIT);
	buf_add(&many, STR("\x30\x80"));
	for (int i = 0; i < 100; i++)
		buf_add(&many, STR("\x05\x00"));
	buf_add(&many, STR("\x00\x00"));
	assert_ok(der_check(buf_str(&many), 102, &err), &err);
	assert_int_equal(der_check(buf_str(&many), 101, &err), E_LIMIT);
}

/* A content of 20 MB comes in tens of thousands of pieces. */
static void pieces_of_a_string_do_not_count(void **state UNUSED)
{
	struct buf pieces CLEANUP(buf_done) = BUF_INIT(1000), numbers CLEANUP(buf_done) = BUF_INIT(1000);
	struct error err;

	buf_add(&pieces, STR("\x24\x80"));
	buf_add(&numbers, STR("\x24\x80"));
	for (int i = 0; i < 100; i++) {
		buf_add(&pieces, STR("\x04\x01x"));
		buf_add(&numbers, STR("\x02\x01x"));
	}
	buf_add(&pieces, STR("\x00\x00"));
	buf_add(&numbers, STR("\x00\x00"));
	assert_ok(der_check(buf_str(&pieces), 2, &err), &err);
	assert_int_equal(der_check(buf_str(&numbers), 50, &err), E_LIMIT);
}

static void elements_are_taken_one_by_one(void **state UNUSED)
{
	struct cursor c =
	        cursor_of(STR("\x02\x01\x05\x30\x80\x04\x01x\x30\x80\x00\x00\x00\x00\x0c\x02yz\x04\x09short"));
	struct der_element element;

	assert_true(der_next(&c, &element));
	assert_int_equal(element.tag, 2);
	assert_str(element.content, "\x05");
	assert_true(der_next(&c, &element));
	assert_int_equal(element.content.n, 7);
	assert_int_equal(element.whole.n, 11);
	assert_true(der_next(&c, &element));
	assert_str(element.content, "yz");
	assert_false(der_next(&c, &element));
	assert_int_equal(cursor_left(&c), 7);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	        cmocka_unit_test(whole_structures_and_others),
	        cmocka_unit_test(depth_and_count_are_bounded),
	        cmocka_unit_test(pieces_of_a_string_do_not_count),
	        cmocka_unit_test(elements_are_taken_one_by_one),
	};

	return cmocka_run_group_tests_name("security/der", tests, NULL, NULL);
}
