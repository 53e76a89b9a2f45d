/* See pattern.h. */
#define PCRE2_CODE_UNIT_WIDTH 8

#include "rules/pattern.h"

#include <pcre2.h>

#define MATCH_LIMIT    500000
#define DEPTH_LIMIT    50000
#define HEAP_LIMIT_KIB 20000

struct search {
	pcre2_code *code;
	pcre2_match_context *context;
	pcre2_match_data *data;
};

static void search_done(struct search *search)
{
	pcre2_match_data_free(search->data);
	pcre2_match_context_free(search->context);
	pcre2_code_free(search->code);
}

/* The first group of a match, or all of it. */
static struct str found_text(const struct search *search, struct str text)
{
	const PCRE2_SIZE *ends = pcre2_get_ovector_pointer(search->data);
	uint32_t pairs = pcre2_get_ovector_count(search->data), at = pairs > 1 ? 2 : 0;

	/* A group that took no part is PCRE2_UNSET; \K can put the start behind the end. */
	if (ends[at] == PCRE2_UNSET || ends[at] > ends[at + 1] || ends[at + 1] > text.n)
		return STR("");
	return str_slice(text, ends[at], ends[at + 1]);
}

static struct str cut(struct str text, size_t max)
{
	if (text.n <= max)
		return text;
	while (max > 0 && ((unsigned char)text.p[max] & 0xc0) == 0x80)
		max--;
	return str_slice(text, 0, max);
}

enum pattern_answer pattern_search(const char *pattern, struct str text, struct str *ret_found)
{
	struct search search CLEANUP(search_done) = {0};
	int wrong;
	size_t offset;

	search.code = pcre2_compile((PCRE2_SPTR)pattern, strlen(pattern), PCRE2_UTF | PCRE2_NEVER_BACKSLASH_C, &wrong,
	                            &offset, NULL);
	if (!search.code)
		return PATTERN_GAVE_UP;
	search.context = pcre2_match_context_create(NULL);
	search.data = pcre2_match_data_create_from_pattern(search.code, NULL);
	must(search.context && search.data);
	pcre2_set_match_limit(search.context, MATCH_LIMIT);
	pcre2_set_depth_limit(search.context, DEPTH_LIMIT);
	pcre2_set_heap_limit(search.context, HEAP_LIMIT_KIB);

	struct str searched = cut(text.p ? text : STR(""), PATTERN_MAX_TEXT);
	/* Where the text goes on, `$` must not see an end. */
	uint32_t options = searched.n < text.n ? PCRE2_NOTEOL : 0;
	int r = pcre2_match(search.code, (PCRE2_SPTR)searched.p, searched.n, 0, options, search.data, search.context);
	if (r == PCRE2_ERROR_NOMATCH)
		return PATTERN_NO;
	if (r < 0)
		return PATTERN_GAVE_UP;
	if (ret_found)
		*ret_found = found_text(&search, searched);
	return PATTERN_YES;
}
