/* Verifies DKIM signatures (RFC 6376, 8301, 8463) in two steps, so that the keys can be looked up side by side between
 * them and this folder needs no network:
 *
 *	struct dkim *dkim = dkim_read(arena, raw, &(struct dkim_options){.now_s = received});
 *	for (i = 0; i < dkim->count; i++)
 *		if (dkim->signatures[i].key_name.n)
 *			… look up TXT of key_name …
 *			dkim_verify(dkim, i, DKIM_KEY_FOUND, texts, count);
 *
 * dkim_read() checks everything that needs no key, the hash of the body included; what fails there is not looked up.
 * `raw` must outlive the struct; everything else lives in the arena. Line ends may be bare LF, as in a file. Linear
 * time: the body is read once for each way of canonicalisation and length that signatures name. */
#ifndef SECURITY_DKIM_H
#define SECURITY_DKIM_H

#include "base/arena.h"

#define DKIM_MAX_SIGNATURES 8 /* looked at, from the top; the rest is only counted */

enum dkim_result {
	DKIM_UNCHECKED, /* the key has not been looked up */
	DKIM_PASS,
	DKIM_FAIL,      /* body or header are not as they were signed, or the signature has expired */
	DKIM_NEUTRAL,   /* signed, but that says nothing: a key in testing, a date in the future */
	DKIM_TEMPERROR, /* the key could not be had now */
	DKIM_PERMERROR, /* signature or key can't be right, or are too weak (RFC 8301) */
};

struct dkim_signature {
	struct str domain, selector; /* d= and s=, lower case; empty where the signature can't be read */
	struct str identity;         /* i=, or "@" and d= */
	struct str algorithm;        /* a= */
	struct str key_name;         /* whose TXT records are the key; empty where no key is needed any more */
	enum dkim_result result;
	struct str reason;              /* for people; never empty once there is a result other than DKIM_UNCHECKED */
	unsigned key_bits;              /* RSA; 0 until the key is known */
	bool is_weak;                   /* an RSA key below 2,048 bits: valid, not good (RFC 8301 §3.2) */
	bool is_testing;                /* the key says t=y */
	uint64_t unsigned_bytes;        /* at the body's end, which l= leaves out: anybody may have added them */
	const struct dkim_tags *tags;   /* private */
	const unsigned char *body_hash; /* private */
};

struct dkim {
	struct dkim_signature *signatures;
	size_t count;
	size_t left_out;     /* signatures beyond DKIM_MAX_SIGNATURES */
	size_t body_at;      /* where the body begins in raw, as the signatures see it */
	const char *from;    /* the From field that signatures cover (the last one); NULL where there is none */
	size_t from_count;   /* From fields; more than one can't be trusted */
	struct arena *arena; /* private, as all below */
	struct str raw;
	struct dkim_field *fields;
	size_t field_count;
	struct dkim_body *bodies;
};

struct dkim_options {
	int64_t now_s; /* Unix seconds: for t= and x= */
	/* Called when the bytes before `upto` have been read, so that a mapped file's pages can be given back. May be
	 * NULL. */
	void (*done_with)(void *ctx, const char *upto);
	void *ctx;
};

struct dkim *dkim_read(struct arena *arena, struct str raw, const struct dkim_options *options) NODISCARD;

enum dkim_key_state { DKIM_KEY_FOUND, DKIM_KEY_NONE, DKIM_KEY_UNREACHABLE };

/* Decides a signature whose key_name is set. `records`: the TXT records, each with its pieces joined; of several the
 * first that fits the signature counts. */
void dkim_verify(struct dkim *dkim, size_t index, enum dkim_key_state state, const struct str *records, size_t count);

/* "pass", "fail", "neutral", "temperror", "permerror" (RFC 8601 §2.7.1), "unchecked" */
const char *dkim_result_word(enum dkim_result result);

#endif
