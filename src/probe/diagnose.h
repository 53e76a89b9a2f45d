/* From a failed connection to what is wrong with it, which setting is likely to blame, and what would work. It looks at
 * what the server said first; then, where that can tell more, at the server's other ports and its certificate
 * (probe/sniff.h: bounded in number and time, without user and password). */
#ifndef PROBE_DIAGNOSE_H
#define PROBE_DIAGNOSE_H

#include "probe/causes.h"
#include "probe/sniff.h"
#include "setup/provider.h"

/* How far it came. */
enum probe_phase {
	PHASE_SETTINGS,
	PHASE_LOOK_UP,
	PHASE_CONNECTION,
	PHASE_TLS,
	PHASE_GREETING,
	PHASE_ABILITIES, /* greeted; STARTTLS is due, if it is wanted */
	PHASE_LOGIN,
	PHASE_FOLDER,
	PHASE_SENDER, /* MAIL */
	PHASE_RECIPIENT,
};

struct failure {
	bool sends;                 /* else receives */
	enum sniff_speaks protocol; /* SPEAKS_IMAP, SPEAKS_POP3, SPEAKS_SMTP; SPEAKS_HTTP for Graph */
	const char *host, *user;    /* "" where unknown */
	const char *address;        /* the account's own; may be "" */
	int port;
	enum security security;
	enum probe_phase phase;
	struct error err;
	int errnum;           /* of the last attempt to connect; 0: none failed */
	enum tls_problem tls; /* PHASE_TLS */
	bool secured;
	bool starttls_sent;
	bool by_token;             /* the log-in is OAuth */
	struct str abilities;      /* what the server offered last */
	struct str greeting;       /* the server's first line as it came */
	struct str said;           /* its words since our last command, lines joined by a space */
	const char *folder;        /* PHASE_FOLDER */
	const struct str *folders; /* those there are */
	size_t folder_count;
	const struct sniff_place *places; /* where else to look; NULL: the protocol's usual ports on `host` */
	size_t place_count;               /* at most 5 */
	int look_timeout_ms;              /* of one look; 0: 3,000 */
	const char *const *hosts;         /* names of known servers, for misspelt ones */
	size_t host_count;
	bool no_advice; /* the server isn't looked at again */
};

#define DIAGNOSIS_HINTS 12

struct diagnosis {
	enum cause cause;
	struct str said;                   /* the server's words; empty where none matter */
	struct str hints[DIAGNOSIS_HINTS]; /* what would work, what was found: a sentence each */
	size_t hint_count;
};

/* Without the network: what the failure alone tells. */
enum cause diagnose_cause(const struct failure *failure);

/* With it. Strings live in the arena. */
struct diagnosis diagnose(const struct failure *failure, struct arena *arena);

#endif
