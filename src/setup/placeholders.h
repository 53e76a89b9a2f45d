/* The {{placeholders}} of templates. One that stands for nothing would leave a gap in every letter, and one that isn't
 * closed would be sent as it stands: both are refused where they are new. What is stored stays as it is, so that a
 * set-up of a former version loads and can be changed elsewhere; `hauspost apply` warns of it. Private to this folder.
 */
#ifndef SETUP_PLACEHOLDERS_H
#define SETUP_PLACEHOLDERS_H

#include "setup/setup.h"

/* Of a template as it will be; `before` as it is, NULL where it is new. E_INVALID with the path. */
int placeholders_check(const struct template *template, const struct template *before, struct error *err) NODISCARD;

/* A line for each that stands for nothing. */
void placeholders_warnings(const struct template *template, struct buf *report);

#endif
