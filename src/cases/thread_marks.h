/* What we put into our mails so that answers find their case: a token that is bound to the recipient (security/token.h)
 *in Message-ID and X-Hauspost-Ref, where the account wants it in Reply-To and in a line at the end of the text;
 *Thread-Topic and Thread-Index for Outlook and Exchange.
 *
 *	thread_marks_make(db, arena, &options, &marks, err)
 *	… the draft takes marks.message_ident, reply_to, headers; thread_marks_sign() the text
 *	thread_marks_keep(db, &marks, case_id, message_id, err)    in the transaction that queues the mail */
#ifndef CASES_THREAD_MARKS_H
#define CASES_THREAD_MARKS_H

#include "mime/build.h"
#include "security/token.h"
#include "setup/setup.h"
#include "store/db.h"

struct thread_marks_options {
	const struct account *account;
	const char *from;               /* our address; NULL: the account's */
	struct str to;                  /* the recipient's address */
	const struct message *answered; /* NULL: none */
	struct str topic;               /* the case's subject, where the mail answered names none */
	int64_t at;
};

struct thread_marks {
	struct str token, to, root;
	struct str message_ident; /* without <> */
	struct address reply_to;  /* empty: no Reply-To is needed */
	struct draft_header headers[3];
	size_t header_count;
	bool has_line;
};

/* Texts live in the arena. */
int thread_marks_make(struct db *db, struct arena *arena, const struct thread_marks_options *options,
                      struct thread_marks *ret_marks, struct error *err) NODISCARD;

/* Puts the line at the end of the text and of the HTML, where the account wants it; either may be empty. */
void thread_marks_sign(const struct thread_marks *marks, struct buf *text, struct buf *html);

/* From now on they lead to the case; the recipient has a part in it. */
int thread_marks_keep(struct db *db, const struct thread_marks *marks, int64_t case_id, int64_t message_id,
                      struct error *err) NODISCARD;

#endif
