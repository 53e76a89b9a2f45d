/* What the files of DKIM share; nobody outside src/security includes it. */
#ifndef SECURITY_DKIM_PARTS_H
#define SECURITY_DKIM_PARTS_H

#include "security/dkim.h"

#include <openssl/evp.h>

#define DKIM_MAX_FIELD  KIB(32) /* bytes of a signature's header field */
#define DKIM_MAX_FIELDS 5000    /* header fields of a message */
#define DKIM_MAX_NAMES  500     /* in h= */
#define DKIM_MAX_TAGS   50      /* of a signature or a key record */
#define DKIM_HASH_BYTES 32      /* SHA-256 */

/* ---------------------------------------------------------------- tag lists (RFC 6376 §3.2), dkim_tags.c */

struct dkim_tag {
	struct str name, value; /* the value trimmed; folds inside stay */
};

struct dkim_tag_list {
	struct dkim_tag *tags;
	size_t count;
};

/* False where it isn't a tag list: a name that is none, a tag twice, too many. *ret_fault says what. */
bool dkim_tag_list_read(struct arena *arena, struct str text, struct dkim_tag_list *ret, struct str *ret_fault);

/* NULL where there is none; a tag without a value has an empty one. */
const struct str *dkim_tag(const struct dkim_tag_list *list, const char *name);

/* Without any white space, as base64 and lists are read. */
struct str dkim_squeeze(struct arena *arena, struct str value);

/* What base64 stands for: lax in white space alone (a '=' within it is no digit), at most DKIM_MAX_FIELD bytes. False
 * where it is none, or empty. */
bool dkim_base64(struct arena *arena, struct str value, struct str *ret_bytes) NODISCARD;

/* The whole item of a ':'-separated list without regard to case? */
bool dkim_list_has(struct str list, const char *item);

/* A domain name of letters, digits, '-', '_' and dots (lower-cased copy); empty where it is none. */
struct str dkim_domain(struct arena *arena, struct str value);

/* ---------------------------------------------------------------- a signature's fields, dkim_signature.c */

struct dkim_tags {
	struct str b, bh; /* decoded */
	struct str h;     /* names separated by ':' */
	bool is_ed25519;  /* else RSA */
	bool header_relaxed, body_relaxed;
	bool has_length;
	uint64_t length; /* l= */
	struct str domain, identity_domain;
	struct dkim_field *field; /* the signature's own */
};

/* Fills domain, selector, identity, algorithm, key_name and tags, or result and reason. */
void dkim_signature_read(struct arena *arena, struct dkim_field *field, int64_t now_s, struct dkim_signature *s);

/* ---------------------------------------------------------------- header and body as they are signed, dkim_canon.c */

struct dkim_field {
	struct str name;    /* without white space before the colon */
	struct str value;   /* behind the colon, folds included, without the last line end */
	struct str whole;   /* from the name to before the last line end */
	uint32_t name_hash; /* of the lower-case name */
};

uint32_t dkim_name_hash(struct str name);

/* The fields of the header, and where the body begins. False: too many fields. */
bool dkim_fields_read(struct dkim *dkim);

struct dkim_body {
	struct dkim_body *next;
	bool relaxed, has_length;
	uint64_t length;
	unsigned char hash[DKIM_HASH_BYTES];
	uint64_t total; /* bytes of the whole body, canonicalised */
};

/* The hash of the body; made once for each combination. */
const struct dkim_body *dkim_body_hash(struct dkim *dkim, const struct dkim_tags *tags,
                                       const struct dkim_options *options);

/* The hash of the fields that the signature names and of itself (RFC 6376 §3.7). False: h= names too many. */
bool dkim_header_hash(struct dkim *dkim, const struct dkim_tags *tags, unsigned char ret_hash[DKIM_HASH_BYTES]);

/* ---------------------------------------------------------------- keys, dkim_key.c */

/* Checks the signature with one key record; fills result and reason, key_bits, is_weak and is_testing. */
void dkim_check_with_key(struct dkim *dkim, struct dkim_signature *s, struct str record);

/* Sets both; returns false for `return dkim_says(…)`. */
bool dkim_says(struct dkim_signature *s, enum dkim_result result, struct str reason);

#endif
