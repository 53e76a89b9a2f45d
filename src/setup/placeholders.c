/* See placeholders.h. */
#include "setup/placeholders.h"

#include "record/nearest.h"

#include <stdio.h>

#define MAX_SHOWN 40

/* What a letter can say, besides the case's fields: template.h. */
static const char *value_at(const void *words UNUSED, size_t i)
{
	return template_value_names[i];
}

static size_t count_values(void)
{
	size_t n = 0;

	while (template_value_names[n])
		n++;
	return n;
}

/* "{{name}}"; to the end of the text where it isn't closed. */
static bool next_placeholder(struct str *rest, struct str *ret_placeholder)
{
	ptrdiff_t open = str_find(*rest, STR("{{"));
	struct str from = open < 0 ? STR("") : str_slice(*rest, (size_t)open, rest->n);
	ptrdiff_t close = str_find(from, STR("}}"));
	size_t n = close < 0 ? from.n : (size_t)close + 2;

	*ret_placeholder = str_slice(from, 0, n);
	*rest = str_slice(from, n, from.n);
	return n > 0;
}

/* The name within; empty where it isn't closed. */
static struct str name_of(struct str placeholder)
{
	ptrdiff_t close = str_find(placeholder, STR("}}"));
	struct str name = close < 0 ? STR("") : str_trim(str_slice(placeholder, 2, (size_t)close));

	for (size_t i = 0; i < name.n; i++)
		if (name.p[i] == '{' || name.p[i] == '}' || name.p[i] == '\n')
			return STR("");
	return name;
}

static bool is_value(struct str name)
{
	for (size_t i = 0; template_value_names[i]; i++)
		if (str_eq(str_of(template_value_names[i]), name))
			return true;
	return str_starts(name, STR("field.")) && name.n > strlen("field.");
}

/* Appends what is wrong with it; false where nothing is. */
static bool find_wrong(struct str placeholder, struct buf *out)
{
	struct str name = name_of(placeholder), shown = placeholder;
	ptrdiff_t line = str_find(shown, STR("\n"));
	const char *nearest;

	if (is_value(name))
		return false;
	shown = str_slice(shown, 0, MIN((size_t)MAX_SHOWN, line < 0 ? shown.n : (size_t)line));
	buf_printf(out, "\"" STR_FMT "\" ", STR_ARG(shown));
	if (!name.n) {
		buf_add(out, STR("is not a name between {{ and }}, such as {{case.number}}"));
		return true;
	}
	nearest = nearest_word(name, value_at, NULL, count_values());
	if (nearest)
		buf_printf(out, "stands for nothing (did you mean {{%s}}?)", nearest);
	else
		buf_add(out, STR("stands for nothing ('hauspost help template' lists what there is)"));
	return true;
}

/* ---------------------------------------------------------------- a template */

static const char *const parts[] = {"subject", "text", "html"};

static struct str part_of(const struct template *template, size_t i)
{
	if (!template)
		return STR("");
	return str_of(i == 0 ? template->subject : i == 1 ? template->text : template->html);
}

int placeholders_check(const struct template *template, const struct template *before, struct error *err)
{
	for (size_t i = 0; i < ARRAY_LEN(parts); i++) {
		struct str rest = part_of(template, i), placeholder;
		struct buf wrong CLEANUP(buf_done) = BUF_INIT(KIB(1));

		while (next_placeholder(&rest, &placeholder))
			if (str_find(part_of(before, i), placeholder) < 0 && find_wrong(placeholder, &wrong))
				return fail(err, E_INVALID, RETRY_NEVER, "templates/%s/%s: %s", template->id, parts[i],
				            buf_cstr(&wrong));
	}
	return 0;
}

void placeholders_warnings(const struct template *template, struct buf *report)
{
	for (size_t i = 0; i < ARRAY_LEN(parts); i++) {
		struct str rest = part_of(template, i), placeholder;

		while (next_placeholder(&rest, &placeholder)) {
			struct buf wrong CLEANUP(buf_done) = BUF_INIT(KIB(1));

			if (find_wrong(placeholder, &wrong))
				buf_printf(report, "templates/%s/%s: warning: %s\n", template->id, parts[i],
				           buf_cstr(&wrong));
		}
	}
}
