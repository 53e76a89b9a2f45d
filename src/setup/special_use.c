/* See special_use.h. */
#include "setup/special_use.h"

static const char *const no_names[] = {NULL};
static const char *const archive_names[] = {"Archive", "Archives", NULL};
static const char *const drafts_names[] = {"Drafts", NULL};
static const char *const junk_names[] = {"Junk", "Spam", "Junk Email", "Junk E-mail", "Bulk Mail", NULL};
static const char *const sent_names[] = {"Sent", "Sent Items", "Sent Mail", "Sent Messages", NULL};
static const char *const trash_names[] = {"Trash", "Deleted Items", "Deleted Messages", NULL};

/* clang-format off */
static const struct special_use uses[] = {
	{"\\All",       NULL,           no_names},
	{"\\Archive",   "archive",      archive_names},
	{"\\Drafts",    "drafts",       drafts_names},
	{"\\Flagged",   NULL,           no_names},
	{"\\Important", NULL,           no_names}, /* RFC 8457 */
	{"\\Junk",      "junkemail",    junk_names},
	{"\\Sent",      "sentitems",    sent_names},
	{"\\Trash",     "deleteditems", trash_names},
};
/* clang-format on */

const struct special_use *special_use_find(struct str folder)
{
	for (size_t i = 0; i < ARRAY_LEN(uses); i++)
		if (str_eq_nocase(folder, str_of(uses[i].word)))
			return &uses[i];
	return NULL;
}
