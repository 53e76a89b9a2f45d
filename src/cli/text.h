/* Text for people. Most of what hauspost prints was written by strangers, in mail: nothing of it may move the cursor,
 *change the title or answer for the terminal. All of it goes through here (see str_make_printable()).
 *
 *	struct buf line CLEANUP(buf_done) = BUF_INIT(KIB(4));
 *
 *	line_column(&line, str_of(c->number), 16);
 *	line_column(&line, c->subject, 0);
 *	line_put(&line);
 *
 * On a terminal a line is cut to its width; elsewhere it is whole. */
#ifndef CLI_TEXT_H
#define CLI_TEXT_H

#include "base/buf.h"

/* Adds a text, filled up with spaces to `width` columns of a terminal (East Asian letters have two, accents none), and
 * two spaces. Width 0: the text alone, for the last column. */
void line_column(struct buf *line, struct str text, int width);

/* Prints the line to standard output and empties it. */
void line_put(struct buf *line);

/* Prints a text of several lines, whole, to standard output. */
void lines_put(struct str text);

/* Columns of a terminal that `text` takes; at most as many bytes of it as fit into `room` columns are counted in
 * *ret_fit (may be NULL). */
int text_width(struct str text, int room, size_t *ret_fit);

#endif
