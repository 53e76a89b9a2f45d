/* See token.h. */
#include "security/token.h"

#include "base/random.h"

#include <openssl/core_names.h>
#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/params.h>
#include <pthread.h>

#define NONCE_BYTES 8
#define CHECK_BYTES 12
#define TOKEN_BYTES (NONCE_BYTES + CHECK_BYTES)
#define ADDRESS_MAX 320 /* RFC 5321 §4.5.3.1 */

static const char digits[] = "abcdefghijklmnopqrstuvwxyz234567";

/* Made once, and keyed only where the key is another one than before, which is nearly never: HMAC() would look for the
 * algorithms each time, which takes longer than the rest. */
static pthread_mutex_t hmac_lock = PTHREAD_MUTEX_INITIALIZER;
static EVP_MAC_CTX *hmac_sha256;                /* under hmac_lock, as is */
static unsigned char hmac_key[TOKEN_KEY_BYTES]; /* what it is keyed with, if */
static bool hmac_is_keyed;

static void make_hmac(void)
{
	char digest[] = "SHA256";
	const OSSL_PARAM params[] = {OSSL_PARAM_construct_utf8_string(OSSL_MAC_PARAM_DIGEST, digest, 0),
	                             OSSL_PARAM_construct_end()};
	EVP_MAC *mac = EVP_MAC_fetch(NULL, "HMAC", NULL);

	must(mac != NULL);
	hmac_sha256 = EVP_MAC_CTX_new(mac);
	must(hmac_sha256 != NULL && EVP_MAC_CTX_set_params(hmac_sha256, params) == 1);
	EVP_MAC_free(mac); /* the context holds it */
}

static void mac_of(const unsigned char key[TOKEN_KEY_BYTES], const unsigned char *text, size_t n,
                   unsigned char ret_mac[EVP_MAX_MD_SIZE])
{
	size_t mac_n = 0;
	bool is_same;

	pthread_mutex_lock(&hmac_lock);
	if (!hmac_sha256)
		make_hmac();
	is_same = hmac_is_keyed && CRYPTO_memcmp(hmac_key, key, TOKEN_KEY_BYTES) == 0;
	must(EVP_MAC_init(hmac_sha256, is_same ? NULL : key, is_same ? 0 : TOKEN_KEY_BYTES, NULL) == 1 &&
	     EVP_MAC_update(hmac_sha256, text, n) == 1 &&
	     EVP_MAC_final(hmac_sha256, ret_mac, &mac_n, EVP_MAX_MD_SIZE) == 1 && mac_n >= CHECK_BYTES);
	memcpy(hmac_key, key, TOKEN_KEY_BYTES);
	hmac_is_keyed = true;
	pthread_mutex_unlock(&hmac_lock);
}

static void make_check(const unsigned char key[TOKEN_KEY_BYTES], const unsigned char nonce[NONCE_BYTES],
                       struct str address, unsigned char ret_check[CHECK_BYTES])
{
	static const char purpose[] = "hauspost thread token";
	unsigned char text[sizeof purpose + NONCE_BYTES + ADDRESS_MAX], mac[EVP_MAX_MD_SIZE];
	size_t n = sizeof purpose; /* with its NUL */

	memcpy(text, purpose, n);
	memcpy(text + n, nonce, NONCE_BYTES);
	n += NONCE_BYTES;
	for (size_t i = 0; i < MIN(address.n, (size_t)ADDRESS_MAX); i++)
		text[n++] = (unsigned char)ascii_lower(address.p[i]);
	mac_of(key, text, n, mac);
	memcpy(ret_check, mac, CHECK_BYTES);
}

/* Five bits a character; 20 bytes are 32 characters to the bit. */
static void encode(const unsigned char bytes[TOKEN_BYTES], char ret_token[TOKEN_LEN + 1])
{
	for (size_t i = 0; i < TOKEN_LEN; i++) {
		size_t bit = i * 5, at = bit / 8;
		unsigned pair = (unsigned)bytes[at] << 8 | (at + 1 < TOKEN_BYTES ? bytes[at + 1] : 0u);

		ret_token[i] = digits[pair >> (11 - bit % 8) & 31];
	}
	ret_token[TOKEN_LEN] = '\0';
}

static int digit_value(char c)
{
	c = ascii_lower(c);
	return c >= 'a' && c <= 'z' ? c - 'a' : c >= '2' && c <= '7' ? c - '2' + 26 : -1;
}

static bool decode(struct str token, unsigned char ret[TOKEN_BYTES])
{
	unsigned bits = 0;
	size_t held = 0, n = 0;

	if (token.n != TOKEN_LEN)
		return false;
	for (size_t i = 0; i < TOKEN_LEN; i++) {
		int value = digit_value(token.p[i]);

		if (value < 0)
			return false;
		bits = bits << 5 | (unsigned)value;
		held += 5;
		if (held >= 8) {
			held -= 8;
			ret[n++] = (unsigned char)(bits >> held);
		}
	}
	return true;
}

void token_make(const unsigned char key[TOKEN_KEY_BYTES], struct str address, char ret_token[TOKEN_LEN + 1])
{
	unsigned char bytes[TOKEN_BYTES];

	random_bytes(bytes, NONCE_BYTES);
	make_check(key, bytes, address, bytes + NONCE_BYTES);
	encode(bytes, ret_token);
}

bool token_is_genuine(const unsigned char *keys, size_t count, struct str token, struct str address)
{
	unsigned char bytes[TOKEN_BYTES], check[CHECK_BYTES];
	bool is_genuine = false;

	if (!decode(token, bytes))
		return false;
	for (size_t i = 0; i < count; i++) {
		make_check(keys + i * TOKEN_KEY_BYTES, bytes, address, check);
		is_genuine |= CRYPTO_memcmp(check, bytes + NONCE_BYTES, CHECK_BYTES) == 0;
	}
	return is_genuine;
}

bool token_has_shape(struct str s)
{
	unsigned char bytes[TOKEN_BYTES];

	return decode(s, bytes);
}
