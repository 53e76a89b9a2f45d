/* S/MIME (RFC 8551): one CMS structure verified or decrypted. What a mail is made of, and which structure stands in
 * which, is the caller's (src/intake/smime.h): this knows bytes alone.
 *
 *	smime_verify(arena, &place, content, signature, &layer);       multipart/signed
 *	smime_open(arena, &place, &der, &layer, &inside);              application/pkcs7-mime
 *
 * Neither fails: whatever the bytes, `layer` says what they are and what is wrong, in words for people. Sizes are
 * bounded: 64 MiB of structure, 50,000 elements of it, 10 signers. Thread-safe; of structures above 4 MiB one is opened
 * at a time in the whole process, so that its memory (about three times its size) is needed once. */
#ifndef SECURITY_SMIME_H
#define SECURITY_SMIME_H

#include "base/arena.h"
#include "base/buf.h"
#include "security/keystore.h"
#include "security/smime_certificate.h"

#define SMIME_MAX_BYTES MIB(64)

enum smime_kind { SMIME_SIGNED, SMIME_ENCRYPTED, SMIME_OTHER };

enum smime_status {
	SMIME_VALID,      /* signed: untouched, by somebody who can be trusted */
	SMIME_UNTRUSTED,  /* signed: untouched, but who it was is not certain */
	SMIME_WEAK,       /* signed: by an algorithm that others can forge */
	SMIME_CHANGED,    /* signed: the content isn't what was signed */
	SMIME_DECRYPTED,  /* encrypted, and opened */
	SMIME_NO_KEY,     /* encrypted for others, or there is no keystore */
	SMIME_DAMAGED,    /* the structure, or the content it holds, can't be read */
	SMIME_UNSUPPORTED /* nothing this program opens */
};

const char *smime_status_word(enum smime_status status); /* "valid" … */

struct smime_signer {
	struct str subject, issuer, serial; /* empty where the certificate is not in the mail */
	struct str *addresses;
	size_t address_count;
	struct str algorithm; /* "SHA-256 with RSA 2048" */
	int64_t signed_at;    /* as the signer says; 0: not said */
	int64_t valid_from, expires_at;
	bool expired_when_signed;
	struct str trusted_by; /* subject of the certificate that the chain ends at; empty where it isn't trusted */
};

struct smime_layer {
	enum smime_kind kind;
	enum smime_status status;
	struct str reason;      /* why it is that status; empty where all is well */
	struct str note;        /* what is worth knowing nevertheless; empty */
	struct str algorithm;   /* encrypted: "AES-256-CBC" */
	bool is_weak;           /* the cipher, or the digest, is one that isn't safe any more */
	bool is_authenticated;  /* encrypted: nobody can change it unnoticed (AES-GCM) */
	struct str key_alias;   /* the keystore's entry that opened it; empty */
	struct str *recipients; /* encrypted: issuer and serial number, or key identifier, at most 20 */
	size_t recipient_count;
	struct smime_signer *signers;
	size_t signer_count;
	/* Valid signatures: those in the mail, vouched for, by which mail for the signers can be encrypted. */
	struct smime_certificate *certificates;
	size_t certificate_count;
};

struct smime_place {
	const struct keystore *keys;  /* to decrypt with; NULL: none */
	const struct keystore *trust; /* CA certificates; NULL: those of the system */
	/* Why what is set up isn't there: nothing is opened, nobody is trusted. NULL: nothing is set up. Borrowed. */
	const char *keys_fault, *trust_fault;
	int64_t at; /* Unix ms: when the mail came */
	/* The bytes of the content before `upto` were read, so that a mapped file's pages can be given back. May be
	 * NULL. */
	void (*done_with)(void *ctx, const char *upto);
	void *ctx;
};

/* A detached signature: `content` is the signed part from its header to its end, as it came; bare line ends count as
 * CRLF. */
void smime_verify(struct arena *arena, const struct smime_place *place, struct str content, struct str signature,
                  struct smime_layer *ret_layer);

/* signed-data that holds its content, enveloped-data, auth-enveloped-data. `der` is emptied on the way. True where
 * there is something inside to go on with: *ret_inside lives in the arena (of a signature that failed, too). */
bool smime_open(struct arena *arena, const struct smime_place *place, struct buf *der, struct smime_layer *ret_layer,
                struct str *ret_inside);

/* Does the signer speak for that address? In any case of letters (RFC 8550 §3). */
bool smime_signer_has(const struct smime_signer *signer, struct str address);

#endif
