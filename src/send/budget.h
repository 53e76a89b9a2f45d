/* How much of its provider's allowance an account has left: messages, recipients and bytes of the last hour and day,
 * counted in the store (store/traffic.h). What is over waits in the outbox; nothing fails. */
#ifndef SEND_BUDGET_H
#define SEND_BUDGET_H

#include "setup/provider.h"
#include "store/db.h"

/* 0: no limit is known. */
struct budget {
	int64_t messages_per_hour, messages_per_day, recipients_per_day, bytes_per_day; /* sent */
	int64_t received_bytes_per_day;
	int64_t connections; /* of reading, at once */
};

struct budget budget_of(const struct provider *provider); /* NULL: none */

struct budget_left {
	int64_t messages, recipients, bytes; /* that may go out now; INT64_MAX: as many as you like */
	int64_t received_bytes;
	int64_t send_at, receive_at; /* Unix ms: when there is room again where there is none now; 0 */
	const char *spent;           /* "200 messages an hour", for people; NULL: nothing is */
};

/* An account that sent nothing may always send one message, however large. */
int budget_ask(struct db *db, const char *account, const struct budget *budget, int64_t now,
               struct budget_left *ret_left, struct error *err) NODISCARD;

#endif
