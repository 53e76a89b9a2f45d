/* Signatures: is the content what was signed, by which algorithm, by whom, and who vouches for that. */
#include "smime_open.h"

#include "base/clock.h"
#include "certificate.h"
#include "keystore_open.h"

#include <openssl/err.h>
#include <openssl/x509v3.h>
#include <pthread.h>

#define SIGNERS_MAX      10
#define CERTS_MAX        100 /* of a mail, to build chains of */
#define CHAIN_DEPTH      10
#define KEY_BITS_MAX     8192
#define WEAK_RSA         2048 /* fewer bits are weak */
#define SYSTEM_KEPT_MS   HOURS_MS(1)
#define LEARNED_MAX      5
#define CLOCKS_DIFFER_MS HOURS_MS(24)

/* ---------------------------------------------------------------- the system's CA certificates */

static pthread_mutex_t system_lock = PTHREAD_MUTEX_INITIALIZER;
static X509_STORE *system_store; /* under system_lock */
static int64_t system_read_at;   /* monotonic ms */

/* Counted: the caller frees it. Read anew each hour, since certificates come and go with the system's updates. */
static X509_STORE *system_trust(void)
{
	int64_t now = clock_mono_ms();
	X509_STORE *store;

	pthread_mutex_lock(&system_lock);
	if (!system_store || now - system_read_at > SYSTEM_KEPT_MS) {
		X509_STORE_free(system_store);
		system_store = X509_STORE_new();
		must(system_store != NULL);
		X509_STORE_set_default_paths(system_store);
		system_read_at = now;
	}
	store = system_store;
	X509_STORE_up_ref(store);
	pthread_mutex_unlock(&system_lock);
	return store;
}

static void certs_freep(STACK_OF(X509) * *certs)
{
	sk_X509_pop_free(*certs, X509_free);
}

/* ---------------------------------------------------------------- who vouches for the signer */

/* OpenSSL's words where ours don't say more. */
static const char *chain_fault(int code)
{
	switch (code) {
	case X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT_LOCALLY:
	case X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT:
	case X509_V_ERR_UNABLE_TO_VERIFY_LEAF_SIGNATURE:
		return "its issuer is not among the trusted CA certificates";
	case X509_V_ERR_DEPTH_ZERO_SELF_SIGNED_CERT:
		return "the signer's certificate is self-signed and not among the trusted ones";
	case X509_V_ERR_SELF_SIGNED_CERT_IN_CHAIN:
		return "the chain ends at a CA that is not among the trusted ones";
	case X509_V_ERR_INVALID_PURPOSE:
		return "the certificate is not meant for signing mail";
	case X509_V_ERR_CERT_NOT_YET_VALID:
		return "the certificate was not valid yet when the mail was signed";
	case X509_V_ERR_CERT_HAS_EXPIRED:
		return "the certificate had expired when the mail was signed";
	case X509_V_ERR_EE_KEY_TOO_SMALL:
	case X509_V_ERR_CA_KEY_TOO_SMALL:
		return "a key in its chain is too short";
	case X509_V_ERR_CA_MD_TOO_WEAK:
		return "a certificate in its chain is signed with a digest that can be forged";
	default:
		return X509_verify_cert_error_string(code);
	}
}

/* When the signature is looked at: at the time the signer names, unless that lies after the mail's arrival. */
static int64_t time_to_judge(const struct smime_place *place, const struct smime_signer *signer)
{
	return signer->signed_at > 0 && signer->signed_at <= place->at + CLOCKS_DIFFER_MS ? signer->signed_at
	                                                                                  : place->at;
}

static void name_anchor(struct arena *arena, X509_STORE_CTX *ctx, struct smime_signer *signer)
{
	STACK_OF(X509) *chain = X509_STORE_CTX_get0_chain(ctx);
	int n = sk_X509_num(chain);

	if (n > 0)
		signer->trusted_by = certificate_name(arena, X509_get_subject_name(sk_X509_value(chain, n - 1)));
}

struct chain {
	X509_STORE *store; /* counted: the context has it uncounted */
	X509_STORE_CTX *ctx;
};

static void chain_done(struct chain *chain)
{
	X509_STORE_CTX_free(chain->ctx);
	X509_STORE_free(chain->store);
}

static void chain_init(struct chain *chain, const struct smime_place *place, X509 *cert, STACK_OF(X509) * others,
                       int64_t at)
{
	X509_VERIFY_PARAM *param;

	chain->store = place->trust ? keystore_trust(place->trust) : system_trust();
	chain->ctx = X509_STORE_CTX_new_ex(keystore_library(), NULL);
	if (place->trust)
		X509_STORE_up_ref(chain->store);
	must(chain->ctx && X509_STORE_CTX_init(chain->ctx, chain->store, cert, others) == 1);
	X509_STORE_CTX_set_default(chain->ctx, "smime_sign");
	param = X509_STORE_CTX_get0_param(chain->ctx);
	X509_VERIFY_PARAM_set_time(param, (time_t)(at / 1000));
	X509_VERIFY_PARAM_set_depth(param, CHAIN_DEPTH);
	X509_VERIFY_PARAM_set_auth_level(param, 1);
}

/* NULL where the chain holds, else why it doesn't. */
static const char *chain_check(struct arena *arena, const struct smime_place *place, X509 *cert,
                               STACK_OF(X509) * others, struct smime_signer *signer)
{
	struct chain chain CLEANUP(chain_done) = {0};
	int code;

	chain_init(&chain, place, cert, others, time_to_judge(place, signer));
	if (X509_verify_cert(chain.ctx) == 1) {
		name_anchor(arena, chain.ctx, signer);
		return NULL;
	}
	code = X509_STORE_CTX_get_error(chain.ctx);
	signer->expired_when_signed =
	        code == X509_V_ERR_CERT_HAS_EXPIRED && X509_STORE_CTX_get_error_depth(chain.ctx) == 0;
	if (code == X509_V_ERR_CERT_HAS_EXPIRED && !signer->expired_when_signed)
		return "a CA certificate in its chain had expired when the mail was signed";
	return chain_fault(code);
}

/* ---------------------------------------------------------------- the signer */

static bool is_weak_digest(int nid)
{
	return nid == NID_sha1 || nid == NID_md5 || nid == NID_md4 || nid == NID_md2 || nid == NID_md5_sha1 ||
	       nid == NID_ripemd160 || nid == NID_mdc2;
}

static const char *digest_name(int nid)
{
	switch (nid) {
	case NID_sha1:
		return "SHA-1";
	case NID_sha224:
		return "SHA-224";
	case NID_sha256:
		return "SHA-256";
	case NID_sha384:
		return "SHA-384";
	case NID_sha512:
		return "SHA-512";
	default:
		return nid == NID_undef ? "an unknown digest" : OBJ_nid2sn(nid);
	}
}

static int digest_of(CMS_SignerInfo *info, EVP_PKEY **ret_key, X509 **ret_cert)
{
	const ASN1_OBJECT *oid = NULL;
	X509_ALGOR *digest = NULL;

	CMS_SignerInfo_get0_algs(info, ret_key, ret_cert, &digest, NULL);
	if (digest)
		X509_ALGOR_get0(&oid, NULL, NULL, digest);
	return oid ? OBJ_obj2nid(oid) : NID_undef;
}

static int64_t signing_time(CMS_SignerInfo *info)
{
	int at = CMS_signed_get_attr_by_NID(info, NID_pkcs9_signingTime, -1);
	X509_ATTRIBUTE *attribute = at < 0 ? NULL : CMS_signed_get_attr(info, at);
	const ASN1_TYPE *value = attribute ? X509_ATTRIBUTE_get0_type(attribute, 0) : NULL;

	if (!value || (value->type != V_ASN1_UTCTIME && value->type != V_ASN1_GENERALIZEDTIME))
		return 0;
	return certificate_time(value->value.asn1_string);
}

static void describe_signer(struct arena *arena, CMS_SignerInfo *info, X509 *cert, int digest,
                            struct smime_signer *signer)
{
	*signer =
	        (struct smime_signer){.subject = STR(""), .issuer = STR(""), .serial = STR(""), .trusted_by = STR("")};
	signer->signed_at = signing_time(info);
	signer->algorithm = str_of(digest_name(digest));
	if (!cert)
		return;
	signer->subject = certificate_name(arena, X509_get_subject_name(cert));
	signer->issuer = certificate_name(arena, X509_get_issuer_name(cert));
	signer->serial = certificate_serial(arena, X509_get0_serialNumber(cert));
	signer->address_count = certificate_addresses(arena, cert, &signer->addresses);
	signer->valid_from = certificate_time(X509_get0_notBefore(cert));
	signer->expires_at = certificate_time(X509_get0_notAfter(cert));
	signer->algorithm = arena_printf(arena, "%s with " STR_FMT, digest_name(digest),
	                                 STR_ARG(certificate_key(arena, X509_get0_pubkey(cert))));
}

/* The worst of what was found counts; the first of equals tells its reason. */
static void find(struct smime_layer *layer, enum smime_status status, struct str reason)
{
	if (status <= layer->status)
		return;
	layer->status = status;
	layer->reason = reason;
}

static void note_expiry(struct arena *arena, const struct smime_place *place, const struct smime_signer *signer,
                        struct smime_layer *layer)
{
	char day[32];

	if (!signer->expires_at || signer->expires_at >= place->at || signer->expired_when_signed)
		return;
	clock_format_iso(signer->expires_at, day);
	layer->note =
	        arena_printf(arena, "the certificate expired on %.10s, after the signer says to have signed", day);
}

static void judge_signer(struct arena *arena, const struct smime_place *place, CMS_SignerInfo *info,
                         STACK_OF(X509) * others, struct smime_layer *layer)
{
	struct smime_signer *signer = &layer->signers[layer->signer_count++];
	EVP_PKEY *key = NULL;
	X509 *cert = NULL;
	int digest = digest_of(info, &key, &cert);
	const char *fault;

	describe_signer(arena, info, cert, digest, signer);
	if (!cert)
		return;
	if (is_weak_digest(digest)) {
		layer->is_weak = true;
		find(layer, SMIME_WEAK,
		     arena_printf(arena, "it is made with %s, which can be forged", digest_name(digest)));
	}
	if (key && EVP_PKEY_is_a(key, "RSA") && EVP_PKEY_get_bits(key) < WEAK_RSA) {
		layer->is_weak = true;
		find(layer, SMIME_WEAK,
		     arena_printf(arena, "its key (" STR_FMT ") is too short", STR_ARG(signer->algorithm)));
	}
	fault = place->trust_fault ? place->trust_fault : chain_check(arena, place, cert, others, signer);
	if (fault)
		find(layer, SMIME_UNTRUSTED, arena_str(arena, str_of(fault)));
	else
		note_expiry(arena, place, signer, layer);
	ERR_clear_error();
}

/* ---------------------------------------------------------------- keys that cost too much */

bool smime_key_is_usable(const EVP_PKEY *key)
{
	static const char *const types[] = {"RSA", "RSA-PSS", "EC", "ED25519", "ED448"};

	for (size_t i = 0; key && i < ARRAY_LEN(types); i++)
		if (EVP_PKEY_is_a(key, types[i]))
			return EVP_PKEY_get_bits(key) <= KEY_BITS_MAX;
	return false;
}

/* Certificates of the mail that a chain may be built of; counted. */
static STACK_OF(X509) * usable_certs(CMS_ContentInfo *cms)
{
	STACK_OF(X509) * all CLEANUP(certs_freep) = CMS_get1_certs(cms);
	STACK_OF(X509) *usable = sk_X509_new_null();

	must(usable != NULL);
	for (int i = 0; i < sk_X509_num(all) && sk_X509_num(usable) < CERTS_MAX; i++) {
		X509 *cert = sk_X509_value(all, i);

		if (smime_key_is_usable(X509_get0_pubkey(cert)) && X509_up_ref(cert) == 1)
			sk_X509_push(usable, cert);
	}
	return usable;
}

/* Finds the signers' certificates; false where one of them has such a key. */
static bool signers_are_usable(CMS_ContentInfo *cms, STACK_OF(CMS_SignerInfo) * infos)
{
	CMS_set1_signers_certs(cms, NULL, 0);
	for (int i = 0; i < sk_CMS_SignerInfo_num(infos); i++) {
		X509 *cert = NULL;

		CMS_SignerInfo_get0_algs(sk_CMS_SignerInfo_value(infos, i), NULL, &cert, NULL, NULL);
		if (cert && !smime_key_is_usable(X509_get0_pubkey(cert)))
			return false;
	}
	return true;
}

/* ---------------------------------------------------------------- the content */

enum outcome { OUTCOME_GOOD, OUTCOME_CHANGED, OUTCOME_NO_CERTIFICATE, OUTCOME_BROKEN };

static enum outcome outcome_of_errors(void)
{
	enum outcome outcome = OUTCOME_BROKEN;
	unsigned long code;

	while ((code = ERR_get_error())) {
		int reason = ERR_GET_REASON(code);

		if (ERR_GET_LIB(code) != ERR_LIB_CMS)
			continue;
		if (reason == CMS_R_SIGNER_CERTIFICATE_NOT_FOUND)
			outcome = OUTCOME_NO_CERTIFICATE;
		else if (reason == CMS_R_VERIFICATION_FAILURE || reason == CMS_R_CONTENT_VERIFY_ERROR)
			outcome = OUTCOME_CHANGED;
	}
	return outcome;
}

/* The chain is looked at apart, where its faults can be told one from the other. */
static enum outcome verify_once(CMS_ContentInfo *cms, const struct smime_source *content, bool bare_lf, bool extra)
{
	unsigned flags = CMS_NO_SIGNER_CERT_VERIFY | CMS_BINARY;
	struct smime_source source = {0};
	BIO *bio = NULL;
	int good;

	if (content) {
		source = *content;
		source.bare_lf = bare_lf;
		source.extra_line_end = extra;
		bio = smime_source_bio(&source);
	}
	ERR_clear_error();
	good = CMS_verify(cms, NULL, NULL, bio, NULL, flags);
	BIO_free(bio);
	return good == 1 ? OUTCOME_GOOD : outcome_of_errors();
}

/* Some programs sign what they wrote to disk, with its line ends; some count the line end before the boundary as
 * content (RFC 2046 §5.1.1 doesn't). */
static enum outcome verify_content(CMS_ContentInfo *cms, const struct smime_source *content, struct smime_layer *layer)
{
	enum outcome outcome = verify_once(cms, content, false, false);

	if (outcome != OUTCOME_CHANGED || !content)
		return outcome;
	if (verify_once(cms, content, true, false) == OUTCOME_GOOD) {
		layer->note = STR("signed with line ends that mail doesn't have");
		return OUTCOME_GOOD;
	}
	if (verify_once(cms, content, false, true) == OUTCOME_GOOD) {
		layer->note = STR("signed with the line end before the boundary");
		return OUTCOME_GOOD;
	}
	return outcome;
}

static void tell_outcome(enum outcome outcome, struct smime_layer *layer)
{
	static const struct str words[] = {
	        [OUTCOME_GOOD] = STR_INIT(""),
	        [OUTCOME_CHANGED] = STR_INIT("the content was changed after it was signed, or the signature is false"),
	        [OUTCOME_NO_CERTIFICATE] = STR_INIT("the signer's certificate is not in the mail"),
	        [OUTCOME_BROKEN] = STR_INIT("the signature can't be read"),
	};

	if (outcome == OUTCOME_CHANGED)
		find(layer, SMIME_CHANGED, words[outcome]);
	else if (outcome == OUTCOME_NO_CERTIFICATE)
		find(layer, SMIME_UNTRUSTED, words[outcome]);
	else if (outcome == OUTCOME_BROKEN)
		find(layer, SMIME_DAMAGED, words[outcome]);
}

/* ---------------------------------------------------------------- what can be learned */

static bool is_of_a_signer(const struct smime_layer *layer, const struct smime_certificate *certificate)
{
	for (size_t i = 0; i < layer->signer_count; i++)
		for (size_t k = 0; k < layer->signers[i].address_count; k++)
			if (smime_certificate_names(certificate, layer->signers[i].addresses[k]))
				return true;
	return false;
}

/* Some sign with one certificate and are written to with another, which they send along. */
static void learn(struct arena *arena, const struct smime_place *place, STACK_OF(X509) * certs,
                  struct smime_layer *layer)
{
	layer->certificates = ARENA_ARRAY(arena, struct smime_certificate, LEARNED_MAX);
	for (int i = 0; i < sk_X509_num(certs) && layer->certificate_count < LEARNED_MAX; i++) {
		struct smime_certificate *room = &layer->certificates[layer->certificate_count];
		X509 *cert = sk_X509_value(certs, i);
		struct chain chain CLEANUP(chain_done) = {0};

		if (!smime_certificate_of(arena, cert, room) || !room->can_encrypt || !is_of_a_signer(layer, room))
			continue;
		chain_init(&chain, place, cert, certs, place->at);
		X509_VERIFY_PARAM_set_purpose(X509_STORE_CTX_get0_param(chain.ctx), X509_PURPOSE_SMIME_ENCRYPT);
		layer->certificate_count += X509_verify_cert(chain.ctx) == 1;
	}
	ERR_clear_error();
}

void smime_judge(struct arena *arena, const struct smime_place *place, CMS_ContentInfo *cms,
                 const struct smime_source *content, struct smime_layer *layer)
{
	STACK_OF(CMS_SignerInfo) *infos = CMS_get0_SignerInfos(cms);
	STACK_OF(X509) * others CLEANUP(certs_freep) = NULL;
	int n = sk_CMS_SignerInfo_num(infos);

	layer->status = SMIME_VALID;
	if (n <= 0 || n > SIGNERS_MAX) {
		find(layer, SMIME_DAMAGED,
		     n <= 0 ? STR("nobody signed it: the structure holds no signature")
		            : arena_printf(arena, "it has %d signers; at most %d are looked at", n, SIGNERS_MAX));
		return;
	}
	if (!signers_are_usable(cms, infos)) {
		find(layer, SMIME_UNSUPPORTED, STR("it is made with a key of a kind or size that isn't verified"));
		return;
	}
	tell_outcome(verify_content(cms, content, layer), layer);
	others = usable_certs(cms);
	layer->signers = ARENA_ARRAY(arena, struct smime_signer, (size_t)n);
	for (int i = 0; i < n; i++)
		judge_signer(arena, place, sk_CMS_SignerInfo_value(infos, i), others, layer);
	if (layer->status == SMIME_VALID)
		learn(arena, place, others, layer);
}
