/* Keystores that were opened lately, shared: deriving a key from a password takes long on purpose, and a listener would
 * do it for each mail. Found by a digest of content and password. */
#include "keystore_open.h"

#include "base/base64.h"
#include "base/clock.h"
#include "base/mem.h"

#include <openssl/evp.h>
#include <pthread.h>

#define SHARED_MAX  32
#define KEPT_MS     HOURS_MS(1)
#define DIGEST_SIZE KEYSTORE_DIGEST_SIZE

static struct shared {
	unsigned char digest[DIGEST_SIZE];
	struct keystore *keystore; /* one use is this table's; NULL: free place */
	int64_t used_at;
} shared[SHARED_MAX]; /* under lock */

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;

static void digest_one(EVP_MD_CTX *ctx, const struct secret *secret)
{
	struct str bytes = secret ? secret_reveal(secret) : STR_NULL;
	uint64_t n = bytes.n;

	must(EVP_DigestUpdate(ctx, &n, sizeof n) == 1 && EVP_DigestUpdate(ctx, bytes.p ? bytes.p : "", bytes.n) == 1);
}

static void digest_of(const struct keystore_source *source, unsigned char digest[DIGEST_SIZE])
{
	EVP_MD_CTX *ctx = EVP_MD_CTX_new();

	must(ctx && EVP_DigestInit_ex(ctx, EVP_sha256(), NULL) == 1);
	digest_one(ctx, source->content);
	digest_one(ctx, source->password);
	digest_one(ctx, source->key_password);
	must(EVP_DigestFinal_ex(ctx, digest, NULL) == 1);
	EVP_MD_CTX_free(ctx);
}

/* What nobody asked for in an hour goes, so that no key stays in memory for ever. */
static void forget_old(int64_t now)
{
	for (size_t i = 0; i < SHARED_MAX; i++)
		if (shared[i].keystore && now - shared[i].used_at > KEPT_MS)
			keystore_free(take(shared[i].keystore));
}

static struct keystore *find(const unsigned char digest[DIGEST_SIZE], int64_t now)
{
	struct keystore *found = NULL;

	pthread_mutex_lock(&lock);
	forget_old(now);
	for (size_t i = 0; i < SHARED_MAX && !found; i++) {
		if (!shared[i].keystore || memcmp(shared[i].digest, digest, DIGEST_SIZE) != 0)
			continue;
		found = shared[i].keystore;
		shared[i].used_at = now;
		keystore_use(found);
	}
	pthread_mutex_unlock(&lock);
	return found;
}

static void remember(const unsigned char digest[DIGEST_SIZE], struct keystore *keystore, int64_t now)
{
	struct shared *place = &shared[0];

	pthread_mutex_lock(&lock);
	for (size_t i = 0; i < SHARED_MAX && place->keystore; i++)
		if (!shared[i].keystore || shared[i].used_at < place->used_at)
			place = &shared[i];
	keystore_free(place->keystore);
	memcpy(place->digest, digest, DIGEST_SIZE);
	place->keystore = keystore;
	place->used_at = now;
	keystore_use(keystore);
	pthread_mutex_unlock(&lock);
}

static void wipe_buf(struct buf *buf)
{
	mem_wipe_free(buf->p, buf->size);
}

/* PEM as it is; base64 may be folded, as YAML writes long texts. */
static bool unpack(struct str text, struct buf *bytes)
{
	struct buf plain CLEANUP(wipe_buf) = BUF_INIT(text.n + 1);

	/* Room for the whole at once: growing would leave pieces of keys in freed memory. */
	if (!buf_room(bytes, text.n) || !buf_room(&plain, text.n))
		return false;
	if (str_find(text, STR("-----BEGIN ")) >= 0) {
		buf_add(bytes, text);
		return true;
	}
	for (size_t i = 0; i < text.n; i++)
		if (!is_space(text.p[i]))
			buf_add_char(&plain, text.p[i]);
	return base64_decode(bytes, buf_str(&plain));
}

int keystore_open_shared(const struct keystore_source *source, struct keystore **ret_keystore, struct error *err)
{
	struct str text = secret_reveal(source->content);
	struct buf bytes CLEANUP(wipe_buf) = BUF_INIT(text.n + 16);
	unsigned char digest[DIGEST_SIZE];
	int64_t now = clock_mono_ms();
	struct keystore *keystore;
	int r;

	digest_of(source, digest);
	keystore = find(digest, now);
	if (!keystore) {
		if (!unpack(text, &bytes))
			return fail(err, E_INVALID, RETRY_NEVER,
			            "it is neither PEM nor the base64 (RFC 4648) of a PKCS#12 or JKS file");
		r = keystore_open_keys(buf_str(&bytes), source->password, source->key_password, &keystore, err);
		if (r < 0)
			return r;
		keystore_set_digest(keystore, digest);
		remember(digest, keystore, now);
	}
	*ret_keystore = keystore;
	return 0;
}
