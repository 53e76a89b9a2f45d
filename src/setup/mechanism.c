/* See mechanism.h. */
#include "setup/mechanism.h"

static const char *const names[SASL_MECHANISMS] = {
        [SASL_SCRAM_SHA_256_PLUS] = "SCRAM-SHA-256-PLUS",
        [SASL_SCRAM_SHA_1_PLUS] = "SCRAM-SHA-1-PLUS",
        [SASL_SCRAM_SHA_256] = "SCRAM-SHA-256",
        [SASL_SCRAM_SHA_1] = "SCRAM-SHA-1",
        [SASL_CRAM_MD5] = "CRAM-MD5",
        [SASL_PLAIN] = "PLAIN",
        [SASL_LOGIN] = "LOGIN",
        [SASL_COMMAND] = "COMMAND",
        [SASL_OAUTHBEARER] = "OAUTHBEARER",
        [SASL_XOAUTH2] = "XOAUTH2",
};

const char *sasl_mechanism_name(enum sasl_mechanism mechanism)
{
	return names[mechanism];
}

int sasl_mechanism_find(struct str name)
{
	for (int i = 0; i < SASL_MECHANISMS; i++)
		if (str_eq_nocase(name, str_of(names[i])))
			return i;
	return -1;
}
