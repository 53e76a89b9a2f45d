/* See auth_results.h. */
#include "mime/auth_results.h"

#include "base/cursor.h"
#include "parse.h"

#define MAX_RESULTS    50
#define MAX_PROPERTIES 20
#define MAX_FIELD      KIB(16)
#define MAX_FIELDS     200 /* header fields looked at from the top */

/* ---------------------------------------------------------------- words, comments, quoted strings */

/* White space and comments; the first comment's text is left in *ret_comment (unless NULL). */
static void skip_space(struct cursor *in, struct str *ret_comment)
{
	while (!cursor_end(in)) {
		size_t from = in->at + 1, depth = 0;

		if (is_space((char)cursor_peek(in))) {
			cursor_next(in);
			continue;
		}
		if (cursor_peek(in) != '(')
			return;
		do {
			int c = cursor_next(in);

			if (c == '\\')
				cursor_next(in);
			depth += c == '(';
			depth -= c == ')';
		} while (depth && !cursor_end(in));
		if (ret_comment && !ret_comment->n)
			*ret_comment = str_trim(str_slice(str_new(in->p, in->n), from, in->at - (depth == 0)));
	}
}

static bool ends_word(int c)
{
	return c < 0 || is_space((char)c) || c == ';' || c == '=' || c == '(' || c == '"';
}

/* A run of what has no meaning here; empty where there is none. */
static struct str read_word(struct cursor *in)
{
	size_t from = in->at;

	while (!ends_word(cursor_peek(in)))
		cursor_next(in);
	return str_slice(str_new(in->p, in->n), from, in->at);
}

/* The length up to the closing quote, or to the end. */
static size_t quoted_length(const struct cursor *in)
{
	struct cursor ahead = *in;
	int c;

	cursor_next(&ahead);
	while ((c = cursor_next(&ahead)) >= 0 && c != '"')
		if (c == '\\')
			cursor_next(&ahead);
	return ahead.at - in->at;
}

static struct str read_quoted(struct arena *arena, struct cursor *in)
{
	char *out = arena_bytes(arena, quoted_length(in) + 1);
	size_t n = 0;
	int c;

	cursor_next(in);
	while ((c = cursor_next(in)) >= 0 && c != '"') {
		if (c == '\\' && !cursor_end(in))
			c = cursor_next(in);
		out[n++] = (char)c;
	}
	out[n] = '\0';
	return str_new(out, n);
}

/* A value may be quoted, or begin so: "first last"@example.org. Where it isn't, '=' belongs to it: SRS puts some into
 * addresses. */
static struct str read_value(struct arena *arena, struct cursor *in)
{
	struct str value = STR(""), piece;
	size_t from;

	skip_space(in, NULL);
	if (cursor_peek(in) == '"')
		value = read_quoted(arena, in);
	from = in->at;
	while (!ends_word(cursor_peek(in)) || cursor_peek(in) == '=')
		cursor_next(in);
	piece = str_slice(str_new(in->p, in->n), from, in->at);
	return value.n && piece.n ? arena_printf(arena, STR_FMT STR_FMT, STR_ARG(value), STR_ARG(piece))
	       : value.n          ? value
	                          : piece;
}

/* ---------------------------------------------------------------- one result */

static void add_property(struct arena *arena, struct auth_result *r, struct str name, struct str value)
{
	struct str lower;

	if (str_eq_nocase(name, STR("reason"))) {
		r->reason = value;
		return;
	}
	lower = str_lower(arena, name); /* nothing is left of bytes that are no text */
	if (r->property_count == MAX_PROPERTIES || !lower.n)
		return;
	if (!r->properties)
		r->properties = ARENA_ARRAY(arena, struct auth_property, MAX_PROPERTIES);
	r->properties[r->property_count++] = (struct auth_property){lower, value};
}

/* "dkim=pass (good) header.d=example.org", up to the next semicolon. False at something else. */
static bool read_result(struct arena *arena, struct cursor *in, struct auth_result *ret)
{
	struct auth_result r = {.reason = STR(""), .comment = STR("")};
	struct str name, rest;

	skip_space(in, NULL);
	rest = read_word(in);
	str_split(&rest, '/', &name); /* the method's version */
	skip_space(in, NULL);
	if (!name.n || !cursor_take_char(in, '='))
		return false;
	r.method = str_lower(arena, name);
	skip_space(in, NULL);
	r.result = str_lower(arena, read_word(in));
	skip_space(in, &r.comment);
	while (!cursor_end(in) && cursor_peek(in) != ';') {
		name = read_word(in);
		skip_space(in, NULL);
		if (!name.n || !cursor_take_char(in, '='))
			return false;
		add_property(arena, &r, name, read_value(arena, in));
		skip_space(in, r.comment.n ? NULL : &r.comment);
	}
	*ret = r;
	return r.method.n && r.result.n;
}

bool auth_results_parse(struct arena *arena, struct str value, struct auth_results *ret)
{
	struct cursor in = cursor_of(value);
	struct auth_results all = {.count = 0};

	if (value.n > MAX_FIELD)
		return false;
	skip_space(&in, NULL);
	all.authserv_id = cursor_peek(&in) == '"' ? read_quoted(arena, &in) : read_word(&in);
	skip_space(&in, NULL);
	if (cursor_peek(&in) == '1') { /* the version, which most leave out */
		cursor_next(&in);
		skip_space(&in, NULL);
	}
	if (!all.authserv_id.n || (!cursor_end(&in) && cursor_peek(&in) != ';'))
		return false;
	all.results = ARENA_ARRAY(arena, struct auth_result, MAX_RESULTS);
	while (all.count < MAX_RESULTS && cursor_take_char(&in, ';') &&
	       read_result(arena, &in, &all.results[all.count]))
		all.count++;
	*ret = all;
	return true;
}

/* ---------------------------------------------------------------- which may be believed */

static bool is_trusted(struct str id, const char *const *ids, size_t count)
{
	for (size_t i = 0; i < count; i++)
		if (str_eq_nocase(id, str_of(ids[i])))
			return true;
	return false;
}

/* Fields that servers write together with their results, and between them. */
static bool stands_with_results(struct str name)
{
	return str_eq_nocase(name, STR("Authentication-Results")) || str_eq_nocase(name, STR("Received-SPF")) ||
	       str_eq_nocase(name, STR("DKIM-Filter")) || str_eq_nocase(name, STR("DMARC-Filter"));
}

size_t auth_results_trusted(struct arena *arena, const struct message *m, const char *const *ids, size_t id_count,
                            struct auth_results ret[AUTH_RESULTS_MAX])
{
	const struct part *root = m->root;
	size_t n = 0;

	if (!id_count)
		return 0;
	for (size_t i = 0; i < MIN(root->header_count, (size_t)MAX_FIELDS) && n < AUTH_RESULTS_MAX; i++) {
		const struct header *h = &root->headers[i];

		if (n && !stands_with_results(h->name))
			break;
		if (str_eq_nocase(h->name, STR("Authentication-Results")) &&
		    auth_results_parse(arena, header_unfold(arena, h->value), &ret[n]) &&
		    is_trusted(ret[n].authserv_id, ids, id_count))
			n++;
	}
	return n;
}

struct str auth_result_property(const struct auth_result *result, const char *name)
{
	for (size_t i = 0; i < result->property_count; i++)
		if (str_eq(result->properties[i].name, str_of(name)))
			return result->properties[i].value;
	return STR("");
}
