/* Sign-in with operator and password, and a code where there is a second factor. What is done takes the same time
 * whether there is such an operator or not: one look-up, one hash, one note. Failures close the door for a while, for
 * the operator's name (also one that nobody has) and for the address. */
#ifndef API_SIGN_IN_PASSWORD_H
#define API_SIGN_IN_PASSWORD_H

#include "api/credentials.h"

struct password_attempt {
	const char *operator_id;   /* or e-mail address */
	struct str password, code; /* code: of the authenticator, or a recovery code; "" */
};

/* The operator and a new session's token. E_THROTTLED with retry_after_ms where the door is closed; E_AUTH for a wrong
 * password; E_INVALID ("code: …") where the password is right and the code is missing or wrong. */
int sign_in_password(struct request *request, const struct password_attempt *attempt,
                     const struct operator_record **ret_operator, char ret_token[ACCESS_TOKEN_LEN + 1],
                     struct error *err) NODISCARD;

/* For what a signed-in operator must prove once more (a new password, a second factor): as above, without a session.
 * E_INVALID ("password: …", "code: …") where it is wrong. A `code` of NULL: the second factor isn't asked for. */
int sign_in_prove(struct request *request, struct str password, const struct str *code, struct error *err) NODISCARD;

/* For an operator who comes by a link instead of a password: the second factor, where there is one, is asked for all
 * the same ("code: …"), and its code used up. */
int sign_in_prove_code(struct request *request, const char *operator_id, struct str code, struct error *err) NODISCARD;

/* A new session for an operator who has proven himself otherwise, with its note in the audit trail; within the caller's
 * transaction. */
int sign_in_begin(const struct request *request, struct db *db, const char *operator_id, const char *method,
                  char ret_token[ACCESS_TOKEN_LEN + 1], struct error *err) NODISCARD;

#endif
