/* Where reading each folder of each account stands. */
#ifndef STORE_FOLDERS_H
#define STORE_FOLDERS_H

#include "store/db.h"

/* Where reading broke off with nothing had, and how often in a row. Zero: nowhere. */
struct folder_stall {
	uint32_t uidvalidity, uid;
	int64_t times;
};

struct folder {
	int64_t id;
	uint32_t uidvalidity, uid; /* everything up to uid has been handled */
	int64_t read_at;           /* Unix ms of the last complete look at the server; 0: never */
	bool careful;              /* the run before this one did not end in order */
	struct folder_stall stall;
};

/* Finds the folder's row or makes it. */
int folder_open(struct db *db, const char *account, const char *name, struct folder *ret_folder,
                struct error *err) NODISCARD;

/* Finds it; 1 found, 0 none. */
int folder_find(struct db *db, const char *account, const char *name, struct folder *ret_folder,
                struct error *err) NODISCARD;

/* Moves the position forward (never back, unless uidvalidity changed). */
int folder_advance(struct db *db, int64_t folder_id, uint32_t uidvalidity, uint32_t uid, struct error *err) NODISCARD;

/* A run begins (careful) or ended in order; `read_at` 0 leaves that time alone. */
int folder_set_careful(struct db *db, int64_t folder_id, bool careful, int64_t read_at, struct error *err) NODISCARD;

int folder_note_stall(struct db *db, int64_t folder_id, const struct folder_stall *stall, struct error *err) NODISCARD;

#endif
