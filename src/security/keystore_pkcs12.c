/* A keystore as PKCS#12 (RFC 7292), with all its keys: OpenSSL's PKCS12_parse() knows of one. */
#include "keystore_open.h"

#include "security/der.h"

#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/pkcs12.h>

#define ELEMENTS_MAX   200000
#define BAG_DEPTH_MAX  4
#define ITERATIONS_MAX 2000000 /* a second or two; more is meant to keep the program busy */

struct reading {
	struct loose *loose;
	const char *password; /* "" and NULL differ in PKCS#12 */
	int password_length;
	const struct secret *secret;
	const struct secret *key_secret; /* of private keys; the same unless they have one of their own */
};

static void pkcs12_freep(PKCS12 **p12)
{
	PKCS12_free(*p12);
}

static void pkcs7s_freep(STACK_OF(PKCS7) * *list)
{
	sk_PKCS7_pop_free(*list, PKCS7_free);
}

static void bags_freep(STACK_OF(PKCS12_SAFEBAG) * *bags)
{
	sk_PKCS12_SAFEBAG_pop_free(*bags, PKCS12_SAFEBAG_free);
}

/* ---------------------------------------------------------------- what the password costs */

static int64_t iterations_of(const ASN1_INTEGER *value)
{
	int64_t n = INT64_MAX;

	return value && ASN1_INTEGER_get_int64(&n, value) == 1 && n >= 0 ? n : INT64_MAX;
}

static int64_t pbkdf2_iterations(const X509_ALGOR *kdf)
{
	PBKDF2PARAM *param;
	const void *value;
	int64_t n = 0;
	int type;

	X509_ALGOR_get0(NULL, &type, &value, kdf);
	param = type == V_ASN1_SEQUENCE ? ASN1_TYPE_unpack_sequence(ASN1_ITEM_rptr(PBKDF2PARAM), kdf->parameter) : NULL;
	if (param)
		n = iterations_of(param->iter);
	PBKDF2PARAM_free(param);
	return n;
}

/* How often the cipher's key is hashed; 0 where that can't be seen, and OpenSSL won't see it either. */
static int64_t cipher_iterations(const X509_ALGOR *alg)
{
	const ASN1_OBJECT *oid;
	int64_t n = 0;

	X509_ALGOR_get0(&oid, NULL, NULL, alg);
	if (!alg->parameter)
		return 0;
	if (OBJ_obj2nid(oid) == NID_pbes2) {
		PBE2PARAM *param = ASN1_TYPE_unpack_sequence(ASN1_ITEM_rptr(PBE2PARAM), alg->parameter);

		if (param)
			n = pbkdf2_iterations(param->keyfunc);
		PBE2PARAM_free(param);
	} else {
		PBEPARAM *param = ASN1_TYPE_unpack_sequence(ASN1_ITEM_rptr(PBEPARAM), alg->parameter);

		if (param)
			n = iterations_of(param->iter);
		PBEPARAM_free(param);
	}
	return n;
}

static int check_iterations(int64_t n, struct error *err)
{
	if (n > ITERATIONS_MAX)
		return fail(err, E_LIMIT, RETRY_NEVER,
		            "its password is to be hashed %lld times; at most %d times are taken", (long long)n,
		            ITERATIONS_MAX);
	return 0;
}

/* ---------------------------------------------------------------- bags */

static struct str bag_name(struct loose *loose, PKCS12_SAFEBAG *bag)
{
	char *name = PKCS12_get_friendlyname(bag);
	struct str copy = arena_str(loose->arena, str_of(name ? name : ""));

	OPENSSL_free(name);
	return copy;
}

static int damaged(const char *what, struct error *err)
{
	ERR_clear_error();
	return fail(err, E_INVALID, RETRY_NEVER, "%s in it is damaged or of a kind that can't be read", what);
}

static int add_plain_key(struct reading *reading, PKCS12_SAFEBAG *bag, const PKCS8_PRIV_KEY_INFO *p8, struct error *err)
{
	EVP_PKEY *key = p8 ? EVP_PKCS82PKEY_ex(p8, keystore_library(), NULL) : NULL;

	return key ? loose_add_key(reading->loose, key, bag_name(reading->loose, bag), err)
	           : damaged("a private key", err);
}

static int add_sealed_key(struct reading *reading, PKCS12_SAFEBAG *bag, struct error *err)
{
	const X509_SIG *sealed = PKCS12_SAFEBAG_get0_pkcs8(bag);
	struct str own = reading->key_secret ? secret_reveal(reading->key_secret) : STR_NULL;
	const X509_ALGOR *alg = NULL;
	PKCS8_PRIV_KEY_INFO *p8;
	int r;

	if (!sealed)
		return damaged("a private key", err);
	X509_SIG_get0(sealed, &alg, NULL);
	if (check_iterations(cipher_iterations(alg), err) < 0)
		return E_LIMIT;
	p8 = reading->key_secret == reading->secret
	             ? PKCS12_decrypt_skey_ex(bag, reading->password, reading->password_length, keystore_library(),
	                                      NULL)
	             : PKCS12_decrypt_skey_ex(bag, own.p, (int)own.n, keystore_library(), NULL);
	if (!p8)
		return keystore_password_failed(reading->key_secret, err);
	r = add_plain_key(reading, bag, p8, err);
	PKCS8_PRIV_KEY_INFO_free(p8);
	return r;
}

static int add_certificate(struct reading *reading, PKCS12_SAFEBAG *bag, struct error *err)
{
	X509 *cert;

	if (PKCS12_SAFEBAG_get_bag_nid(bag) != NID_x509Certificate)
		return 0;
	cert = PKCS12_SAFEBAG_get1_cert(bag);
	return cert ? loose_add_cert(reading->loose, cert, bag_name(reading->loose, bag), err)
	            : damaged("a certificate", err);
}

static int read_bags(struct reading *reading, const STACK_OF(PKCS12_SAFEBAG) * bags, int depth, struct error *err);

static int read_bag(struct reading *reading, PKCS12_SAFEBAG *bag, int depth, struct error *err)
{
	switch (PKCS12_SAFEBAG_get_nid(bag)) {
	case NID_keyBag:
		return add_plain_key(reading, bag, PKCS12_SAFEBAG_get0_p8inf(bag), err);
	case NID_pkcs8ShroudedKeyBag:
		return add_sealed_key(reading, bag, err);
	case NID_certBag:
		return add_certificate(reading, bag, err);
	case NID_safeContentsBag:
		return depth < BAG_DEPTH_MAX ? read_bags(reading, PKCS12_SAFEBAG_get0_safes(bag), depth + 1, err)
		                             : damaged("a bag of bags", err);
	default:
		return 0;
	}
}

static int read_bags(struct reading *reading, const STACK_OF(PKCS12_SAFEBAG) * bags, int depth, struct error *err)
{
	for (int i = 0; i < sk_PKCS12_SAFEBAG_num(bags); i++) {
		int r = read_bag(reading, sk_PKCS12_SAFEBAG_value(bags, i), depth, err);

		if (r < 0)
			return r;
	}
	return 0;
}

static int read_safe(struct reading *reading, PKCS7 *safe, struct error *err)
{
	STACK_OF(PKCS12_SAFEBAG) * bags CLEANUP(bags_freep) = NULL;

	if (PKCS7_type_is_data(safe)) {
		bags = PKCS12_unpack_p7data(safe);
	} else if (PKCS7_type_is_encrypted(safe) && safe->d.encrypted && safe->d.encrypted->enc_data) {
		if (check_iterations(cipher_iterations(safe->d.encrypted->enc_data->algorithm), err) < 0)
			return E_LIMIT;
		bags = PKCS12_unpack_p7encdata(safe, reading->password, reading->password_length);
	} else {
		return damaged("a part", err);
	}
	return bags ? read_bags(reading, bags, 1, err) : damaged("a part", err);
}

/* ---------------------------------------------------------------- the whole */

/* An absent password is written as none or as an empty one. */
static bool password_opens(PKCS12 *p12, struct reading *reading)
{
	struct str value = reading->secret ? secret_reveal(reading->secret) : STR_NULL;

	reading->password = value.n ? value.p : "";
	reading->password_length = (int)value.n;
	if (!PKCS12_mac_present(p12) || PKCS12_verify_mac(p12, reading->password, reading->password_length) == 1)
		return true;
	if (value.n)
		return false;
	reading->password = NULL;
	return PKCS12_verify_mac(p12, NULL, 0) == 1;
}

static int mac_iterations(PKCS12 *p12, struct error *err)
{
	const ASN1_INTEGER *n = NULL;

	if (PKCS12_mac_present(p12))
		PKCS12_get0_mac(NULL, NULL, NULL, &n, p12);
	return n ? check_iterations(iterations_of(n), err) : 0;
}

int keystore_read_pkcs12(struct loose *loose, struct str bytes, const struct keystore_words *words, struct error *err)
{
	struct reading reading = {.loose = loose, .secret = words->store, .key_secret = keystore_key_word(words)};
	PKCS12 *p12 CLEANUP(pkcs12_freep) = NULL;
	STACK_OF(PKCS7) * safes CLEANUP(pkcs7s_freep) = NULL;
	const unsigned char *p = (const unsigned char *)bytes.p;
	int r = der_check(bytes, ELEMENTS_MAX, err);

	if (r < 0)
		return r;
	p12 = PKCS12_init_ex(NID_pkcs7_data, keystore_library(), NULL);
	must(p12 != NULL);
	if (!d2i_PKCS12(&p12, &p, (long)bytes.n))
		return damaged("the structure", err);
	r = mac_iterations(p12, err);
	if (r < 0)
		return r;
	if (!password_opens(p12, &reading))
		return keystore_password_failed(words->store, err);
	safes = PKCS12_unpack_authsafes(p12);
	if (!safes)
		return damaged("the content", err);
	for (int i = 0; r == 0 && i < sk_PKCS7_num(safes); i++)
		r = read_safe(&reading, sk_PKCS7_value(safes, i), err);
	return r;
}
