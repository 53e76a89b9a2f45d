/* Who is signed in, as the session's routes show it. */
#ifndef API_SESSION_VIEW_H
#define API_SESSION_VIEW_H

#include "api/route.h"
#include "setup/operator.h"

struct session_account {
	const char *id, *name;
	bool send, manage, own;
};

struct session_way {
	const char *id, *name, *url;
};

struct session_view {
	bool signed_in;
	bool needs_first; /* there is no operator yet: the log has the link for the first administrator */
	const char *operator_id, *name, *kind;
	struct text_list roles, rights;
	bool all_accounts, oversees;
	struct record_list accounts;
	const char *csrf;
	int64_t expires_at;
	bool has_password, second_factor;
	int64_t recovery_codes_left;
	struct record_list providers;
};

extern const struct record_type session_view_type;

/* Of a caller; `token` is the session's ("": none, and no CSRF token). */
int session_view_of(const struct request *request, const struct caller *caller, struct str token,
                    struct session_view *ret_view, struct error *err) NODISCARD;

/* Answers with the session that was just begun: its cookie, and who it is. */
int session_answer_new(const struct request *request, struct answer *answer, const struct operator_record *op,
                       const char *token, struct error *err) NODISCARD;

#endif
