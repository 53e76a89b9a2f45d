/* Names that are forgotten with the process: for looking into a mailbox without a store, and for tests. */
#ifndef RECEIVE_NAMES_MEMORY_H
#define RECEIVE_NAMES_MEMORY_H

#include "receive/names.h"

/* Numbers begin at 1, uidvalidity is 1 until a renaming. */
struct receiver_names *names_memory_new(void) NODISCARD;

#endif
