/* What an IMAP server says, token by token (RFC 3501 §9, RFC 9051 §9), tolerant where servers are sloppy:
 *
 *	imap_reader_next(rd, err)                     the next response: its first line is there
 *	while (imap_token(rd, &token, err) == 0 && token.kind != TOKEN_END)
 *		…                                     what isn't taken of a TOKEN_LITERAL, the next token leaves out
 *
 * A line is at most IMAP_LINE_MAX bytes, a response IMAP_LINES_MAX lines, a list IMAP_DEPTH_MAX deep: E_LIMIT
 * beyond. Literals are left in the connection until the caller says where they go. Everything but E_LIMIT and what
 * the stream says is read as well as it goes: what a token means is the caller's business. */
#ifndef RECEIVE_IMAP_READER_H
#define RECEIVE_IMAP_READER_H

#include "base/cursor.h"
#include "base/secret.h"
#include "net/stream.h"

enum {
	IMAP_LINE_MAX = 64 * 1024,
	IMAP_LINES_MAX = 1000,
	IMAP_DEPTH_MAX = 32,
};

enum imap_token_kind {
	TOKEN_END,     /* of the response */
	TOKEN_ATOM,    /* also numbers, flags, NIL, "*", "BODY[HEADER.FIELDS (A B)]<0>" as one */
	TOKEN_STRING,  /* quoted; text without quotes and backslashes */
	TOKEN_LITERAL, /* `size` bytes follow */
	TOKEN_OPEN,    /* ( */
	TOKEN_CLOSE,   /* ) */
};

struct imap_token {
	enum imap_token_kind kind;
	struct str text; /* of ATOM and STRING; valid until the next call of the reader */
	uint64_t size;   /* of LITERAL */
};

struct imap_reader {
	struct stream *stream; /* borrowed */
	struct cursor line;    /* what is left of the present line; a view into the stream */
	struct buf unquoted;   /* the last quoted string, where it had backslashes */
	uint64_t literal;      /* bytes of the literal announced and not yet taken */
	bool line_ended;       /* a literal was taken: its continuation line has not been read yet */
	int lines, depth;
};

void imap_reader_init(struct imap_reader *rd, struct stream *stream);
void imap_reader_done(struct imap_reader *rd);

/* Gives back memory between responses: before parking. */
void imap_reader_shrink(struct imap_reader *rd);

/* Reads the first line of the next response. */
int imap_reader_next(struct imap_reader *rd, struct error *err) NODISCARD;

/* The same, where the line was read by other means; it must stay until the response has been read. */
void imap_reader_take(struct imap_reader *rd, struct str line);

int imap_token(struct imap_reader *rd, struct imap_token *ret_token, struct error *err) NODISCARD;

/* The next bytes of the literal: into `to`, exactly `n` (at most what is left of it). */
int imap_literal_read(struct imap_reader *rd, char *to, size_t n, struct error *err) NODISCARD;

/* What is there of the literal, at most `max`: a view valid until the next call. Only while some of it is left. */
int imap_literal_some(struct imap_reader *rd, size_t max, struct str *ret_bytes, struct error *err) NODISCARD;

int imap_literal_skip(struct imap_reader *rd, struct error *err) NODISCARD;

/* Leaves out the value that begins with `token`: an atom, a string, a literal, or a whole list. */
int imap_skip_value(struct imap_reader *rd, const struct imap_token *token, struct error *err) NODISCARD;

/* Leaves out the rest of the response. */
int imap_skip_rest(struct imap_reader *rd, struct error *err) NODISCARD;

/* "[CODE arguments]" at the position, if there is one: *ret_code and *ret_arguments, else both empty. Views into the
 * line. */
void imap_response_code(struct imap_reader *rd, struct str *ret_code, struct str *ret_arguments);

/* What is left of the line, for people: without leading spaces. */
struct str imap_text(const struct imap_reader *rd);

static inline bool imap_token_is(const struct imap_token *token, struct str word)
{
	return token->kind == TOKEN_ATOM && str_eq_nocase(token->text, word);
}

static inline bool imap_token_is_nil(const struct imap_token *token)
{
	return imap_token_is(token, STR("NIL"));
}

/* A number of at most `max` in an atom or (some servers) a quoted string. */
static inline bool imap_token_number(const struct imap_token *token, uint64_t max, uint64_t *ret)
{
	return (token->kind == TOKEN_ATOM || token->kind == TOKEN_STRING) && str_to_uint(token->text, max, ret);
}

/* INTERNALDATE's "17-Jul-1996 02:44:25 -0700" as Unix ms; false where it isn't one (RFC 3501 §9 date-time). */
bool imap_parse_date(struct str text, int64_t *ret_ms) NODISCARD;

#endif
