/* A provider (FEATURES PR1-PR4): the servers an organisation's or the world's mail host has, so that an account
 * need not repeat them. */
#ifndef SETUP_PROVIDER_H
#define SETUP_PROVIDER_H

#include "record/record.h"

enum security { SECURITY_NONE, SECURITY_STARTTLS, SECURITY_TLS }; /* "none", "starttls", "tls" */

enum login_rule { LOGIN_TYPED, LOGIN_LOCAL_PART, LOGIN_ADDRESS }; /* "typed", "local-part", "address" */

struct provider {
	const char *id, *name;
	struct text_list domains;
	int login; /* enum login_rule */
	struct provider_receive {
		bool enabled; /* "download emails" */
		int protocol; /* enum receive_protocol, account.h */
		const char *host;
		int64_t port; /* 0: by security */
		int security; /* enum security */
	} receive;
	struct provider_send {
		bool enabled; /* "allow sending" */
		int protocol; /* enum send_protocol, account.h */
		const char *host;
		int64_t port; /* 0: by security */
		int security;
		int64_t timeout_s; /* 40 */
	} send;
};

extern const struct record_type provider_type;

#endif
