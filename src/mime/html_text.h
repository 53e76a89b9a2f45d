/* HTML as readable plain text: paragraphs, links, lists, tables, quotes. A tokenizer without a tree: linear time and no
 * recursion whatever the nesting. */
#ifndef MIME_HTML_TEXT_H
#define MIME_HTML_TEXT_H

#include "base/arena.h"

/* Valid UTF-8 in, valid UTF-8 with LF line ends out. */
struct str html_to_text(struct arena *arena, struct str html) NODISCARD;

/* Text as HTML: escaped, in a pre-formatted block. */
struct str html_from_text(struct arena *arena, struct str text) NODISCARD;

/* The charset that <meta> declares in the first 2 KiB; a view into `html`, empty where none. */
struct str html_charset(struct str html);

/* The code point of "amp", "nbsp" …; 0 where the name is unknown. */
uint32_t html_entity(struct str name);

#endif
