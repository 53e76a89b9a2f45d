/* See channel.h. TLS reads and writes through a BIO of our own, whose only difference to OpenSSL's is MSG_NOSIGNAL: a
 * server that went away must not end the process by SIGPIPE. */
#include "net/channel.h"

#include <errno.h>
#include <openssl/err.h>
#include <pthread.h>
#include <sys/socket.h>
#include <unistd.h>

/* ---------------------------------------------------------------- plain */

static int lost(int errnum, struct error *err)
{
	if (errnum == ECONNRESET || errnum == EPIPE || errnum == ENOTCONN)
		fail(err, E_CLOSED, RETRY_LATER, "the other side reset the connection");
	else if (errnum == ETIMEDOUT || errnum == EHOSTUNREACH || errnum == ENETUNREACH || errnum == ENETDOWN)
		fail(err, E_CLOSED, RETRY_LATER, "the connection was lost: %s", strerrordesc_np(errnum));
	else
		fail_errno(err, errnum, "the connection failed");
	return CHANNEL_FAILED;
}

static ptrdiff_t plain_read(int fd, char *to, size_t n, struct error *err)
{
	ssize_t got;

	do
		got = recv(fd, to, n, 0);
	while (got < 0 && errno == EINTR);
	if (got >= 0)
		return got;
	return errno == EAGAIN ? CHANNEL_WANT_READ : lost(errno, err);
}

static ptrdiff_t plain_write(int fd, struct str bytes, struct error *err)
{
	ssize_t put;

	do
		put = send(fd, bytes.p, bytes.n, MSG_NOSIGNAL);
	while (put < 0 && errno == EINTR);
	if (put >= 0)
		return put;
	return errno == EAGAIN ? CHANNEL_WANT_WRITE : lost(errno, err);
}

/* ---------------------------------------------------------------- TLS */

/* The BIO's data is the descriptor + 1 (NULL means unset); its application flag is "end of input seen". */
static int bio_fd(BIO *bio)
{
	return (int)(intptr_t)BIO_get_data(bio) - 1;
}

static int bio_read(BIO *bio, char *to, int n)
{
	ssize_t got = recv(bio_fd(bio), to, (size_t)n, 0);

	BIO_clear_retry_flags(bio);
	if (got < 0 && (errno == EAGAIN || errno == EINTR))
		BIO_set_retry_read(bio);
	if (got == 0)
		BIO_set_flags(bio, BIO_FLAGS_IN_EOF);
	return (int)got;
}

static int bio_write(BIO *bio, const char *from, int n)
{
	ssize_t put = send(bio_fd(bio), from, (size_t)n, MSG_NOSIGNAL);

	BIO_clear_retry_flags(bio);
	if (put < 0 && (errno == EAGAIN || errno == EINTR))
		BIO_set_retry_write(bio);
	return (int)put;
}

static long bio_ctrl(BIO *bio, int command, long number UNUSED, void *p UNUSED)
{
	switch (command) {
	case BIO_CTRL_FLUSH:
		return 1;
	case BIO_CTRL_EOF:
		return BIO_test_flags(bio, BIO_FLAGS_IN_EOF) != 0;
	default:
		return 0;
	}
}

static BIO_METHOD *method;
static pthread_once_t once = PTHREAD_ONCE_INIT;

static void make_method(void)
{
	method = BIO_meth_new(BIO_get_new_index() | BIO_TYPE_SOURCE_SINK, "hauspost socket");
	must(method != NULL);
	BIO_meth_set_read(method, bio_read);
	BIO_meth_set_write(method, bio_write);
	BIO_meth_set_ctrl(method, bio_ctrl);
}

void channel_add_tls(struct channel *channel, SSL *ssl)
{
	BIO *bio;

	must(channel->fd >= 0 && !channel->ssl);
	pthread_once(&once, make_method);
	bio = BIO_new(method);
	must(bio != NULL);
	BIO_set_data(bio, (void *)(intptr_t)(channel->fd + 1));
	BIO_set_init(bio, 1);
	SSL_set_bio(ssl, bio, bio);
	channel->ssl = ssl;
}

static int tls_lost(SSL *ssl, struct error *err)
{
	char text[160];

	tls_error_text(ssl, text, sizeof text);
	fail(err, E_TLS, RETRY_LATER, "TLS: %s", text);
	return CHANNEL_FAILED;
}

/* Many servers close without a close-notify; what a cut means is for the protocol above to say, as it is without TLS.
 */
static bool is_plain_eof(void)
{
	return ERR_GET_REASON(ERR_peek_error()) == SSL_R_UNEXPECTED_EOF_WHILE_READING;
}

static int tls_result(SSL *ssl, int rc, int errnum, struct error *err)
{
	switch (SSL_get_error(ssl, rc)) {
	case SSL_ERROR_WANT_READ:
		return CHANNEL_WANT_READ;
	case SSL_ERROR_WANT_WRITE:
		return CHANNEL_WANT_WRITE;
	case SSL_ERROR_ZERO_RETURN:
		return CHANNEL_EOF;
	case SSL_ERROR_SYSCALL:
		ERR_clear_error();
		return errnum ? lost(errnum, err) : CHANNEL_EOF;
	default:
		if (is_plain_eof()) {
			ERR_clear_error();
			return CHANNEL_EOF;
		}
		return tls_lost(ssl, err);
	}
}

static ptrdiff_t tls_read(SSL *ssl, char *to, size_t n, struct error *err)
{
	size_t got = 0;
	int rc;

	ERR_clear_error();
	errno = 0;
	rc = SSL_read_ex(ssl, to, n, &got);
	return rc > 0 ? (ptrdiff_t)got : tls_result(ssl, rc, errno, err);
}

static ptrdiff_t tls_write(SSL *ssl, struct str bytes, struct error *err)
{
	size_t put = 0;
	int rc, errnum;

	ERR_clear_error();
	errno = 0;
	rc = SSL_write_ex(ssl, bytes.p, bytes.n, &put);
	if (rc > 0)
		return (ptrdiff_t)put;
	errnum = errno;
	rc = tls_result(ssl, rc, errnum, err);
	if (rc != CHANNEL_EOF)
		return rc;
	return lost(EPIPE, err);
}

int channel_handshake(struct channel *channel, struct error *err)
{
	int rc, errnum;

	ERR_clear_error();
	errno = 0;
	rc = SSL_connect(channel->ssl);
	errnum = errno;
	if (rc == 1) {
		tls_handshake_done(channel->ssl);
		return 1;
	}
	if (SSL_get_error(channel->ssl, rc) == SSL_ERROR_SSL && !is_plain_eof()) {
		tls_handshake_failed(channel->ssl, err);
		return CHANNEL_FAILED;
	}
	return tls_result(channel->ssl, rc, errnum, err);
}

/* SSL_peek() may read the network as well: what it finds there is a read without waiting, too. A fault counts as input,
 * so that the read that follows reports it. */
static bool tls_has_input(SSL *ssl)
{
	size_t got = 0;
	char byte;
	int rc;

	if (SSL_pending(ssl) > 0)
		return true;
	if (!SSL_has_pending(ssl))
		return false;
	ERR_clear_error();
	rc = SSL_peek_ex(ssl, &byte, 1, &got);
	return rc > 0 ||
	       (SSL_get_error(ssl, rc) != SSL_ERROR_WANT_READ && SSL_get_error(ssl, rc) != SSL_ERROR_WANT_WRITE);
}

/* ---------------------------------------------------------------- any */

static ptrdiff_t memory_read(struct channel *channel, char *to, size_t n)
{
	n = MIN(n, channel->input.n);
	if (n)
		memcpy(to, channel->input.p, n);
	channel->input = str_slice(channel->input, n, channel->input.n);
	return (ptrdiff_t)n;
}

ptrdiff_t channel_read(struct channel *channel, char *to, size_t n, struct error *err)
{
	must(n > 0);
	if (channel->fd < 0)
		return memory_read(channel, to, n);
	return channel->ssl ? tls_read(channel->ssl, to, n, err) : plain_read(channel->fd, to, n, err);
}

ptrdiff_t channel_write(struct channel *channel, struct str bytes, struct error *err)
{
	must(bytes.n > 0);
	if (channel->fd < 0) {
		if (channel->output)
			buf_add(channel->output, bytes);
		return (ptrdiff_t)bytes.n;
	}
	return channel->ssl ? tls_write(channel->ssl, bytes, err) : plain_write(channel->fd, bytes, err);
}

bool channel_has_input(const struct channel *channel)
{
	if (channel->fd < 0)
		return channel->input.n > 0;
	return channel->ssl && tls_has_input(channel->ssl);
}

void channel_close(struct channel *channel, bool orderly)
{
	if (channel->ssl) {
		if (orderly && SSL_is_init_finished(channel->ssl))
			SSL_shutdown(channel->ssl);
		ERR_clear_error();
		SSL_free(channel->ssl);
		channel->ssl = NULL;
	}
	if (channel->fd >= 0)
		close(channel->fd);
	channel->fd = -1;
}
