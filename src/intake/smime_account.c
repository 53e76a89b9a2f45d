/* The keystores that an account's S/MIME uses. See smime.h. */
#include "intake/smime.h"

#include <stdio.h>

static struct keystore *open_named(const struct setup *setup, const char *id, char fault[240])
{
	const struct keystore_record *record = *id ? setup_keystore(setup, id) : NULL;
	struct keystore *keystore = NULL;
	struct error err;

	fault[0] = '\0';
	if (!*id)
		return NULL;
	if (!record)
		snprintf(fault, 240, "keystore %s is not set up any more", id);
	else if (keystore_record_open(record, &keystore, &err) < 0)
		snprintf(fault, 240, "%s", err.text);
	return keystore;
}

void smime_account_open(struct smime_account *smime, const struct setup *setup, const struct account *account)
{
	/* Whoever was sent our signature encrypts for its key. */
	const char *keys =
	        *account->receive.smime.keystore ? account->receive.smime.keystore : account->send.smime.keystore;

	*smime = (struct smime_account){0};
	smime->keys = open_named(setup, keys, smime->keys_fault);
	smime->trust = open_named(setup, account->receive.smime.truststore, smime->trust_fault);
}

void smime_account_close(struct smime_account *smime)
{
	keystore_free(smime->keys);
	keystore_free(smime->trust);
	*smime = (struct smime_account){0};
}

struct smime_place smime_account_place(const struct smime_account *smime, int64_t at)
{
	return (struct smime_place){
	        .keys = smime->keys,
	        .trust = smime->trust,
	        .keys_fault = smime->keys_fault[0] ? smime->keys_fault : NULL,
	        .trust_fault = smime->trust_fault[0] ? smime->trust_fault : NULL,
	        .at = at,
	};
}
