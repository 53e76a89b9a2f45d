/* Who makes a request, by its cookie or its token. */
#ifndef API_SIGN_IN_H
#define API_SIGN_IN_H

#include "api/route.h"

#define SESSION_COOKIE "hauspost_session" /* "__Host-hauspost_session" over TLS */
#define CSRF_HEADER    "X-Hauspost-Csrf"

/* Sets request->caller and by_cookie; nobody where there is neither. E_AUTH for a token or a cookie that isn't valid (a
 * route of RIGHT_NONE is answered all the same). */
int sign_in_caller(struct request *request, struct error *err) NODISCARD;

/* The caller that `was`, as `setup` has him now: nobody where there is no such operator (any more). In the arena. */
void sign_in_again(const struct setup *setup, const struct caller *was, struct arena *arena, struct caller *ret);

/* Whether the request carries the session's CSRF token in CSRF_HEADER. */
bool sign_in_has_csrf(const struct request *request);

#endif
