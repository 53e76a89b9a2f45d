/* See keystore.h: which format it is, keys brought together with their certificates, entries, look-up. */
#include "security/keystore.h"

#include "base/buf.h"
#include "base/map.h"
#include "base/mem.h"
#include "certificate.h"
#include "keystore_open.h"
#include "security/der.h"

#include <openssl/err.h>
#include <openssl/provider.h>
#include <openssl/x509v3.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>

#define KEYS_MAX 200

struct keystore {
	atomic_int users;
	struct arena *arena;
	struct keystore_entry *entries;
	struct keystore_item *items; /* owned certificates and keys */
	size_t count;
	struct map *aliases; /* in lower case, while it is opened */
	X509_STORE *trust;
	bool has_digest;
	unsigned char digest[KEYSTORE_DIGEST_SIZE];
};

/* ---------------------------------------------------------------- OpenSSL's old algorithms */

static OSSL_LIB_CTX *library;

/* Where the module of the old ones isn't installed, new ones still work. */
static void library_make(void)
{
	library = OSSL_LIB_CTX_new();
	must(library && OSSL_PROVIDER_load(library, "default"));
	(void)OSSL_PROVIDER_load(library, "legacy");
	ERR_clear_error();
}

OSSL_LIB_CTX *keystore_library(void)
{
	static pthread_once_t once = PTHREAD_ONCE_INIT;

	pthread_once(&once, library_make);
	return library;
}

/* ---------------------------------------------------------------- what lies in the file */

int loose_add_cert(struct loose *loose, X509 *cert, struct str name, struct error *err)
{
	if (loose->cert_count == KEYSTORE_MAX_ENTRIES) {
		X509_free(cert);
		return fail(err, E_LIMIT, RETRY_NEVER, "it holds more than %d certificates", KEYSTORE_MAX_ENTRIES);
	}
	ARENA_ROOM(loose->arena, loose->certs, loose->cert_count, loose->cert_size);
	loose->certs[loose->cert_count++] = (struct loose_cert){cert, arena_cstr(loose->arena, name), false};
	return 0;
}

int loose_add_key(struct loose *loose, EVP_PKEY *key, struct str name, struct error *err)
{
	if (loose->key_count == KEYS_MAX) {
		EVP_PKEY_free(key);
		return fail(err, E_LIMIT, RETRY_NEVER, "it holds more than %d private keys", KEYS_MAX);
	}
	ARENA_ROOM(loose->arena, loose->keys, loose->key_count, loose->key_size);
	loose->keys[loose->key_count++] = (struct loose_key){key, arena_cstr(loose->arena, name)};
	return 0;
}

static void loose_done(struct loose *loose)
{
	for (size_t i = 0; i < loose->cert_count; i++)
		X509_free(loose->certs[i].cert);
	for (size_t i = 0; i < loose->key_count; i++)
		EVP_PKEY_free(loose->keys[i].key);
	arena_free(loose->arena);
}

int keystore_password_failed(const struct secret *password, struct error *err)
{
	unsigned long code = ERR_peek_error();
	bool unknown = ERR_GET_REASON(code) == ERR_R_UNSUPPORTED && ERR_GET_LIB(code) == ERR_LIB_EVP;

	ERR_clear_error();
	if (unknown)
		return fail(err, E_UNSUPPORTED, RETRY_NEVER, "it is encrypted with a cipher that OpenSSL doesn't know");
	if (!password || !secret_is_set(password) || !secret_reveal(password).n)
		return fail(err, E_AUTH, RETRY_NEVER, "a password is needed to open it");
	return fail(err, E_AUTH, RETRY_NEVER, "the password doesn't open it");
}

const struct secret *keystore_key_word(const struct keystore_words *words)
{
	return words->key && secret_is_set(words->key) ? words->key : words->store;
}

static int read_der(struct loose *loose, struct str bytes, const struct keystore_words *words, struct error *err)
{
	const unsigned char *p = (const unsigned char *)bytes.p;
	struct error ignored;
	X509 *cert = der_check(bytes, KEYSTORE_MAX_ENTRIES, &ignored) < 0 ? NULL : d2i_X509(NULL, &p, (long)bytes.n);

	ERR_clear_error();
	return cert ? loose_add_cert(loose, cert, STR(""), err) : keystore_read_pkcs12(loose, bytes, words, err);
}

static int read_any(struct loose *loose, struct str bytes, const struct keystore_words *words, struct error *err)
{
	if (bytes.n > KEYSTORE_MAX_BYTES)
		return fail(err, E_LIMIT, RETRY_NEVER, "it is larger than %zu KiB", KEYSTORE_MAX_BYTES / 1024);
	if (str_starts(bytes, STR("\xfe\xed\xfe\xed")))
		return keystore_read_jks(loose, bytes, words, err);
	if (str_starts(bytes, STR("\xce\xce\xce\xce")))
		return fail(
		        err, E_UNSUPPORTED, RETRY_NEVER,
		        "it is a Java keystore of kind JCEKS; convert it: keytool -importkeystore -srckeystore FILE "
		        "-srcstoretype JCEKS -destkeystore FILE.p12 -deststoretype PKCS12");
	if (str_starts(bytes, STR("\x30")))
		return read_der(loose, bytes, words, err);
	if (str_find(bytes, STR("-----BEGIN ")) >= 0)
		return keystore_read_pem(loose, bytes, words, err);
	return fail(err, E_INVALID, RETRY_NEVER, "%s",
	            bytes.n ? "it is neither PEM nor PKCS#12 nor JKS"
	                    : "it is empty: a PEM, PKCS#12 or JKS file is expected");
}

/* ---------------------------------------------------------------- entries */

static void entry_uses(struct keystore_entry *entry, X509 *cert)
{
	uint32_t usage = X509_get_key_usage(cert); /* all bits where it isn't said */
	bool for_mail = certificate_is_for_mail(cert);
	const EVP_PKEY *key = X509_get0_pubkey(cert);

	entry->is_ca = X509_check_ca(cert) > 0;
	entry->can_sign = for_mail && (!entry->has_key || certificate_key_signs(key)) &&
	                  (usage & (KU_DIGITAL_SIGNATURE | KU_NON_REPUDIATION));
	entry->can_encrypt =
	        for_mail && certificate_key_opens(key) && (usage & (KU_KEY_ENCIPHERMENT | KU_KEY_AGREEMENT));
	if (entry->is_ca && !entry->has_key)
		entry->can_sign = entry->can_encrypt = false;
	ERR_clear_error();
}

/* True where the alias wasn't taken yet, in any case of letters; it is now. */
static bool alias_take(struct keystore *keystore, struct str alias)
{
	struct str key = arena_str(keystore->arena, alias);

	for (size_t i = 0; i < key.n; i++)
		((char *)(uintptr_t)key.p)[i] = ascii_lower(key.p[i]);
	return !map_set(keystore->aliases, key, keystore);
}

/* "anna", "anna-2" …; with so many of one name that the search would take long, the entry's number. */
static const char *unique_alias(struct keystore *keystore, struct str wish)
{
	struct str alias = wish;

	for (size_t n = 2; !alias_take(keystore, alias); n++)
		alias = arena_printf(keystore->arena, STR_FMT "-%zu", STR_ARG(wish), n < 20 ? n : keystore->count + n);
	return arena_cstr(keystore->arena, alias);
}

static struct str alias_of(struct keystore *keystore, X509 *cert, const char *key_name, const char *cert_name)
{
	struct str alias = str_trim(str_of(*key_name ? key_name : cert_name));

	if (alias.n) {
		alias = arena_str(keystore->arena, str_slice(alias, 0, 200));
		alias.n = str_make_printable((char *)(uintptr_t)alias.p, alias.n, false);
	} else if (cert) {
		alias = certificate_short_name(keystore->arena, X509_get_subject_name(cert));
	}
	return alias.n ? alias : arena_printf(keystore->arena, "%zu", keystore->count + 1);
}

static void add_entry(struct keystore *keystore, X509 *cert, EVP_PKEY *key, const char *key_name, const char *cert_name)
{
	struct keystore_entry *entry = &keystore->entries[keystore->count];
	struct arena *arena = keystore->arena;
	struct str *addresses = NULL;

	*entry = (struct keystore_entry){.subject = "", .issuer = "", .serial = "", .has_key = key != NULL};
	entry->alias = unique_alias(keystore, alias_of(keystore, cert, key_name, cert_name));
	if (cert) {
		entry->subject = certificate_name(arena, X509_get_subject_name(cert)).p;
		entry->issuer = certificate_name(arena, X509_get_issuer_name(cert)).p;
		entry->serial = certificate_serial(arena, X509_get0_serialNumber(cert)).p;
		entry->valid_from = certificate_time(X509_get0_notBefore(cert));
		entry->expires_at = certificate_time(X509_get0_notAfter(cert));
		entry->address_count = certificate_addresses(arena, cert, &addresses);
		entry->addresses = addresses;
		entry_uses(entry, cert);
	}
	if (cert)
		X509_up_ref(cert);
	if (key)
		EVP_PKEY_up_ref(key);
	keystore->items[keystore->count++] = (struct keystore_item){cert, key};
}

static struct loose_cert *cert_of_key(struct loose *loose, EVP_PKEY *key)
{
	for (size_t i = 0; i < loose->cert_count; i++)
		if (!loose->certs[i].taken && EVP_PKEY_eq(X509_get0_pubkey(loose->certs[i].cert), key) == 1)
			return &loose->certs[i];
	return NULL;
}

/* A certificate that was renewed for the same key stands beside it a second time: mail to either can be read. */
static void add_keys(struct keystore *keystore, struct loose *loose)
{
	for (size_t i = 0; i < loose->key_count; i++) {
		struct loose_key *key = &loose->keys[i];
		struct loose_cert *found = cert_of_key(loose, key->key);

		if (!found)
			add_entry(keystore, NULL, key->key, key->name, "");
		for (; found; found = cert_of_key(loose, key->key)) {
			found->taken = true;
			add_entry(keystore, found->cert, key->key, key->name, found->name);
		}
	}
	ERR_clear_error();
}

/* ---------------------------------------------------------------- chain, trust */

static X509 *issuer_of(const struct loose *loose, X509 *cert)
{
	for (size_t i = 0; i < loose->cert_count; i++)
		if (loose->certs[i].cert != cert && X509_check_issued(loose->certs[i].cert, cert) == X509_V_OK)
			return loose->certs[i].cert;
	return NULL;
}

static size_t chain_length(const struct loose *loose, X509 *cert)
{
	size_t n = 0;

	for (X509 *issuer = cert; n < 10 && (issuer = issuer_of(loose, issuer)); n++)
		;
	return n;
}

static void measure_chains(struct keystore *keystore, const struct loose *loose)
{
	for (size_t i = 0; i < keystore->count && keystore->items[i].key; i++)
		if (keystore->items[i].cert)
			keystore->entries[i].chain_length = chain_length(loose, keystore->items[i].cert);
}

static X509_STORE *make_trust(const struct keystore *keystore)
{
	X509_STORE *store = X509_STORE_new();

	must(store != NULL);
	for (size_t i = 0; i < keystore->count; i++)
		if (keystore->items[i].cert)
			X509_STORE_add_cert(store, keystore->items[i].cert);
	/* A person's own certificate, or an intermediate one, may stand in it instead of its root. */
	X509_STORE_set_flags(store, X509_V_FLAG_PARTIAL_CHAIN);
	ERR_clear_error();
	return store;
}

/* ---------------------------------------------------------------- the whole */

int keystore_open(struct str bytes, const struct secret *password, struct keystore **ret_keystore, struct error *err)
{
	return keystore_open_keys(bytes, password, NULL, ret_keystore, err);
}

int keystore_open_keys(struct str bytes, const struct secret *password, const struct secret *key_password,
                       struct keystore **ret_keystore, struct error *err)
{
	const struct keystore_words words = {password, key_password};
	struct loose loose CLEANUP(loose_done) = {.arena = arena_new()};
	struct keystore *keystore;
	int r = read_any(&loose, bytes, &words, err);

	if (r < 0)
		return r;
	if (!loose.cert_count && !loose.key_count)
		return fail(err, E_INVALID, RETRY_NEVER, "it holds neither a certificate nor a private key");
	keystore = mem_new(1, sizeof *keystore);
	keystore->users = 1;
	keystore->arena = arena_new();
	keystore->aliases = map_new();
	keystore->entries = ARENA_ARRAY(keystore->arena, struct keystore_entry, loose.cert_count + loose.key_count);
	keystore->items = ARENA_ARRAY(keystore->arena, struct keystore_item, loose.cert_count + loose.key_count);
	add_keys(keystore, &loose);
	for (size_t i = 0; i < loose.cert_count; i++)
		if (!loose.certs[i].taken)
			add_entry(keystore, loose.certs[i].cert, NULL, "", loose.certs[i].name);
	map_free(take(keystore->aliases));
	measure_chains(keystore, &loose);
	keystore->trust = make_trust(keystore);
	*ret_keystore = keystore;
	return 0;
}

void keystore_free(struct keystore *keystore)
{
	if (!keystore || atomic_fetch_sub(&keystore->users, 1) > 1)
		return;
	for (size_t i = 0; i < keystore->count; i++) {
		X509_free(keystore->items[i].cert);
		EVP_PKEY_free(keystore->items[i].key);
	}
	X509_STORE_free(keystore->trust);
	arena_free(keystore->arena);
	free(keystore);
}

void keystore_use(struct keystore *keystore)
{
	atomic_fetch_add(&keystore->users, 1);
}

/* ---------------------------------------------------------------- asking */

size_t keystore_entries(const struct keystore *keystore, const struct keystore_entry **ret_entries)
{
	*ret_entries = keystore->entries;
	return keystore->count;
}

const struct keystore_item *keystore_items(const struct keystore *keystore)
{
	return keystore->items;
}

X509_STORE *keystore_trust(const struct keystore *keystore)
{
	return keystore->trust;
}

const unsigned char *keystore_digest(const struct keystore *keystore)
{
	return keystore->has_digest ? keystore->digest : NULL;
}

void keystore_set_digest(struct keystore *keystore, const unsigned char digest[KEYSTORE_DIGEST_SIZE])
{
	memcpy(keystore->digest, digest, KEYSTORE_DIGEST_SIZE);
	keystore->has_digest = true;
}

static int not_found(const struct keystore *keystore, const char *alias, struct error *err)
{
	struct buf known CLEANUP(buf_done) = BUF_INIT(160);

	for (size_t i = 0; i < keystore->count; i++)
		buf_printf(&known, "%s%s", i ? ", " : "", keystore->entries[i].alias);
	return fail(err, E_NOT_FOUND, RETRY_NEVER, "it has no entry \"%.60s\"; there are: %s", alias, buf_cstr(&known));
}

int keystore_find(const struct keystore *keystore, const char *alias, const struct keystore_entry **ret_entry,
                  struct error *err)
{
	struct str wanted = str_trim(str_of(alias));

	for (size_t i = 0; i < keystore->count; i++) {
		const struct keystore_entry *entry = &keystore->entries[i];

		if (wanted.n ? str_eq_nocase(str_of(entry->alias), wanted) : entry->has_key) {
			*ret_entry = entry;
			return 0;
		}
	}
	if (!wanted.n)
		return fail(err, E_NOT_FOUND, RETRY_NEVER, "it holds certificates only, no private key");
	return not_found(keystore, alias, err);
}

void keystore_use_text(const struct keystore_entry *entry, char ret_text[48])
{
	const char *words[3];
	size_t n = 0, length = 0;

	if (entry->can_sign && entry->has_key)
		words[n++] = "sign";
	if (entry->can_encrypt)
		words[n++] = entry->has_key ? "decrypt" : "encrypt";
	if (entry->is_ca)
		words[n++] = "trust";
	if (!n)
		words[n++] = entry->has_key && !*entry->subject ? "key without certificate" : "none for mail";
	for (size_t i = 0; i < n; i++)
		length += (size_t)snprintf(ret_text + length, 48 - length, "%s%s", i ? ", " : "", words[i]);
}
