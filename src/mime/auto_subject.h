/* Subjects that machines write: beginnings known in about forty languages. A subject is a weak sign: people answer to
 * such mail, and write of holidays. */
#ifndef MIME_AUTO_SUBJECT_H
#define MIME_AUTO_SUBJECT_H

#include "base/arena.h"

enum auto_subject {
	AUTO_SUBJECT_NONE,
	AUTO_SUBJECT_REPLY,     /* "Automatic reply: …" */
	AUTO_SUBJECT_AWAY,      /* "Out of Office: …", "Abwesenheitsnotiz: …" */
	AUTO_SUBJECT_AWAY_WORD, /* a word that people use as well, in the place where machines put it: "Vacation: …" */
	AUTO_SUBJECT_BOUNCE     /* "Undelivered Mail Returned to Sender" */
};

/* Of the subject as it stands: one that begins with "Re:" is what somebody answered to such a mail, and none of them.
 */
enum auto_subject auto_subject_of(struct arena *arena, struct str subject);

#endif
