/* Going on with the conversation of a case: whom an answer goes to, from which of our addresses, under which subject;
 * a template filled for it; what it quotes; a mail of it to be forwarded. What came encrypted stays out of all of
 * them: they may go out in clear. */
#ifndef INTAKE_CORRESPOND_H
#define INTAKE_CORRESPOND_H

#include "mime/build.h"
#include "setup/setup.h"
#include "store/cases.h"
#include "store/messages.h"

struct correspondence {
	const struct setup *setup;
	const struct account *account;
	const struct stored_case *c;
	struct stored_message row;      /* the mail that is answered; id 0: the case has none */
	const struct message *answered; /* its header, and its text as far as it lies in the first MiB; NULL: none */
	const char *from;
	const struct address *to;
	size_t to_count;
	struct str subject; /* "Re: Printer [SUP-00001]" */
	bool hides_topic;   /* the case's subject came encrypted */
};

/* `message_id` 0: the last mail that came in, else the last of ours. E_NOT_FOUND where the case hasn't such a message,
 * or its account isn't set up any more. */
int correspond_begin(struct db *db, const struct setup *setup, const struct stored_case *c, int64_t message_id,
                     struct arena *arena, struct correspondence *ret, struct error *err) NODISCARD;

struct filled_template {
	struct str subject, text, html; /* html may be empty */
};

/* `written` is what a person wrote: it takes the place of {{text}}, or stands above where the template hasn't that. */
int correspond_fill(const struct correspondence *co, const struct template *template, struct str written,
                    struct arena *arena, struct filled_template *ret, struct error *err) NODISCARD;

/* Appends "On …, … wrote:" and the text of the mail that is answered, every line marked; to the HTML where there is
 * any. */
void correspond_quote(const struct correspondence *co, struct arena *arena, struct str *text, struct str *html);

/* The mail to be forwarded, for a draft: `*text` gets its header and text behind what is there (`as_file`: nothing),
 * *ret_files its files (or the mail itself). Everything lives in the arena. */
int correspond_forward(const struct correspondence *co, struct db *db, bool as_file, struct arena *arena,
                       struct str *text, struct draft_attachment **ret_files, size_t *ret_count,
                       struct error *err) NODISCARD;

/* "Fwd: Printer" */
struct str correspond_forward_subject(const struct correspondence *co, struct arena *arena);

#endif
