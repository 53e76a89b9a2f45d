/* store: base64 out of mail, and back. */
#include "store/recode.h"

#include "base/base64.h"

#include "base/test.h"

static uint32_t seed = 1;

static uint32_t any_below(uint32_t n)
{
	seed = seed * 1664525 + 1013904223;
	return (uint32_t)((uint64_t)seed * n >> 32);
}

static size_t check(struct str mail)
{
	struct buf recoded CLEANUP(buf_done) = BUF_INIT(MIB(4)), back CLEANUP(buf_done) = BUF_INIT(MIB(4));

	buf_add(&recoded, STR("x")); /* it appends */
	if (!recode(mail, &recoded)) {
		assert_int_equal(recoded.n, 1);
		return mail.n;
	}
	assert_true(recode_undo(str_slice(buf_str(&recoded), 1, recoded.n), &back));
	assert_true(str_eq(buf_str(&back), mail));
	return recoded.n - 1;
}

static void add_base64(struct buf *out, size_t bytes, size_t width, const char *ending)
{
	struct buf raw CLEANUP(buf_done) = BUF_INIT(MIB(1)), text CLEANUP(buf_done) = BUF_INIT(MIB(2));

	for (size_t i = 0; i < bytes; i++)
		buf_add_char(&raw, (char)any_below(256));
	base64_encode(&text, buf_str(&raw));
	for (size_t at = 0; at < text.n; at += width) {
		buf_add(out, str_slice(buf_str(&text), at, at + width));
		buf_add_cstr(out, ending);
	}
}

static void attachments_lose_a_quarter(void **state UNUSED)
{
	static const struct {
		size_t bytes, width;
		const char *ending;
		bool is_smaller;
	} cases[] = {
	        {57000, 76, "\r\n", true},  {57001, 76, "\r\n", true},  {57002, 76, "\n", true},
	        {50000, 72, "\r\n", true},  {50000, 64, "\n", true},    {50000, 60, "\r\n", true},
	        {50000, 996, "\r\n", true}, {57 * 8, 76, "\r\n", true}, {57 * 7, 76, "\r\n", false}, /* too little */
	        {50000, 75, "\r\n", false}, {50000, 40, "\r\n", false}, {50000, 76, "\n\n", false},
	        {50000, 2000, "\n", false}, {0, 76, "\n", false},       {50000, 76, " \r\n", false},
	};

	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		struct buf mail CLEANUP(buf_done) = BUF_INIT(MIB(1));
		size_t n;

		buf_add(&mail, STR("Subject: x\r\n\r\n--b\r\nContent-Transfer-Encoding: base64\r\n\r\n"));
		add_base64(&mail, cases[i].bytes, cases[i].width, cases[i].ending);
		buf_add(&mail, STR("--b--\r\n"));
		n = check(buf_str(&mail));
		if ((n < mail.n) != cases[i].is_smaller)
			print_error("case %zu: %zu of %zu\n", i, n, mail.n);
		assert_int_equal(n < mail.n, cases[i].is_smaller);
		if (cases[i].bytes >= 50000 && cases[i].is_smaller)
			assert_true(n < cases[i].bytes + 1000 && n > cases[i].bytes);
	}
}

/* Pieces of mail in any order, cut anywhere, with a character changed here and there. */
static void every_mail_comes_back_as_it_was(void **state UNUSED)
{
	static const char *const pieces[] = {"\r\n", "\n", "\r", "====", "AAAA", "--b\r\n", "Some text of a line\r\n",
	                                     "\0"};

	for (int round = 0; round < 3000; round++) {
		struct buf mail CLEANUP(buf_done) = BUF_INIT(MIB(1));
		size_t cut;

		for (uint32_t k = any_below(6); k > 0; k--) {
			buf_add_cstr(&mail, pieces[any_below(ARRAY_LEN(pieces))]);
			add_base64(&mail, any_below(1500), any_below(4) ? 76 : 4 * (1 + any_below(40)),
			           any_below(2) ? "\r\n" : "\n");
		}
		for (uint32_t k = any_below(3); k > 0 && mail.n; k--)
			mail.p[any_below((uint32_t)mail.n)] = (char)any_below(256);
		cut = any_below((uint32_t)mail.n + 1);
		assert_true(check(str_slice(buf_str(&mail), 0, cut)) <= cut);
		assert_true(check(str_slice(buf_str(&mail), cut, mail.n)) <= mail.n - cut);
	}
}

/* No more comes of damaged bytes than `out` takes, and none is read beyond them. */
static void damage_is_noticed(void **state UNUSED)
{
	struct buf mail CLEANUP(buf_done) = BUF_INIT(MIB(1)), recoded CLEANUP(buf_done) = BUF_INIT(MIB(1));
	struct buf small CLEANUP(buf_done) = BUF_INIT(1000);

	add_base64(&mail, 5000, 76, "\r\n");
	assert_false(recode(buf_str(&mail), &small));
	assert_true(recode(buf_str(&mail), &recoded));
	assert_false(recode_undo(buf_str(&recoded), &small));
	for (size_t cut = 1; cut < recoded.n; cut++) {
		struct buf back CLEANUP(buf_done) = BUF_INIT(MIB(1));

		/* Between the two stretches it looks whole; the length that is stored beside tells. */
		if (recode_undo(str_slice(buf_str(&recoded), 0, cut), &back))
			assert_true(back.n < mail.n && back.n % 78 == 0);
	}
	for (int round = 0; round < 3000; round++) {
		struct buf back CLEANUP(buf_done) = BUF_INIT(KIB(64)), bad CLEANUP(buf_done) = BUF_INIT(MIB(1));

		buf_add(&bad, buf_str(&recoded));
		bad.p[any_below(10)] = (char)any_below(256);
		if (recode_undo(buf_str(&bad), &back))
			assert_true(back.n <= back.max);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	        cmocka_unit_test(attachments_lose_a_quarter),
	        cmocka_unit_test(every_mail_comes_back_as_it_was),
	        cmocka_unit_test(damage_is_noticed),
	};

	return cmocka_run_group_tests_name("store/recode", tests, NULL, NULL);
}
