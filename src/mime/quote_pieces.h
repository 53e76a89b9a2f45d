/* A body cut into what was written and what may be folded away, in order and without loss: the pieces together are
 * reply.text.
 *
 *	struct reply r = message_reply(arena, m);
 *	size_t count = quote_pieces(arena, &r, &pieces);
 *	// "Yes." | "On 5 Mar, Ann wrote:\n> Hi" (1 piece left out, 2 lines) | … */
#ifndef MIME_QUOTE_PIECES_H
#define MIME_QUOTE_PIECES_H

#include "mime/reply.h"

struct quote_piece {
	struct str text;  /* without blank lines around */
	size_t lines;     /* of it */
	bool is_left_out; /* not of the reply: a quote, or a signature */
	bool is_quote;    /* left out, and more than a signature */
};

/* Returns the number of pieces. Linear time. */
size_t quote_pieces(struct arena *arena, const struct reply *reply, struct quote_piece **ret_pieces) NODISCARD;

#endif
