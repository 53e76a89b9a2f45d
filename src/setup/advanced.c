/* See advanced.h. The table of keys comes first but for what takes their values. */
#include "setup/advanced.h"

#include "record/nearest.h"
#include "setup/check.h"
#include "setup/provider.h"

#include <stdio.h>

#define ALL_MECHANISMS (SASL_BIT(SASL_MECHANISMS) - 1)

/* ---------------------------------------------------------------- values */

static bool take_number(const char *value, uint64_t low, uint64_t high, uint64_t *ret)
{
	return str_to_uint(str_of(value), high, ret) && *ret >= low;
}

static bool take_milliseconds(const char *value, int *ret)
{
	uint64_t ms = 0;

	if (!take_number(value, 100, 3600000, &ms))
		return false;
	*ret = (int)ms;
	return true;
}

static const char *take_connect_timeout(struct advanced *a, const char *value)
{
	return take_milliseconds(value, &a->connect_timeout_ms) ? NULL
	                                                        : "is not a number of milliseconds (100 to 3600000)";
}

static const char *take_timeout(struct advanced *a, const char *value)
{
	return take_milliseconds(value, &a->timeout_ms) ? NULL : "is not a number of milliseconds (100 to 3600000)";
}

/* Words between spaces or commas; empty ones are left out. */
static bool next_word(struct str *rest, struct str *ret)
{
	while (rest->n && (*rest->p == ' ' || *rest->p == ','))
		*rest = str_slice(*rest, 1, rest->n);
	for (size_t i = 0; i <= rest->n; i++)
		if (i == rest->n || rest->p[i] == ' ' || rest->p[i] == ',') {
			*ret = str_slice(*rest, 0, i);
			*rest = str_slice(*rest, i, rest->n);
			break;
		}
	return ret->n > 0;
}

static const char *take_mechanisms(struct advanced *a, const char *value)
{
	struct str rest = str_of(value), word;
	uint32_t named = 0;

	while (next_word(&rest, &word)) {
		int mechanism = sasl_mechanism_find(word);

		if (mechanism < 0)
			return "is not a list of mechanisms that we have (" SASL_MECHANISM_NAMES ")";
		named |= SASL_BIT(mechanism);
	}
	if (!named)
		return "names no mechanism";
	a->disabled |= ALL_MECHANISMS & ~named;
	return NULL;
}

static int version_of(struct str word)
{
	static const char *const names[] = {"TLSv1", "TLSv1.1", "TLSv1.2", "TLSv1.3"}, *const own[] = {"1.0", "1.1",
	                                                                                               "1.2", "1.3"};

	for (int i = 0; i < 4; i++)
		if (str_eq_nocase(word, str_of(names[i])) || str_eq(word, str_of(own[i])))
			return i;
	return -1;
}

static const char *take_versions(struct advanced *a, const char *value)
{
	struct str rest = str_of(value), word;
	unsigned named = 0;

	while (next_word(&rest, &word)) {
		int version = version_of(word);

		if (version < 0)
			return "is not a list of TLSv1, TLSv1.1, TLSv1.2, TLSv1.3";
		named |= 1u << version;
	}
	if (!named)
		return "names no version of TLS";
	a->has_versions = true;
	a->lowest = __builtin_ctz(named);
	a->highest = 31 - __builtin_clz(named);
	if (a->highest == 0)
		return "leaves TLS 1.0 alone, which is never enough";
	return named == (2u << a->highest) - (1u << a->lowest) ? NULL : "leaves out a version in between";
}

static const char *take_require_tls(struct advanced *a, const char *value)
{
	if (strcmp(value, "true") != 0)
		return "is not true: TLS is demanded by the field security, and never given up where it is set";
	a->require_tls = true;
	return NULL;
}

/* What holds anyway: a copied setting does no harm, its opposite would be a promise that isn't kept. */
static const char *take_check_identity(struct advanced *a, const char *value)
{
	(void)a;
	return strcmp(value, "true") == 0 ? NULL : "is not true: tls/verify says whether the certificate is checked";
}

static const char *take_helo_name(struct advanced *a, const char *value)
{
	a->helo_name = value;
	return *value ? check_host(value) : "is empty";
}

static const char *take_pipelining(struct advanced *a, const char *value)
{
	a->no_pipelining = strcmp(value, "false") == 0;
	return a->no_pipelining || strcmp(value, "true") == 0 ? NULL : "is not true or false";
}

static const char *take_chunking(struct advanced *a, const char *value)
{
	a->no_chunking = strcmp(value, "false") == 0;
	return a->no_chunking || strcmp(value, "true") == 0 ? NULL : "is not true or false";
}

static const char *take_batch_bytes(struct advanced *a, const char *value)
{
	uint64_t n = 0;

	if (!take_number(value, 1024, MIB(64), &n))
		return "is not a number of bytes (1024 to 67108864)";
	a->batch_bytes = (size_t)n;
	return NULL;
}

static const char *take_batch_messages(struct advanced *a, const char *value)
{
	uint64_t n = 0;

	if (!take_number(value, 1, 1000, &n))
		return "is not a number of messages (1 to 1000)";
	a->batch_count = (int)n;
	return NULL;
}

/* ---------------------------------------------------------------- the keys */

#define BOTH (ADVANCED_SEND | ADVANCED_RECEIVE)

/* clang-format off */
const struct advanced_key advanced_keys[] = {
	{"connect_timeout_ms", "connectiontimeout", BOTH, "milliseconds",
		"How long the name look-up, TCP and TLS may take; else the account's time-out", take_connect_timeout},
	{"timeout_ms", "timeout", BOTH, "milliseconds",
		"How long an answer may take; counts instead of timeout_s", take_timeout},
	{"mechanisms", "auth.mechanisms", BOTH, "names, separated by spaces or commas",
		"Only these mechanisms are used to log in; all others are disabled", take_mechanisms},
	{"tls_versions", "ssl.protocols", BOTH, "TLSv1.2 TLSv1.3",
		"Only these versions of TLS; counts instead of tls/lowest. The list may have no gap", take_versions},
	{"require_tls", "starttls.required", BOTH, "true",
		"States that the connection is encrypted: with security none the account is refused", take_require_tls},
	{NULL, "starttls.enable", BOTH, "true", "The same as require_tls", take_require_tls},
	{NULL, "ssl.checkserveridentity", BOTH, "true", "Holds anyway, unless tls/verify is false", take_check_identity},
	{"helo_name", "localhost", ADVANCED_SEND, "host name", "The name in EHLO; the field helo_name says the same", take_helo_name},
	{"pipelining", NULL, ADVANCED_SEND, "true or false",
		"false: wait for each answer although the server offers PIPELINING (a proxy in between may lose commands)", take_pipelining},
	{"chunking", NULL, ADVANCED_SEND, "true or false",
		"false: large mail goes by DATA although the server offers CHUNKING (one behind a proxy may not know it)", take_chunking},
	{"batch_bytes", "fetchsize", ADVANCED_RECEIVE, "bytes", "How much mail one FETCH asks for; 2097152 unless set", take_batch_bytes},
	{"batch_messages", NULL, ADVANCED_RECEIVE, "number", "How many messages one FETCH asks for; 100 unless set", take_batch_messages},
};
/* clang-format on */

const size_t advanced_key_count = ARRAY_LEN(advanced_keys);

/* ---------------------------------------------------------------- finding a key */

static const char *section_of(enum advanced_side side)
{
	return side == ADVANCED_SEND ? "send" : "receive";
}

/* "mail.imap.": what follows it. False where it is no name of JavaMail's. */
static bool cut_prefix(struct str key, struct str *ret_protocol, struct str *ret_rest)
{
	struct str rest = key, mail;

	return str_split(&rest, '.', &mail) && str_eq(mail, STR("mail")) && str_split(&rest, '.', ret_protocol) &&
	       rest.n && (*ret_rest = rest).n;
}

static bool is_protocol_of(enum advanced_side side, struct str protocol)
{
	static const char *const send[] = {"smtp", "smtps"}, *const receive[] = {"imap", "imaps", "pop3", "pop3s"};
	const char *const *names = side == ADVANCED_SEND ? send : receive;
	size_t n = side == ADVANCED_SEND ? ARRAY_LEN(send) : ARRAY_LEN(receive);

	for (size_t i = 0; i < n; i++)
		if (str_eq(protocol, str_of(names[i])))
			return true;
	return false;
}

/* "auth.plain.disable": the mechanism; -1 where it is none of that form, SASL_MECHANISMS for one that we don't have. */
static int disabled_by(struct str alias)
{
	struct str name;

	if (!str_starts(alias, STR("auth.")) || !str_ends_nocase(alias, STR(".disable")) || alias.n < 14)
		return -1;
	name = str_slice(alias, 5, alias.n - 8);
	if (str_eq_nocase(name, STR("ntlm")) || str_eq_nocase(name, STR("digest-md5")))
		return SASL_MECHANISMS;
	return sasl_mechanism_find(name);
}

static const struct advanced_key *find_key(enum advanced_side side, struct str name, struct str alias)
{
	for (size_t i = 0; i < advanced_key_count; i++) {
		const struct advanced_key *key = &advanced_keys[i];

		if (!(key->sides & side))
			continue;
		if (alias.n ? key->alias && str_eq(alias, str_of(key->alias))
		            : key->name && str_eq(name, str_of(key->name)))
			return key;
	}
	return NULL;
}

/* ---------------------------------------------------------------- refusing */

static const char *name_at(const void *keys, size_t i)
{
	return ((const struct advanced_key *)keys)[i].name;
}

static const char *alias_at(const void *keys, size_t i)
{
	return ((const struct advanced_key *)keys)[i].alias;
}

static int refuse_unknown(enum advanced_side side, const char *key, struct str protocol, struct str alias,
                          struct error *err)
{
	const char *near = alias.n ? nearest_word(alias, alias_at, advanced_keys, advanced_key_count)
	                           : nearest_word(str_of(key), name_at, advanced_keys, advanced_key_count);

	if (near && alias.n)
		return fail(err, E_INVALID, RETRY_NEVER,
		            "%s/advanced/%s: unknown key (did you mean mail." STR_FMT ".%s?)", section_of(side), key,
		            STR_ARG(protocol), near);
	if (near)
		return fail(err, E_INVALID, RETRY_NEVER, "%s/advanced/%s: unknown key (did you mean %s?)",
		            section_of(side), key, near);
	return fail(err, E_INVALID, RETRY_NEVER,
	            "%s/advanced/%s: unknown key; 'hauspost help advanced' lists those there are", section_of(side),
	            key);
}

static int refuse_side(enum advanced_side side, const char *key, struct error *err)
{
	return fail(err, E_INVALID, RETRY_NEVER, "%s/advanced/%s: is of another protocol than one to %s with",
	            section_of(side), key, section_of(side));
}

static int refuse_value(enum advanced_side side, const struct text_pair *pair, const char *wrong, struct error *err)
{
	return fail(err, E_INVALID, RETRY_NEVER, "%s/advanced/%s: \"%.60s\" %s", section_of(side), pair->key,
	            pair->value, wrong);
}

/* ---------------------------------------------------------------- reading */

static const char *disable(struct advanced *a, int mechanism, const char *value)
{
	if (mechanism == SASL_MECHANISMS)
		return strcmp(value, "true") == 0 ? NULL : "is not true: we never use this mechanism";
	if (strcmp(value, "true") == 0)
		a->disabled |= SASL_BIT(mechanism);
	else if (strcmp(value, "false") != 0)
		return "is not true or false";
	return NULL;
}

/* `seen`: a bit for each row of the table. */
static int read_pair(enum advanced_side side, const struct text_pair *pair, struct advanced *a, uint64_t *seen,
                     struct error *err)
{
	struct str key = str_of(pair->key), protocol = STR_NULL, alias = STR_NULL;
	const struct advanced_key *known;
	const char *wrong;
	int mechanism;

	if (cut_prefix(key, &protocol, &alias) && !is_protocol_of(side, protocol))
		return refuse_side(side, pair->key, err);
	mechanism = disabled_by(alias.n ? alias : key);
	if (mechanism >= 0) {
		wrong = disable(a, mechanism, pair->value);
		return wrong ? refuse_value(side, pair, wrong, err) : 0;
	}
	known = find_key(side, key, alias);
	if (!known)
		return refuse_unknown(side, pair->key, protocol, alias, err);
	if (*seen & UINT64_C(1) << (known - advanced_keys))
		return fail(err, E_INVALID, RETRY_NEVER, "%s/advanced/%s: is said twice, under two names",
		            section_of(side), pair->key);
	*seen |= UINT64_C(1) << (known - advanced_keys);
	wrong = known->apply(a, pair->value);
	return wrong ? refuse_value(side, pair, wrong, err) : 0;
}

const char *check_mechanism(const char *value)
{
	return sasl_mechanism_find(str_of(value)) >= 0 ? NULL : "is not one of " SASL_MECHANISM_NAMES;
}

int advanced_read(enum advanced_side side, const struct text_pairs *pairs, const struct text_list *disabled,
                  struct advanced *ret_advanced, struct error *err)
{
	struct advanced advanced = {0};
	uint64_t seen = 0;

	for (size_t i = 0; i < pairs->count; i++)
		if (read_pair(side, &pairs->items[i], &advanced, &seen, err) < 0)
			return E_INVALID;
	for (size_t i = 0; i < disabled->count; i++) {
		int mechanism = sasl_mechanism_find(str_of(disabled->items[i]));

		if (mechanism >= 0)
			advanced.disabled |= SASL_BIT(mechanism);
	}
	if (advanced.disabled == ALL_MECHANISMS)
		return fail(err, E_INVALID, RETRY_NEVER, "%s/disabled_mechanisms: every way to log in is disabled",
		            section_of(side));
	*ret_advanced = advanced;
	return 0;
}

int advanced_check_tls(const char *section, const struct advanced *advanced, int security, struct error *err)
{
	if (!advanced->require_tls || security != SECURITY_NONE)
		return 0;
	return fail(err, E_INVALID, RETRY_NEVER,
	            "%s/advanced: TLS is required there, and security is none; set it to starttls or tls", section);
}
