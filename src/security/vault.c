/* See vault.h. */
#include "security/vault.h"

#include "base/base64.h"
#include "base/file.h"
#include "base/mem.h"
#include "base/random.h"

#include <errno.h>
#include <fcntl.h>
#include <openssl/evp.h>
#include <pthread.h>
#include <stdio.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#define KEY_BYTES       32
#define NONCE_BYTES     12
#define TAG_BYTES       16
#define KEY_ID_MAX      32
#define MOST_KEYS       100
#define KEY_FILE_MAX    KIB(16)
#define PLAIN_MAX       MIB(1)
#define CREDENTIAL_NAME "hauspost-keys"

struct key {
	char id[KEY_ID_MAX + 1];
	unsigned char bytes[KEY_BYTES];
};

struct vault {
	char *path;
	bool is_credential; /* systemd's: read-only */
	struct key *keys;   /* newest first; MOST_KEYS of them, in locked memory */
	size_t count;
	pthread_mutex_t lock; /* sealing and unsealing may read the keys anew */
};

/* ---------------------------------------------------------------- memory for keys */

#define KEYS_SIZE (MOST_KEYS * sizeof(struct key))

/* Pages that are neither swapped out nor written into a core dump. Where the limit on locked memory is too low, keys
 * are kept unlocked. */
static struct key *new_keys(void)
{
	void *p = mmap(NULL, KEYS_SIZE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	must(p != MAP_FAILED);
	(void)!mlock(p, KEYS_SIZE);
	(void)!madvise(p, KEYS_SIZE, MADV_DONTDUMP);
	return p;
}

static void free_keys(struct key *keys)
{
	if (!keys)
		return;
	explicit_bzero(keys, KEYS_SIZE);
	munmap(keys, KEYS_SIZE);
}

static void wipe_buf(struct buf *buf)
{
	if (buf->p)
		explicit_bzero(buf->p, buf->size);
	buf_done(buf);
}

/* ---------------------------------------------------------------- the key file */

static bool is_key_id(struct str id)
{
	if (id.n == 0 || id.n > KEY_ID_MAX)
		return false;
	for (size_t i = 0; i < id.n; i++)
		if (!is_alpha(id.p[i]) && !is_digit(id.p[i]) && id.p[i] != '-' && id.p[i] != '_')
			return false;
	return true;
}

static struct key *find_key(const struct vault *vault, struct str id)
{
	for (size_t i = 0; i < vault->count; i++)
		if (str_eq(str_of(vault->keys[i].id), id))
			return &vault->keys[i];
	return NULL;
}

/* "KEYID BASE64KEY". The line is never shown: it may hold the key. */
static int read_key_line(struct vault *vault, struct str line, int number, struct error *err)
{
	struct buf bytes CLEANUP(wipe_buf) = BUF_INIT(KEY_BYTES);
	struct key *key = &vault->keys[vault->count];
	struct str id;

	if (!str_split(&line, ' ', &id) || !is_key_id(id) || !base64_decode(&bytes, str_trim(line)) ||
	    bytes.n != KEY_BYTES)
		return fail(err, E_INVALID, RETRY_NEVER,
		            "key file %s:%d is not \"KEYID BASE64\" of a %d-byte key: restore the key file from your "
		            "backup",
		            vault->path, number, KEY_BYTES);
	if (find_key(vault, id))
		return fail(err, E_INVALID, RETRY_NEVER, "key file %s:%d: key " STR_FMT " is there twice", vault->path,
		            number, STR_ARG(id));
	if (vault->count == MOST_KEYS)
		return fail(err, E_LIMIT, RETRY_NEVER, "key file %s has more than %d keys", vault->path, MOST_KEYS);
	memcpy(key->id, id.p, id.n);
	memcpy(key->bytes, bytes.p, KEY_BYTES);
	vault->count++;
	return 0;
}

static int read_keys(struct vault *vault, struct str text, struct error *err)
{
	struct str line;
	int number = 0, r = 0;

	while (r == 0 && str_split(&text, '\n', &line)) {
		number++;
		if (str_trim(line).n)
			r = read_key_line(vault, str_trim(line), number, err);
	}
	if (r == 0 && vault->count == 0)
		return fail(err, E_INVALID, RETRY_NEVER,
		            "key file %s holds no key: restore the key file from your backup", vault->path);
	return r;
}

/* The mode is that of the file that was opened, not of what may lie at the path by then. */
static int check_mode(int fd, const char *path, struct error *err)
{
	struct stat st;

	if (fstat(fd, &st) < 0)
		return fail_errno(err, errno, "can't look at key file %s", path);
	if (!S_ISREG(st.st_mode))
		return fail(err, E_INVALID, RETRY_NEVER, "key file %s is not a regular file", path);
	if ((st.st_mode & 07777) != 0600 && (st.st_mode & 07777) != 0400)
		return fail(err, E_INSECURE, RETRY_NEVER,
		            "key file %s has mode %04o, others may have read it: chmod 600 %s", path,
		            st.st_mode & 07777, path);
	if (st.st_uid != geteuid() && st.st_uid != 0)
		return fail(err, E_INSECURE, RETRY_NEVER,
		            "key file %s belongs to user %d, not to user %d, who runs this: chown it", path,
		            (int)st.st_uid, (int)geteuid());
	return 0;
}

static int read_all(int fd, const char *path, struct buf *text, struct error *err)
{
	/* All room at once: a buffer that grows leaves copies behind. */
	char *room = buf_room(text, KEY_FILE_MAX);
	ssize_t got = 0;

	must(room);
	while (text->n < KEY_FILE_MAX && (got = read(fd, room + text->n, KEY_FILE_MAX - text->n)) > 0)
		buf_added(text, (size_t)got);
	if (got < 0)
		return fail_errno(err, errno, "can't read key file %s", path);
	if (text->n == KEY_FILE_MAX)
		return fail(err, E_LIMIT, RETRY_NEVER, "key file %s is larger than %zu bytes", path, KEY_FILE_MAX - 1);
	return 0;
}

static int load(struct vault *vault, struct error *err)
{
	struct buf text CLEANUP(wipe_buf) = BUF_INIT(KEY_FILE_MAX);
	int fd CLEANUP(fd_closep) = open(vault->path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
	int r;

	if (fd < 0 && errno == ENOENT)
		return fail(err, E_NOT_FOUND, RETRY_NEVER,
		            "key file %s is missing: restore the key file from your backup", vault->path);
	if (fd < 0)
		return fail_errno(err, errno, "can't open key file %s", vault->path);
	/* systemd lays a credential where only the service can reach it, with a mode of its own. */
	r = vault->is_credential ? 0 : check_mode(fd, vault->path, err);
	if (r == 0)
		r = read_all(fd, vault->path, &text, err);
	return r < 0 ? r : read_keys(vault, buf_str(&text), err);
}

static void format_keys(const struct vault *vault, struct buf *text)
{
	(void)!buf_room(text, KEY_FILE_MAX);
	for (size_t i = 0; i < vault->count; i++) {
		buf_add_cstr(text, vault->keys[i].id);
		buf_add_char(text, ' ');
		base64_encode(text, str_new(vault->keys[i].bytes, KEY_BYTES));
		buf_add_char(text, '\n');
	}
}

/* Replaces the file in one step. */
static int save(const struct vault *vault, struct error *err)
{
	struct buf text CLEANUP(wipe_buf) = BUF_INIT(KEY_FILE_MAX);

	format_keys(vault, &text);
	return file_write(vault->path, buf_str(&text), 0600, err);
}

static int sync_folder(const char *path, struct error *err)
{
	const char *slash = strrchr(path, '/');
	char *folder CLEANUP(freep) =
	        slash ? str_dup(str_new(path, slash == path ? 1 : (size_t)(slash - path))) : mem_strdup(".");
	int fd CLEANUP(fd_closep) = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);

	return fd < 0 || fsync(fd) < 0 ? fail_errno(err, errno, "can't write folder %s", folder) : 0;
}

/* Makes the file; 1 where somebody else was first. Two processes that start at once must not make two keys, so it never
 * replaces one; and a power loss must not leave half a file, so it is written under another name and linked to its own.
 */
static int save_first(const struct vault *vault, struct error *err)
{
	struct buf text CLEANUP(wipe_buf) = BUF_INIT(KEY_FILE_MAX), beside CLEANUP(buf_done) = BUF_INIT(4096);
	char token[RANDOM_TOKEN_LEN + 1];
	int r, refused;

	random_token(token);
	buf_printf(&beside, "%s.%s", vault->path, token);
	if (beside.failed)
		return fail(err, E_INVALID, RETRY_NEVER, "path of the key file is too long");
	format_keys(vault, &text);
	r = file_write(beside.p, buf_str(&text), 0600, err);
	if (r < 0)
		return r;
	refused = link(beside.p, vault->path) < 0 ? errno : 0;
	unlink(beside.p);
	if (refused == EEXIST)
		return 1;
	return refused ? fail_errno(err, refused, "can't create key file %s", vault->path)
	               : sync_folder(vault->path, err);
}

/* ---------------------------------------------------------------- open */

/* Puts a new key before the others. */
static void make_key(struct vault *vault)
{
	struct key *key = vault->keys;
	char token[RANDOM_TOKEN_LEN + 1];

	must(vault->count < MOST_KEYS);
	memmove(key + 1, key, vault->count * sizeof *key);
	vault->count++;
	random_token(token);
	snprintf(key->id, sizeof key->id, "%.8s", token);
	random_bytes(key->bytes, KEY_BYTES);
}

static void forget_keys(struct vault *vault)
{
	explicit_bzero(vault->keys, KEYS_SIZE);
	vault->count = 0;
}

static int load_or_create(struct vault *vault, bool create, struct error *err)
{
	int r;

	if (!create || vault->is_credential || access(vault->path, F_OK) == 0 || errno != ENOENT)
		return load(vault, err);
	make_key(vault);
	r = save_first(vault, err);
	if (r <= 0)
		return r;
	forget_keys(vault);
	return load(vault, err);
}

/* The credential's path where there is one; else NULL. */
static char *credential_path(void)
{
	const char *folder = getenv("CREDENTIALS_DIRECTORY");
	struct buf path CLEANUP(buf_done) = BUF_INIT(4096);

	if (!folder || !*folder)
		return NULL;
	buf_printf(&path, "%s/" CREDENTIAL_NAME, folder);
	return !path.failed && access(path.p, F_OK) == 0 ? buf_take(&path) : NULL;
}

int vault_open(const char *path, bool create, struct vault **ret_vault, struct error *err)
{
	struct vault *vault CLEANUP(vault_freep) = mem_new(1, sizeof *vault);
	int r;

	pthread_mutex_init(&vault->lock, NULL);
	vault->keys = new_keys();
	vault->path = credential_path();
	vault->is_credential = vault->path != NULL;
	if (!vault->path)
		vault->path = mem_strdup(path);
	r = load_or_create(vault, create, err);
	if (r == 0)
		*ret_vault = take(vault);
	return r;
}

void vault_free(struct vault *vault)
{
	if (!vault)
		return;
	free_keys(vault->keys);
	free(vault->path);
	pthread_mutex_destroy(&vault->lock);
	free(vault);
}

/* ---------------------------------------------------------------- sealing */

static void free_ctx(EVP_CIPHER_CTX **ctx)
{
	EVP_CIPHER_CTX_free(*ctx);
}

/* What is authenticated beside the value: "v1:KEYID:CONTEXT". */
static bool add_context(EVP_CIPHER_CTX *ctx, const struct key *key, const char *context)
{
	char before[KEY_ID_MAX + 8];
	int n = snprintf(before, sizeof before, "v1:%s:", key->id), done;

	return EVP_CipherUpdate(ctx, NULL, &done, (const unsigned char *)before, n) == 1 &&
	       EVP_CipherUpdate(ctx, NULL, &done, (const unsigned char *)context, (int)strlen(context)) == 1;
}

/* NIST SP 800-38D: AES-256-GCM. A nonce is random: 2^32 values under one key are safe, an installation has thousands.
 * `out` is nonce | cipher | tag. */
static bool encrypt(const struct key *key, const char *context, struct str plain, unsigned char *out)
{
	EVP_CIPHER_CTX *ctx CLEANUP(free_ctx) = EVP_CIPHER_CTX_new();
	unsigned char *cipher = out + NONCE_BYTES;
	int n = 0, rest = 0;

	random_bytes(out, NONCE_BYTES);
	return ctx && EVP_EncryptInit_ex2(ctx, EVP_aes_256_gcm(), key->bytes, out, NULL) == 1 &&
	       add_context(ctx, key, context) &&
	       EVP_EncryptUpdate(ctx, cipher, &n, (const unsigned char *)plain.p, (int)plain.n) == 1 &&
	       EVP_EncryptFinal_ex(ctx, cipher + n, &rest) == 1 && (size_t)(n + rest) == plain.n &&
	       EVP_CIPHER_CTX_ctrl(ctx, EVP_CTRL_AEAD_GET_TAG, TAG_BYTES, cipher + plain.n) == 1;
}

/* `sealed` is nonce | cipher | tag; `out` has room for the cipher. */
static bool decrypt(const struct key *key, const char *context, struct str sealed, unsigned char *out)
{
	EVP_CIPHER_CTX *ctx CLEANUP(free_ctx) = EVP_CIPHER_CTX_new();
	const unsigned char *p = (const unsigned char *)sealed.p;
	size_t length = sealed.n - NONCE_BYTES - TAG_BYTES;
	unsigned char tag[TAG_BYTES];
	int n = 0, rest = 0;

	memcpy(tag, p + NONCE_BYTES + length, TAG_BYTES);
	return ctx && EVP_DecryptInit_ex2(ctx, EVP_aes_256_gcm(), key->bytes, p, NULL) == 1 &&
	       add_context(ctx, key, context) && EVP_DecryptUpdate(ctx, out, &n, p + NONCE_BYTES, (int)length) == 1 &&
	       EVP_CIPHER_CTX_ctrl(ctx, EVP_CTRL_AEAD_SET_TAG, TAG_BYTES, tag) == 1 &&
	       EVP_DecryptFinal_ex(ctx, out + n, &rest) == 1;
}

static int seal(struct vault *vault, const char *context, struct str plain, struct buf *out, struct error *err)
{
	struct buf bytes CLEANUP(buf_done) = BUF_INIT(PLAIN_MAX + NONCE_BYTES + TAG_BYTES);
	const struct key *key = &vault->keys[0];
	size_t length = NONCE_BYTES + plain.n + TAG_BYTES;
	unsigned char *room = plain.n > PLAIN_MAX ? NULL : (unsigned char *)buf_room(&bytes, length);

	if (!room)
		return fail(err, E_LIMIT, RETRY_NEVER, "%s: a secret may have at most %zu bytes", context, PLAIN_MAX);
	if (!encrypt(key, context, plain, room))
		return fail(err, E_UNSUPPORTED, RETRY_NEVER, "%s: OpenSSL can't seal with AES-256-GCM", context);
	buf_added(&bytes, length);
	buf_add(out, STR("v1:"));
	buf_add_cstr(out, key->id);
	buf_add_char(out, ':');
	base64_encode(out, buf_str(&bytes));
	return out->failed ? fail(err, E_LIMIT, RETRY_NEVER, "%s: sealed value is too long", context) : 0;
}

/* Splits "v1:KEYID:BASE64"; *ret_rest is the base64. */
static bool split_sealed(struct str sealed, struct str *ret_id, struct str *ret_rest)
{
	struct str version;

	if (!str_split(&sealed, ':', &version) || !str_eq(version, STR("v1")) || !str_split(&sealed, ':', ret_id))
		return false;
	*ret_rest = sealed;
	return is_key_id(*ret_id);
}

/* The keys as the file has them now: another process may have rotated them. */
static bool reload(struct vault *vault)
{
	struct vault fresh = {.path = vault->path, .is_credential = vault->is_credential, .keys = new_keys()};
	bool good = load(&fresh, NULL) == 0;

	if (good) {
		memcpy(vault->keys, fresh.keys, KEYS_SIZE);
		vault->count = fresh.count;
	}
	free_keys(fresh.keys);
	return good;
}

static int unseal(struct vault *vault, const char *context, struct str sealed, struct secret *ret_plain,
                  struct error *err)
{
	struct buf bytes CLEANUP(buf_done) = BUF_INIT(PLAIN_MAX + NONCE_BYTES + TAG_BYTES);
	struct buf plain CLEANUP(wipe_buf) = BUF_INIT(PLAIN_MAX);
	const struct key *key;
	struct str id, text;
	size_t length;
	char *room;

	if (!split_sealed(sealed, &id, &text) || !base64_decode(&bytes, text) || bytes.n < NONCE_BYTES + TAG_BYTES)
		return fail(err, E_INVALID, RETRY_NEVER, "%s: not a sealed value (\"v1:KEYID:BASE64\"), or damaged",
		            context);
	key = find_key(vault, id);
	if (!key && reload(vault))
		key = find_key(vault, id);
	if (!key)
		return fail(err, E_NOT_FOUND, RETRY_NEVER,
		            "%s: sealed with key " STR_FMT
		            ", which is not in %s: restore the key file from your backup, or set it again",
		            context, STR_ARG(id), vault->path);
	length = bytes.n - NONCE_BYTES - TAG_BYTES;
	room = buf_room(&plain, length);
	must(room);
	if (!decrypt(key, context, buf_str(&bytes), (unsigned char *)room))
		return fail(err, E_INVALID, RETRY_NEVER,
		            "%s: sealed value was changed, or was sealed for another place: set it again", context);
	secret_set(ret_plain, str_new(room, length));
	return 0;
}

/* With the newest key there is: one that another process has dropped since opens nothing any more. */
int vault_seal(struct vault *vault, const char *context, struct str plain, struct buf *out, struct error *err)
{
	int r;

	pthread_mutex_lock(&vault->lock);
	(void)reload(vault);
	r = seal(vault, context, plain, out, err);
	pthread_mutex_unlock(&vault->lock);
	return r;
}

int vault_unseal(struct vault *vault, const char *context, struct str sealed, struct secret *ret_plain,
                 struct error *err)
{
	int r;

	pthread_mutex_lock(&vault->lock);
	r = unseal(vault, context, sealed, ret_plain, err);
	pthread_mutex_unlock(&vault->lock);
	return r;
}

bool vault_is_current(const struct vault *vault, struct str sealed)
{
	struct str id, text;

	return split_sealed(sealed, &id, &text) && str_eq(id, str_of(vault_key_id(vault)));
}

/* ---------------------------------------------------------------- rotation */

static int refuse_credential(const struct vault *vault, struct error *err)
{
	return fail(err, E_UNSUPPORTED, RETRY_NEVER,
	            "keys come from the systemd credential %s: change it where the unit loads it from", vault->path);
}

int vault_add_key(struct vault *vault, struct error *err)
{
	int r;

	if (vault->is_credential)
		return refuse_credential(vault, err);
	if (vault->count == MOST_KEYS)
		return fail(err, E_LIMIT, RETRY_NEVER, "key file %s has %d keys, the most it may: drop old ones first",
		            vault->path, MOST_KEYS);
	make_key(vault);
	r = save(vault, err);
	if (r < 0) {
		memmove(vault->keys, vault->keys + 1, --vault->count * sizeof *vault->keys);
		explicit_bzero(&vault->keys[vault->count], sizeof *vault->keys);
	}
	return r;
}

int vault_drop_old_keys(struct vault *vault, struct error *err)
{
	size_t before = vault->count;
	int r;

	if (vault->is_credential)
		return refuse_credential(vault, err);
	vault->count = 1;
	r = save(vault, err);
	if (r < 0)
		vault->count = before;
	else
		explicit_bzero(vault->keys + 1, (before - 1) * sizeof *vault->keys);
	return r;
}

const char *vault_key_id(const struct vault *vault)
{
	return vault->keys[0].id;
}

/* ---------------------------------------------------------------- for the record table */

static int sealer_seal(void *ctx, const char *context, struct str plain, struct buf *out, struct error *err)
{
	return vault_seal(ctx, context, plain, out, err);
}

static int sealer_open(void *ctx, const char *context, struct str sealed, struct secret *ret_plain, struct error *err)
{
	return vault_unseal(ctx, context, sealed, ret_plain, err);
}

struct sealer vault_sealer(struct vault *vault)
{
	return (struct sealer){.ctx = vault, .seal = sealer_seal, .open = sealer_open};
}
