/* Encrypted content: for whom, with which cipher, and opened with the keystore's key that fits. */
#include "smime_open.h"

#include "certificate.h"
#include "keystore_open.h"
#include "security/der.h"

#include <openssl/err.h>
#include <openssl/evp.h>

#define RECIPIENTS_SHOWN 20

/* ---------------------------------------------------------------- the cipher */

static const struct cipher {
	int nid;
	const char *name;
	bool is_weak, is_authenticated;
} ciphers[] = {
        {NID_aes_128_cbc, "AES-128-CBC", false, false},
        {NID_aes_192_cbc, "AES-192-CBC", false, false},
        {NID_aes_256_cbc, "AES-256-CBC", false, false},
        {NID_aes_128_gcm, "AES-128-GCM", false, true},
        {NID_aes_192_gcm, "AES-192-GCM", false, true},
        {NID_aes_256_gcm, "AES-256-GCM", false, true},
        {NID_aes_128_ccm, "AES-128-CCM", false, true},
        {NID_aes_256_ccm, "AES-256-CCM", false, true},
        {NID_des_ede3_cbc, "3DES", true, false},
        {NID_des_cbc, "DES", true, false},
        {NID_rc2_cbc, "RC2", true, false},
        {NID_camellia_128_cbc, "Camellia-128-CBC", false, false},
        {NID_camellia_256_cbc, "Camellia-256-CBC", false, false},
};

void smime_name_cipher(int nid, struct smime_layer *layer)
{
	layer->algorithm = nid == NID_undef ? STR("an unknown cipher") : str_of(OBJ_nid2sn(nid));
	for (size_t i = 0; i < ARRAY_LEN(ciphers); i++) {
		if (ciphers[i].nid != nid)
			continue;
		layer->algorithm = str_of(ciphers[i].name);
		layer->is_weak = ciphers[i].is_weak;
		layer->is_authenticated = ciphers[i].is_authenticated;
	}
}

static int nid_of(const struct der_element *element)
{
	const unsigned char *p = (const unsigned char *)element->whole.p;
	ASN1_OBJECT *oid = element->tag == 0x06 ? d2i_ASN1_OBJECT(NULL, &p, (long)element->whole.n) : NULL;
	int nid = oid ? OBJ_obj2nid(oid) : NID_undef;

	ASN1_OBJECT_free(oid);
	ERR_clear_error();
	return nid;
}

/* Into a constructed element of that tag; elements of other tags are passed over where `skips`. */
static bool enter(struct cursor *c, unsigned tag, bool skips)
{
	struct der_element element;

	while (der_next(c, &element)) {
		if (element.tag == tag) {
			*c = cursor_of(element.content);
			return true;
		}
		if (!skips)
			return false;
	}
	return false;
}

/* ContentInfo { type, [0] EnvelopedData { version, [0] originator OPTIONAL, SET recipients, SEQUENCE { type, SEQUENCE {
 * cipher … (RFC 5652 §6.1): OpenSSL keeps it to itself. */
int smime_cipher_of(struct str der)
{
	struct cursor c = cursor_of(der);
	struct der_element element;

	if (!enter(&c, 0x30, false) || !enter(&c, 0xa0, true) || !enter(&c, 0x30, false) || !enter(&c, 0x30, true) ||
	    !enter(&c, 0x30, true) || !der_next(&c, &element))
		return NID_undef;
	return nid_of(&element);
}

/* ---------------------------------------------------------------- recipients */

static struct str identifier_text(struct arena *arena, const ASN1_OCTET_STRING *id, const X509_NAME *issuer,
                                  const ASN1_INTEGER *serial)
{
	if (issuer && serial)
		return arena_printf(arena, STR_FMT ", serial number " STR_FMT, STR_ARG(certificate_name(arena, issuer)),
		                    STR_ARG(certificate_serial(arena, serial)));
	if (id)
		return arena_printf(arena, "key " STR_FMT, STR_ARG(certificate_serial(arena, id)));
	return STR("somebody");
}

static void add_recipient(struct arena *arena, struct smime_layer *layer, const ASN1_OCTET_STRING *id,
                          const X509_NAME *issuer, const ASN1_INTEGER *serial)
{
	if (layer->recipient_count < RECIPIENTS_SHOWN)
		layer->recipients[layer->recipient_count++] = identifier_text(arena, id, issuer, serial);
}

static void list_agreement(struct arena *arena, CMS_RecipientInfo *info, struct smime_layer *layer)
{
	STACK_OF(CMS_RecipientEncryptedKey) *keys = CMS_RecipientInfo_kari_get0_reks(info);

	for (int i = 0; i < sk_CMS_RecipientEncryptedKey_num(keys); i++) {
		ASN1_OCTET_STRING *id = NULL;
		X509_NAME *issuer = NULL;
		ASN1_INTEGER *serial = NULL;

		CMS_RecipientEncryptedKey_get0_id(sk_CMS_RecipientEncryptedKey_value(keys, i), &id, NULL, NULL, &issuer,
		                                  &serial);
		add_recipient(arena, layer, id, issuer, serial);
	}
}

static void list_recipients(struct arena *arena, STACK_OF(CMS_RecipientInfo) * infos, struct smime_layer *layer)
{
	layer->recipients = ARENA_ARRAY(arena, struct str, RECIPIENTS_SHOWN);
	for (int i = 0; i < sk_CMS_RecipientInfo_num(infos); i++) {
		CMS_RecipientInfo *info = sk_CMS_RecipientInfo_value(infos, i);
		int type = CMS_RecipientInfo_type(info);
		ASN1_OCTET_STRING *id = NULL;
		X509_NAME *issuer = NULL;
		ASN1_INTEGER *serial = NULL;

		if (type == CMS_RECIPINFO_TRANS) {
			CMS_RecipientInfo_ktri_get0_signer_id(info, &id, &issuer, &serial);
			add_recipient(arena, layer, id, issuer, serial);
		} else if (type == CMS_RECIPINFO_AGREE) {
			list_agreement(arena, info, layer);
		} else if (layer->recipient_count < RECIPIENTS_SHOWN) {
			layer->recipients[layer->recipient_count++] = STR("whoever has a password or a shared key");
		}
	}
}

static bool is_for_agreement(CMS_RecipientInfo *info, X509 *cert)
{
	STACK_OF(CMS_RecipientEncryptedKey) *keys = CMS_RecipientInfo_kari_get0_reks(info);

	for (int i = 0; i < sk_CMS_RecipientEncryptedKey_num(keys); i++)
		if (CMS_RecipientEncryptedKey_cert_cmp(sk_CMS_RecipientEncryptedKey_value(keys, i), cert) == 0)
			return true;
	return false;
}

static bool is_for(STACK_OF(CMS_RecipientInfo) * infos, X509 *cert)
{
	for (int i = 0; i < sk_CMS_RecipientInfo_num(infos); i++) {
		CMS_RecipientInfo *info = sk_CMS_RecipientInfo_value(infos, i);
		int type = CMS_RecipientInfo_type(info);

		if (type == CMS_RECIPINFO_TRANS && CMS_RecipientInfo_ktri_cert_cmp(info, cert) == 0)
			return true;
		if (type == CMS_RECIPINFO_AGREE && is_for_agreement(info, cert))
			return true;
	}
	return false;
}

/* ---------------------------------------------------------------- opening */

/* Straight into the arena: what comes out is never longer than what goes in. Nothing of it is given on before the last
 * byte, and with it the authentication tag, was right. */
static bool read_content(struct arena *arena, CMS_ContentInfo *cms, struct str *ret_inside)
{
	ASN1_OCTET_STRING **held = CMS_get0_content(cms);
	size_t size = held && *held ? (size_t)ASN1_STRING_length(*held) : 0, n = 0;
	BIO *chain = CMS_dataInit(cms, NULL);
	char *room;
	bool good;
	int got;

	if (!chain)
		return false;
	room = arena_bytes(arena, size + 1);
	while (n < size && (got = BIO_read(chain, room + n, (int)MIN(size - n, MIB(1)))) > 0)
		n += (size_t)got;
	/* The end is reached only by asking for more. */
	good = BIO_read(chain, room + size, 1) <= 0 && BIO_get_cipher_status(chain) == 1;
	BIO_free_all(chain);
	room[n] = '\0';
	*ret_inside = str_new(room, n);
	return good;
}

static bool open_with(struct arena *arena, CMS_ContentInfo *cms, const struct keystore_item *item,
                      struct smime_layer *layer, struct str *ret_inside)
{
	if (CMS_decrypt_set1_pkey(cms, item->key, item->cert) != 1) {
		layer->status = SMIME_DAMAGED;
		layer->reason = STR("the key fits, but what it should open is damaged");
		return false;
	}
	if (read_content(arena, cms, ret_inside))
		return true;
	layer->status = SMIME_DAMAGED;
	layer->reason = layer->is_authenticated ? STR("the content was changed or damaged on the way")
	                                        : STR("the content is damaged");
	return false;
}

static void no_key(struct arena *arena, const struct smime_place *place, struct smime_layer *layer)
{
	struct str first = layer->recipient_count ? layer->recipients[0] : STR("nobody");

	const char *why = place->keys_fault ? place->keys_fault
	                  : place->keys     ? "the keystore holds no key for it"
	                                    : "there is no keystore to open it with";

	layer->status = SMIME_NO_KEY;
	layer->reason = arena_printf(arena, "%s; it is encrypted for " STR_FMT "%s", why, STR_ARG(first),
	                             layer->recipient_count > 1 ? " and others" : "");
}

bool smime_decrypt(struct arena *arena, const struct smime_place *place, CMS_ContentInfo *cms,
                   struct smime_layer *layer, struct str *ret_inside)
{
	STACK_OF(CMS_RecipientInfo) *infos = CMS_get0_RecipientInfos(cms);
	const struct keystore_item *items = place->keys ? keystore_items(place->keys) : NULL;
	const struct keystore_entry *entries = NULL;
	size_t count = place->keys ? keystore_entries(place->keys, &entries) : 0;

	list_recipients(arena, infos, layer);
	no_key(arena, place, layer);
	for (size_t i = 0; i < count; i++) {
		if (!items[i].key || !items[i].cert || !is_for(infos, items[i].cert))
			continue;
		layer->key_alias = arena_str(arena, str_of(entries[i].alias));
		if (open_with(arena, cms, &items[i], layer, ret_inside)) {
			layer->status = SMIME_DECRYPTED;
			layer->reason = STR("");
			return true;
		}
	}
	return false;
}
