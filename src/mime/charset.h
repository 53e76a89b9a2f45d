/* Any charset a mail can name, into UTF-8. Labels are read as browsers read them (WHATWG Encoding: iso-8859-1 means
 * windows-1252, gb2312 means gb18030 …), plus what browsers dropped and mail has (UTF-7, ISO-2022-KR/CN). Where nothing
 * is declared or the label is unknown: UTF-8 when the bytes are, else detected (uchardet), else windows-1252. Never
 * fails: what can't be read becomes U+FFFD. */
#ifndef MIME_CHARSET_H
#define MIME_CHARSET_H

#include "base/arena.h"

struct str charset_to_utf8(struct arena *arena, struct str label, struct str bytes) NODISCARD;

/* Makes any bytes valid UTF-8 as above with no label; returns `bytes` itself where it already is. */
struct str charset_guess_utf8(struct arena *arena, struct str bytes) NODISCARD;

#endif
