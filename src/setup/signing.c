/* See signing.h. */
#include "setup/signing.h"

#include "base/buf.h"
#include "base/clock.h"
#include "security/dkim_sign.h"
#include "security/keystore.h"
#include "security/smime_make.h"

bool account_signs(const struct account *account)
{
	const struct account_send_smime *s = &account->send.smime;

	return account->send.enabled && *s->keystore && s->sign;
}

bool account_encrypts(const struct account *account)
{
	return account->send.enabled && account->send.smime.encrypt != ENCRYPT_NEVER;
}

bool account_has_dkim(const struct account *account)
{
	return account->send.enabled && *account->send.dkim.selector;
}

/* ---------------------------------------------------------------- opening */

/* As the reference check has found, there is one; a running snapshot is as consistent. */
static int open_keystore(const struct setup *setup, const char *id, struct keystore **ret, struct error *err)
{
	const struct keystore_record *record = setup_keystore(setup, id);

	if (!record)
		return fail(err, E_NOT_FOUND, RETRY_NEVER, "keystore %s is not set up", id);
	return keystore_record_open(record, ret, err);
}

static int at_place(struct error *err, const struct account *account, const char *place)
{
	return error_prefix(err, "accounts/%s/send/%s", account->id, place);
}

static int open_signer(const struct setup *setup, const struct account *account, int64_t at,
                       struct account_signing *signing, struct error *err)
{
	const struct account_send_smime *s = &account->send.smime;
	bool by_alias = str_trim(str_of(s->alias)).n > 0;

	if (open_keystore(setup, s->keystore, &signing->keys, err) < 0)
		return at_place(err, account, "smime/keystore");
	if (smime_signer_find(signing->keys, s->alias, str_of(account->send.address), at, &signing->signer, err) < 0)
		return at_place(err, account, by_alias ? "smime/alias" : "smime/keystore");
	return 0;
}

/* The key that reads what comes in reads our own copies, too; without one, the signing key's keystore. */
static int open_reader(const struct setup *setup, const struct account *account, int64_t at,
                       struct account_signing *signing, struct error *err)
{
	const char *id =
	        *account->receive.smime.keystore ? account->receive.smime.keystore : account->send.smime.keystore;

	if (!*id)
		fail(err, E_INVALID, RETRY_NEVER,
		     "needs receive/smime/keystore or send/smime/keystore: our own copy must stay readable");
	else if (open_keystore(setup, id, &signing->own, err) == 0) {
		signing->reader = smime_reader_find(signing->own, str_of(account->send.address), at);
		if (signing->reader)
			return 0;
		fail(err, E_NOT_FOUND, RETRY_NEVER,
		     "keystore %s holds no valid certificate with its key to encrypt our own copy for", id);
	}
	return at_place(err, account, "smime/encrypt");
}

static const char *domain_of(const struct account *account)
{
	const char *at = strrchr(account->send.address, '@');

	return *account->send.dkim.domain ? account->send.dkim.domain : at ? at + 1 : "";
}

static int open_dkim_keys(const struct setup *setup, const struct account *account, struct account_signing *signing,
                          struct error *err)
{
	const struct account_dkim *d = &account->send.dkim;

	if (*d->keystore)
		return open_keystore(setup, d->keystore, &signing->dkim_keys, err);
	if (d->key.fault)
		return fail(err, E_AUTH, RETRY_NEVER, "can't be used: %s", d->key.fault);
	return keystore_open_shared(&(struct keystore_source){&d->key, NULL, NULL}, &signing->dkim_keys, err);
}

int account_dkim_open(const struct setup *setup, const struct account *account, struct account_signing *ret,
                      struct error *err)
{
	const struct account_dkim *d = &account->send.dkim;
	const char *place = *d->keystore ? "dkim/keystore" : "dkim/key";
	bool is_weak;

	if (open_dkim_keys(setup, account, ret, err) < 0)
		return at_place(err, account, place);
	if (keystore_find(ret->dkim_keys, d->alias, &ret->dkim_entry, err) < 0)
		return at_place(err, account, *d->alias ? "dkim/alias" : place);
	ret->dkim_domain = domain_of(account);
	const struct dkim_signer signer = {ret->dkim_domain, d->selector, ret->dkim_keys, ret->dkim_entry};
	return dkim_signer_check(&signer, &is_weak, err) < 0 ? at_place(err, account, "dkim") : 0;
}

int account_signing_open(const struct setup *setup, const struct account *account, int64_t at,
                         struct account_signing *ret, struct error *err)
{
	struct account_signing signing = {0};
	int r = 0;

	if (account_signs(account))
		r = open_signer(setup, account, at, &signing, err);
	if (r >= 0 && account_encrypts(account))
		r = open_reader(setup, account, at, &signing, err);
	if (r >= 0 && account_has_dkim(account))
		r = account_dkim_open(setup, account, &signing, err);
	if (r < 0) {
		account_signing_close(&signing);
		return r;
	}
	*ret = signing;
	return 0;
}

void account_signing_close(struct account_signing *signing)
{
	keystore_free(signing->keys);
	keystore_free(signing->own);
	keystore_free(signing->dkim_keys);
	*signing = (struct account_signing){0};
}

/* ---------------------------------------------------------------- checks */

/* What time has done (E_INVALID of a certificate) is told apart by asking for a time at which it was valid: the
 * document is right as long as there is one. */
static int check_signer(const struct setup *setup, const struct account *account, int64_t now, struct error *err)
{
	struct account_signing signing CLEANUP(account_signing_close) = {0};
	int r = open_signer(setup, account, now, &signing, err);

	return r == E_INVALID && signing.keys && !signing.signer ? 0 : r == E_AUTH ? 0 : r;
}

static int check_account(const struct setup *setup, const struct account *account, int64_t now, struct error *err)
{
	struct account_signing signing CLEANUP(account_signing_close) = {0}, dkim CLEANUP(account_signing_close) = {0};
	int r = 0;

	if (account_signs(account))
		r = check_signer(setup, account, now, err);
	if (r >= 0 && account_encrypts(account)) {
		r = open_reader(setup, account, now, &signing, err);
		r = r == E_AUTH ? 0 : r;
	}
	if (r >= 0 && account_has_dkim(account)) {
		r = account_dkim_open(setup, account, &dkim, err);
		r = r == E_AUTH ? 0 : r;
	}
	return r;
}

int signing_check(const struct setup *setup, struct error *err)
{
	const void *const *records;
	size_t n = setup_list(setup, &account_type, &records);

	for (size_t i = 0; i < n; i++)
		if (check_account(setup, records[i], clock_now_ms(), err) < 0)
			return err->code = E_INVALID;
	return 0;
}

static bool signs_as_itself(const struct account *account, const struct keystore_entry *signer)
{
	for (size_t i = 0; i < signer->address_count; i++)
		if (str_eq_nocase(signer->addresses[i], str_of(account->send.address)))
			return true;
	return false;
}

bool account_signer_is(const struct setup *setup, const struct account *account, const struct keystore_entry *entry,
                       int64_t at)
{
	struct account_signing signing CLEANUP(account_signing_close) = {0};
	struct str alias = str_trim(str_of(account->send.smime.alias));
	struct error ignored;

	if (alias.n)
		return str_eq_nocase(alias, str_of(entry->alias));
	if (open_signer(setup, account, at, &signing, &ignored) == 0)
		return strcmp(signing.signer->alias, entry->alias) == 0;
	return entry->has_key && entry->can_sign && signs_as_itself(account, entry);
}

/* The domain itself or one above it: else the signature does nothing for DMARC (RFC 7489 §3.1.1). */
static bool is_aligned(const char *domain, const char *address)
{
	const char *at = strrchr(address, '@');
	struct str ours = str_of(at ? at + 1 : ""), theirs = str_of(domain);

	return str_eq_nocase(ours, theirs) ||
	       (ours.n > theirs.n && str_ends_nocase(ours, theirs) && ours.p[ours.n - theirs.n - 1] == '.');
}

static void warn_of_dkim(const struct account *account, const struct account_signing *signing, struct buf *report)
{
	const struct dkim_signer signer = {signing->dkim_domain, account->send.dkim.selector, signing->dkim_keys,
	                                   signing->dkim_entry};
	struct error ignored;
	bool is_weak = false;

	if (!is_aligned(signing->dkim_domain, account->send.address))
		buf_printf(report,
		           "accounts/%s/send/dkim/domain: warning: %s is not the domain of %s: DMARC won't count the "
		           "signature\n",
		           account->id, signing->dkim_domain, account->send.address);
	if (dkim_signer_check(&signer, &is_weak, &ignored) == 0 && is_weak)
		buf_printf(report, "accounts/%s/send/dkim: warning: an RSA key below 2,048 bits is weak\n",
		           account->id);
}

void signing_warnings(const struct setup *setup, const struct account *account, int64_t now, struct buf *report)
{
	struct account_signing signing CLEANUP(account_signing_close) = {0};
	struct error err;

	if (account_signing_open(setup, account, now, &signing, &err) < 0) {
		buf_printf(report, "accounts/%s: warning: no mail can be sent: %s\n", account->id, err.text);
		return;
	}
	if (signing.signer && !signs_as_itself(account, signing.signer))
		buf_printf(report,
		           "accounts/%s/send/smime/alias: warning: the certificate \"%s\" doesn't name %s: recipients' "
		           "programs will say so\n",
		           account->id, signing.signer->alias, account->send.address);
	if (signing.dkim_entry)
		warn_of_dkim(account, &signing, report);
}
