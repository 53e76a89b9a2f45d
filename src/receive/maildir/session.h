/* A Maildir on this machine as a mailbox: what the files of this folder share. Only `new` is read: what lies in `tmp`
 *is being written, and what lies in `cur` somebody has seen. A file's name up to its colon is what it is known by
 *(receive/names.h).
 *
 *	session.c      open, watch by inotify, close
 *	scan.c         what is in `new`, one message after the other
 *	acknowledge.c  to `cur` as seen, deleted, moved to another folder (Maildir++: a folder ".Name" with new, cur,
 *tmp)
 *
 * Names come from whoever may write there: nothing but a regular file is opened, and no link is followed. */
#ifndef RECEIVE_MAILDIR_SESSION_H
#define RECEIVE_MAILDIR_SESSION_H

#include "receive/receiver.h"

enum { MAILDIR_MESSAGES_MAX = 1000000, MAILDIR_PORTION = 500, MAILDIR_NAME_ROOM = 260 };

struct maildir {
	struct receiver receiver; /* first: callers hold a pointer to it */
	char *top, *path;         /* of the Maildir, and of the folder in it that is read */
	int new_fd, cur_fd;       /* open folders */
	int watch_fd;             /* inotify; -1: the system has no more of them, so it is polled */
	enum after after;
	char *after_folder; /* owned; may be NULL */
	uint64_t max_message_bytes;
	struct receiver_names *names, *own_names;

	struct named_file {
		uint32_t uid;
		char *name; /* owned: without the part behind a colon */
	} * files;          /* of the scan, ascending */
	size_t file_count, file_at, file_size;
};

int maildir_scan(struct receiver *r, struct position from, struct error *err) NODISCARD;
int maildir_scan_these(struct receiver *r, const uint32_t *uids, size_t n, struct error *err) NODISCARD;
int maildir_next(struct receiver *r, struct incoming **ret, struct error *err) NODISCARD;
int maildir_list(struct receiver *r, void (*each)(void *ctx, uint32_t uid), void *ctx, struct error *err) NODISCARD;
void maildir_forget_scan(struct maildir *m);

/* A file's name as it is known by: without what is behind a colon, bytes other than printable ASCII as %XX. Owned by
 * the caller. */
struct str maildir_escape(const char *name);
void maildir_unescape(struct str text, char ret_name[MAILDIR_NAME_ROOM]);

int maildir_acknowledge_begin(struct receiver *r, const uint32_t *uids, size_t n, struct error *err) NODISCARD;
int maildir_acknowledge_end(struct receiver *r, struct error *err) NODISCARD;
int maildir_move(struct receiver *r, const uint32_t *uids, size_t n, const char *folder, struct error *err) NODISCARD;

/* The path of a folder of the Maildir: "INBOX" is itself, "Failed" is ".Failed" below it. Owned by the caller. */
int maildir_folder(const struct maildir *m, const char *folder, char **ret_path, struct error *err) NODISCARD;

#endif
