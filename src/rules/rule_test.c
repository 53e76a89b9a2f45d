/* Service rules over real mail. */
#include "rules/rule.h"

#include "base/clock.h"
#include "rules/pattern.h"

#include <stdio.h>

#include "base/test.h"

static const char raw[] = "Date: Sat, 21 Nov 2026 07:39:31 +0000\r\n"
                          "From: =?utf-8?q?J=C3=B6rg_M?= <joerg@Shop.Example.org>\r\n"
                          "To: Support <support@example.com>, second@example.com\r\n"
                          "Cc: third@example.com\r\n"
                          "Reply-To: answers@example.org\r\n"
                          "Subject: =?utf-8?q?Gr=C3=B6=C3=9Fe?= of Order #12345\r\n"
                          "Message-ID: <m1@example.org>\r\n"
                          "Thread-Topic: topic\r\n"
                          "X-Priority: 1 (Highest)\r\n"
                          "MIME-Version: 1.0\r\n"
                          "Content-Type: multipart/mixed; boundary=b\r\n"
                          "\r\n"
                          "--b\r\n"
                          "Content-Type: text/plain; charset=utf-8\r\n"
                          "\r\n"
                          "Amount: 19.90\r\n"
                          "Urgency: HIGH\r\n"
                          "Until: 2026-12-24\r\n"
                          "--b\r\n"
                          "Content-Type: application/pdf\r\n"
                          "Content-Disposition: attachment; filename=\"a, b.pdf\"\r\n"
                          "\r\n"
                          "x\r\n"
                          "--b\r\n"
                          "Content-Type: text/csv\r\n"
                          "Content-Disposition: attachment; filename=c.csv\r\n"
                          "\r\n"
                          "x\r\n"
                          "--b--\r\n";

static void sources_give_the_mails_values(void **state UNUSED)
{
	struct arena *arena CLEANUP(arena_freep) = arena_new();
	const struct message *m = message_parse(arena, str_of(raw), NULL);
	char size[24];
	snprintf(size, sizeof size, "%zu", sizeof raw - 1);
	const struct {
		const char *source, *value;
	} cases[] = {
	        {"from", "joerg@Shop.Example.org"},
	        {"from-name", "J\xc3\xb6rg M"},
	        {"from-domain", "Shop.Example.org"},
	        {"to", "support@example.com, second@example.com"},
	        {"cc", "third@example.com"},
	        {"reply-to", "answers@example.org"},
	        {"subject", "Gr\xc3\xb6\xc3\x9f"
	                    "e of Order #12345"},
	        {"date", "2026-11-21T07:39:31.000Z"},
	        {"message-id", "m1@example.org"},
	        {"thread-topic", "topic"},
	        {"attachments", "a, b.pdf, c.csv"},
	        {"size", size},
	        {"header:x-priority", "1 (Highest)"},
	        {"header:X-None", ""},
	        {"text:constant: yes", "constant: yes"},
	        {"text:", ""},
	        {"regex:subject:#([0-9]+)", "12345"},
	        {"regex:subject:[0-9]+", "12345"},
	        {"regex:subject:(?i)ORDER", "Order"},
	        {"regex:subject:ORDER", ""},
	        {"regex:subject:(x)?Order", ""},
	        {"regex:subject:Order\\K.", " "},
	        {"regex:header:X-Priority:\\((.*)\\)", "Highest"},
	        {"regex:to:second.*", "second@example.com"},
	        {"regex:body:Amount: (.*)", "19.90"},
	        {"regex:subject:(", ""},
	        {"nonsense", ""},
	};

	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		struct str value = rule_source(arena, m, cases[i].source);
		if (value.n != strlen(cases[i].value))
			print_error("%s: " STR_FMT "\n", cases[i].source, STR_ARG(value));
		assert_str(value, cases[i].value);
	}
	assert_true(str_starts(rule_source(arena, m, "body"), STR("Amount: 19.90\nUrgency: HIGH\n")));

	const struct message *empty = message_parse(arena, STR(""), NULL);
	for (size_t i = 0; i < ARRAY_LEN(cases); i++)
		if (strncmp(cases[i].source, "text:", 5) != 0 && strcmp(cases[i].source, "size") != 0)
			assert_str(rule_source(arena, empty, cases[i].source), "");
}

/* What the writer wrote: a quoted "Amount" of an older mail isn't this one's. */
static void the_reply_is_the_body_without_quotes(void **state UNUSED)
{
	static const struct {
		const char *body, *source, *value;
	} cases[] = {
	        {"\nYes.\n\nOn 5 Mar 2024, Ann wrote:\n> Amount: 5\n", "reply", "Yes."},
	        {"\nYes.\n\nOn 5 Mar 2024, Ann wrote:\n> Amount: 5\n", "regex:reply:Amount: (.*)", ""},
	        {"\nYes.\n\nOn 5 Mar 2024, Ann wrote:\n> Amount: 5\n", "regex:body:Amount: (.*)", "5"},
	        {"\nAmount: 7\n-- \nBob\n", "reply", "Amount: 7"},
	        {"\nAll of it\n", "reply", "All of it"},
	        {"Content-Type: text/html\n\n<p>Amount: 8<div class=gmail_quote>Amount: 5</div>",
	         "regex:reply:Amount: (.*)", "8"},
	        {"\n> only a quote\n", "reply", ""},
	};

	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		struct arena *arena CLEANUP(arena_freep) = arena_new();
		struct str mail = arena_printf(arena, "From: a@example.com\n%s", cases[i].body);

		assert_str(rule_source(arena, message_parse(arena, mail, NULL), cases[i].source), cases[i].value);
	}
}

static void sources_are_checked(void **state UNUSED)
{
	static const struct {
		const char *source, *wrong; /* how it begins */
	} cases[] = {
	        {"from", NULL},
	        {"header:X", NULL},
	        {"text:", NULL},
	        {"regex:subject:a+", NULL},
	        {"regex:header:X:a:b", NULL},
	        {"", "is not a source (from, "},
	        {"From", "is not a source (from, "},
	        {"header:", "needs the name of a header field"},
	        {"header:a b", "needs the name of a header field"},
	        {"header:a:", "needs the name of a header field"},
	        {"regex:", "needs a source and a pattern"},
	        {"regex:subject", "needs a source and a pattern"},
	        {"regex:subject:", "needs a source and a pattern"},
	        {"regex:sender:a", "is not a source (from, "},
	        {"regex:regex:subject:a", "is not a source (from, "},
	        {"regex:header::a", "needs the name of a header field"},
	        {"regex:subject:(", "is not a regular expression (missing closing parenthesis, at character 2)"},
	        {"regex:subject:\\C", "is not a regular expression (using \\C is disabled"},
	        {"regex:subject:((a{1,999}){1,999}){1,999}",
	         "is not a regular expression (regular expression is too large"},
	};

	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		const char *wrong = rule_source_check(cases[i].source);

		if (!cases[i].wrong)
			assert_null(wrong);
		else if (!wrong || strncmp(wrong, cases[i].wrong, strlen(cases[i].wrong)) != 0)
			assert_string_equal(wrong, cases[i].wrong);
	}
}

/* ---------------------------------------------------------------- conditions */

static const struct case_type *no_types(void *ctx UNUSED, const char *id UNUSED)
{
	return NULL;
}

static struct rule_result run_condition(struct arena *arena, struct str mail, const struct condition *condition)
{
	struct condition *conditions = ARENA_NEW(arena, struct condition);
	struct branch *branch = ARENA_NEW(arena, struct branch);
	struct service_rule rule = {.id = "r", .name = "", .branches = {branch, 1}};

	*conditions = *condition;
	*branch =
	        (struct branch){.name = "", .conditions = {conditions, 1}, .activity = ACTIVITY_FILE, .case_type = ""};
	return rule_run(arena, &rule, message_parse(arena, mail, NULL), no_types, NULL);
}

static void conditions_compare_without_case(void **state UNUSED)
{
	static const struct {
		struct condition condition;
		bool holds;
		const char *trace;
	} cases[] = {
	        {{"subject", OPERATOR_CONTAINS, "ORDER", false},
	         true,
	         "branch 1: subject contains \"ORDER\": yes, it is \"Gr\xc3\xb6\xc3\x9f"
	         "e of Order #12345\""},
	        {{"subject", OPERATOR_CONTAINS, "order", true},
	         false,
	         "branch 1: subject not contains \"order\": no, it is \"Gr\xc3\xb6\xc3\x9f"
	         "e of Order #12345\""},
	        {{"subject", OPERATOR_CONTAINS, "GR\xc3\x96SSE", false}, true, NULL},
	        {{"subject", OPERATOR_STARTS_WITH, "gr\xc3\xb6", false}, true, NULL},
	        {{"subject", OPERATOR_STARTS_WITH, "r", false}, false, NULL},
	        {{"subject", OPERATOR_ENDS_WITH, "#12345", false}, true, NULL},
	        {{"subject", OPERATOR_ENDS_WITH, "#1234", false}, false, NULL},
	        {{"from-domain", OPERATOR_IS, "shop.example.ORG", false}, true, NULL},
	        {{"from-domain", OPERATOR_IS, "example.org", false}, false, NULL},
	        {{"to", OPERATOR_IS, "second@example.com", false}, true, NULL},
	        {{"to", OPERATOR_IS, "second@example.com", true}, false, NULL},
	        {{"to", OPERATOR_IS, "third@example.com", true}, true, NULL},
	        {{"attachments", OPERATOR_ENDS_WITH, ".PDF", false}, true, NULL},
	        {{"subject", OPERATOR_MATCHES, "order", false}, false, NULL},
	        {{"subject", OPERATOR_MATCHES, "(?i)^.* order #\\d+$", false}, true, NULL},
	        {{"subject", OPERATOR_MATCHES, "(", false}, false, NULL},
	        {{"subject", OPERATOR_MATCHES, "(", true}, false, NULL},
	        {{"header:X-Priority", OPERATOR_EXISTS, "", false},
	         true,
	         "branch 1: header:X-Priority exists: yes, it is \"1 (Highest)\""},
	        {{"header:X-Spam", OPERATOR_EXISTS, "", false},
	         false,
	         "branch 1: header:X-Spam exists: no, it is \"\""},
	        {{"header:X-Spam", OPERATOR_EXISTS, "", true}, true, NULL},
	        {{"header:X-Spam", OPERATOR_CONTAINS, "x", false}, false, NULL},
	        {{"regex:subject:#(\\d)", OPERATOR_IS, "1", false}, true, NULL},
	};

	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		struct arena *arena CLEANUP(arena_freep) = arena_new();
		struct rule_result result = run_condition(arena, str_of(raw), &cases[i].condition);

		if ((result.branch != NULL) != cases[i].holds)
			print_error("%s\n", result.trace[0].p);
		assert_int_equal(result.branch != NULL, cases[i].holds);
		if (cases[i].trace)
			assert_str(result.trace[0], cases[i].trace);
		if (!cases[i].holds)
			assert_str(result.trace[1], "no branch holds");
	}
}

/* A mail whose body is so many bytes "aaaa,aaaa…" and ends in "!". */
static void long_mail(struct buf *mail, size_t n)
{
	buf_clear(mail);
	buf_add(mail, STR("Subject: x\r\n\r\n"));
	for (size_t i = 0; i < n; i++)
		buf_add_char(mail, i % 70 ? 'a' : ',');
	buf_add_char(mail, '!');
}

static void runaway_patterns_give_up(void **state UNUSED)
{
	struct buf mail CLEANUP(buf_done) = BUF_INIT(MIB(2));
	static const char *const patterns[] = {"(a+)+$",    "(a|aa)+$", "^(.*?,){11}P", "(?:a*)*b",
	                                       "(a*)*\\1c", "[^x]*x",   "(?s).*.*.*x"};
	static const size_t sizes[] = {KIB(30), MIB(1)};
	int64_t started = clock_mono_ms();

	for (size_t i = 0; i < 2 * ARRAY_LEN(patterns); i++) {
		struct arena *arena CLEANUP(arena_freep) = arena_new();
		struct condition condition = {"body", OPERATOR_MATCHES, patterns[i / 2], false};

		long_mail(&mail, sizes[i % 2]);
		struct rule_result result = run_condition(arena, buf_str(&mail), &condition);
		assert_non_null(strstr(result.trace[0].p, ": no"));
		assert_null(result.branch);
		if (i < 2)
			assert_non_null(strstr(result.trace[0].p, "no, the pattern took too many steps"));
	}
	/* Generous: the sanitizer builds are slow; without limits it would be years. */
	assert_true(clock_mono_ms() - started < 60000);
}

static void the_end_of_a_cut_text_is_no_end(void **state UNUSED)
{
	struct buf text CLEANUP(buf_done) = BUF_INIT(MIB(1));

	for (size_t i = 0; i < PATTERN_MAX_TEXT; i++)
		buf_add_char(&text, 'a');
	assert_int_equal(pattern_search("a$", buf_str(&text), NULL), PATTERN_YES);
	buf_add_char(&text, 'a');
	assert_int_equal(pattern_search("a$", buf_str(&text), NULL), PATTERN_NO);
	assert_int_equal(pattern_search("^a", buf_str(&text), NULL), PATTERN_YES);
}

/* ---------------------------------------------------------------- mapping */

static const char *const urgencies[] = {"normal", "High"};

static const struct case_field case_fields[] = {
        {"order", "Order", CASE_FIELD_NUMBER, {0}},
        {"amount", "Amount", CASE_FIELD_NUMBER, {0}},
        {"until", "Until", CASE_FIELD_DATE, {0}},
        {"sender", "Sender", CASE_FIELD_ADDRESS, {0}},
        {"urgency", "Urgency", CASE_FIELD_CHOICE, {(const char **)(uintptr_t)urgencies, 2}},
        {"text", "Text", CASE_FIELD_TEXT, {0}},
};

static const struct case_type request = {
        .id = "request",
        .name = "",
        .fields = {(void *)(uintptr_t)case_fields, ARRAY_LEN(case_fields)},
};

static const struct case_type *find_type(void *ctx UNUSED, const char *id)
{
	return strcmp(id, "request") == 0 ? &request : NULL;
}

static struct rule_result run_mappings(struct arena *arena, struct str mail, const char *type,
                                       const struct mapping *map, size_t n)
{
	struct branch *branch = ARENA_NEW(arena, struct branch);
	struct service_rule rule = {.id = "r", .name = "", .branches = {branch, 1}};

	*branch = (struct branch){
	        .name = "all", .case_type = type, .activity = ACTIVITY_CREATE_CASE, .map = {(void *)(uintptr_t)map, n}};
	return rule_run(arena, &rule, message_parse(arena, mail, NULL), find_type, NULL);
}

static void values_are_mapped_and_traced(void **state UNUSED)
{
	struct arena *arena CLEANUP(arena_freep) = arena_new();
	static const struct mapping map[] = {
	        {"order", "regex:subject:#([0-9]+)", true},       {"amount", "regex:body:Amount: (\\S+)", false},
	        {"until", "regex:body:Until: (\\S+)", false},     {"sender", "from", true},
	        {"urgency", "regex:body:Urgency: (\\S+)", false}, {"text", "header:X-None", false},
	};
	struct rule_result result = run_mappings(arena, str_of(raw), "request", map, ARRAY_LEN(map));

	assert_str(result.mapping_error, "");
	assert_int_equal(result.value_count, 5);
	assert_string_equal(result.values[0].target, "order");
	assert_str(result.values[0].value, "12345");
	assert_string_equal(result.values[0].source, "regex:subject:#([0-9]+)");
	assert_str(result.values[1].value, "19.90");
	assert_str(result.values[2].value, "2026-12-24");
	assert_str(result.values[3].value, "joerg@Shop.Example.org");
	assert_str(result.values[4].value, "High");
	assert_int_equal(result.trace_count, 6);
	assert_str(result.trace[0], "branch 1 (all): without conditions, it holds");
	assert_str(result.trace[1], "mapping: order is \"12345\", from regex:subject:#([0-9]+)");
}

static void mapping_errors_name_field_and_value(void **state UNUSED)
{
	static const struct {
		struct mapping map;
		const char *error;
	} cases[] = {
	        {{"order", "subject", false},
	         "field order: \"Gr\xc3\xb6\xc3\x9f"
	         "e of Order #12345\" is not a number"},
	        {{"order", "text:1.", false}, "field order: \"1.\" is not a number"},
	        {{"order", "text:-", false}, "field order: \"-\" is not a number"},
	        {{"order", "text: -0.5 ", false}, ""},
	        {{"order", "text:+7", false}, ""},
	        {{"until", "text:2026-13-01", false}, "field until: \"2026-13-01\" is not a date (2026-11-21)"},
	        {{"until", "text:21.11.2026", false}, "field until: \"21.11.2026\" is not a date (2026-11-21)"},
	        {{"until", "date", false}, ""},
	        {{"sender", "from-name", false}, "field sender: \"J\xc3\xb6rg M\" is not an email address"},
	        {{"urgency", "text:low", false}, "field urgency: \"low\" is none of the choices"},
	        {{"text", "header:X-None", true}, "field text: is required, but header:X-None gave nothing"},
	        {{"text", "header:X-None", false}, ""},
	        {{"other", "subject", false}, "field other: case type request has no such field"},
	        {{"text", "body", true}, ""},
	};

	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		struct arena *arena CLEANUP(arena_freep) = arena_new();
		struct rule_result result = run_mappings(arena, str_of(raw), "request", &cases[i].map, 1);

		assert_non_null(result.branch);
		assert_str(result.mapping_error, cases[i].error);
	}
	struct arena *arena CLEANUP(arena_freep) = arena_new();
	assert_str(run_mappings(arena, str_of(raw), "gone", NULL, 0).mapping_error, "there is no case type \"gone\"");
}

static void runaway_mapping_is_a_mapping_error(void **state UNUSED)
{
	struct arena *arena CLEANUP(arena_freep) = arena_new();
	static const struct mapping map[] = {{"text", "regex:subject:(a+)+$", false}, {"order", "text:5", false}};
	static const char mail[] = "Subject: aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa!\r\n\r\n";
	struct rule_result result = run_mappings(arena, str_of(mail), "request", map, 2);

	assert_str(result.mapping_error, "field text: the pattern of regex:subject:(a+)+$ took too many steps");
	assert_int_equal(result.value_count, 1);
	assert_str(result.values[0].value, "5");
}

static void long_values_are_cut_between_characters(void **state UNUSED)
{
	struct arena *arena CLEANUP(arena_freep) = arena_new();
	struct buf mail CLEANUP(buf_done) = BUF_INIT(MIB(1));
	static const struct mapping map[] = {{"text", "body", true}};

	buf_add(&mail, STR("Content-Type: text/plain; charset=utf-8\r\n\r\nx"));
	for (size_t i = 0; i < 50000; i++)
		buf_add(&mail, STR("\xc3\xb6"));
	struct rule_result result = run_mappings(arena, buf_str(&mail), "request", map, 1);
	assert_int_equal(result.value_count, 1);
	assert_int_equal(result.values[0].value.n, 65535);
	assert_true(str_is_utf8(result.values[0].value));
}

static void the_first_branch_that_holds_counts(void **state UNUSED)
{
	struct arena *arena CLEANUP(arena_freep) = arena_new();
	static const struct condition spam[] = {{"subject", OPERATOR_CONTAINS, "order", false},
	                                        {"header:X-Spam", OPERATOR_EXISTS, "", false}};
	static const struct condition order[] = {{"subject", OPERATOR_CONTAINS, "order", false}};
	const struct branch branches[] = {
	        {"Spam", {(void *)(uintptr_t)spam, 2}, ACTIVITY_DISCARD, "", {0}},
	        {"Orders", {(void *)(uintptr_t)order, 1}, ACTIVITY_FILE, "", {0}},
	        {"Rest", {0}, ACTIVITY_DISCARD, "", {0}},
	};
	const struct service_rule rule = {.id = "r", .name = "", .branches = {(void *)(uintptr_t)branches, 3}};
	struct rule_result result = rule_run(arena, &rule, message_parse(arena, str_of(raw), NULL), no_types, NULL);

	assert_ptr_equal(result.branch, &branches[1]);
	assert_int_equal(result.trace_count, 3);
	assert_str(result.trace[1], "branch 1 (Spam): header:X-Spam exists: no, it is \"\"");
	assert_true(str_starts(result.trace[2], STR("branch 2 (Orders): subject contains \"order\": yes")));
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
	        cmocka_unit_test(sources_give_the_mails_values),
	        cmocka_unit_test(the_reply_is_the_body_without_quotes),
	        cmocka_unit_test(sources_are_checked),
	        cmocka_unit_test(conditions_compare_without_case),
	        cmocka_unit_test(runaway_patterns_give_up),
	        cmocka_unit_test(the_end_of_a_cut_text_is_no_end),
	        cmocka_unit_test(values_are_mapped_and_traced),
	        cmocka_unit_test(mapping_errors_name_field_and_value),
	        cmocka_unit_test(runaway_mapping_is_a_mapping_error),
	        cmocka_unit_test(long_values_are_cut_between_characters),
	        cmocka_unit_test(the_first_branch_that_holds_counts),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
