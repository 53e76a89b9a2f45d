/* Which mail a caller may see: what isn't theirs isn't there. */
#ifndef API_MAIL_ACCESS_H
#define API_MAIL_ACCESS_H

#include "api/route.h"
#include "setup/setup.h"
#include "store/messages.h"
#include "store/pages.h"

/* The accounts whose mail the caller may read; `listeners`: instead the listeners that read them. */
struct page_accounts access_accounts(const struct request *request);
struct page_accounts access_listeners(const struct request *request);

/* The case of a path's parameter (number or id). E_NOT_FOUND where there is none or it isn't the caller's to read,
 * E_REFUSED where more is asked than the caller may. */
int access_case(const struct request *request, int parameter, enum account_right right, struct listed_case *ret_case,
                struct error *err) NODISCARD;

/* A message, kept mail that isn't one yet (id and account alone are set then: "" where the listener is gone) by its id.
 * *ret_case_number: "" without a case. */
struct accessed_message {
	struct stored_message m;
	const char *case_number;
	bool is_kept_only;
};
int access_message(const struct request *request, int64_t id, struct accessed_message *ret,
                   struct error *err) NODISCARD;

/* The account that is named, to send from. */
int access_sender(const struct request *request, const char *account, const struct account **ret_account,
                  struct error *err) NODISCARD;

#endif
