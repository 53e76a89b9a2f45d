/* The mechanisms and the short ones among them. See mechanism.h. */
#include "auth/mechanism.h"

#include "base/mem.h"

/* ---------------------------------------------------------------- PLAIN, LOGIN, CRAM-MD5 */

/* RFC 4616: authorize as nobody else, user, password. */
static int plain_respond(struct exchange *e, struct str challenge, struct buf *out, struct error *err)
{
	(void)challenge;
	if (e->step++ > 0)
		return fail(err, E_PROTOCOL, RETRY_LATER, "log-in: the server asks for more than AUTH PLAIN has");
	buf_add_char(out, '\0');
	buf_add(out, e->user);
	buf_add_char(out, '\0');
	buf_add(out, e->secret);
	return 0;
}

/* "Username:", "Password:" are words for people, and in many languages: what counts is the order. */
static int login_respond(struct exchange *e, struct str challenge, struct buf *out, struct error *err)
{
	(void)challenge;
	if (e->step > 1)
		return fail(err, E_PROTOCOL, RETRY_LATER, "log-in: the server asks for more than user and password");
	buf_add(out, e->step++ == 0 ? e->user : e->secret);
	return 0;
}

/* RFC 2195 §2 */
static int cram_respond(struct exchange *e, struct str challenge, struct buf *out, struct error *err)
{
	unsigned char mac[DIGEST_MAX];

	if (e->step++ > 0)
		return fail(err, E_PROTOCOL, RETRY_LATER, "log-in: the server asks for more than CRAM-MD5 has");
	if (!challenge.n)
		return fail(err, E_PROTOCOL, RETRY_LATER, "log-in: the server's CRAM-MD5 challenge is empty");
	if (!digest_hmac(DIGEST_MD5, e->secret, challenge, mac))
		return fail(err, E_UNSUPPORTED, RETRY_NEVER,
		            "log-in: this system's OpenSSL refuses MD5: disable CRAM-MD5 in the account");
	buf_add(out, e->user);
	buf_add_char(out, ' ');
	for (size_t i = 0; i < digest_size(DIGEST_MD5); i++)
		buf_printf(out, "%02x", mac[i]);
	return 0;
}

/* ---------------------------------------------------------------- all */

static const struct {
	int (*respond)(struct exchange *e, struct str challenge, struct buf *out, struct error *err);
	bool client_first, reads_challenges, proves;
} mechanisms[SASL_MECHANISMS] = {
        [SASL_SCRAM_SHA_256_PLUS] = {scram_respond, true, true, true},
        [SASL_SCRAM_SHA_1_PLUS] = {scram_respond, true, true, true},
        [SASL_SCRAM_SHA_256] = {scram_respond, true, true, true},
        [SASL_SCRAM_SHA_1] = {scram_respond, true, true, true},
        [SASL_CRAM_MD5] = {cram_respond, false, true, false},
        [SASL_PLAIN] = {plain_respond, true, false, false},
        [SASL_LOGIN] = {login_respond, false, false, false},
        [SASL_OAUTHBEARER] = {oauthbearer_respond, true, true, false},
        [SASL_XOAUTH2] = {xoauth2_respond, true, true, false},
};

bool exchange_is_client_first(const struct exchange *exchange)
{
	return mechanisms[exchange->mechanism].client_first;
}

bool exchange_reads_challenges(const struct exchange *exchange)
{
	return mechanisms[exchange->mechanism].reads_challenges;
}

int exchange_respond(struct exchange *e, struct str challenge, struct buf *out, struct error *err)
{
	int rc;

	must(mechanisms[e->mechanism].respond != NULL);
	rc = mechanisms[e->mechanism].respond(e, challenge, out, err);
	if (!mechanisms[e->mechanism].proves)
		e->proven = true;
	if (rc == 0 && out->failed)
		return fail(err, E_LIMIT, RETRY_NEVER, "log-in: user and password or token are too long");
	return rc;
}

void exchange_done(struct exchange *exchange)
{
	scram_done(&exchange->scram);
}
