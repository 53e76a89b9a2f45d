/* What a request for tokens looks like to people. Only the files of oauth.h use this; each does nothing where the
 * question has no transcript.
 *
 *	-- token endpoint C: POST https://login.example.test/token
 *	-- token endpoint C: grant_type=client_credentials scope=mail client_id=desk client_secret=<secret>
 *	-- token endpoint S: 401 error=invalid_client error_description=...
 *
 * Values are shown of members that are known to hold no secret, and not where one of what was sent is in them. */
#ifndef AUTH_OAUTH_TRACE_H
#define AUTH_OAUTH_TRACE_H

#include "auth/oauth.h"

/* `basic`: the client is named by HTTP Basic. */
void oauth_trace_request(const struct oauth_question *question, const char *endpoint, const struct secret *form,
                         bool basic);

/* `form` and `basic_password` (both form-encoded, the latter may be unset) were sent. */
void oauth_trace_answer(const struct oauth_question *question, const struct http_answer *answer,
                        const struct secret *form, const struct secret *basic_password);

void oauth_trace_failure(const struct oauth_question *question, const struct error *err);

/* Is there something that looks like a signed token? */
bool oauth_holds_token(struct str text);

#endif
