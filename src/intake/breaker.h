/* The circuit breaker of automatic answers: ends the conversation with a machine that doesn't say it is one. One for
 *each correspondent and one for each case, over all accounts, kept in the store.
 *
 *	closed     every answer goes out; it is remembered with the time and a sketch of the mail that it answers
 *	open       mail is taken in and joins its case as ever, but no automatic answer goes out, until `open_until`;
 *mail like that which opened it puts that off half-open  the time is over: one answer goes out. Is what comes next of
 *the same kind, it opens again, for longer; is it of another, it closes
 *
 * Most people write once or twice a day, so a correspondent's circuit is kept from the fourth answer within a day on,
 * or the first in a case that was there: until then the outbox knows the answers, and the cases the mails that they
 * answered. Fewer than three answers never open it.
 *
 * It opens when
 *	- one mail more comes that is like an earlier one of the day, after two such were answered, and they are the
 *	  half of the last or more (likeness.h; numbers and dates don't count): a responder that says the same, or a few
 *	  things in turn, with or without a new ticket number;
 *	- four mails in a row came within five minutes after our answer, each as fast as the others to 30 seconds: a
 *	  responder whose words change;
 *	- 60 answers went out within a day.
 * It stays open for a day, then three days, then a week. So to a machine at most BREAKER_LETTERS_A_DAY letters go out
 * within the first day; a person who writes often, but this and that, in his own time, gets every answer. */
#ifndef INTAKE_BREAKER_H
#define INTAKE_BREAKER_H

#include "base/arena.h"
#include "store/db.h"

#define BREAKER_LETTERS_A_DAY 5 /* at most, to a responder */
#define BREAKER_LETTERS_CAP   60

struct item;

/* May an answer to this mail go to `address` (lower case) in this case (0: none)? 1: yes, and it is remembered. 0: no;
 * the reason stands in the item's ledger row. Notes what changes in the store, with events on the case. A new case has
 * no circuit yet: most never need one. */
int breaker_ask(struct item *item, struct db *db, const char *address, int64_t case_id, bool is_new_case,
                struct error *err) NODISCARD;

/* The name that an address (lower case) has there: without its +part, which responders change from mail to mail. */
const char *breaker_correspondent(struct arena *arena, const char *address);

struct store;
struct stored_breaker;

/* "open", "half-open" (also of an open one whose time is over), "closed". */
const char *breaker_state_now(const struct stored_breaker *breaker);

/* A person's decision: an address, or a case by its number, gets automatic answers again. 1 done, 0 nothing is known of
 * it. */
int breaker_reset(struct store *store, struct db *db, const char *name, const char *author, struct arena *arena,
                  struct error *err) NODISCARD;

#endif
