/* Answers that go on after the request: whoever gets them may lose, meanwhile, what he had as he asked. */
#ifndef API_LASTING_H
#define API_LASTING_H

#include "api/route.h"

struct lasting;

/* The request's caller, as he is now. */
struct lasting *lasting_new(const struct request *request) NODISCARD;
void lasting_free(struct lasting *lasting); /* NULL is fine */

/* He may do with this set-up what he might as he asked, no less and no more. Cheap where it isn't a newer one. */
bool lasting_holds(struct lasting *lasting, const struct setup *setup);

/* 1: his session or token hasn't ended; 0: it has. */
int lasting_is_signed_in(const struct lasting *lasting, struct db *db, struct error *err) NODISCARD;

#endif
