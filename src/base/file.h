/* Whole files: read with a bound, written so that a power loss leaves the old or the new one, never a half. */
#ifndef BASE_FILE_H
#define BASE_FILE_H

#include "buf.h"
#include "error.h"

#include <sys/types.h>

/* Appends the file's bytes to `out`; a file longer than what `out` may still take is E_LIMIT. "-" reads standard input.
 */
int file_read(const char *path, struct buf *out, struct error *err) NODISCARD;

/* Temporary file beside it, fsync, rename, fsync of the folder. `mode` as for open(). */
int file_write(const char *path, struct str bytes, mode_t mode, struct error *err) NODISCARD;

/* As mkdir -p with mode 0700 for what is missing. */
int file_make_folder(const char *path, struct error *err) NODISCARD;

/* An unlinked temporary file, close-on-exec, in $TMPDIR or /tmp; returns the descriptor. */
int file_temporary(struct error *err) NODISCARD;

/* For CLEANUP: closes unless -1. */
void fd_closep(int *fd);

#endif
