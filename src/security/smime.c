/* See smime.h: the structure read within bounds, and handed to whom it concerns. */
#include "smime_open.h"

#include "keystore_open.h"
#include "security/der.h"

#include <openssl/err.h>
#include <pthread.h>

#define ELEMENTS_MAX 50000
#define LARGE        MIB(4)

static void cms_freep(CMS_ContentInfo **cms)
{
	CMS_ContentInfo_free(*cms);
}

const char *smime_status_word(enum smime_status status)
{
	static const char *const words[] = {
	        [SMIME_VALID] = "valid",     [SMIME_UNTRUSTED] = "untrusted",     [SMIME_WEAK] = "weak",
	        [SMIME_CHANGED] = "changed", [SMIME_DECRYPTED] = "decrypted",     [SMIME_NO_KEY] = "no-key",
	        [SMIME_DAMAGED] = "damaged", [SMIME_UNSUPPORTED] = "unsupported",
	};

	return words[status];
}

bool smime_signer_has(const struct smime_signer *signer, struct str address)
{
	for (size_t i = 0; i < signer->address_count; i++)
		if (address.n && str_eq_nocase(signer->addresses[i], address))
			return true;
	return false;
}

/* ---------------------------------------------------------------- reading */

static CMS_ContentInfo *damaged(struct arena *arena, struct smime_layer *layer, const char *why)
{
	ERR_clear_error();
	layer->status = SMIME_DAMAGED;
	layer->reason = arena_str(arena, str_of(why));
	return NULL;
}

/* PKCS#7's old types with other object identifiers are refused by OpenSSL as what they are: unknown. */
static CMS_ContentInfo *cms_read(struct arena *arena, struct str der, struct smime_layer *layer)
{
	const unsigned char *p = (const unsigned char *)der.p;
	CMS_ContentInfo *cms;
	struct error err;

	if (!der.n)
		return damaged(arena, layer, "it is empty");
	if (der.n > SMIME_MAX_BYTES)
		return damaged(arena, layer, "it is larger than 64 MiB, which is the most that is opened");
	if (der_check(der, ELEMENTS_MAX, &err) < 0)
		return damaged(arena, layer, err.text);
	cms = CMS_ContentInfo_new_ex(keystore_library(), NULL);
	must(cms != NULL);
	if (!d2i_CMS_ContentInfo(&cms, &p, (long)der.n))
		return damaged(arena, layer, "it is not a CMS structure (RFC 5652), or damaged");
	return cms;
}

static enum smime_kind kind_of(CMS_ContentInfo *cms)
{
	int nid = OBJ_obj2nid(CMS_get0_type(cms));

	if (nid == NID_pkcs7_signed)
		return SMIME_SIGNED;
	if (nid == NID_pkcs7_enveloped || nid == NID_id_smime_ct_authEnvelopedData)
		return SMIME_ENCRYPTED;
	return SMIME_OTHER;
}

static void unsupported(struct arena *arena, CMS_ContentInfo *cms, struct smime_layer *layer)
{
	int nid = OBJ_obj2nid(CMS_get0_type(cms));

	layer->status = SMIME_UNSUPPORTED;
	layer->reason = arena_printf(arena, "it is %s, which isn't opened",
	                             nid == NID_id_smime_ct_compressedData ? "compressed data" : OBJ_nid2ln(nid));
}

/* ---------------------------------------------------------------- detached */

void smime_verify(struct arena *arena, const struct smime_place *place, struct str content, struct str signature,
                  struct smime_layer *ret_layer)
{
	struct smime_source source = {.content = content, .done_with = place->done_with, .ctx = place->ctx};
	CMS_ContentInfo *cms CLEANUP(cms_freep) = NULL;

	*ret_layer = (struct smime_layer){.kind = SMIME_SIGNED};
	cms = cms_read(arena, signature, ret_layer);
	if (!cms)
		return;
	if (kind_of(cms) == SMIME_SIGNED)
		smime_judge(arena, place, cms, &source, ret_layer);
	else
		damaged(arena, ret_layer, "the signature's part holds something else than a signature");
	ERR_clear_error();
}

/* ---------------------------------------------------------------- with its content */

static bool take_signed(struct arena *arena, const struct smime_place *place, CMS_ContentInfo *cms,
                        struct smime_layer *layer, struct str *ret_inside)
{
	ASN1_OCTET_STRING **held = CMS_get0_content(cms);

	if (!held || !*held) {
		layer->kind = SMIME_OTHER;
		layer->status = SMIME_UNSUPPORTED;
		layer->reason = STR("it holds certificates alone, neither a content nor its signature");
		return false;
	}
	smime_judge(arena, place, cms, NULL, layer);
	*ret_inside = arena_str(arena, str_new(ASN1_STRING_get0_data(*held), (size_t)ASN1_STRING_length(*held)));
	return true;
}

static bool open_one(struct arena *arena, const struct smime_place *place, struct buf *der, struct smime_layer *layer,
                     struct str *ret_inside)
{
	CMS_ContentInfo *cms CLEANUP(cms_freep) = cms_read(arena, buf_str(der), layer);
	bool more = false;

	if (!cms)
		return false;
	layer->kind = kind_of(cms);
	if (layer->kind == SMIME_ENCRYPTED)
		smime_name_cipher(smime_cipher_of(buf_str(der)), layer);
	buf_done(der); /* what follows makes two more copies of it */
	if (layer->kind == SMIME_SIGNED)
		more = take_signed(arena, place, cms, layer, ret_inside);
	else if (layer->kind == SMIME_ENCRYPTED)
		more = smime_decrypt(arena, place, cms, layer, ret_inside);
	else
		unsupported(arena, cms, layer);
	ERR_clear_error();
	return more;
}

bool smime_open(struct arena *arena, const struct smime_place *place, struct buf *der, struct smime_layer *ret_layer,
                struct str *ret_inside)
{
	static pthread_mutex_t large = PTHREAD_MUTEX_INITIALIZER;
	bool is_large = der->n > LARGE, more;

	*ret_layer = (struct smime_layer){.kind = SMIME_OTHER};
	if (is_large)
		pthread_mutex_lock(&large);
	more = open_one(arena, place, der, ret_layer, ret_inside);
	if (is_large)
		pthread_mutex_unlock(&large);
	return more;
}
