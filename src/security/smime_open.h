/* What the files of smime.c share. Private to src/security. */
#ifndef SECURITY_SMIME_OPEN_H
#define SECURITY_SMIME_OPEN_H

#include "security/smime.h"

#include <openssl/cms.h>

/* A source of the content as it was signed: a bare LF or CR counts as a line end, too. */
struct smime_source {
	struct str content;
	bool bare_lf;        /* line ends are LF */
	bool extra_line_end; /* a CRLF more at the end */
	void (*done_with)(void *ctx, const char *upto);
	void *ctx;
	size_t at, told; /* private */
	bool owes_lf;
};

BIO *smime_source_bio(struct smime_source *source) NODISCARD; /* borrows `source` */

/* Verifies all signatures of `cms` and describes their signers; `content` for a detached one, else NULL. */
void smime_judge(struct arena *arena, const struct smime_place *place, CMS_ContentInfo *cms,
                 const struct smime_source *content, struct smime_layer *layer);

/* Decrypts; true where *ret_inside was written. */
bool smime_decrypt(struct arena *arena, const struct smime_place *place, CMS_ContentInfo *cms,
                   struct smime_layer *layer, struct str *ret_inside);

/* The object identifier of the content's cipher, found in the structure's bytes. NID_undef where it isn't. */
int smime_cipher_of(struct str der);
void smime_name_cipher(int nid, struct smime_layer *layer);

/* A DSA or RSA key of 10,000 bits keeps a processor busy for as long as a sender likes; no mail program makes one. */
bool smime_key_is_usable(const EVP_PKEY *key);

/* False where it is too large. */
bool smime_certificate_of(struct arena *arena, X509 *cert, struct smime_certificate *ret);

#endif
