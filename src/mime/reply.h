/* Which part of a mail its writer wrote: what it quotes, its signature and what a phone adds are left out. Decided line
 * by line, in about thirty languages and the forms of the big clients; inline answers stay without the lines they
 *answer to. A forwarded message is not a reply: all of it stays.
 *
 *	struct reply r = message_reply(arena, m);
 *	show(r.reply);                        // what was written
 *	fold_away(r.text, r.quote_at);        // everything; nothing is ever lost
 *
 * Linear time. The first 50,000 lines are looked at; what stands behind them shares the fate of the last of these. */
#ifndef MIME_REPLY_H
#define MIME_REPLY_H

#include "mime/message.h"

/* Hauspost's own mails may carry this line above what they quote; whatever stands below it was not written by the
 * answerer. The same words in other languages and frames are known as well. */
#define REPLY_LINE "-- Please write your reply above this line --"

enum reply_evidence {
	REPLY_WHOLE,            /* nothing was found: all of it is the reply */
	REPLY_FORWARD,          /* a forwarded message: all of it stays */
	REPLY_OWN_LINE,         /* REPLY_LINE or the like */
	REPLY_ATTRIBUTION,      /* "On …, … wrote:" */
	REPLY_HEADER_BLOCK,     /* "From: … Sent: … To: … Subject: …" */
	REPLY_ORIGINAL_MESSAGE, /* "-----Original Message-----" */
	REPLY_QUOTE_MARKS,      /* lines that begin with ">" */
	REPLY_HTML_QUOTE,       /* an element that a mail client puts around quotes */
	REPLY_SIGNATURE,        /* no quote, but "-- ", a closing or a list's footer */
	REPLY_MOBILE_SIGNATURE, /* no quote, but "Sent from my …" */
};

struct reply {
	struct str text;  /* everything that stands in the body, as text */
	struct str reply; /* lines of `text` in their order (the last one of a part may be cut short), trimmed */
	size_t quote_at;  /* where in `text` the first left-out line begins; text.n where none is left out */
	enum reply_evidence evidence; /* of the first quote; of the signature where there is no quote */
	struct str evidence_line;     /* the line that says so, in `text`; empty for REPLY_WHOLE */
	bool is_interleaved;          /* something of the reply stands behind a quote */
};

/* Of the body for people: of the text parts, or of HTML where there is no text. The subject tells a forwarded message
 * ("Fwd:", "WG:") from an answer where the body doesn't. */
struct reply message_reply(struct arena *arena, const struct message *m) NODISCARD;

/* Of a body as text; valid UTF-8 with LF or CRLF line ends. */
struct reply reply_of_text(struct arena *arena, struct str text) NODISCARD;

/* Of a body as HTML, valid UTF-8; `text` is html_to_text()'s, without a trace of the elements that were looked at. */
struct reply reply_of_html(struct arena *arena, struct str html) NODISCARD;

const char *reply_evidence_word(enum reply_evidence evidence); /* "attribution", "header-block" … */

#endif
