/* Thunderbird's description of a provider (autoconfig, config-v1.1.xml; its database of providers has the same), and
 * what becomes of it: provider records.
 *
 *	ispdb_read(text, arena, &config, err)
 *	ispdb_providers(&config, &options, providers, &notes, err)
 *
 * The best server of each kind is taken: TLS before STARTTLS before plain text, and among equals the first. IMAP is
 *what accounts receive by; a POP3 server stands beside it. */
#ifndef SETUP_ISPDB_H
#define SETUP_ISPDB_H

#include "base/arena.h"
#include "base/buf.h"
#include "base/error.h"

#include <jansson.h>

#define ISPDB_MAX_DOMAINS 1000
#define ISPDB_MAX_SERVERS 64

enum ispdb_server_kind { ISPDB_IMAP, ISPDB_POP3, ISPDB_SMTP, ISPDB_OTHER };

/* What a log-in may be; several at once. */
enum { ISPDB_AUTH_PASSWORD = 1, ISPDB_AUTH_OAUTH = 2, ISPDB_AUTH_NONE = 4, ISPDB_AUTH_OTHER = 8 };

struct ispdb_server {
	enum ispdb_server_kind kind;
	struct str type, host, user; /* with placeholders such as %EMAILADDRESS% */
	int port;
	int security; /* enum security; -1: a word that isn't known */
	unsigned auth;
};

/* All texts live in the arena. */
struct ispdb {
	struct str id, name, short_name;
	struct str domains[ISPDB_MAX_DOMAINS];
	size_t domain_count;
	struct ispdb_server servers[ISPDB_MAX_SERVERS];
	size_t server_count;
	struct str oauth_issuer, oauth_scope; /* scopes with spaces between them */
	struct str help_url;                  /* of its documentation, the first https one; may be empty */
	struct str instruction;               /* what has to be switched on, in English; may be empty */
};

/* E_INVALID where it isn't such a document. *ret_config is the arena's. */
int ispdb_read(struct str xml, struct arena *arena, const struct ispdb **ret_config, struct error *err) NODISCARD;

struct ispdb_options {
	const char *prefix; /* of the records' ids; "" or NULL: none */
	const char *id;     /* instead of the document's; NULL: the document's */
	struct str domain;  /* where one address is asked for: its domain, the only one; empty: all */
};

/* Adds a record to the object `providers` under its id, or one for each domain where a server's name contains the
 * domain. Appends to `notes` lines about what a person should know ("example.com: …"). Returns how many were added;
 * E_INVALID where it has no server that can be used. The records still have to be checked (record_read()). */
int ispdb_providers(const struct ispdb *config, const struct ispdb_options *options, json_t *providers,
                    struct buf *notes, struct error *err) NODISCARD;

#endif
