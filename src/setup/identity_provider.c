/* See identity_provider.h. */
#include "setup/identity_provider.h"

#include "setup/check.h"

/* clang-format off */
static const struct field provider_fields[] = {
	FIELD_ID(struct identity_provider, id, "Identity provider ID"),
	FIELD_TEXT(struct identity_provider, name, "Name", .max = 100, .help = "For the button: Sign in with …"),
	FIELD_BOOL(struct identity_provider, disabled, "Disabled"),
	FIELD_TEXT(struct identity_provider, issuer, "Issuer", .required = true, .max = 500, .check = check_https_url, .example = "https://login.example.com",
		   .directs = true, .help = "As the provider writes it; its description is fetched from /.well-known/openid-configuration below it"),
	FIELD_TEXT(struct identity_provider, client_id, "Client ID", .required = true, .max = 500),
	FIELD_SECRET(struct identity_provider, client_secret, "Client secret", .max = 4000, .help = "Empty: a public client"),
	FIELD_TEXTS(struct identity_provider, scopes, "Scopes", .max = 20, .help = "Besides openid; none: email"),
	FIELD_BOOL(struct identity_provider, match_email, "Recognise by e-mail address", .preset = true,
		   .help = "One that the provider has verified; false: by the operator's oidc_subject alone"),
	FIELD_BOOL(struct identity_provider, allow_private_network, "Allow a private network",
		   .directs = true, .help = "The provider may be on loopback or in a private network"),
	FIELD_TEXT(struct identity_provider, truststore, "CA certificates", .check = check_absolute_path, .example = "/etc/ssl/certs/ca-certificates.crt",
		   .directs = true, .help = "Path of a PEM file; empty: the system's"),
	FIELD_INT(struct identity_provider, timeout_s, "Time-out", .low = 1, .high = 60, .preset = 10, .help = "Seconds, of each request"),
};
/* clang-format on */

const struct record_type identity_provider_type = RECORD_TYPE(
        "identity_provider", "identity_providers", struct identity_provider, provider_fields, "Identity provider",
        .example = "{\"id\": \"office\", \"name\": \"Office\", \"issuer\": \"https://login.example.com\", "
                   "\"client_id\": \"hauspost\"}");
