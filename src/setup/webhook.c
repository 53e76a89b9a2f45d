/* See webhook.h. */
#include "setup/webhook.h"

#include "base/base64.h"
#include "setup/check.h"
#include "setup/personal.h"

#define MASKED "********" /* a secret that stays as it is */

static const char *check_url(const char *value)
{
	struct str url = str_of(value), rest;

	if (str_starts_nocase(url, STR("https://")))
		rest = str_slice(url, 8, url.n);
	else if (str_starts_nocase(url, STR("http://")))
		rest = str_slice(url, 7, url.n);
	else
		return "is not a URL that begins with https://";
	for (size_t i = 0; i < url.n; i++)
		if (url.p[i] <= ' ' || url.p[i] > '~' || strchr("\"<>\\^`{|}", url.p[i]))
			return "has characters that a URL can't have (write them as %XX)";
	if (rest.n == 0 || rest.p[0] == '/' || rest.p[0] == ':')
		return "names no host";
	if (str_find_char(url, '#') >= 0)
		return "has a fragment (#), which is never sent";
	if (str_find_char(str_slice(rest, 0, strcspn(rest.p, "/?")), '@') >= 0)
		return "has a user: give an Authorization header instead";
	return NULL;
}

/* RFC 9110 §5.6.2; without those that we set, or that decide how the request is read. */
static const char *check_header(const char *value)
{
	static const char *const ours[] = {"host",
	                                   "connection",
	                                   "content-length",
	                                   "content-type",
	                                   "transfer-encoding",
	                                   "te",
	                                   "trailer",
	                                   "upgrade",
	                                   "expect",
	                                   "user-agent",
	                                   "webhook-id",
	                                   "webhook-timestamp",
	                                   "webhook-signature",
	                                   NULL};

	for (const char *p = value; *p; p++)
		if (!is_alpha(*p) && !is_digit(*p) && !strchr("!#$%&'*+-.^_`|~", *p))
			return "is not the name of a header";
	for (size_t i = 0; ours[i]; i++)
		if (str_eq_nocase(str_of(value), str_of(ours[i])))
			return "is set by Hauspost";
	return NULL;
}

/* clang-format off */
static const struct field header_fields[] = {
	FIELD_TEXT(struct webhook_header, name, "Name", .required = true, .is_key = true, .max = 100, .check = check_header, .example = "X-Team"),
	FIELD_SECRET(struct webhook_header, value, "Value", .max = 4000),
};

static const struct field webhook_fields[] = {
	FIELD_ID(struct webhook, id, "Webhook ID"),
	FIELD_TEXT(struct webhook, name, "Name", .max = 200),
	FIELD_BOOL(struct webhook, enabled, "Enabled", .preset = true),
	FIELD_TEXT(struct webhook, url, "URL", .required = true, .max = 2000, .check = check_url, .example = "https://example.com/hooks/mail",
		   .directs = true, .help = "Gets a POST for each event; https (http and private networks only with serve --private-webhooks)"),
	FIELD_TEXTS(struct webhook, events, "Events", .max = 60, .check = check_event_filter, .example = "case.*",
		    .help = "Kinds: case.created, case.*; none: all (docs/events.md lists them)"),
	FIELD_TEXTS(struct webhook, accounts, "Accounts", .max = 500, .example = "support", .help = "Only events of these; none: all but personal mailboxes, and those of no account"),
	FIELD_SECRET(struct webhook, secret, "Secret", .max = 200,
		     .stays = true, .help = "whsec_ and 24 to 64 bytes in base64: signs with HMAC-SHA-256 (v1)"),
	FIELD_SECRET(struct webhook, old_secret, "Secret before", .max = 200, .stays = true, .help = "Signs as well, for a day after the change"),
	FIELD_SECRET(struct webhook, private_key, "Private key", .max = 200,
		     .stays = true, .help = "whsk_ and the 32 bytes of an Ed25519 key in base64: signs for those who know the public one (v1a)"),
	FIELD_TIME(struct webhook, rotated_at, "Secret changed"),
	FIELD_LIST(struct webhook, headers, struct webhook_header, header_fields, "Headers", .max = 20, .help = "Sent along, such as Authorization"),
	FIELD_INT(struct webhook, timeout_s, "Time limit", .low = 1, .high = 60, .preset = 15, .help = "Seconds for an answer"),
};
/* clang-format on */

static int check_secret(const struct secret *secret, const char *path, struct str prefix, size_t least, size_t most,
                        struct error *err)
{
	struct buf bytes CLEANUP(buf_wipe) = BUF_INIT(256);
	struct str text = secret_reveal(secret);
	bool good;

	if (!secret_is_set(secret) || str_eq(text, STR(MASKED)))
		return 0;
	if (!buf_room(&bytes, 200))
		return fail(err, E_LIMIT, RETRY_NEVER, "%s: is too long", path);
	good = str_starts(text, prefix) && base64_decode(&bytes, str_slice(text, prefix.n, text.n)) &&
	       bytes.n >= least && bytes.n <= most;
	if (!good)
		return fail(err, E_INVALID, RETRY_NEVER, "%s: is not " STR_FMT " and %zu to %zu bytes in base64", path,
		            STR_ARG(prefix), least, most);
	return 0;
}

static int check_header_value(const struct webhook_header *header, size_t at, struct error *err)
{
	struct str value = secret_reveal(&header->value);

	for (size_t i = 0; i < value.n; i++)
		if ((unsigned char)value.p[i] < ' ' || value.p[i] == 0x7f)
			return fail(err, E_INVALID, RETRY_NEVER, "headers/%zu/value: has a control character", at + 1);
	return 0;
}

static int check_webhook(const void *record, struct error *err)
{
	const struct webhook *w = record;
	const struct webhook_header *headers = w->headers.items;

	if (!secret_is_stored(&w->secret) && !secret_is_stored(&w->private_key))
		return fail(err, E_INVALID, RETRY_NEVER,
		            "secret: is missing: 'hauspost webhooks secret' makes one (or give a private_key)");
	if (check_secret(&w->secret, "secret", STR("whsec_"), 24, 64, err) < 0 ||
	    check_secret(&w->old_secret, "old_secret", STR("whsec_"), 24, 64, err) < 0 ||
	    check_secret(&w->private_key, "private_key", STR("whsk_"), 32, 64, err) < 0)
		return E_INVALID;
	for (size_t i = 0; i < w->headers.count; i++)
		if (check_header_value(&headers[i], i, err) < 0)
			return E_INVALID;
	return 0;
}

const struct record_type webhook_type =
        RECORD_TYPE("webhook", "webhooks", struct webhook, webhook_fields, "Webhook", .check = check_webhook,
                    .example = "{\"id\": \"crm\", \"url\": \"https://example.com/hooks/mail\", \"events\": "
                               "[\"case.*\"], \"secret\": \"whsec_YW4gZXhhbXBsZTogbWFrZSB5b3VyIG93biBvbmU=\"}");

/* A masked value stands for the one of that name. */
static int check_header_names(const struct webhook *w, struct error *err)
{
	const struct webhook_header *headers = w->headers.items;

	for (size_t i = 1; i < w->headers.count; i++)
		for (size_t k = 0; k < i; k++)
			if (str_eq_nocase(str_of(headers[i].name), str_of(headers[k].name)))
				return fail(
				        err, E_INVALID, RETRY_NEVER,
				        "webhooks/%s/headers/%zu/name: \"%s\" is there twice: give each header once",
				        w->id, i + 1, headers[i].name);
	return 0;
}

int webhooks_check(const struct setup *setup, struct error *err)
{
	const void *const *list;
	size_t n = setup_list(setup, &webhook_type, &list);

	for (size_t i = 0; i < n; i++) {
		const struct webhook *w = list[i];

		if (check_header_names(w, err) < 0)
			return E_INVALID;
		for (size_t k = 0; k < w->accounts.count; k++)
			if (!setup_account(setup, w->accounts.items[k]))
				return fail(err, E_INVALID, RETRY_NEVER,
				            "webhooks/%s/accounts/%zu: there is no account \"%s\"", w->id, k + 1,
				            w->accounts.items[k]);
	}
	return 0;
}

bool webhook_takes_account(const struct setup *setup, const struct webhook *webhook, const char *account)
{
	for (size_t i = 0; i < webhook->accounts.count; i++)
		if (strcmp(webhook->accounts.items[i], account) == 0)
			return true;
	return webhook->accounts.count == 0 && !personal_mailbox(setup, &account_type, account, NULL);
}
