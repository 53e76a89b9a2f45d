/* The content of a multipart/signed as its signer saw it, read from the raw bytes without a copy (RFC 8551 §3.1.1: line
 * ends are CRLF). */
#include "smime_open.h"

#include <pthread.h>

#define TELL_EVERY MIB(1)

static const char *next_line_end(struct str rest)
{
	const char *lf = memchr(rest.p, '\n', rest.n);
	const char *cr = memchr(rest.p, '\r', lf ? (size_t)(lf - rest.p) : rest.n);

	return cr ? cr : lf;
}

/* As many bytes as stand before the next line end, or the line end; nothing at the end. */
static size_t give(struct smime_source *s, char *room, size_t size)
{
	struct str rest = str_slice(s->content, s->at, s->content.n);
	const char *end = rest.n ? next_line_end(str_slice(rest, 0, size)) : NULL;
	size_t n = MIN(size, end ? (size_t)(end - rest.p) : rest.n);

	if (s->owes_lf) {
		s->owes_lf = false;
		*room = '\n';
		return 1;
	}
	if (end == rest.p && end) {
		bool pair = *end == '\r' && rest.n > 1 && rest.p[1] == '\n';

		*room = s->bare_lf ? '\n' : '\r';
		s->owes_lf = !s->bare_lf;
		s->at += pair ? 2 : 1;
		return 1;
	}
	if (n)
		memcpy(room, rest.p, n);
	s->at += n;
	if (!n && s->extra_line_end) {
		s->extra_line_end = false;
		s->owes_lf = true;
		*room = '\r';
		return 1;
	}
	return n;
}

static int source_read(BIO *bio, char *room, size_t size, size_t *ret_n)
{
	struct smime_source *s = BIO_get_data(bio);
	size_t n = 0, one;

	while (n < size && (one = give(s, room + n, size - n)) > 0)
		n += one;
	if (s->done_with && s->at - s->told >= TELL_EVERY) {
		s->told = s->at;
		s->done_with(s->ctx, s->content.p + s->at);
	}
	*ret_n = n;
	return n > 0;
}

static long source_ctrl(BIO *bio, int command, long number UNUSED, void *p UNUSED)
{
	const struct smime_source *s = BIO_get_data(bio);

	if (command == BIO_CTRL_EOF)
		return s->at >= s->content.n && !s->owes_lf && !s->extra_line_end;
	return command == BIO_CTRL_FLUSH;
}

static int source_create(BIO *bio)
{
	BIO_set_init(bio, 1);
	return 1;
}

static BIO_METHOD *method;

static void method_make(void)
{
	method = BIO_meth_new(BIO_get_new_index() | BIO_TYPE_SOURCE_SINK, "signed content");
	must(method && BIO_meth_set_read_ex(method, source_read) && BIO_meth_set_ctrl(method, source_ctrl) &&
	     BIO_meth_set_create(method, source_create));
}

BIO *smime_source_bio(struct smime_source *source)
{
	static pthread_once_t once = PTHREAD_ONCE_INIT;
	BIO *bio;

	pthread_once(&once, method_make);
	bio = BIO_new(method);
	must(bio != NULL);
	BIO_set_data(bio, source);
	return bio;
}
