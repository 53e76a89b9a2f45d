/* A provider's logo (FEATURES PR5): PNG, JPEG or SVG, small, and harmless wherever it is shown. Bitmaps are known by
 * their own header, never by a name; of an SVG only what draws stays (svg.h). */
#ifndef SETUP_LOGO_H
#define SETUP_LOGO_H

#include "base/buf.h"
#include "base/error.h"

#include <jansson.h>

#define LOGO_MAX_BYTES KIB(64)
#define LOGO_MAX_SIDE  1024 /* pixels */

enum logo_type { LOGO_PNG, LOGO_JPEG, LOGO_SVG };

/* "image/png" … */
const char *logo_media_type(enum logo_type type);

/* Looks at a file's bytes and appends what may be kept: a bitmap as it is, an SVG written anew. E_INVALID with the
 * reason where it can't be a logo. */
int logo_clean(struct str bytes, struct buf *out, enum logo_type *ret_type, struct error *err) NODISCARD;

/* For the record table: NULL where base64 text is a logo that logo_clean() leaves as it is; else what is wrong. */
const char *logo_check(const char *base64);

/* For `hauspost apply`: replaces `logo: {file: PATH}` of providers in a document (from `folder` where relative) by the
 * file's content, cleaned, as base64. */
int logos_read_files(json_t *document, const char *folder, struct error *err) NODISCARD;

#endif
