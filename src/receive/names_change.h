/* What a look changes (private to both forms of names.h): the names seen held against those known. */
#ifndef RECEIVE_NAMES_CHANGE_H
#define RECEIVE_NAMES_CHANGE_H

#include "base/map.h"
#include "receive/names.h"

struct names_change {
	const struct names_look *look;
	struct map *marks; /* owned: name → its index in the look, or "gone" */
	uint32_t *uids;    /* owned: of look->names, 0 where new */
	struct str *fresh; /* owned: new names in their order; bytes are the look's */
	uint32_t *gone;    /* owned: numbers to forget */
	size_t fresh_count, gone_count, gone_size;
	size_t known, kept; /* names known before; those of them that are still there */
};

/* Checks the look (E_PROTOCOL) and begins. The caller calls names_change_done() in any case. */
int names_change_begin(struct names_change *change, const struct names_look *look, struct error *err) NODISCARD;

/* A name known so far: all of them where the look is complete, else at least those that it speaks of. */
void names_change_known(struct names_change *change, uint32_t uid, struct str name);

/* Everything known was shown: gives numbers above `last_uid` to the new ones. E_LIMIT where there are none left. */
int names_change_end(struct names_change *change, uint32_t last_uid, struct error *err) NODISCARD;

/* Has the server renamed everything? `leaving` of the known names were to go. */
bool names_change_is_renaming(const struct names_change *change, size_t leaving);

void names_change_done(struct names_change *change);

#endif
