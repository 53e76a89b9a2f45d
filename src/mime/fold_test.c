#include "mime/fold.h"

#include "base/test.h"

static void check(const char *text, const char *want)
{
	struct buf out CLEANUP(buf_done) = BUF_INIT(KIB(1));

	assert_true(fold_text(str_of(text), &out));
	assert_string_equal(buf_cstr(&out), want);
}

static void case_and_accents_are_gone(void **state UNUSED)
{
	check("Größe, MÜLLER & Søn's Ångström", "grosse muller son s angstrom");
	check("na\xc3\xafve cafe\xcc\x81", "naive cafe");
	check("\xc5\x81\xc3\xb3\x64\xc5\xba STRASSE stra\xc3\x9f\x65", "lodz strasse strasse");
	check("\xce\x91\xce\x98\xce\x97\xce\x9d\xce\x91 \xce\xb1\xce\xb8\xce\xae\xce\xbd\xce\xb1", "αθηνα αθηνα");
	check("Ёлка", "елка");
}

static void numbers_and_addresses_are_words(void **state UNUSED)
{
	check("SUP-00017 ann@example.com 3.14", "sup 00017 ann example com 3 14");
	check("", "");
	check(" \t--- ", "");
}

static void scripts_without_spaces_give_a_character_each(void **state UNUSED)
{
	check("\xe6\x9d\xb1\xe4\xba\xac\x54okyo", "\xe6\x9d\xb1 \xe4\xba\xac tokyo");
	check("\xed\x95\x9c\xea\xb5\xad", "\xed\x95\x9c\xea\xb5\xad");
}

static void broken_bytes_end_a_word_and_nothing_else(void **state UNUSED)
{
	check("a\xff\xfe\x62 \xc3", "a b");
}

static void long_words_are_cut(void **state UNUSED)
{
	char text[300], want[FOLD_WORD_MAX + 3];

	memset(text, 'x', sizeof text);
	memcpy(text + 290, " y", 3);
	memset(want, 'x', FOLD_WORD_MAX);
	memcpy(want + FOLD_WORD_MAX, " y", 3);
	check(text, want);
}

static void words_know_where_they_stand(void **state UNUSED)
{
	struct fold fold = {.text = str_of("Der Größte!")};

	assert_true(fold_next(&fold) && fold_next(&fold));
	assert_str(fold.word, "grosste");
	assert_int_equal(fold.from, 4);
	assert_int_equal(fold.to, 12);
	assert_false(fold_next(&fold));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	        cmocka_unit_test(case_and_accents_are_gone),
	        cmocka_unit_test(numbers_and_addresses_are_words),
	        cmocka_unit_test(scripts_without_spaces_give_a_character_each),
	        cmocka_unit_test(broken_bytes_end_a_word_and_nothing_else),
	        cmocka_unit_test(long_words_are_cut),
	        cmocka_unit_test(words_know_where_they_stand),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
