/* See sanitise_parts.h. Addresses as a browser reads them: what it skips (tabs, line ends, spaces around) is taken out
 * before the scheme is looked at, and what is written has no letter left that anybody could read in two ways. */
#include "sanitise_parts.h"

#define URL_MAX     KIB(8)
#define DATA_MAX    MIB(1)
#define CONTENT_MAX 500 /* bytes of a Content-ID */

/* ---------------------------------------------------------------- reading */

/* WHATWG URL §4.4: controls and spaces around, tabs and line ends anywhere. An address with another control character
 * in it is none: empty. */
static struct str cleaned(struct arena *arena, struct str value, size_t max)
{
	char *copy;
	size_t n = 0;

	while (value.n && (unsigned char)value.p[0] <= ' ')
		value = str_slice(value, 1, value.n);
	while (value.n && (unsigned char)value.p[value.n - 1] <= ' ')
		value.n--;
	if (value.n == 0 || value.n > max)
		return STR_NULL;
	copy = arena_bytes(arena, value.n + 1);
	for (size_t i = 0; i < value.n; i++) {
		unsigned char c = (unsigned char)value.p[i];

		if (c == '\t' || c == '\n' || c == '\r')
			continue;
		if (c < ' ' || c == 0x7f)
			return STR_NULL;
		copy[n++] = (char)c;
	}
	return str_new(copy, n);
}

/* The scheme in lower case with its colon, and what stands behind it. Empty: there is none. */
static struct str scheme_of(struct arena *arena, struct str url, struct str *ret_rest)
{
	size_t n = 0;
	char *lower;

	while (n < url.n && (is_alpha(url.p[n]) || (n && (is_digit(url.p[n]) || memchr("+-.", url.p[n], 3)))))
		n++;
	if (n == 0 || n >= url.n || url.p[n] != ':')
		return STR_NULL;
	lower = arena_bytes(arena, n + 1);
	for (size_t i = 0; i <= n; i++)
		lower[i] = ascii_lower(url.p[i]);
	*ret_rest = str_slice(url, n + 1, url.n);
	return str_new(lower, n + 1);
}

static struct str percent_decoded(struct arena *arena, struct str s)
{
	static const char digits[] = "0123456789abcdef";
	char *out = arena_bytes(arena, s.n + 1);
	size_t n = 0;

	for (size_t i = 0; i < s.n; i++) {
		const char *high = i + 2 < s.n && s.p[i] == '%' ? memchr(digits, ascii_lower(s.p[i + 1]), 16) : NULL;
		const char *low = high ? memchr(digits, ascii_lower(s.p[i + 2]), 16) : NULL;

		out[n] = low ? (char)((unsigned)(high - digits) << 4 | (unsigned)(low - digits)) : s.p[i];
		i += low ? 2 : 0;
		n++;
	}
	return str_new(out, n);
}

/* Letters that end an address somewhere (in CSS, in an old browser's attribute) as %XX. */
static struct str written(struct arena *arena, struct str scheme, struct str rest)
{
	struct buf out CLEANUP(buf_done) = BUF_INIT(scheme.n + rest.n * 3 + 1);

	buf_add(&out, scheme);
	for (size_t i = 0; i < rest.n; i++) {
		if (memchr(" \"'<>()\\`{}|^", rest.p[i], 13))
			buf_printf(&out, "%%%02X", (unsigned char)rest.p[i]);
		else
			buf_add_char(&out, rest.p[i]);
	}
	return arena_str(arena, buf_str(&out));
}

/* "//host…": without the slashes it is a path, and with a backslash for one browsers disagree. */
static bool has_host(struct str rest)
{
	return str_starts(rest, STR("//")) && rest.n > 2 && !memchr("/\\?#:@", rest.p[2], 6);
}

static bool is_web(struct str scheme)
{
	return str_eq(scheme, STR("http:")) || str_eq(scheme, STR("https:"));
}

/* ---------------------------------------------------------------- links */

/* Some mail programs attach the file that a link's "attach=" names. */
static struct str without_attachment(struct arena *arena, struct str rest)
{
	ptrdiff_t query = str_find_char(rest, '?');

	if (query >= 0 &&
	    str_find_nocase(percent_decoded(arena, str_slice(rest, (size_t)query, rest.n)), STR("attach")) >= 0)
		return str_slice(rest, 0, (size_t)query);
	return rest;
}

static bool is_phone(struct str rest)
{
	for (size_t i = 0; i < rest.n; i++)
		if (!is_digit(rest.p[i]) && !is_alpha(rest.p[i]) && !memchr("+-.();=*#,% ", rest.p[i], 12))
			return false;
	return rest.n > 0;
}

/* A place in the mail itself: names have the prefix there. */
static struct str fragment(struct arena *arena, struct str name)
{
	for (size_t i = 0; i < name.n; i++)
		if (!is_alpha(name.p[i]) && !is_digit(name.p[i]) && !memchr("-_.:", name.p[i], 4))
			return STR_NULL;
	if (name.n == 0)
		return STR("#");
	return arena_printf(arena, "#%s" STR_FMT, str_starts(name, STR(SANITISE_PREFIX)) ? "" : SANITISE_PREFIX,
	                    STR_ARG(name));
}

struct str sanitise_link(struct arena *arena, struct str value)
{
	struct str url = cleaned(arena, value, URL_MAX), rest = STR_NULL, scheme;

	if (url.n && url.p[0] == '#')
		return fragment(arena, str_slice(url, 1, url.n));
	scheme = scheme_of(arena, url, &rest);
	if (is_web(scheme))
		return has_host(rest) ? written(arena, scheme, rest) : STR_NULL;
	if (str_eq(scheme, STR("mailto:")) && rest.n)
		return written(arena, scheme, without_attachment(arena, rest));
	if (str_eq(scheme, STR("tel:")) && is_phone(rest))
		return written(arena, scheme, rest);
	return STR_NULL;
}

/* ---------------------------------------------------------------- images */

/* "image/png;base64,…": a kind that can hold nothing but pixels. Empty: it isn't one. */
static struct str pixels(struct arena *arena, struct str rest)
{
	static const char *const kinds[] = {"image/png;base64,", "image/jpeg;base64,", "image/jpg;base64,",
	                                    "image/gif;base64,", "image/webp;base64,"};
	const char *kind = NULL;

	for (size_t i = 0; i < ARRAY_LEN(kinds) && !kind; i++)
		if (str_starts_nocase(rest, str_of(kinds[i])))
			kind = kinds[i];
	rest = str_slice(rest, kind ? strlen(kind) : 0, rest.n);
	for (size_t i = 0; i < rest.n && kind; i++)
		if (!is_alpha(rest.p[i]) && !is_digit(rest.p[i]) && !memchr("+/=", rest.p[i], 3))
			kind = NULL;
	return kind && rest.n ? arena_printf(arena, "data:%s" STR_FMT, kind, STR_ARG(rest)) : STR_NULL;
}

static struct str without_spaces(struct arena *arena, struct str s)
{
	char *out = arena_bytes(arena, s.n + 1);
	size_t n = 0;

	for (size_t i = 0; i < s.n; i++)
		if (s.p[i] != ' ')
			out[n++] = s.p[i];
	return str_new(out, n);
}

static void list_part(struct cleaner *cleaner, struct str id)
{
	for (size_t i = 0; i < cleaner->part_count; i++)
		if (str_eq(cleaner->parts[i], id))
			return;
	if (cleaner->part_count >= 1000)
		return;
	ARENA_ROOM(cleaner->arena, cleaner->parts, cleaner->part_count, cleaner->parts_size);
	cleaner->parts[cleaner->part_count++] = arena_str(cleaner->arena, id);
}

static struct str part_address(struct cleaner *cleaner, struct str rest)
{
	const struct sanitise_options *options = cleaner->options;
	struct str id = percent_decoded(cleaner->arena, rest), address;

	if (id.n > 1 && id.p[0] == '<' && id.p[id.n - 1] == '>')
		id = str_slice(id, 1, id.n - 1);
	if (id.n == 0 || id.n > CONTENT_MAX || !str_is_utf8(id))
		return STR_NULL;
	address = cleaner->resolve_parts && options->link_part ? options->link_part(options->ctx, id)
	                                                       : written(cleaner->arena, STR("cid:"), rest);
	if (address.n)
		list_part(cleaner, id);
	return address;
}

struct str sanitise_image(struct cleaner *cleaner, struct str value)
{
	struct str url = cleaned(cleaner->arena, value, DATA_MAX), rest = STR_NULL, scheme, found = STR_NULL;

	if (str_starts(url, STR("//")))
		url = arena_printf(cleaner->arena, "https:" STR_FMT, STR_ARG(url));
	scheme = scheme_of(cleaner->arena, url, &rest);
	if (is_web(scheme)) {
		if (!cleaner->options->allow_remote) {
			cleaner->removed[REMOVED_REMOTE]++;
			return STR_NULL;
		}
		found = has_host(rest) && url.n <= URL_MAX ? written(cleaner->arena, scheme, rest) : STR_NULL;
	} else if (str_eq(scheme, STR("cid:"))) {
		found = part_address(cleaner, rest);
	} else if (str_eq(scheme, STR("data:"))) {
		found = pixels(cleaner->arena, without_spaces(cleaner->arena, rest));
	}
	cleaner->removed[REMOVED_IMAGE] += found.n == 0 && url.n > 0;
	return found;
}
