/* See keystore.h. */
#include "setup/keystore.h"

#include "base/base64.h"
#include "base/clock.h"
#include "base/file.h"
#include "base/mem.h"
#include "security/keystore.h"
#include "setup/setup.h"

#include <stdio.h>

#define WARNINGS_MAX 5

static int check_keystore(const void *record, struct error *err)
{
	const struct keystore_record *k = record;

	if (!secret_is_stored(&k->content))
		return fail(err, E_INVALID, RETRY_NEVER,
		            "content: is missing: a PKCS#12 or JKS file as base64, or PEM; in a set-up file also file, "
		            "its path");
	return 0;
}

/* clang-format off */
static const struct field keystore_fields[] = {
	FIELD_ID(struct keystore_record, id, "Keystore ID"),
	FIELD_TEXT(struct keystore_record, name, "Name", .max = 200),
	FIELD_SECRET(struct keystore_record, content, "Content", .max = KEYSTORE_MAX_BYTES / 3 * 4 + 4,
		     .stays = true, .help = "Certificates and private keys: a PKCS#12 (PFX) or JKS file as base64, or PEM text. Instead of it "
			     "file: PATH may be written, beginning at the set-up file's folder: it is read at apply"),
	FIELD_SECRET(struct keystore_record, password, "Password", .stays = true, .help = "Opens the keystore; empty where it has none"),
	FIELD_SECRET(struct keystore_record, key_password, "Password of the keys",
		     .stays = true, .help = "Where the private keys have another one (JKS); empty: the keystore's"),
};
/* clang-format on */

const struct record_type keystore_type = RECORD_TYPE("keystore", "keystores", struct keystore_record, keystore_fields,
                                                     "Keystore", .check = check_keystore);

/* ---------------------------------------------------------------- opening */

static const char *secret_fault(const struct keystore_record *record)
{
	return record->content.fault    ? record->content.fault
	       : record->password.fault ? record->password.fault
	                                : record->key_password.fault;
}

struct keystore_source keystore_record_source(const struct keystore_record *record)
{
	return (struct keystore_source){&record->content, &record->password, &record->key_password};
}

int keystore_record_open(const struct keystore_record *record, struct keystore **ret_keystore, struct error *err)
{
	const struct keystore_source source = keystore_record_source(record);
	const char *fault = secret_fault(record);
	int r;

	if (fault)
		return fail(err, E_AUTH, RETRY_NEVER, "keystores/%s/%s: can't be used: %s", record->id,
		            record->content.fault ? "content" : "password", fault);
	r = keystore_open_shared(&source, ret_keystore, err);
	return r < 0 ? error_prefix(err, "keystores/%s/%s", record->id, r == E_AUTH ? "password" : "content") : 0;
}

/* ---------------------------------------------------------------- truststores of connections */

static const struct keystore_record *trust_of(const struct setup *setup, const char *truststore)
{
	return *truststore && truststore[0] != '/' ? setup_keystore(setup, truststore) : NULL;
}

void keystores_link(struct setup *setup)
{
	const void *const *records;
	size_t n = setup_list(setup, &account_type, &records);

	for (size_t i = 0; i < n; i++) {
		struct account *account = (struct account *)(uintptr_t)records[i];

		account->send.tls.trust = trust_of(setup, account->send.tls.truststore);
		account->receive.tls.trust = trust_of(setup, account->receive.tls.truststore);
	}
	n = setup_list(setup, &authentication_profile_type, &records);
	for (size_t i = 0; i < n; i++) {
		struct authentication_profile *profile = (struct authentication_profile *)(uintptr_t)records[i];

		profile->trust = trust_of(setup, profile->truststore);
	}
}

/* ---------------------------------------------------------------- who uses it */

struct use_search {
	const char *id;
	void (*each)(void *ctx, const char *place);
	void *ctx;
};

static void try_use(const struct use_search *search, const char *kind, const char *record, const char *path,
                    const char *named)
{
	char place[200];

	if (strcmp(named, search->id) != 0)
		return;
	snprintf(place, sizeof place, "%s/%s/%s", kind, record, path);
	search->each(search->ctx, place);
}

static void try_account(const struct use_search *search, const struct account *a)
{
	const struct {
		const char *path, *id;
	} places[] = {
	        {"send/smime/keystore", a->send.smime.keystore},
	        {"send/dkim/keystore", a->send.dkim.keystore},
	        {"send/tls/truststore", a->send.tls.truststore},
	        {"receive/smime/keystore", a->receive.smime.keystore},
	        {"receive/smime/truststore", a->receive.smime.truststore},
	        {"receive/tls/truststore", a->receive.tls.truststore},
	};

	for (size_t i = 0; i < ARRAY_LEN(places); i++)
		try_use(search, account_type.plural, a->id, places[i].path, places[i].id);
}

void keystore_each_use(const struct setup *setup, const char *id, void (*each)(void *ctx, const char *place), void *ctx)
{
	const struct use_search search = {id, each, ctx};
	const void *const *records;
	size_t n = setup_list(setup, &account_type, &records);

	for (size_t i = 0; i < n; i++)
		try_account(&search, records[i]);
	n = setup_list(setup, &authentication_profile_type, &records);
	for (size_t i = 0; i < n; i++) {
		const struct authentication_profile *profile = records[i];

		try_use(&search, authentication_profile_type.plural, profile->id, "keystore", profile->keystore);
		try_use(&search, authentication_profile_type.plural, profile->id, "truststore", profile->truststore);
	}
}

static void add_use(void *ctx, const char *place)
{
	buf_printf(ctx, "%s ", place);
}

int keystore_check_unused(const struct setup *setup, const char *id, struct error *err)
{
	struct buf uses CLEANUP(buf_done) = BUF_INIT(KIB(16));

	keystore_each_use(setup, id, add_use, &uses);
	if (!uses.n)
		return 0;
	return fail(err, E_CONFLICT, RETRY_NEVER, "keystores/%s is still used by %.150s", id, buf_cstr(&uses));
}

/* ---------------------------------------------------------------- checks */

/* A secret that can't be opened is no mistake of this document. `needs_key`: somebody wants to decrypt with it. */
static int check_one(const struct keystore_record *record, bool needs_key, struct error *err)
{
	struct keystore *keystore CLEANUP(keystore_freep) = NULL;
	const struct keystore_entry *entry;
	int r = secret_fault(record) ? 0 : keystore_record_open(record, &keystore, err);

	if (r == 0 && keystore && needs_key && keystore_find(keystore, "", &entry, err) < 0)
		r = error_prefix(err, "keystore \"%s\" can't decrypt", record->id);
	return r;
}

/* The place for people is "KIND/ID/SECTIONtruststore". */
static int check_truststore_of(const struct setup *setup, const char *truststore, struct error *err, const char *kind,
                               const char *id, const char *section)
{
	const struct keystore_record *record;

	if (!*truststore || truststore[0] == '/')
		return 0;
	record = setup_keystore(setup, truststore);
	if (!record)
		fail(err, E_INVALID, RETRY_NEVER, "there is no keystore \"%.80s\" (nor is it an absolute path)",
		     truststore);
	else if (check_one(record, false, err) == 0)
		return 0;
	error_prefix(err, "%s/%s/%struststore", kind, id, section);
	return err->code = E_INVALID;
}

static int check_account(const struct setup *setup, const struct account *account, struct error *err)
{
	const char *id = account->receive.smime.keystore;

	if (check_truststore_of(setup, account->send.tls.truststore, err, "accounts", account->id, "send/tls/") < 0 ||
	    check_truststore_of(setup, account->receive.tls.truststore, err, "accounts", account->id, "receive/tls/") <
	            0)
		return E_INVALID;
	if (!*id || check_one(setup_keystore(setup, id), true, err) == 0)
		return 0;
	error_prefix(err, "accounts/%s/receive/smime/keystore", account->id);
	return err->code = E_INVALID;
}

int keystores_check(const struct setup *setup, struct error *err)
{
	const void *const *records;
	size_t n = setup_list(setup, &keystore_type, &records);

	for (size_t i = 0; i < n; i++)
		if (check_one(records[i], false, err) < 0)
			return err->code = E_INVALID;
	n = setup_list(setup, &account_type, &records);
	for (size_t i = 0; i < n; i++)
		if (check_account(setup, records[i], err) < 0)
			return E_INVALID;
	n = setup_list(setup, &authentication_profile_type, &records);
	for (size_t i = 0; i < n; i++) {
		const struct authentication_profile *profile = records[i];

		if (check_truststore_of(setup, profile->truststore, err, "authentication_profiles", profile->id, "") <
		    0)
			return E_INVALID;
	}
	return 0;
}

void keystore_warnings(const struct keystore_record *record, int64_t now, struct buf *report)
{
	struct keystore *keystore CLEANUP(keystore_freep) = NULL;
	const struct keystore_entry *entries;
	struct error ignored;
	size_t n, expired = 0;

	if (keystore_record_open(record, &keystore, &ignored) < 0)
		return;
	n = keystore_entries(keystore, &entries);
	for (size_t i = 0; i < n; i++) {
		char day[32];

		if (!entries[i].expires_at || entries[i].expires_at >= now || ++expired > WARNINGS_MAX)
			continue;
		clock_format_iso(entries[i].expires_at, day);
		buf_printf(report, "keystores/%s: warning: \"%s\" expired on %.10s\n", record->id, entries[i].alias,
		           day);
	}
	if (expired > WARNINGS_MAX)
		buf_printf(report, "keystores/%s: warning: %zu more have expired\n", record->id,
		           expired - WARNINGS_MAX);
}

/* ---------------------------------------------------------------- the file beside the set-up */

static void wipe_buf(struct buf *buf)
{
	mem_wipe_free(buf->p, buf->size);
}

static int read_file(json_t *keystore, const char *path, struct error *err)
{
	struct buf bytes CLEANUP(wipe_buf) = BUF_INIT(KEYSTORE_MAX_BYTES + 1);
	struct buf text CLEANUP(wipe_buf) = BUF_INIT(KEYSTORE_MAX_BYTES / 3 * 4 + 8);

	/* Room for the whole at once: growing would leave pieces of keys in freed memory. */
	(void)!buf_room(&bytes, KEYSTORE_MAX_BYTES);
	(void)!buf_room(&text, KEYSTORE_MAX_BYTES / 3 * 4);
	if (file_read(path, &bytes, err) < 0)
		return err->code = E_INVALID;
	if (!bytes.n || bytes.n > KEYSTORE_MAX_BYTES)
		return fail(err, E_INVALID, RETRY_NEVER, "%s %s", path,
		            bytes.n ? "is larger than a keystore may be (700 KiB)" : "is empty");
	base64_encode(&text, buf_str(&bytes));
	json_object_set_new(keystore, "content", json_stringn(text.p, text.n));
	json_object_del(keystore, "file");
	return 0;
}

int keystores_read_files(json_t *document, const char *folder, struct error *err)
{
	const char *id;
	json_t *keystore;

	json_object_foreach (json_object_get(document, keystore_type.plural), id, keystore) {
		struct buf path CLEANUP(buf_done) = BUF_INIT(KIB(8));
		const json_t *value = json_object_get(keystore, "file");
		const char *file = json_string_value(value);

		if (!value)
			continue;
		if (!file || !*file || json_object_get(keystore, "content"))
			return fail(err, E_INVALID, RETRY_NEVER, "keystores/%.64s/file: is %s", id,
			            file && *file ? "beside content: one of them is enough" : "not the path of a file");
		if (file[0] != '/')
			buf_printf(&path, "%s/", folder);
		buf_add_cstr(&path, file);
		if (path.failed || read_file(keystore, buf_cstr(&path), err) < 0)
			return error_prefix(err, "keystores/%.64s/file", id);
	}
	return 0;
}
