/* An SVG picture written anew from what may stay of it: shapes, gradients and text with their geometry and paint. No
 * scripts, style sheets, links, images, animations, foreign elements, events; nothing that fetches anything or repeats
 * itself endlessly (<use>). What isn't on the lists is left out; what was written is read and written anew unchanged.
 */
#ifndef SETUP_SVG_H
#define SETUP_SVG_H

#include "base/buf.h"
#include "base/error.h"

/* Appends to `out`. E_INVALID where it isn't well-formed, no <svg>, or empty afterwards. */
int svg_clean(struct str text, struct buf *out, struct error *err) NODISCARD;

#endif
