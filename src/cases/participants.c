/* See participants.h. */
#include "cases/participants.h"

#include "mime/thread_index.h"
#include "store/threads.h"

static int note_list(struct db *db, const struct setup *setup, int64_t case_id, const struct address_list *list,
                     size_t *left, struct error *err)
{
	for (size_t i = 0; i < list->count && *left; i++) {
		struct str address = list->items[i].address;
		int r;

		--*left;
		if (str_find_char(address, '@') <= 0 || str_find_char(address, '\0') >= 0 ||
		    setup_owns_address(setup, address))
			continue;
		r = case_add_participant(db, case_id, address, err);
		if (r < 0)
			return r;
	}
	return 0;
}

int case_note_mail(struct db *db, struct arena *arena, const struct setup *setup, int64_t case_id, int64_t previous_id,
                   const struct message *m, struct error *err)
{
	struct address from = m->from;
	const struct address_list sender = {&from, 1}, *lists[] = {&sender, &m->reply_to, &m->to, &m->cc};
	struct str root = thread_index_of(arena, m).root;
	size_t left = PARTICIPANTS_MAX;
	int r = 0;

	for (size_t i = 0; i < ARRAY_LEN(lists) && r == 0; i++)
		r = note_list(db, setup, case_id, lists[i], &left, err);
	return r == 0 && root.n ? thread_root_insert(db, root, case_id, previous_id, err) : r;
}
