/* SCRAM (RFC 5802), with SHA-256 as RFC 7677 has it: both sides prove that they know the password, and neither sends
 *it.
 *
 *	C: n,,n=user,r=OURS                          our nonce, behind the GS2 header
 *	S: r=OURSTHEIRS,s=SALT,i=4096
 *	C: c=biws,r=OURSTHEIRS,p=PROOF
 *	S: v=SIGNATURE                               the server's proof
 */
#include "auth/mechanism.h"

#include "auth/sasl.h"
#include "base/base64.h"
#include "base/random.h"

#include <stdio.h>

#define NONCE_BYTES        18
#define SERVER_FIRST_MAX   2048
#define AUTH_MESSAGE_MAX   (2 * SASL_RESPONSE_MAX)
#define LOWEST_ITERATIONS  4096
#define HIGHEST_ITERATIONS 600000

static const char *fixed_nonce;

void sasl_fix_nonce(const char *nonce)
{
	fixed_nonce = nonce;
}

void scram_done(struct scram *scram)
{
	buf_wipe(&scram->gs2);
	buf_wipe(&scram->auth_message);
	explicit_bzero(scram, sizeof *scram);
}

static int broken(struct error *err, const char *what)
{
	return fail(err, E_PROTOCOL, RETRY_LATER, "log-in: the server's SCRAM message %s", what);
}

static int no_digest(struct error *err)
{
	return fail(err, E_UNSUPPORTED, RETRY_NEVER, "log-in: this system's OpenSSL refuses the hash of the mechanism");
}

/* ---------------------------------------------------------------- client first */

static void make_nonce(struct scram *scram)
{
	struct buf text CLEANUP(buf_done) = BUF_INIT(sizeof scram->nonce);
	unsigned char bytes[NONCE_BYTES];

	random_bytes(bytes, sizeof bytes);
	base64_encode(&text, str_new(bytes, sizeof bytes));
	snprintf(scram->nonce, sizeof scram->nonce, "%s", fixed_nonce ? fixed_nonce : buf_cstr(&text));
}

/* RFC 5802 §7 gs2-header, and behind it what c= repeats besides. Returns the header's length. */
static size_t put_gs2(struct exchange *e)
{
	struct buf *gs2 = &e->scram.gs2;
	size_t n;

	if (e->binding.type)
		buf_printf(gs2, "p=%s,,", e->binding.type);
	else
		buf_add_cstr(gs2, e->could_bind ? "y,," : "n,,");
	n = gs2->n;
	if (e->binding.type)
		buf_add(gs2, str_new(e->binding.bytes, e->binding.n));
	return n;
}

/* A name or password that can't be prepared goes as it is: servers that took it at all didn't prepare it either. */
static void prepare(struct str text, struct buf *out)
{
	if (!saslprep(text, out))
		buf_add(out, text);
}

static int begin(struct exchange *e, struct buf *out, struct error *err)
{
	struct buf user CLEANUP(buf_wipe) = BUF_INIT(SASL_SECRET_MAX);
	struct scram *scram = &e->scram;
	size_t header;

	scram->digest = e->mechanism == SASL_SCRAM_SHA_256 || e->mechanism == SASL_SCRAM_SHA_256_PLUS ? DIGEST_SHA256
	                                                                                              : DIGEST_SHA1;
	if (!*scram->nonce)
		make_nonce(scram);
	buf_wipe(&scram->gs2);
	buf_wipe(&scram->auth_message);
	buf_init(&scram->gs2, 256);
	buf_init(&scram->auth_message, AUTH_MESSAGE_MAX);
	header = put_gs2(e);
	prepare(e->user, &user);
	buf_add(&scram->auth_message, STR("n="));
	sasl_put_name(&scram->auth_message, buf_str(&user));
	buf_printf(&scram->auth_message, ",r=%s", scram->nonce);
	buf_add(out, str_slice(buf_str(&scram->gs2), 0, header));
	buf_add(out, buf_str(&scram->auth_message));
	return user.failed || scram->auth_message.failed
	               ? fail(err, E_INVALID, RETRY_NEVER, "log-in: the user name is too long")
	               : 0;
}

/* ---------------------------------------------------------------- server first */

struct server_first {
	struct str nonce, salt; /* the salt as base64 */
	unsigned iterations;
};

/* "x=VALUE" up to the next comma. */
static bool take_attribute(struct str *rest, char name, struct str *ret_value)
{
	struct str piece;

	if (!str_split(rest, ',', &piece) || piece.n < 2 || piece.p[0] != name || piece.p[1] != '=')
		return false;
	*ret_value = str_slice(piece, 2, piece.n);
	return true;
}

static int check_nonce(const struct scram *scram, struct str nonce, struct error *err)
{
	struct str own = str_of(scram->nonce);

	if (!str_starts(nonce, own) || nonce.n == own.n)
		return fail(err, E_INSECURE, RETRY_NEVER,
		            "log-in: the server does not go on from our nonce: this may be a recorded answer");
	return 0;
}

static int check_iterations(struct str text, unsigned *ret, struct error *err)
{
	uint64_t iterations = 0;

	if (!str_to_uint(text, UINT32_MAX, &iterations))
		return broken(err, "has no iteration count");
	if (iterations < LOWEST_ITERATIONS)
		return fail(err, E_INSECURE, RETRY_NEVER,
		            "log-in: the server asks for %u iterations of the hash; fewer than %d make the password "
		            "easy to guess (RFC 7677)",
		            (unsigned)iterations, LOWEST_ITERATIONS);
	if (iterations > HIGHEST_ITERATIONS)
		return fail(err, E_LIMIT, RETRY_NEVER,
		            "log-in: the server asks for %u iterations of the hash, more than %d", (unsigned)iterations,
		            HIGHEST_ITERATIONS);
	*ret = (unsigned)iterations;
	return 0;
}

static int read_server_first(const struct scram *scram, struct str challenge, struct server_first *ret,
                             struct error *err)
{
	struct str rest = challenge, iterations;
	int rc;

	if (challenge.n > SERVER_FIRST_MAX)
		return broken(err, "is too long");
	if (str_starts(challenge, STR("m=")))
		return broken(err, "demands an extension that nobody knows");
	if (!take_attribute(&rest, 'r', &ret->nonce) || !take_attribute(&rest, 's', &ret->salt) ||
	    !take_attribute(&rest, 'i', &iterations))
		return broken(err, "is not r=, s=, i=");
	rc = check_nonce(scram, ret->nonce, err);
	return rc < 0 ? rc : check_iterations(iterations, &ret->iterations, err);
}

/* ---------------------------------------------------------------- client final */

/* RFC 5802 §3: SaltedPassword. */
static int salt_password(const struct exchange *e, const struct server_first *first, unsigned char ret[DIGEST_MAX],
                         struct error *err)
{
	struct buf salt CLEANUP(buf_done) = BUF_INIT(SERVER_FIRST_MAX);
	struct buf password CLEANUP(buf_wipe) = BUF_INIT(2 * SASL_SECRET_MAX);

	if (!base64_decode(&salt, first->salt) || !salt.n)
		return broken(err, "has a salt that isn't base64");
	if (!buf_room(&password, 2 * e->secret.n + 1))
		return fail(err, E_INVALID, RETRY_NEVER, "log-in: the password is too long");
	prepare(e->secret, &password);
	return digest_pbkdf2(e->scram.digest, buf_str(&password), buf_str(&salt), first->iterations, ret)
	               ? 0
	               : no_digest(err);
}

/* From the salted password: our proof, and the signature that the server will have to show. */
static int prove(struct scram *scram, const unsigned char *salted, unsigned char ret_proof[DIGEST_MAX],
                 struct error *err)
{
	unsigned char client_key[DIGEST_MAX], stored_key[DIGEST_MAX], signature[DIGEST_MAX], server_key[DIGEST_MAX];
	size_t n = digest_size(scram->digest);
	struct str message = buf_str(&scram->auth_message);
	bool ok = digest_hmac(scram->digest, str_new(salted, n), STR("Client Key"), client_key) &&
	          digest_of(scram->digest, str_new(client_key, n), stored_key) &&
	          digest_hmac(scram->digest, str_new(stored_key, n), message, signature) &&
	          digest_hmac(scram->digest, str_new(salted, n), STR("Server Key"), server_key) &&
	          digest_hmac(scram->digest, str_new(server_key, n), message, scram->server_signature);

	for (size_t i = 0; ok && i < n; i++)
		ret_proof[i] = client_key[i] ^ signature[i];
	explicit_bzero(client_key, sizeof client_key);
	explicit_bzero(stored_key, sizeof stored_key);
	explicit_bzero(server_key, sizeof server_key);
	return ok ? 0 : no_digest(err);
}

static int finish(struct exchange *e, struct str challenge, struct buf *out, struct error *err)
{
	struct scram *scram = &e->scram;
	struct server_first first;
	unsigned char salted[DIGEST_MAX], proof[DIGEST_MAX];
	int rc = read_server_first(scram, challenge, &first, err);

	if (rc == 0)
		rc = salt_password(e, &first, salted, err);
	if (rc < 0)
		return rc;
	buf_add(out, STR("c="));
	base64_encode(out, buf_str(&scram->gs2));
	buf_add(out, STR(",r="));
	buf_add(out, first.nonce);
	buf_add_char(&scram->auth_message, ',');
	buf_add(&scram->auth_message, challenge);
	buf_add_char(&scram->auth_message, ',');
	buf_add(&scram->auth_message, buf_str(out));
	rc = prove(scram, salted, proof, err);
	explicit_bzero(salted, sizeof salted);
	if (rc < 0)
		return rc;
	buf_add(out, STR(",p="));
	base64_encode(out, str_new(proof, digest_size(scram->digest)));
	return 0;
}

/* ---------------------------------------------------------------- server final */

/* RFC 5802 §7 server-error-value */
static int read_server_error(struct exchange *e, struct str value, struct error *err)
{
	if (str_eq(value, STR("channel-bindings-dont-match")))
		return fail(err, E_INSECURE, RETRY_NEVER,
		            "log-in: the server sees another TLS connection than ours: somebody stands in between");
	if (str_eq(value, STR("server-does-support-channel-binding")))
		return fail(err, E_INSECURE, RETRY_NEVER,
		            "log-in: the server offers -PLUS mechanisms, but they did not arrive here: somebody in "
		            "between removes them");
	e->wrong_binding = str_eq(value, STR("unsupported-channel-binding-type"));
	if (e->wrong_binding)
		return fail(err, E_UNSUPPORTED, RETRY_NEVER,
		            "log-in: the server knows no channel binding of this TLS version: disable the -PLUS "
		            "mechanisms in the account");
	return fail(err, E_AUTH, RETRY_NEVER, "log-in: the server says: " STR_FMT, STR_ARG(str_slice(value, 0, 100)));
}

static int check_server(struct exchange *e, struct str challenge, struct error *err)
{
	struct buf signature CLEANUP(buf_done) = BUF_INIT(SERVER_FIRST_MAX);
	struct str rest = challenge, value;
	size_t n = digest_size(e->scram.digest);

	if (str_starts(challenge, STR("e=")))
		return read_server_error(e, str_slice(challenge, 2, challenge.n), err);
	if (challenge.n > SERVER_FIRST_MAX || !take_attribute(&rest, 'v', &value) || !base64_decode(&signature, value))
		return broken(err, "is not v=");
	if (signature.n != n || !digest_equal((const unsigned char *)signature.p, e->scram.server_signature, n))
		return fail(err, E_INSECURE, RETRY_NEVER,
		            "log-in: the server's signature is wrong: it does not know the password, so it is another "
		            "server than ours");
	e->proven = true;
	return 0;
}

int scram_respond(struct exchange *e, struct str challenge, struct buf *out, struct error *err)
{
	switch (e->step++) {
	case 0:
		return begin(e, out, err);
	case 1:
		return finish(e, challenge, out, err);
	case 2:
		return check_server(e, challenge, err);
	default:
		return broken(err, "comes after the last");
	}
}
