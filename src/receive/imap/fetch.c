/* One FETCH answer: see session.h. A body goes from the connection straight to where it stays: up to 1 MiB on the
 * heap, above that in an unlinked temporary file that is mapped for reading. */
#include "receive/imap/session.h"

#include "base/file.h"
#include "base/mem.h"
#include "receive/body.h"

#define HEAP_BYTES   MIB(1)
#define PIECE_BYTES  KIB(128)
#define HEADER_BYTES KIB(256) /* kept of a message that is longer than announced, to find its header in */

/* ---------------------------------------------------------------- bodies */

static int body_to_heap(struct imap_reader *rd, size_t n, struct imap_fetched *fetched, struct error *err)
{
	struct incoming *in CLEANUP(incoming_freep) = mem_new(1, sizeof *in);

	in->memory = mem_resize(NULL, MAX(n, 1), 1);
	int r = imap_literal_read(rd, in->memory, n, err);
	if (r < 0)
		return r;
	in->raw = str_new(in->memory, n);
	fetched->incoming = take(in);
	return 0;
}

/* A fault of our disk is the message's, not the connection's: the rest of the literal is read over and the session goes
 * on. */
static int body_to_file(struct imap_reader *rd, size_t n, struct imap_fetched *fetched, struct error *err)
{
	int fd CLEANUP(fd_closep) = file_temporary(&fetched->err);
	char *piece CLEANUP(freep) = mem_resize(NULL, PIECE_BYTES, 1); /* TLS hands out far smaller ones */
	bool good = fd >= 0;

	while (rd->literal) {
		size_t length = MIN(rd->literal, (uint64_t)PIECE_BYTES);
		int r = imap_literal_read(rd, piece, length, err);

		if (r < 0)
			return r;
		good = good && body_write(fd, str_new(piece, length), &fetched->err) == 0;
	}
	fetched->failed = !good || body_map(fd, n, &fetched->incoming, &fetched->err) < 0;
	if (fetched->failed)
		fetched->err.scope = SCOPE_MESSAGE;
	return 0;
}

/* RFC822.SIZE promised less than what comes now: the header is kept as for any other message that is too large. */
static int body_too_large(struct imap_reader *rd, uint64_t size, struct imap_fetched *fetched, struct error *err)
{
	int r = body_to_heap(rd, (size_t)MIN(size, (uint64_t)HEADER_BYTES), fetched, err);

	if (r < 0)
		return r;
	fetched->incoming->raw = body_header(fetched->incoming->raw);
	fetched->incoming->kind = INCOMING_TOO_LARGE;
	fetched->incoming->size = size;
	return imap_literal_skip(rd, err);
}

static int read_body(struct imap *imap, const struct imap_token *value, struct imap_fetched *fetched, struct error *err)
{
	struct imap_reader *rd = &imap->reader;

	if (!imap_wants_bodies(imap) || fetched->has_body || value->kind == TOKEN_OPEN)
		return imap_skip_value(rd, value, err);
	fetched->has_body = true;
	if (value->kind == TOKEN_LITERAL) {
		stream_step(imap->stream, "message", 0); /* a large one may take its time as long as bytes come */
		fetched->is_empty = value->size == 0;
		if (value->size > imap->options.max_message_bytes)
			return body_too_large(rd, value->size, fetched, err);
		if (value->size > HEAP_BYTES)
			return body_to_file(rd, (size_t)value->size, fetched, err);
		return body_to_heap(rd, (size_t)value->size, fetched, err);
	}
	struct str text = imap_token_is_nil(value) ? STR_NULL : value->text;
	fetched->incoming = mem_new(1, sizeof *fetched->incoming);
	fetched->incoming->memory = str_dup(text);
	fetched->incoming->raw = str_new(fetched->incoming->memory, text.n);
	fetched->is_empty = text.n == 0;
	return 0;
}

/* ---------------------------------------------------------------- items */

static int read_flags(struct imap_reader *rd, const struct imap_token *value, struct imap_fetched *fetched,
                      struct error *err)
{
	struct imap_token flag;

	if (value->kind != TOKEN_OPEN)
		return imap_skip_value(rd, value, err);
	for (;;) {
		int r = imap_token(rd, &flag, err);
		if (r < 0)
			return r;
		if (flag.kind == TOKEN_CLOSE || flag.kind == TOKEN_END)
			return 0;
		if (imap_token_is(&flag, STR("\\Seen")))
			fetched->seen = true;
		r = imap_skip_value(rd, &flag, err);
		if (r < 0)
			return r;
	}
}

enum item { ITEM_OTHER, ITEM_UID, ITEM_SIZE, ITEM_FLAGS, ITEM_DATE, ITEM_BODY, ITEM_HEADER };

static enum item item_of(struct str name)
{
	static const struct {
		struct str name;
		enum item item;
	} items[] = {
	        {STR_INIT("UID"), ITEM_UID},           {STR_INIT("FLAGS"), ITEM_FLAGS},
	        {STR_INIT("INTERNALDATE"), ITEM_DATE}, {STR_INIT("BODY[]"), ITEM_BODY},
	        {STR_INIT("RFC822.SIZE"), ITEM_SIZE},  {STR_INIT("BODY[HEADER]"), ITEM_HEADER},
	};

	for (size_t i = 0; i < ARRAY_LEN(items); i++)
		if (str_eq_nocase(name, items[i].name))
			return items[i].item;
	return ITEM_OTHER;
}

static int read_item(struct imap *imap, enum item item, const struct imap_token *value, struct imap_fetched *fetched,
                     struct error *err)
{
	uint64_t number;

	switch (item) {
	case ITEM_UID:
		if (imap_token_number(value, UINT32_MAX, &number))
			fetched->uid = (uint32_t)number;
		break;
	case ITEM_SIZE:
		fetched->has_size = imap_token_number(value, INT64_MAX, &fetched->size);
		break;
	case ITEM_DATE:
		if (value->kind == TOKEN_STRING && !imap_parse_date(value->text, &fetched->received_at))
			fetched->received_at = 0;
		break;
	case ITEM_FLAGS:
		return read_flags(&imap->reader, value, fetched, err);
	case ITEM_HEADER:
	case ITEM_BODY:
		fetched->is_header = item == ITEM_HEADER;
		return read_body(imap, value, fetched, err);
	case ITEM_OTHER:
		break;
	}
	return imap_skip_value(&imap->reader, value, err);
}

static int read_items(struct imap *imap, struct imap_fetched *fetched, struct error *err)
{
	struct imap_reader *rd = &imap->reader;
	struct imap_token token;
	int r = imap_token(rd, &token, err);

	if (r == 0 && token.kind != TOKEN_OPEN)
		return fail(err, E_PROTOCOL, RETRY_LATER, "a FETCH answer without its list");
	while (r == 0) {
		enum item item;

		r = imap_token(rd, &token, err);
		if (r < 0 || token.kind == TOKEN_CLOSE)
			break;
		if (token.kind != TOKEN_ATOM)
			return fail(err, E_PROTOCOL, RETRY_LATER,
			            "a FETCH answer that breaks off or has no names in it");
		item = item_of(token.text);
		r = imap_token(rd, &token, err);
		if (r == 0 && (token.kind == TOKEN_END || token.kind == TOKEN_CLOSE))
			return fail(err, E_PROTOCOL, RETRY_LATER, "a FETCH answer with a name and no value");
		if (r == 0)
			r = read_item(imap, item, &token, fetched, err);
	}
	return r < 0 ? r : imap_skip_rest(rd, err);
}

int imap_read_fetch(struct imap *imap, struct error *err)
{
	struct imap_fetched fetched = {0};
	int r = read_items(imap, &fetched, err);

	if (r < 0) {
		incoming_free(fetched.incoming);
		return r;
	}
	return imap_file_fetched(imap, &fetched, err);
}
