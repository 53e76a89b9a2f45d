/* See webhook_sign.h. */
#include "security/webhook_sign.h"

#include "base/base64.h"
#include "base/random.h"

#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>

#define KEY_BYTES       32 /* RFC 8032 §5.1.5 */
#define SIGNATURE_BYTES 64
#define MOST_BYTES      64

DEFINE_CLEANUP(EVP_PKEY *, EVP_PKEY_free)
DEFINE_CLEANUP(EVP_MD_CTX *, EVP_MD_CTX_free)

/* The bytes behind the prefix; the buffer is the caller's to wipe. */
static int read_bytes(struct str text, struct str prefix, struct buf *bytes, struct error *err)
{
	if (!buf_room(bytes, bytes->max / 2) || !str_starts(text, prefix) ||
	    !base64_decode(bytes, str_slice(text, prefix.n, text.n)) || bytes->n == 0 || bytes->n > MOST_BYTES)
		return fail(err, E_INVALID, RETRY_NEVER, "the webhook's secret is not " STR_FMT " and base64",
		            STR_ARG(prefix));
	return 0;
}

static int open_key(struct str private_key, EVP_PKEY **ret_key, struct error *err)
{
	struct buf bytes CLEANUP(buf_wipe) = BUF_INIT(256);
	EVP_PKEY *key;
	int r = read_bytes(private_key, STR("whsk_"), &bytes, err);

	if (r < 0)
		return r;
	key = bytes.n >= KEY_BYTES
	              ? EVP_PKEY_new_raw_private_key(EVP_PKEY_ED25519, NULL, (const unsigned char *)bytes.p, KEY_BYTES)
	              : NULL;
	if (!key)
		return fail(err, E_INVALID, RETRY_NEVER, "the webhook's private key is not an Ed25519 key of 32 bytes");
	*ret_key = key;
	return 0;
}

static int sign_ed25519(struct str secret, struct str text, struct buf *out, struct error *err)
{
	EVP_PKEY *key CLEANUP(EVP_PKEY_freep) = NULL;
	EVP_MD_CTX *context CLEANUP(EVP_MD_CTX_freep) = EVP_MD_CTX_new();
	unsigned char signature[SIGNATURE_BYTES];
	size_t n = sizeof signature;
	int r = open_key(secret, &key, err);

	if (r < 0)
		return r;
	must(context && EVP_DigestSignInit(context, NULL, NULL, NULL, key) == 1 &&
	     EVP_DigestSign(context, signature, &n, (const unsigned char *)text.p, text.n) == 1);
	buf_add(out, STR("v1a,"));
	base64_encode(out, str_new(signature, n));
	return 0;
}

static int sign_hmac(struct str secret, struct str text, struct buf *out, struct error *err)
{
	struct buf bytes CLEANUP(buf_wipe) = BUF_INIT(256);
	unsigned char mac[EVP_MAX_MD_SIZE];
	unsigned n = 0;
	int r = read_bytes(secret, STR("whsec_"), &bytes, err);

	if (r < 0)
		return r;
	must(HMAC(EVP_sha256(), bytes.p, (int)bytes.n, (const unsigned char *)text.p, text.n, mac, &n));
	buf_add(out, STR("v1,"));
	base64_encode(out, str_new(mac, n));
	return 0;
}

int webhook_sign(struct str secret, const char *id, int64_t timestamp_s, struct str body, struct buf *out,
                 struct error *err)
{
	struct buf text CLEANUP(buf_done) = BUF_INIT(MIB(2));

	buf_printf(&text, "%s.%lld.", id, (long long)timestamp_s);
	buf_add(&text, body);
	if (text.failed)
		return fail(err, E_LIMIT, RETRY_NEVER, "the event is too large to be sent to a webhook");
	if (out->n)
		buf_add_char(out, ' ');
	return str_starts(secret, STR("whsk_")) ? sign_ed25519(secret, buf_str(&text), out, err)
	                                        : sign_hmac(secret, buf_str(&text), out, err);
}

/* ---------------------------------------------------------------- new ones */

static void add_random(struct str prefix, struct buf *out)
{
	unsigned char bytes[WEBHOOK_SECRET_BYTES];

	random_bytes(bytes, sizeof bytes);
	buf_add(out, prefix);
	base64_encode(out, str_new(bytes, sizeof bytes));
	OPENSSL_cleanse(bytes, sizeof bytes);
}

void webhook_new_secret(struct buf *out)
{
	add_random(STR("whsec_"), out);
}

/* RFC 8032 §5.1.5: any 32 bytes are one. */
void webhook_new_key(struct buf *out)
{
	add_random(STR("whsk_"), out);
}

int webhook_public_key(struct str private_key, struct buf *out, struct error *err)
{
	EVP_PKEY *key CLEANUP(EVP_PKEY_freep) = NULL;
	unsigned char bytes[KEY_BYTES];
	size_t n = sizeof bytes;
	int r = open_key(private_key, &key, err);

	if (r < 0)
		return r;
	must(EVP_PKEY_get_raw_public_key(key, bytes, &n) == 1);
	buf_add(out, STR("whpk_"));
	base64_encode(out, str_new(bytes, n));
	return 0;
}
