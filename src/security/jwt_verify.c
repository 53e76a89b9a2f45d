/* See jwt_verify.h. */
#include "security/jwt_verify.h"

#include "base/base64.h"
#include "base/buf.h"

#include <openssl/bn.h>
#include <openssl/core_names.h>
#include <openssl/ecdsa.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/param_build.h>

#define MIN_RSA_BITS 2048
#define MAX_RSA_BITS 8192 /* larger ones cost more than a signature is worth */
#define P256_BYTES   32

UNUSED static void key_freep(EVP_PKEY **key)
{
	EVP_PKEY_free(*key);
}

UNUSED static void key_ctx_freep(EVP_PKEY_CTX **ctx)
{
	EVP_PKEY_CTX_free(*ctx);
}

UNUSED static void digest_freep(EVP_MD_CTX **ctx)
{
	EVP_MD_CTX_free(*ctx);
}

UNUSED static void build_freep(OSSL_PARAM_BLD **build)
{
	OSSL_PARAM_BLD_free(*build);
}

UNUSED static void params_freep(OSSL_PARAM **params)
{
	OSSL_PARAM_free(*params);
}

UNUSED static void number_freep(BIGNUM **number)
{
	BN_free(*number);
}

/* ---------------------------------------------------------------- encoding */

bool base64url_decode(struct buf *out, struct str text)
{
	struct buf copy CLEANUP(buf_done) = BUF_INIT(JWT_MAX_BYTES + 4);

	for (size_t i = 0; i < text.n; i++) {
		if (!is_alpha(text.p[i]) && !is_digit(text.p[i]) && text.p[i] != '-' && text.p[i] != '_')
			return false;
		buf_add_char(&copy, text.p[i] == '-' ? '+' : text.p[i] == '_' ? '/' : text.p[i]);
	}
	while (copy.n % 4 && !copy.failed)
		buf_add_char(&copy, '=');
	return !copy.failed && base64_decode(out, buf_str(&copy));
}

static json_t *decode_object(struct str text)
{
	struct buf bytes CLEANUP(buf_done) = BUF_INIT(JWT_MAX_BYTES);
	json_t *json;

	if (!base64url_decode(&bytes, text) || bytes.failed)
		return NULL;
	json = json_loadb(bytes.p ? bytes.p : "", bytes.n, JSON_REJECT_DUPLICATES, NULL);
	if (json_is_object(json))
		return json;
	json_decref(json);
	return NULL;
}

static const char *text_of(const json_t *object, const char *name)
{
	const char *text = json_string_value(json_object_get(object, name));

	return text ? text : "";
}

/* ---------------------------------------------------------------- keys */

static bool decode_member(const json_t *jwk, const char *name, struct buf *out)
{
	return base64url_decode(out, str_of(text_of(jwk, name))) && out->n > 0 && !out->failed;
}

static EVP_PKEY *key_from(const char *type, OSSL_PARAM_BLD *build)
{
	OSSL_PARAM *params CLEANUP(params_freep) = OSSL_PARAM_BLD_to_param(build);
	EVP_PKEY_CTX *ctx CLEANUP(key_ctx_freep) = EVP_PKEY_CTX_new_from_name(NULL, type, NULL);
	EVP_PKEY *key = NULL;

	must(params && ctx);
	if (EVP_PKEY_fromdata_init(ctx) != 1 || EVP_PKEY_fromdata(ctx, &key, EVP_PKEY_PUBLIC_KEY, params) != 1)
		key = NULL;
	ERR_clear_error();
	return key;
}

static EVP_PKEY *rsa_key(const json_t *jwk)
{
	struct buf n CLEANUP(buf_done) = BUF_INIT(MAX_RSA_BITS / 8 + 1), e CLEANUP(buf_done) = BUF_INIT(8);
	OSSL_PARAM_BLD *build CLEANUP(build_freep) = OSSL_PARAM_BLD_new();
	BIGNUM *modulus CLEANUP(number_freep) = NULL, *exponent CLEANUP(number_freep) = NULL;
	EVP_PKEY *key;

	if (!decode_member(jwk, "n", &n) || !decode_member(jwk, "e", &e))
		return NULL;
	modulus = BN_bin2bn((unsigned char *)n.p, (int)n.n, NULL);
	exponent = BN_bin2bn((unsigned char *)e.p, (int)e.n, NULL);
	must(build && modulus && exponent);
	if (BN_num_bits(modulus) < MIN_RSA_BITS || BN_num_bits(modulus) > MAX_RSA_BITS)
		return NULL;
	must(OSSL_PARAM_BLD_push_BN(build, OSSL_PKEY_PARAM_RSA_N, modulus) == 1 &&
	     OSSL_PARAM_BLD_push_BN(build, OSSL_PKEY_PARAM_RSA_E, exponent) == 1);
	key = key_from("RSA", build);
	return key;
}

static EVP_PKEY *ec_key(const json_t *jwk)
{
	struct buf x CLEANUP(buf_done) = BUF_INIT(P256_BYTES + 1), y CLEANUP(buf_done) = BUF_INIT(P256_BYTES + 1);
	OSSL_PARAM_BLD *build CLEANUP(build_freep) = OSSL_PARAM_BLD_new();
	unsigned char point[1 + 2 * P256_BYTES] = {POINT_CONVERSION_UNCOMPRESSED};
	EVP_PKEY *key;

	if (strcmp(text_of(jwk, "crv"), "P-256") != 0 || !decode_member(jwk, "x", &x) || !decode_member(jwk, "y", &y) ||
	    x.n != P256_BYTES || y.n != P256_BYTES)
		return NULL;
	memcpy(point + 1, x.p, P256_BYTES);
	memcpy(point + 1 + P256_BYTES, y.p, P256_BYTES);
	must(build && OSSL_PARAM_BLD_push_utf8_string(build, OSSL_PKEY_PARAM_GROUP_NAME, "prime256v1", 0) == 1 &&
	     OSSL_PARAM_BLD_push_octet_string(build, OSSL_PKEY_PARAM_PUB_KEY, point, sizeof point) == 1);
	key = key_from("EC", build);
	return key;
}

/* ---------------------------------------------------------------- signatures */

struct parts {
	struct str signed_text, header, claims, signature;
};

static bool split(struct str token, struct parts *ret)
{
	struct str rest = token, header, claims;

	if (token.n > JWT_MAX_BYTES || !str_split(&rest, '.', &header) || !str_split(&rest, '.', &claims) ||
	    str_find_char(rest, '.') >= 0)
		return false;
	*ret = (struct parts){str_slice(token, 0, header.n + 1 + claims.n), header, claims, rest};
	return header.n && claims.n && rest.n;
}

/* RFC 7518 §3.4: r and s side by side, which OpenSSL wants as DER. */
static bool to_der(struct buf *signature)
{
	ECDSA_SIG *pair = ECDSA_SIG_new();
	unsigned char *der = NULL;
	BIGNUM *r, *s;
	int n;

	must(pair);
	if (signature->n != 2 * P256_BYTES) {
		ECDSA_SIG_free(pair);
		return false;
	}
	r = BN_bin2bn((unsigned char *)signature->p, P256_BYTES, NULL);
	s = BN_bin2bn((unsigned char *)signature->p + P256_BYTES, P256_BYTES, NULL);
	must(r && s && ECDSA_SIG_set0(pair, r, s) == 1);
	n = i2d_ECDSA_SIG(pair, &der);
	must(n > 0);
	buf_clear(signature);
	buf_add(signature, str_new(der, (size_t)n));
	OPENSSL_free(der);
	ECDSA_SIG_free(pair);
	return true;
}

static bool is_signed_by(EVP_PKEY *key, struct str text, const struct buf *signature)
{
	EVP_MD_CTX *ctx CLEANUP(digest_freep) = EVP_MD_CTX_new();
	bool is;

	must(ctx);
	is = EVP_DigestVerifyInit(ctx, NULL, EVP_sha256(), NULL, key) == 1 &&
	     EVP_DigestVerify(ctx, (const unsigned char *)signature->p, signature->n, (const unsigned char *)text.p,
	                      text.n) == 1;
	ERR_clear_error();
	return is;
}

/* For this algorithm, and meant for signatures. */
static bool may_sign(const json_t *jwk, const char *alg, const char *kid)
{
	const char *type = strcmp(alg, "RS256") == 0 ? "RSA" : "EC", *use = text_of(jwk, "use"),
	           *own = text_of(jwk, "alg");

	return strcmp(text_of(jwk, "kty"), type) == 0 && (!*use || strcmp(use, "sig") == 0) &&
	       (!*own || strcmp(own, alg) == 0) && (!*kid || strcmp(text_of(jwk, "kid"), kid) == 0);
}

static int check_signature(const struct parts *parts, const char *alg, const char *kid, const json_t *jwks,
                           struct error *err)
{
	struct buf signature CLEANUP(buf_done) = BUF_INIT(KIB(2));
	const json_t *keys = json_object_get(jwks, "keys");
	bool is_ec = strcmp(alg, "ES256") == 0, found = false;

	if (!base64url_decode(&signature, parts->signature) || (is_ec && !to_der(&signature)))
		return fail(err, E_AUTH, RETRY_NEVER, "the token's signature is none");
	for (size_t i = 0; i < MIN(json_array_size(keys), (size_t)JWKS_MAX_KEYS); i++) {
		const json_t *jwk = json_array_get(keys, i);
		EVP_PKEY *key CLEANUP(key_freep) = NULL;

		if (!may_sign(jwk, alg, kid))
			continue;
		key = is_ec ? ec_key(jwk) : rsa_key(jwk);
		found = found || key;
		if (key && is_signed_by(key, parts->signed_text, &signature))
			return 0;
	}
	return found ? fail(err, E_AUTH, RETRY_NEVER, "the token's signature is wrong")
	             : fail(err, E_NOT_FOUND, RETRY_LATER, "none of the signer's keys is the token's");
}

int jwt_verify(struct str token, const json_t *jwks, json_t **ret_claims, struct error *err)
{
	json_t *header CLEANUP(json_decrefp) = NULL, *claims CLEANUP(json_decrefp) = NULL;
	struct parts parts;
	const char *alg;
	int r;

	if (split(token, &parts))
		header = decode_object(parts.header);
	if (!header)
		return fail(err, E_INVALID, RETRY_NEVER, "this is no signed JSON web token");
	alg = text_of(header, "alg");
	/* A header that says what else must be understood (RFC 7515 §4.1.11) isn't. */
	if ((strcmp(alg, "RS256") != 0 && strcmp(alg, "ES256") != 0) || json_object_get(header, "crit"))
		return fail(err, E_UNSUPPORTED, RETRY_NEVER, "the token is signed by \"%.20s\", not RS256 or ES256",
		            alg);
	r = check_signature(&parts, alg, text_of(header, "kid"), jwks, err);
	if (r < 0)
		return r;
	claims = decode_object(parts.claims);
	if (!claims)
		return fail(err, E_INVALID, RETRY_NEVER, "the token's claims are no JSON object");
	*ret_claims = json_incref(claims);
	return 0;
}
