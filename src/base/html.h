/* Text in HTML or XML. */
#ifndef BASE_HTML_H
#define BASE_HTML_H

#include "buf.h"

/* Appends text so that it is nothing but text, between tags and within a quoted attribute: & < > " ' become
 * references. */
void html_escape(struct buf *out, struct str text);

#endif
