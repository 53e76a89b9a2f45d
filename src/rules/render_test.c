/* Placeholders. */
#include "rules/render.h"

#include "base/test.h"

static const struct render_value values[] = {
        {"case.number", STR_INIT("SUP-1")},
        {"contact.name", STR_INIT("A & B <\"'>")},
        {"message.subject", STR_INIT("one\r\nBcc: x\ttwo\n{{case.number}}")},
};

static void placeholders_are_filled(void **state UNUSED)
{
	static const struct {
		const char *text;
		enum render_form form;
		const char *want;
	} cases[] = {
	        {"", RENDER_TEXT, ""},
	        {"plain", RENDER_TEXT, "plain"},
	        {"[{{case.number}}]", RENDER_TEXT, "[SUP-1]"},
	        {"{{ case.number }}{{case.number}}", RENDER_TEXT, "SUP-1SUP-1"},
	        {"a{{unknown}}b", RENDER_TEXT, "ab"},
	        {"a{{}}b", RENDER_TEXT, "ab"},
	        {"a{{case.number", RENDER_TEXT, "a{{case.number"},
	        {"a}}b{c}", RENDER_TEXT, "a}}b{c}"},
	        {"{{contact.name}}", RENDER_TEXT, "A & B <\"'>"},
	        {"<b>{{contact.name}}</b>", RENDER_HTML, "<b>A &amp; B &lt;&quot;&#39;&gt;</b>"},
	        {"{{message.subject}}", RENDER_TEXT, "one\r\nBcc: x\ttwo\n{{case.number}}"},
	        {"Re: {{message.subject}}\n!", RENDER_LINE, "Re: one Bcc: x two {{case.number}} !"},
	};

	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		struct buf out CLEANUP(buf_done) = BUF_INIT(KIB(1));

		assert_true(render(cases[i].text, cases[i].form, values, ARRAY_LEN(values), &out));
		assert_string_equal(buf_cstr(&out), cases[i].want);
	}
}

static void a_full_buffer_is_told(void **state UNUSED)
{
	struct buf out CLEANUP(buf_done) = BUF_INIT(8);

	assert_false(render("{{case.number}}{{case.number}}", RENDER_TEXT, values, ARRAY_LEN(values), &out));
	assert_true(out.n <= 8);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
	        cmocka_unit_test(placeholders_are_filled),
	        cmocka_unit_test(a_full_buffer_is_told),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
