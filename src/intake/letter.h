/* A mail that somebody writes: an answer in a case, a forwarded mail, a new one. Built, signed and encrypted as its
 * account says, and put into the outbox in one transaction with everything that follows from it: the case's message,
 * its files, its marks for answers, its status, the event. */
#ifndef INTAKE_LETTER_H
#define INTAKE_LETTER_H

#include "mime/build.h"
#include "setup/setup.h"
#include "store/cases.h"
#include "store/store.h"

#define LETTER_RECIPIENTS_MAX 100
#define LETTER_FILES_MAX      100
#define LETTER_MAX            MIB(50) /* of the built mail */
#define LETTER_TEXT_MAX       MIB(2)  /* of text or HTML */
#define LETTER_HEADERS_MAX    4
#define LETTER_KEY_MAX        200 /* bytes of an idempotency key */

struct letter {
	const struct setup *setup;
	const struct account *account;
	const char *from; /* one of the account's addresses (account_own_address()); NULL: the account's */
	const struct address *to, *cc, *bcc;
	size_t to_count, cc_count, bcc_count;
	struct str subject, text, html; /* the text is made of the HTML where it is empty */
	const struct draft_attachment *files;
	size_t file_count;
	const struct message *answered; /* whose conversation goes on; NULL: none */
	bool is_forward;                /* it isn't answered: whoever gets this knows nothing of it */
	const struct stored_case *c;    /* NULL: none */
	const struct case_type *opens;  /* a case that is opened for it; NULL: none */
	const char *status;             /* of the case from then on; NULL: as it is */
	const char *key;                /* the same key again gives the same answer, and no second mail; NULL: none */
	const char *author;
	const char *operator_id;            /* who may stop it while it waits; NULL: nobody in particular */
	const char *kind;                   /* of the outbox's row; NULL: "message" */
	const struct draft_header *headers; /* further ones, at most LETTER_HEADERS_MAX */
	size_t header_count;
	/* Done in the same transaction, at its end, with the outbox's row; a fault undoes everything. May be NULL. */
	int (*along)(void *ctx, struct db *db, int64_t outbox_id, struct error *err);
	void *ctx;
};

struct letter_result {
	int64_t outbox_id, message_id, case_id; /* case_id 0: none */
	const char *case_number;                /* "" */
	bool is_duplicate;                      /* of an earlier one with the same key */
};

/* `db`: a connection of the caller's, outside any transaction. E_INVALID names what is wrong in the words of the API's
 * fields ("to/2: …"); E_LIMIT; E_REFUSED where the account doesn't send. */
int letter_send(struct store *store, struct db *db, const struct letter *letter, struct arena *arena,
                struct letter_result *ret_result, struct error *err) NODISCARD;

#endif
