/* mime: what a subject is about. */
#include "mime/subject.h"

#include "base/test.h"

static void prefixes_are_taken_off(void **state UNUSED)
{
	static const struct {
		const char *subject, *topic;
		bool is_answer;
	} cases[] = {
	        {"The printer", "The printer", false},
	        {"Re: The printer", "The printer", true},
	        {"RE:The printer", "The printer", true},
	        {"AW: Re: WG: The printer", "The printer", true},
	        {"Re[2]: The printer", "The printer", true},
	        {"Re(3): The printer", "The printer", true},
	        {"[support] Re: The printer", "The printer", true},
	        {"[support] The printer", "[support] The printer", false},
	        {"Réf : The printer", "The printer", true},
	        {"Sv: Antw: The printer", "The printer", true},
	        {"Ответ: Принтер", "Принтер", true},
	        {"回复：打印机", "打印机", true},
	        {"Question: does it work?", "Question: does it work?", false},
	        {"Re: 12:30 is fine", "12:30 is fine", true},
	        {"", "", false},
	        {"Re:", "", true},
	        {":", ":", false},
	        {"[", "[", false},
	        {"Re[: x", "Re[: x", false},
	};

	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		bool is_answer;
		struct str topic = subject_topic(str_of(cases[i].subject), &is_answer);

		if (!str_eq(topic, str_of(cases[i].topic)))
			print_error("%s: " STR_FMT "\n", cases[i].subject, STR_ARG(topic));
		assert_str(topic, cases[i].topic);
		assert_int_equal(is_answer, cases[i].is_answer);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {cmocka_unit_test(prefixes_are_taken_off)};

	return cmocka_run_group_tests_name("mime/subject", tests, NULL, NULL);
}
