/* The reason behind a diagnostic. For the bounce_*.c files only. */
#ifndef MIME_BOUNCE_REASON_H
#define MIME_BOUNCE_REASON_H

#include "mime/bounce.h"

/* Words that servers use, by reason. A phrase is lower case, begins at the start of a word, and is looked for in the
 * text made by reason_words(). An earlier list is the surer one, and in a list an earlier phrase. */
struct reason_list {
	enum bounce_reason reason;
	bool is_weak;  /* a status that leaves no doubt outranks it */
	bool is_named; /* it is the address that is refused, at whatever stage */
	const char *const *phrases;
	size_t count;
};

extern const struct reason_list reason_lists[];
extern const size_t reason_list_count;

struct reason_phrase {
	enum bounce_reason reason;
	bool is_weak, is_named;
	const char *text;
};

/* What the server answered to; NONE where unknown. */
enum smtp_command { COMMAND_NONE, COMMAND_CONNECT, COMMAND_MAIL, COMMAND_RCPT, COMMAND_DATA };

/* The last command that `text` names as the one that was refused. */
enum smtp_command reason_command(struct str text);

/* "550" and "5.1.1" in a diagnostic; either may come out empty. */
void reason_codes(struct str text, struct str *ret_code, struct str *ret_status);

/* Lower case, white space collapsed, addresses made "@", reply codes and what frames them left out. */
struct str reason_words(struct arena *arena, struct str text);

/* The surest phrase in the words; NULL where none is. */
const struct reason_phrase *reason_phrase_find(struct str words);

struct reason_facts {
	struct str status, code;             /* the best known */
	const struct reason_phrase *said;    /* in the diagnostic; may be NULL */
	const struct reason_phrase *written; /* in the whole report; may be NULL */
	enum smtp_command command;
	struct str action;
};

/* Sets reason, is_hard, is_temporary and evidence of `r`. */
void reason_decide(struct arena *arena, const struct reason_facts *facts, struct bounce_recipient *r);

#endif
