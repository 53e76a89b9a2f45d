/* DMARC records, policies and alignment. */
#include "trust/dmarc.h"

#include "base/test.h"

static void records_are_read_as_the_standard_says(void **state UNUSED)
{
	static const struct {
		const char *text;
		bool good;
		const char *own, *below; /* policies */
		bool strict_dkim, strict_spf;
	} cases[] = {
	        {"v=DMARC1; p=reject", true, "reject", "reject", false, false},
	        {"v=DMARC1;p=reject;sp=none;adkim=s;aspf=s", true, "reject", "none", true, true},
	        {"v=DMARC1 ; p=Quarantine ; rua=mailto:a@b.example ; fo=1;", true, "quarantine", "quarantine", false,
	         false},
	        {"v=DMARC1; p=none; sp=reject", true, "none", "reject", false, false},
	        {"v=DMARC1; p=reject; pct=0", true, "quarantine", "quarantine", false, false},
	        {"v=DMARC1; p=quarantine; pct=0", true, "none", "none", false, false},
	        {"v=DMARC1; p=quarantine; pct=20", true, "quarantine", "quarantine", false, false},
	        {"v=DMARC1; p=reject; pct=1000", true, "reject", "reject", false, false},
	        {"v=DMARC1; p=reject; sp=nonsense", true, "reject", "reject", false, false},
	        {"v=DMARC1; p=nonsense; rua=mailto:a@b.example", true, "none", "none", false, false},
	        {"v=DMARC1; p=nonsense", false, "", "", false, false},
	        {"v=DMARC1", false, "", "", false, false},
	        {"v=dmarc1; p=reject", false, "", "", false, false},
	        {"p=reject; v=DMARC1", false, "", "", false, false},
	        {"v=DMARC12; p=reject", false, "", "", false, false},
	        {"", false, "", "", false, false},
	        {"v=spf1 -all", false, "", "", false, false},
	};

	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		struct dmarc_record record;

		assert_int_equal(dmarc_record_parse(str_of(cases[i].text), &record), cases[i].good);
		if (!cases[i].good)
			continue;
		assert_string_equal(dmarc_policy_word(dmarc_policy_of(&record, false)), cases[i].own);
		assert_string_equal(dmarc_policy_word(dmarc_policy_of(&record, true)), cases[i].below);
		assert_int_equal(record.strict_dkim, cases[i].strict_dkim);
		assert_int_equal(record.strict_spf, cases[i].strict_spf);
	}
}

static void domains_belong_together_by_what_was_registered(void **state UNUSED)
{
	static const struct {
		const char *a, *b;
		bool relaxed, strict;
	} cases[] = {
	        {"example.com", "example.com", true, true},
	        {"mail.example.com", "example.com", true, false},
	        {"a.example.com", "b.example.com", true, false},
	        {"a.example.co.uk", "b.example.co.uk", true, false},
	        {"a.co.uk", "b.co.uk", false, false},
	        {"co.uk", "b.co.uk", false, false},
	        {"example.com", "example.net", false, false},
	        {"anexample.com", "example.com", false, false},
	        {"", "", false, false},
	        {"com", "example.com", false, false},
	};
	struct arena *arena CLEANUP(arena_freep) = arena_new();

	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		assert_int_equal(domains_align(arena, str_of(cases[i].a), str_of(cases[i].b), false), cases[i].relaxed);
		assert_int_equal(domains_align(arena, str_of(cases[i].a), str_of(cases[i].b), true), cases[i].strict);
	}
	assert_str(domain_organisational(arena, STR("x.y.example.co.uk")), "example.co.uk");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	        cmocka_unit_test(records_are_read_as_the_standard_says),
	        cmocka_unit_test(domains_belong_together_by_what_was_registered),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
