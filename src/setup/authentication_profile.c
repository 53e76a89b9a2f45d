/* See authentication_profile.h. */
#include "setup/authentication_profile.h"

#include "base/clock.h"
#include "setup/check.h"
#include "setup/setup.h"

#define MAX_ROWS   100000
#define DAYS_MS(n) HOURS_MS(24 * (n))

static const char *const template_words[] = {"none",     "microsoft", "microsoft-graph", "google", "yahoo",
                                             "fastmail", NULL};
static const char *const grant_words[] = {"client-credentials", "password",      "jwt-bearer",
                                          "authorization-code", "refresh-token", NULL};
static const char *const client_words[] = {"post", "basic", "certificate", "none", NULL};

/* ---------------------------------------------------------------- single values */

static const char *check_endpoint(const char *value)
{
	static const char expected[] = "is not an https: URL without user, query and fragment";
	struct str s = str_of(value);

	if (!str_starts_nocase(s, STR("https://")) || s.n < 9 || !str_is_ascii(s))
		return expected;
	for (size_t i = 0; i < s.n; i++)
		if ((unsigned char)s.p[i] <= ' ' || strchr("@?#\"<>\\^`{|}", s.p[i]))
			return expected;
	return NULL;
}

static const char *check_tenant(const char *value)
{
	for (const char *p = value; *p; p++)
		if (!is_alpha(*p) && !is_digit(*p) && *p != '.' && *p != '-')
			return "is not a tenant: its domain or id (contoso.onmicrosoft.com), or \"common\"";
	return NULL;
}

/* Unix ms of the day's last moment; -1 where it is no date. */
static int64_t end_of_day(const char *value)
{
	static const int lengths[] = {31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
	struct str s = str_of(value);
	uint64_t year, month, day;

	if (s.n != 10 || s.p[4] != '-' || s.p[7] != '-' || !str_to_uint(str_slice(s, 0, 4), 9999, &year) ||
	    !str_to_uint(str_slice(s, 5, 7), 12, &month) || !str_to_uint(str_slice(s, 8, 10), 31, &day) || !month ||
	    !day || day > (uint64_t)lengths[month - 1])
		return -1;
	return clock_from_civil((int64_t)year, (int)month, (int)day + 1, 0, 0, 0) - 1;
}

static const char *check_date(const char *value)
{
	return end_of_day(value) < 0 ? "is not a date like 2027-01-31" : NULL;
}

/* clang-format off */
static const struct field profile_fields[] = {
	FIELD_ID(struct authentication_profile, id, "Profile ID"),
	FIELD_TEXT(struct authentication_profile, name, "Name", .max = 200),
	FIELD_ENUM_AS(struct authentication_profile, template_id, "template", template_words, "Template",
		      .directs = true, .help = "Endpoints and scopes of a well-known provider, where they are left empty here; microsoft is IMAP, POP and SMTP"),
	FIELD_TEXT(struct authentication_profile, tenant, "Tenant", .max = 253, .check = check_tenant, .example = "example.com",
		   .directs = true, .help = "Microsoft: the directory's domain or id; empty: common (not for client-credentials)"),
	FIELD_ENUM(struct authentication_profile, grant, grant_words, "Grant",
		   .help = "Where tokens come from; authorization-code wants 'hauspost profile authorize' once"),
	FIELD_TEXT(struct authentication_profile, client_id, "Client ID", .max = 500),
	FIELD_ENUM_AS(struct authentication_profile, client, "client_authentication", client_words, "Client authentication",
		      .help = "post and basic send the client secret, in the request or as HTTP Basic; certificate signs with a keystore's key"),
	FIELD_SECRET(struct authentication_profile, client_secret, "Client secret", .max = 4000),
	FIELD_TEXT(struct authentication_profile, secret_expires_at, "Client secret expires on", .check = check_date, .example = "2027-01-31",
		   .help = "A date such as 2027-01-31, for the calendar of what expires"),
	FIELD_REF(struct authentication_profile, keystore, "keystore", "Keystore",
		  .help = "Whose key signs: certificate, and jwt-bearer without a service account"),
	FIELD_TEXT(struct authentication_profile, key_alias, "Key alias", .max = 200, .help = "Empty: the first key"),
	FIELD_TEXT(struct authentication_profile, token_endpoint, "Token endpoint", .max = 1000, .check = check_endpoint, .example = "https://login.example.com/token",
		   .directs = true, .help = "Empty: the template's"),
	FIELD_TEXT(struct authentication_profile, authorization_endpoint, "Authorization endpoint", .max = 1000,
		   .check = check_endpoint, .example = "https://login.example.com/authorize", .directs = true, .help = "Where a person consents; empty: the template's"),
	FIELD_TEXTS(struct authentication_profile, scopes, "Scopes", .max = 50, .help = "None: the template's"),
	FIELD_TEXT(struct authentication_profile, audience, "Audience", .max = 1000,
		   .help = "Sent as audience; jwt-bearer: the assertion's aud, else the token endpoint"),
	FIELD_TEXT(struct authentication_profile, resource, "Resource", .max = 1000, .help = "Sent as resource (RFC 8707)"),
	FIELD_TEXT(struct authentication_profile, user, "User ID", .max = 255,
		   .directs = true, .help = "password: whose tokens; empty: the account's user ID"),
	FIELD_SECRET(struct authentication_profile, password, "Password"),
	FIELD_TEXT(struct authentication_profile, issuer, "Issuer", .max = 500,
		   .help = "jwt-bearer: the assertion's iss; empty: the service account's, else the client ID"),
	FIELD_TEXT(struct authentication_profile, subject, "Subject", .max = 500,
		   .help = "jwt-bearer: the user to impersonate; empty: the account's user ID"),
	FIELD_SECRET(struct authentication_profile, service_account, "Service account", .max = 32000,
		     .help = "Google's key file as it was downloaded (JSON), usually as { file: /PATH }"),
	FIELD_SECRET(struct authentication_profile, refresh_token, "Refresh token", .max = 16000,
		     .help = "refresh-token: the first one; what the server gives in its place is kept in the store"),
	FIELD_BOOL(struct authentication_profile, allow_private_network, "Endpoint in a private network",
		   .directs = true, .help = "Permits an endpoint with a private or loopback address"),
	FIELD_TEXT(struct authentication_profile, truststore, "CA certificates", .check = check_truststore, .example = "/etc/ssl/certs/ca-certificates.crt",
		   .directs = true, .help = "For the endpoint's certificate: the path of a PEM file, or the id of a keystore; empty: those of the system"),
	FIELD_INT(struct authentication_profile, timeout_s, "Time-out", .low = 1, .high = 300, .preset = 30,
		  .help = "Seconds that the endpoint may take"),
};
/* clang-format on */

/* ---------------------------------------------------------------- templates */

struct template_data {
	const char *token, *authorization; /* {tenant} is replaced */
	const char *scope;                 /* of a person's consent, and of jwt-bearer */
	const char *application_scope;     /* of client-credentials; NULL: the same */
	const char *authorization_extra;
};

#define MICROSOFT "https://login.microsoftonline.com/{tenant}/oauth2/v2.0/"
#define OUTLOOK   "https://outlook.office.com/"
#define GRAPH     "https://graph.microsoft.com/"

/* clang-format off */
static const struct template_data templates[] = {
	[OAUTH_TEMPLATE_NONE] = {"", "", "", NULL, ""},
	[OAUTH_TEMPLATE_MICROSOFT] = {
		MICROSOFT "token", MICROSOFT "authorize",
		OUTLOOK "IMAP.AccessAsUser.All " OUTLOOK "POP.AccessAsUser.All " OUTLOOK "SMTP.Send offline_access",
		"https://outlook.office365.com/.default", ""},
	[OAUTH_TEMPLATE_MICROSOFT_GRAPH] = {
		MICROSOFT "token", MICROSOFT "authorize",
		GRAPH "Mail.ReadWrite " GRAPH "Mail.Send offline_access", GRAPH ".default", ""},
	/* Google gives a refresh token where both are asked for. */
	[OAUTH_TEMPLATE_GOOGLE] = {
		"https://oauth2.googleapis.com/token", "https://accounts.google.com/o/oauth2/v2/auth",
		"https://mail.google.com/", NULL, "&access_type=offline&prompt=consent"},
	[OAUTH_TEMPLATE_YAHOO] = {
		"https://api.login.yahoo.com/oauth2/get_token", "https://api.login.yahoo.com/oauth2/request_auth",
		"mail-w", NULL, ""},
	[OAUTH_TEMPLATE_FASTMAIL] = {
		"https://api.fastmail.com/oauth/refresh", "https://api.fastmail.com/oauth/authorize",
		"https://www.fastmail.com/dev/protocol-imap https://www.fastmail.com/dev/protocol-pop "
		"https://www.fastmail.com/dev/protocol-smtp offline_access", NULL, ""},
};
/* clang-format on */

static const char *fill_tenant(const char *pattern, const char *tenant, struct arena *arena)
{
	static const char mark[] = "{tenant}";
	const char *at = strstr(pattern, mark);

	if (!at)
		return pattern;
	return arena_printf(arena, "%.*s%s%s", (int)(at - pattern), pattern, *tenant ? tenant : "common",
	                    at + sizeof mark - 1)
	        .p;
}

static const char *join_scopes(const struct text_list *scopes, struct arena *arena)
{
	struct buf joined CLEANUP(buf_done) = BUF_INIT(KIB(64));

	for (size_t i = 0; i < scopes->count; i++)
		buf_printf(&joined, "%s%s", i ? " " : "", scopes->items[i]);
	return arena_cstr(arena, buf_str(&joined));
}

void authentication_profile_endpoints(const struct authentication_profile *profile, struct arena *arena,
                                      struct oauth_endpoints *ret)
{
	const struct template_data *data = &templates[profile->template_id];
	bool application = profile->grant == GRANT_CLIENT_CREDENTIALS && data->application_scope;

	ret->token =
	        *profile->token_endpoint ? profile->token_endpoint : fill_tenant(data->token, profile->tenant, arena);
	ret->authorization = *profile->authorization_endpoint
	                             ? profile->authorization_endpoint
	                             : fill_tenant(data->authorization, profile->tenant, arena);
	ret->scope = profile->scopes.count ? join_scopes(&profile->scopes, arena)
	             : application         ? data->application_scope
	                                   : data->scope;
	ret->authorization_extra = data->authorization_extra;
}

/* ---------------------------------------------------------------- checks over several fields */

static int missing(const char *field, const char *why, struct error *err)
{
	return fail(err, E_INVALID, RETRY_NEVER, "%s: is missing: %s", field, why);
}

static int check_scopes(const struct authentication_profile *p, struct error *err)
{
	for (size_t i = 0; i < p->scopes.count; i++)
		for (const char *c = p->scopes.items[i]; *c || c == p->scopes.items[i]; c++)
			if ((unsigned char)*c <= ' ' || (unsigned char)*c >= 0x7f || *c == '"' || *c == '\\')
				return fail(err, E_INVALID, RETRY_NEVER,
				            "scopes/%zu: is not one scope (no spaces; one entry each)", i + 1);
	return 0;
}

static int check_client(const struct authentication_profile *p, struct error *err)
{
	bool service_account = p->grant == GRANT_JWT_BEARER && secret_is_stored(&p->service_account);

	if (service_account || (p->grant == GRANT_JWT_BEARER && !*p->client_id && *p->issuer))
		return 0;
	if (!*p->client_id)
		return missing("client_id", "what the provider calls this application", err);
	if ((p->client == CLIENT_POST || p->client == CLIENT_BASIC) && !secret_is_stored(&p->client_secret) &&
	    p->grant != GRANT_JWT_BEARER)
		return missing("client_secret", "set it, or client_authentication to certificate or none", err);
	if (p->client == CLIENT_CERTIFICATE && !*p->keystore)
		return missing("keystore", "client_authentication is certificate, which signs with its key", err);
	if (p->client == CLIENT_NONE && p->grant == GRANT_CLIENT_CREDENTIALS)
		return fail(err, E_INVALID, RETRY_NEVER,
		            "client_authentication: none proves nothing, and client-credentials has nothing else");
	return 0;
}

static int check_grant(const struct authentication_profile *p, struct error *err)
{
	bool microsoft = p->template_id == OAUTH_TEMPLATE_MICROSOFT || p->template_id == OAUTH_TEMPLATE_MICROSOFT_GRAPH;

	if (p->template_id == OAUTH_TEMPLATE_NONE && !*p->token_endpoint && !secret_is_stored(&p->service_account))
		return missing("token_endpoint", "there is no template that has one", err);
	switch ((enum oauth_grant)p->grant) {
	case GRANT_CLIENT_CREDENTIALS:
		if (microsoft && !*p->token_endpoint && (!*p->tenant || strcmp(p->tenant, "common") == 0))
			return missing("tenant", "client-credentials needs the directory's domain or id", err);
		return 0;
	case GRANT_PASSWORD:
		return secret_is_stored(&p->password) ? 0 : missing("password", "the grant is password", err);
	case GRANT_JWT_BEARER:
		return secret_is_stored(&p->service_account) || *p->keystore
		               ? 0
		               : missing("service_account", "jwt-bearer signs with its key, or with a keystore's", err);
	case GRANT_AUTHORIZATION_CODE:
		return p->template_id != OAUTH_TEMPLATE_NONE || *p->authorization_endpoint
		               ? 0
		               : missing("authorization_endpoint", "there is no template that has one", err);
	case GRANT_REFRESH_TOKEN:
		return secret_is_stored(&p->refresh_token)
		               ? 0
		               : missing("refresh_token", "the grant is refresh-token", err);
	}
	return 0;
}

static int check_profile(const void *record, struct error *err)
{
	const struct authentication_profile *p = record;

	if (check_scopes(p, err) < 0 || check_client(p, err) < 0)
		return E_INVALID;
	return check_grant(p, err);
}

const struct record_type authentication_profile_type = RECORD_TYPE(
        "authentication_profile", "authentication_profiles", struct authentication_profile, profile_fields,
        "Authentication profile", .check = check_profile,
        .example = "{\"id\": \"office\", \"template\": \"microsoft\", \"tenant\": \"example.com\", \"client_id\": "
                   "\"11111111-2222-3333-4444-555555555555\", \"client_secret\": \"as the provider shows it once\"}");

/* ---------------------------------------------------------------- in the set-up */

int authentication_profile_opened(const struct authentication_profile *p, struct error *err)
{
	const struct {
		const char *name;
		const struct secret *secret;
	} all[] = {{"client_secret", &p->client_secret},
	           {"password", &p->password},
	           {"service_account", &p->service_account},
	           {"refresh_token", &p->refresh_token}};

	for (size_t i = 0; i < ARRAY_LEN(all); i++)
		if (all[i].secret->fault)
			return fail(err, E_AUTH, RETRY_NEVER, "authentication profile %s: %s can't be used: %s", p->id,
			            all[i].name, all[i].secret->fault);
	return 0;
}

int64_t authentication_profile_secret_expires(const struct authentication_profile *profile)
{
	return *profile->secret_expires_at ? end_of_day(profile->secret_expires_at) : 0;
}

/* ---------------------------------------------------------------- what expires */

/* How long a refresh token may lie unused, where the provider says so in its documents; 0: unknown. */
static int64_t inactivity_ms(int template_id)
{
	switch ((enum oauth_template)template_id) {
	case OAUTH_TEMPLATE_MICROSOFT:
	case OAUTH_TEMPLATE_MICROSOFT_GRAPH:
		return DAYS_MS(90);
	case OAUTH_TEMPLATE_GOOGLE:
		return DAYS_MS(180);
	case OAUTH_TEMPLATE_NONE:
	case OAUTH_TEMPLATE_YAHOO:
	case OAUTH_TEMPLATE_FASTMAIL:
		return 0;
	}
	return 0;
}

int64_t authentication_profile_refresh_expires(const struct authentication_profile *profile,
                                               const struct token_row *row)
{
	int64_t inactivity = inactivity_ms(profile->template_id);

	if (!row->has_refresh || row->refresh_expires_at || !inactivity)
		return row->has_refresh ? row->refresh_expires_at : 0;
	return row->renewed_at + inactivity;
}

int authentication_profiles_each_expiry(const struct setup *setup, struct db *db,
                                        void (*each)(void *ctx, const struct authentication_profile *profile,
                                                     const char *what, const char *user, int64_t expires_at),
                                        void *ctx, struct error *err)
{
	struct arena *arena CLEANUP(arena_freep) = arena_new();
	const void *const *records;
	struct token_row *rows = NULL;
	size_t count = setup_list(setup, &authentication_profile_type, &records);
	int n = token_list(db, NULL, MAX_ROWS, arena, &rows, err);

	if (n < 0)
		return n;
	for (size_t i = 0; i < count; i++) {
		const struct authentication_profile *p = records[i];

		if (*p->secret_expires_at)
			each(ctx, p, "client secret", "", authentication_profile_secret_expires(p));
	}
	for (int i = 0; i < n; i++) {
		const struct authentication_profile *p = setup_authentication_profile(setup, rows[i].profile);
		int64_t expires_at = p ? authentication_profile_refresh_expires(p, &rows[i]) : 0;

		if (expires_at)
			each(ctx, p, "refresh token", rows[i].subject, expires_at);
	}
	return 0;
}
