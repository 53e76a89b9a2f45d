/* JSON (RFC 8259) where it is written by the thousand and a library takes longer than all the rest. */
#ifndef BASE_JSON_H
#define BASE_JSON_H

#include "buf.h"

/* Adds UTF-8 text as a string, in its quotes. */
void buf_add_json(struct buf *out, struct str text);

#endif
