/* To which of our addresses a mail was written (FEATURES AC9): its answer goes out from there. */
#ifndef INTAKE_WRITTEN_TO_H
#define INTAKE_WRITTEN_TO_H

#include "mime/message.h"
#include "setup/account.h"

/* The account's address or alias that To or Cc name first, else (blind copies, forwarding) the one that the mail
 * servers noted in X-Original-To, Envelope-To or Delivered-To; the account's address where none is found. */
const char *address_written_to(const struct account *account, const struct message *message);

#endif
