/* Can an account send this mail at all? Asked before it is put into the outbox, so that who writes it hears at once
 * what would fail later: more than the provider takes (limits/message_mb), or than the protocol carries (Microsoft
 * Graph, of signed or encrypted mail: docs/graph.md). */
#ifndef SEND_CARRY_H
#define SEND_CARRY_H

#include "setup/setup.h"

/* `mime` is the mail as it would leave, `recipients` those of its envelope. E_LIMIT with the mail's size and what is
 * allowed. What else keeps the account from sending is not asked here. */
int mail_can_go(const struct setup *setup, const struct account *account, struct str mime,
                const char *const *recipients, size_t recipient_count, struct error *err) NODISCARD;

#endif
