/* The vault: what it seals opens at its place alone, and its key file is treated with care. */
#include "security/vault.h"

#include "base/file.h"
#include "base/mem.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/test.h"

struct place {
	char folder[40], path[60];
};

static int make_place(void **state)
{
	struct place *place = mem_new(1, sizeof *place);

	snprintf(place->folder, sizeof place->folder, "/tmp/hauspost-vault-XXXXXX");
	must(mkdtemp(place->folder) != NULL);
	snprintf(place->path, sizeof place->path, "%s/keys", place->folder);
	unsetenv("CREDENTIALS_DIRECTORY");
	*state = place;
	return 0;
}

static int remove_place(void **state)
{
	struct place *place = *state;

	unsetenv("CREDENTIALS_DIRECTORY");
	unlink(place->path);
	must(rmdir(place->folder) == 0); /* nothing else may be left in it */
	free(place);
	return 0;
}

static struct vault *open_vault(const char *path)
{
	struct vault *vault = NULL;
	struct error err;

	assert_ok(vault_open(path, true, &vault, &err), &err);
	return vault;
}

static void write_file(const char *path, const char *text, mode_t mode)
{
	struct error err;

	assert_ok(file_write(path, str_of(text), mode, &err), &err);
	assert_int_equal(chmod(path, mode), 0);
}

static void what_was_sealed_opens(void **state)
{
	static const struct str cases[] = {STR_INIT("secret"), STR_INIT(""), STR_INIT("a\0b\xff")};
	struct place *place = *state;
	struct vault *vault CLEANUP(vault_freep) = open_vault(place->path);
	struct error err;

	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		struct buf sealed CLEANUP(buf_done) = BUF_INIT(1000), again CLEANUP(buf_done) = BUF_INIT(1000);
		struct secret plain CLEANUP(secret_done) = {0};

		assert_ok(vault_seal(vault, "account/a/password", cases[i], &sealed, &err), &err);
		assert_ok(vault_seal(vault, "account/a/password", cases[i], &again, &err), &err);
		assert_false(str_eq(buf_str(&sealed), buf_str(&again)));
		assert_true(str_starts(buf_str(&sealed), STR("v1:")));
		assert_true(str_is_ascii(buf_str(&sealed)));
		assert_true(vault_is_current(vault, buf_str(&sealed)));
		assert_ok(vault_unseal(vault, "account/a/password", buf_str(&sealed), &plain, &err), &err);
		assert_true(secret_is_set(&plain));
		assert_true(str_eq(secret_reveal(&plain), cases[i]));
	}
}

static void a_value_that_was_changed_or_moved_is_refused(void **state)
{
	struct place *place = *state;
	struct vault *vault CLEANUP(vault_freep) = open_vault(place->path);
	struct buf sealed CLEANUP(buf_done) = BUF_INIT(1000);
	struct secret plain CLEANUP(secret_done) = {0};
	struct error err;

	assert_ok(vault_seal(vault, "account/a/password", STR("secret"), &sealed, &err), &err);
	assert_int_equal(vault_unseal(vault, "account/b/password", buf_str(&sealed), &plain, &err), E_INVALID);
	assert_non_null(strstr(err.text, "account/b/password"));
	for (size_t i = 0; i < sealed.n; i++) {
		char before = sealed.p[i];

		sealed.p[i] = before == 'A' ? 'B' : 'A';
		assert_true(vault_unseal(vault, "account/a/password", buf_str(&sealed), &plain, &err) < 0);
		sealed.p[i] = before;
		assert_true(vault_unseal(vault, "account/a/password", str_slice(buf_str(&sealed), 0, i), &plain, &err) <
		            0);
	}
	assert_false(secret_is_set(&plain));
	assert_ok(vault_unseal(vault, "account/a/password", buf_str(&sealed), &plain, &err), &err);
}

static void the_key_file_is_made_once_and_for_its_owner_alone(void **state)
{
	struct place *place = *state;
	struct buf sealed CLEANUP(buf_done) = BUF_INIT(1000);
	struct secret plain CLEANUP(secret_done) = {0};
	struct vault *first, *second;
	struct error err;
	struct stat st;

	assert_int_equal(vault_open(place->path, false, &first, &err), E_NOT_FOUND);
	assert_non_null(strstr(err.text, "restore the key file from your backup"));
	assert_int_equal(access(place->path, F_OK), -1);
	umask(0);
	first = open_vault(place->path);
	assert_int_equal(stat(place->path, &st), 0);
	assert_int_equal(st.st_mode & 07777, 0600);
	second = open_vault(place->path);
	assert_string_equal(vault_key_id(first), vault_key_id(second));
	assert_ok(vault_seal(first, "x", STR("secret"), &sealed, &err), &err);
	assert_ok(vault_unseal(second, "x", buf_str(&sealed), &plain, &err), &err);
	vault_free(first);
	vault_free(second);
}

/* Several processes start at once: they must agree on one key. */
static void processes_that_make_the_file_together_agree(void **state)
{
	struct place *place = *state;
	char id[4][40];
	int pipes[4][2];

	for (size_t i = 0; i < ARRAY_LEN(pipes); i++) {
		assert_int_equal(pipe(pipes[i]), 0);
		if (fork() == 0) {
			struct vault *vault;

			if (vault_open(place->path, true, &vault, NULL) == 0)
				dprintf(pipes[i][1], "%s", vault_key_id(vault));
			_exit(0);
		}
		close(pipes[i][1]);
	}
	for (size_t i = 0; i < ARRAY_LEN(pipes); i++) {
		ssize_t n = read(pipes[i][0], id[i], sizeof id[i] - 1);

		assert_true(n > 0);
		id[i][n] = '\0';
		assert_string_equal(id[i], id[0]);
		close(pipes[i][0]);
		wait(NULL);
	}
}

static void a_bad_key_file_is_refused(void **state)
{
#define GOOD_KEY "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8="
	static const struct {
		const char *text;
		mode_t mode;
		int code;
		const char *part;
	} cases[] = {
	        {"k1 " GOOD_KEY "\n", 0600, 0, ""},
	        {"k1 " GOOD_KEY "\n", 0400, 0, ""},
	        {"\nk1 " GOOD_KEY, 0600, 0, ""},
	        {"k1 " GOOD_KEY "\n", 0640, E_INSECURE, "chmod 600 /tmp/hauspost-vault-"},
	        {"k1 " GOOD_KEY "\n", 0604, E_INSECURE, "mode 0604"},
	        {"k1 " GOOD_KEY "\n", 0620, E_INSECURE, "chmod 600"},
	        {"", 0600, E_INVALID, "holds no key"},
	        {"k1\n", 0600, E_INVALID, "keys:1"},
	        {"k2 " GOOD_KEY "\nk1 AAEC\n", 0600, E_INVALID, "keys:2"},
	        {"k1 " GOOD_KEY "\nk1 " GOOD_KEY "\n", 0600, E_INVALID, "twice"},
	        {"k:1 " GOOD_KEY "\n", 0600, E_INVALID, "keys:1"},
	        {"k1 !!!!" GOOD_KEY "\n", 0600, E_INVALID, "keys:1"},
	};
	struct place *place = *state;

	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		struct vault *vault CLEANUP(vault_freep) = NULL;
		struct error err = {0};

		write_file(place->path, cases[i].text, cases[i].mode);
		assert_int_equal(vault_open(place->path, true, &vault, &err), cases[i].code);
		assert_non_null(strstr(err.text, cases[i].part));
		assert_null(strstr(err.text, "AAE"));
	}
}

static void keys_rotate(void **state)
{
	struct place *place = *state;
	struct vault *vault CLEANUP(vault_freep) = open_vault(place->path), *reopened = NULL;
	struct buf old CLEANUP(buf_done) = BUF_INIT(1000), new CLEANUP(buf_done) = BUF_INIT(1000);
	struct secret plain CLEANUP(secret_done) = {0};
	struct error err;
	struct stat st;

	assert_ok(vault_seal(vault, "x", STR("secret"), &old, &err), &err);
	assert_ok(vault_add_key(vault, &err), &err);
	assert_false(vault_is_current(vault, buf_str(&old)));
	assert_ok(vault_seal(vault, "x", STR("secret"), &new, &err), &err);
	assert_true(vault_is_current(vault, buf_str(&new)));
	assert_ok(vault_unseal(vault, "x", buf_str(&old), &plain, &err), &err);
	reopened = open_vault(place->path);
	assert_string_equal(vault_key_id(reopened), vault_key_id(vault));
	assert_ok(vault_unseal(reopened, "x", buf_str(&old), &plain, &err), &err);
	assert_ok(vault_drop_old_keys(reopened, &err), &err);
	vault_free(reopened);
	reopened = open_vault(place->path);
	assert_int_equal(vault_unseal(reopened, "x", buf_str(&old), &plain, &err), E_NOT_FOUND);
	assert_non_null(strstr(err.text, place->path));
	assert_ok(vault_unseal(reopened, "x", buf_str(&new), &plain, &err), &err);
	vault_free(reopened);
	assert_int_equal(stat(place->path, &st), 0);
	assert_int_equal(st.st_mode & 07777, 0600);
}

static void a_systemd_credential_comes_first_and_is_not_written(void **state)
{
	struct place *place = *state;
	struct vault *vault CLEANUP(vault_freep) = NULL;
	char credential[80];
	struct error err;

	snprintf(credential, sizeof credential, "%s/hauspost-keys", place->folder);
	write_file(credential, "from-systemd " GOOD_KEY "\n", 0440);
	setenv("CREDENTIALS_DIRECTORY", place->folder, 1);
	assert_ok(vault_open(place->path, true, &vault, &err), &err);
	assert_string_equal(vault_key_id(vault), "from-systemd");
	assert_int_equal(access(place->path, F_OK), -1);
	assert_int_equal(vault_add_key(vault, &err), E_UNSUPPORTED);
	assert_int_equal(vault_drop_old_keys(vault, &err), E_UNSUPPORTED);
	unlink(credential);
}

static void the_record_table_seals_through_it(void **state)
{
	struct place *place = *state;
	struct vault *vault CLEANUP(vault_freep) = open_vault(place->path);
	struct sealer sealer = vault_sealer(vault);
	struct buf sealed CLEANUP(buf_done) = BUF_INIT(1000), small CLEANUP(buf_done) = BUF_INIT(10);
	struct secret plain CLEANUP(secret_done) = {0};
	struct error err;

	assert_ok(sealer.seal(sealer.ctx, "x", STR("secret"), &sealed, &err), &err);
	assert_ok(sealer.open(sealer.ctx, "x", buf_str(&sealed), &plain, &err), &err);
	assert_str(secret_reveal(&plain), "secret");
	assert_int_equal(sealer.seal(sealer.ctx, "x", STR("secret"), &small, &err), E_LIMIT);
}

int main(void)
{
#define VAULT_TEST(name) cmocka_unit_test_setup_teardown(name, make_place, remove_place)
	const struct CMUnitTest tests[] = {
	        VAULT_TEST(what_was_sealed_opens),
	        VAULT_TEST(a_value_that_was_changed_or_moved_is_refused),
	        VAULT_TEST(the_key_file_is_made_once_and_for_its_owner_alone),
	        VAULT_TEST(processes_that_make_the_file_together_agree),
	        VAULT_TEST(a_bad_key_file_is_refused),
	        VAULT_TEST(keys_rotate),
	        VAULT_TEST(a_systemd_credential_comes_first_and_is_not_written),
	        VAULT_TEST(the_record_table_seals_through_it),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
