/* What `inspect` tells of who a mail is from. Where nothing was said about the DNS, nothing is looked up: to look into
 * a mail shall not tell its sender that somebody does. */
#ifndef CLI_INSPECT_TRUST_H
#define CLI_INSPECT_TRUST_H

#include "base/buf.h"
#include "mime/message.h"
#include "trust/trust.h"

/* How senders are checked from now on, for the whole program: `dns` NULL: nothing is looked up. Both are borrowed. */
void inspect_trust_setup(struct dns *dns, const char *const *trusted_ids, size_t trusted_id_count);

/* The object "authentication"; and a section of the page for people. */
json_t *inspect_trust(struct arena *arena, const struct message *m) NODISCARD;
void inspect_trust_page(struct arena *arena, const struct message *m, struct buf *out);

#endif
