/* A mail's text behind DATA, taken off a stream: dots unstuffed, up to the line with a dot alone. Only CR LF ends a
 * line there: a server that took a bare LF for one could be made to see a second mail inside the first. */
#ifndef LISTEN_LMTP_TEXT_H
#define LISTEN_LMTP_TEXT_H

#include "base/str.h"

enum text_state { TEXT_LINE_BEGIN, TEXT_IN_LINE, TEXT_CR, TEXT_DOT, TEXT_DOT_CR, TEXT_END };

struct lmtp_text {
	enum text_state state;
	void (*add)(void *ctx, struct str bytes);
	void *ctx;
};

/* Takes bytes; returns how many of them belong to the text, less than all only where its end was among them (state
 * TEXT_END). */
size_t lmtp_text_take(struct lmtp_text *text, struct str bytes);

#endif
