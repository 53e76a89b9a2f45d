/* A dialogue as read from its file. Only the dialogue folder uses this; tests include dialogue.h. */
#ifndef NET_DIALOGUE_SCRIPT_H
#define NET_DIALOGUE_SCRIPT_H

#include "base/arena.h"
#include "net/dialogue/dialogue.h"

enum step_kind {
	STEP_SEND,        /* bytes, as they are but for <tag> */
	STEP_SEND_FILLER, /* count */
	STEP_SEND_MAIL,   /* count */
	STEP_EXPECT,      /* a line, with <*> and <tag> */
	STEP_EXPECT_RAW,  /* bytes */
	STEP_EXPECT_COUNT,
	STEP_EXPECT_UNTIL, /* a line */
	STEP_TLS,          /* certificate */
	STEP_SERVER_NAME,
	STEP_CUT,
	STEP_RESET,
	STEP_SILENCE,
	STEP_DEAF,
	STEP_ACCEPT,
};

struct step {
	enum step_kind kind;
	int line; /* in the file */
	struct str bytes;
	size_t count;
	enum certificate_kind certificate;
};

struct notes {
	const char **values;
	size_t n, size;
};

struct dialogue {
	const char *file_name, *name;
	struct step *steps;
	size_t n, size;
	struct notes with, outcome;
};

#endif
