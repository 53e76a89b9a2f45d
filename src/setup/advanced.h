/* Advanced settings of an account's side (FEATURES SE10): keys and values for what has no field of its own. A key has
 * our name, and that of JavaMail ("mail.smtp.connectiontimeout") where it has one; docs/advanced-settings.md lists
 * them. */
#ifndef SETUP_ADVANCED_H
#define SETUP_ADVANCED_H

#include "base/error.h"
#include "record/record.h"
#include "setup/mechanism.h"

enum advanced_side { ADVANCED_SEND = 1, ADVANCED_RECEIVE = 2 };

/* What they come to; 0 where nothing is said. */
struct advanced {
	int connect_timeout_ms, timeout_ms;
	uint32_t disabled;   /* mechanisms: SASL_BIT() */
	bool has_versions;   /* `lowest` and `highest` count instead of the account's lowest TLS version */
	int lowest, highest; /* in the order of enum tls_version */
	bool require_tls;
	const char *helo_name; /* borrowed; NULL: not said */
	bool no_pipelining, no_chunking;
	size_t batch_bytes;
	int batch_count;
};

/* Reads the settings and the list of disabled mechanisms of one side. E_INVALID names the place below the account:
 * "send/advanced/conect_timeout_ms: unknown key (did you mean connect_timeout_ms?)". Strings are borrowed. */
int advanced_read(enum advanced_side side, const struct text_pairs *pairs, const struct text_list *disabled,
                  struct advanced *ret_advanced, struct error *err) NODISCARD;

/* NULL where `value` may stand in a list of disabled mechanisms, else what was expected. */
const char *check_mechanism(const char *value);

/* Where TLS is required, `security` (enum security, provider.h) must be it. */
int advanced_check_tls(const char *section, const struct advanced *advanced, int security, struct error *err) NODISCARD;

/* One key, for the reference. */
struct advanced_key {
	const char *name;  /* ours; NULL: JavaMail's alone */
	const char *alias; /* JavaMail's behind "mail.PROTOCOL."; NULL: none */
	unsigned sides;
	const char *value; /* what it takes */
	const char *help;
	/* NULL, or what was expected of the value */
	const char *(*apply)(struct advanced *advanced, const char *value);
};

extern const struct advanced_key advanced_keys[];
extern const size_t advanced_key_count;

#endif
