/* What alerts say, in plain words: which kinds of events need a person, what each means, what to do. Pure. Private to
 * this folder, but for `hauspost alerts`. */
#ifndef EVENTS_ALERT_WORDS_H
#define EVENTS_ALERT_WORDS_H

#include "setup/alert.h"
#include "store/alerts.h"

struct alert_word {
	const char *kind;      /* "listener.failed" */
	const char *ends;      /* the kind of its end; NULL: it has none */
	bool needs_person;     /* told where an alert names no events */
	const char *field;     /* of the event's data: what it is about; NULL: its account */
	const char *one, *all; /* headlines, of one event and of several: {subject}, {count} */
	const char *over;      /* of its end */
	const char *todo;      /* what to do */
	const char *page;      /* of the Studio: "/listeners/{subject}" */
};

extern const struct alert_word alert_words[]; /* ends with a kind of NULL */

/* By the kind that begins, by the kind that ends; NULL: there is none. */
const struct alert_word *alert_word_of(const char *kind);
const struct alert_word *alert_word_ended_by(const char *kind);

/* Does the alert want this kind? Ends go with their begins, but not begins with ends that are named alone. */
bool alert_wants(const struct alert *alert, const char *kind);

/* The mail. `studio`: the Studio's public URL; "": none. */
void alert_compose(const struct alert *alert, const struct alert_item *items, size_t n, const char *studio,
                   struct buf *subject, struct buf *text);

#endif
