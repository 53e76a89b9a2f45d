/* Certificates of people we write to, by address: learned from their signed mail, or added by a person. Each change is
 * told as an event (certificate.learned, certificate.added, certificate.forgotten). */
#ifndef STORE_CERTIFICATES_H
#define STORE_CERTIFICATES_H

#include "base/arena.h"
#include "store/db.h"

#define CERTIFICATES_PER_ADDRESS 10 /* learned ones; older ones make room */

struct stored_certificate {
	struct str address;     /* in lower case, once stored */
	struct str fingerprint; /* SHA-256 in lower-case hexadecimal */
	struct str subject, issuer, serial;
	int64_t valid_from, expires_at; /* Unix ms */
	const char *source;             /* "mail", "person" */
	int64_t message_id;             /* the mail it came with; 0: none */
	const char *account;            /* that mail's; "": none. Read, never written */
	int64_t since;
	struct str der;
	struct str truststore; /* whose word the mail's signature was taken on; empty: the system's, or a person's */
};

/* 1: it is new (or was learned, and a person says it now); 0: it was known. */
int certificate_put(struct db *db, struct arena *arena, const struct stored_certificate *certificate,
                    struct error *err) NODISCARD;

/* The one to encrypt with: valid at `at`, learned by an account with the same truststore ("": the system's) or added by
 * a person; what a person added comes first, then the newest (by the beginning of its validity). 1 found, 0 none. */
int certificate_for(struct db *db, struct str address, const char *truststore, int64_t at, struct arena *arena,
                    struct stored_certificate *ret, struct error *err) NODISCARD;

/* By address, then newest first; `address` empty: all; at most `max`. Returns their number. */
int certificate_list(struct db *db, struct str address, size_t max, struct arena *arena,
                     struct stored_certificate **ret_list, struct error *err) NODISCARD;

/* Those that end before `before`, soonest first, but for those that ended before `after`; without der. */
int certificate_expiring(struct db *db, int64_t after, int64_t before, size_t max, struct arena *arena,
                         struct stored_certificate **ret_list, struct error *err) NODISCARD;

/* Those of the address whose fingerprint begins so ("": all). Returns how many went. */
int certificate_forget(struct db *db, struct arena *arena, struct str address, struct str fingerprint, int64_t at,
                       struct error *err) NODISCARD;

/* What was last told of something that ends: 1 and how many days before, where it was told of this end or after
 * `since`; 0: it wasn't. */
int expiry_warning_find(struct db *db, const char *what, int64_t expires_at, int64_t since, int64_t *ret_days,
                        struct error *err) NODISCARD;
int expiry_warning_put(struct db *db, const char *what, int64_t expires_at, int64_t days, int64_t at,
                       struct error *err) NODISCARD;

#endif
