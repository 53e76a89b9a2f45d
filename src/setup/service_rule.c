/* See service_rule.h. */
#include "setup/service_rule.h"

#include "base/map.h"
#include "setup/check.h"
#include "setup/source.h"

static const char *const operator_words[] = {"is", "contains", "starts-with", "ends-with", "matches", "exists", NULL};
static const char *const activity_words[] = {"create-case", "file", "discard", NULL};
static const char *const when_words[] = {"created", "updated", "mapping-error", "security-error", "service-error",
                                         "default", NULL};

/* clang-format off */
static const struct field condition_fields[] = {
	FIELD_TEXT(struct condition, field, "Value", .required = true, .check = source_check, .example = "subject",
		   .help = "What is looked at: subject, from, to, body, reply, header:NAME, regex:SOURCE:PATTERN …"),
	FIELD_ENUM_AS(struct condition, operator_kind, "operator", operator_words, "Operator",
		      .help = "Letters' case is ignored, but for matches (write (?i) there)"),
	FIELD_TEXT(struct condition, value, "Compared with"),
	FIELD_BOOL_AS(struct condition, negate, "not", "Not", .help = "The condition holds where it otherwise wouldn't"),
};

static const struct field mapping_fields[] = {
	FIELD_TEXT(struct mapping, target, "Case field", .required = true, .max = 64),
	FIELD_TEXT(struct mapping, source, "Value", .required = true, .check = source_check, .example = "regex:body:Amount:\\s*(.+)",
		   .help = "Where it comes from: subject, from, body, reply, header:NAME, regex:SOURCE:PATTERN, text:CONSTANT …"),
	FIELD_BOOL(struct mapping, required, "Required", .help = "An empty value is an error"),
};

static const struct field branch_fields[] = {
	FIELD_TEXT(struct branch, name, "Name", .max = 200),
	FIELD_LIST_AS(struct branch, conditions, "when", struct condition, condition_fields, "Conditions", .max = 100,
		      .help = "All must hold; none: always"),
	FIELD_ENUM(struct branch, activity, activity_words, "Service activity"),
	FIELD_REF(struct branch, case_type, "case_type", "Case type", .help = "For create-case"),
	FIELD_LIST(struct branch, map, struct mapping, mapping_fields, "Mapping", .max = 200),
};

static const struct field response_fields[] = {
	FIELD_ENUM(struct response, when, when_words, "When", .preset = WHEN_DEFAULT),
	FIELD_REF_AS(struct response, template_id, "template", "template", "Template",
		     .help = "Empty: nothing is sent"),
};

static const struct field service_rule_fields[] = {
	FIELD_ID(struct service_rule, id, "Service rule ID"),
	FIELD_TEXT(struct service_rule, name, "Name", .max = 200),
	FIELD_LIST(struct service_rule, branches, struct branch, branch_fields, "Branches", .required = true, .max = 200,
		   .help = "Tried from the top; the first whose conditions all hold counts"),
	FIELD_LIST(struct service_rule, responses, struct response, response_fields, "Responses", .max = 100,
		   .help = "The first that fits what happened is sent"),
};
/* clang-format on */

static int check_condition(const struct condition *condition, size_t branch, size_t at, struct error *err)
{
	const char *wrong = NULL;

	if (condition->operator_kind != OPERATOR_EXISTS && !*condition->value)
		wrong = "is missing";
	else if (condition->operator_kind == OPERATOR_MATCHES)
		wrong = check_pattern(condition->value);
	if (!wrong)
		return 0;
	return fail(err, E_INVALID, RETRY_NEVER, "branches/%zu/when/%zu/value: %s", branch + 1, at + 1, wrong);
}

static int check_mappings(const struct branch *branch, size_t at, struct error *err)
{
	struct map *seen CLEANUP(map_freep) = map_new();
	const struct mapping *items = branch->map.items;

	for (size_t i = 0; i < branch->map.count; i++)
		if (map_set(seen, str_of(items[i].target), seen))
			return fail(err, E_INVALID, RETRY_NEVER, "branches/%zu/map/%zu/target: \"%s\" is there twice",
			            at + 1, i + 1, items[i].target);
	return 0;
}

static int check_branch(const struct branch *branch, size_t at, struct error *err)
{
	const struct condition *conditions = branch->conditions.items;

	for (size_t i = 0; i < branch->conditions.count; i++)
		if (check_condition(&conditions[i], at, i, err) < 0)
			return E_INVALID;
	if (branch->activity == ACTIVITY_CREATE_CASE && !*branch->case_type)
		return fail(err, E_INVALID, RETRY_NEVER, "branches/%zu/case_type: is missing (activity is create-case)",
		            at + 1);
	if (branch->activity != ACTIVITY_CREATE_CASE && (*branch->case_type || branch->map.count))
		return fail(err, E_INVALID, RETRY_NEVER, "branches/%zu/%s: only for activity create-case", at + 1,
		            *branch->case_type ? "case_type" : "map");
	return check_mappings(branch, at, err);
}

static int check_service_rule(const void *record, struct error *err)
{
	const struct service_rule *rule = record;
	const struct branch *branches = rule->branches.items;

	for (size_t i = 0; i < rule->branches.count; i++)
		if (check_branch(&branches[i], i, err) < 0)
			return E_INVALID;
	return 0;
}

const struct record_type service_rule_type = RECORD_TYPE(
        "rule", "rules", struct service_rule, service_rule_fields, "Service rule", .check = check_service_rule,
        .example =
                "{\"id\": \"support\", \"branches\": [{\"name\": \"orders\", \"when\": [{\"field\": \"subject\", "
                "\"operator\": \"starts-with\", \"value\": \"Order:\"}], \"activity\": \"create-case\", \"case_type\": "
                "\"request\"}, {\"name\": \"everything else\", \"activity\": \"create-case\", \"case_type\": "
                "\"request\"}], \"responses\": [{\"when\": \"created\", \"template\": \"received\"}]}");
