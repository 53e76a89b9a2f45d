/* A view of bytes that somebody else owns: pointer and length, no terminator promised, NULs allowed. Passed by value.
 */
#ifndef BASE_STR_H
#define BASE_STR_H

#include "base.h"

#include <string.h>

struct str {
	const char *p; /* may be NULL where n is 0 */
	size_t n;
};

#define STR(lit) ((struct str){"" lit, sizeof(lit) - 1})
#define STR_INIT(lit)                   \
	{                               \
		"" lit, sizeof(lit) - 1 \
	} /* where C wants a constant: static tables */
#define STR_NULL   ((struct str){NULL, 0})
#define STR_FMT    "%.*s"
#define STR_ARG(s) (int)MIN((s).n, (size_t)INT32_MAX), (s).p ? (s).p : ""

static inline struct str str_of(const char *s)
{
	return (struct str){s, s ? strlen(s) : 0};
}

static inline struct str str_new(const void *p, size_t n)
{
	return (struct str){p, n};
}

/* The bytes from `from` to `to` (exclusive), both clamped to the length. */
struct str str_slice(struct str s, size_t from, size_t to);

bool str_eq(struct str a, struct str b);
bool str_eq_nocase(struct str a, struct str b); /* ASCII letters only */

/* How many letters to change, add or drop between two short names, whatever their case; above 4 it is 5. */
int str_distance(struct str a, struct str b);
bool str_starts(struct str s, struct str prefix);
bool str_starts_nocase(struct str s, struct str prefix);
bool str_ends_nocase(struct str s, struct str suffix);

/* <0, 0, >0 as memcmp, shorter first. */
int str_cmp(struct str a, struct str b);

/* Index of the first `c` or of `needle`; -1 where there is none. */
ptrdiff_t str_find_char(struct str s, char c);
ptrdiff_t str_find(struct str s, struct str needle);
ptrdiff_t str_find_nocase(struct str s, struct str needle);

/* Without leading and trailing space, tab, CR, LF. */
struct str str_trim(struct str s);

/* Takes what stands before the first `sep` off *rest into *ret_piece (the separator is dropped). False at the end. */
bool str_split(struct str *rest, char sep, struct str *ret_piece);

/* A whole decimal number without sign or spaces that fits; false otherwise (nothing written). */
bool str_to_uint(struct str s, uint64_t max, uint64_t *ret_value) NODISCARD;

/* As above with an optional leading '-'. */
bool str_to_int(struct str s, int64_t *ret_value) NODISCARD;

/* A NUL-terminated heap copy; bytes after an inner NUL are there but invisible to C strings. */
char *str_dup(struct str s) NODISCARD;

/* Valid UTF-8 (no surrogates, no overlong forms, no beyond U+10FFFF)? */
bool str_is_utf8(struct str s);

/* What may stand on a terminal or in a log, in place and never longer: control characters (C0, DEL, C1), direction
 * marks that make text read otherwise than it is, and bytes that aren't UTF-8 become '?'. `lines`: tabs and line ends
 * stay (CR before LF goes). Returns the new length; the text needs no NUL and gets none. */
size_t str_make_printable(char *text, size_t n, bool lines);

/* True where every byte is between 0x01 and 0x7f. */
bool str_is_ascii(struct str s);

static inline char ascii_lower(char c)
{
	return (char)(c >= 'A' && c <= 'Z' ? c | 0x20 : c);
}

static inline bool is_space(char c)
{
	return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

static inline bool is_digit(char c)
{
	return c >= '0' && c <= '9';
}

static inline bool is_alpha(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

#endif
