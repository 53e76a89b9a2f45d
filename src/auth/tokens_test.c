/* The token cache against a token endpoint that does what a test says, on both databases. */
#include "auth/tokens.h"

#include "base/alive.h"
#include "base/clock.h"
#include "base/file.h"
#include "net/dialogue/certificates.h"
#include "net/dialogue/http_server.h"
#include "store/test_store.h"

#include "base/test.h"

#include <openssl/evp.h>
#include <openssl/pem.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <sys/wait.h>
#include <unistd.h>

static struct certificates *certificates;

/* ---------------------------------------------------------------- a token endpoint */

static struct {
	struct http_server *server;
	atomic_int asked;
	atomic_int status; /* 200 gives token number `asked`, another its `answer` */
	const char *answer;
	int lifetime_s;
	bool rotates;
	char last_form[2000];
	const char *date;       /* a header field; NULL: none */
	bool refuse_first;      /* with `answer` */
	struct db *break_store; /* its tokens are put out of reach before the answer */
	pthread_mutex_t lock;
} endpoint = {.lock = PTHREAD_MUTEX_INITIALIZER};

static void answer(void *ctx, const struct http_asked *asked, struct http_saying *saying)
{
	char json[300], refresh[60] = "";
	int n = atomic_fetch_add(&endpoint.asked, 1) + 1, status = atomic_load(&endpoint.status);
	struct error err;

	(void)ctx;
	pthread_mutex_lock(&endpoint.lock);
	snprintf(endpoint.last_form, sizeof endpoint.last_form, STR_FMT, STR_ARG(asked->body));
	pthread_mutex_unlock(&endpoint.lock);
	if (endpoint.break_store)
		must(db_script(endpoint.break_store, "ALTER TABLE token RENAME TO away;", &err) == 0);
	if (endpoint.rotates)
		snprintf(refresh, sizeof refresh, ",\"refresh_token\":\"refresh-%d\"", n);
	snprintf(json, sizeof json, "{\"access_token\":\"access-%d\",\"token_type\":\"Bearer\",\"expires_in\":%d%s}", n,
	         endpoint.lifetime_s, refresh);
	if (n == 1 && endpoint.refuse_first) {
		char refused[500];

		snprintf(refused, sizeof refused, "HTTP/1.1 400 No\r\n%sContent-Length: %zu\r\n\r\n%s", endpoint.date,
		         strlen(endpoint.answer), endpoint.answer);
		http_say(saying, str_of(refused));
	} else if (status == 307)
		http_say(saying,
		         STR("HTTP/1.1 307 There\r\nLocation: https://localhost:1/\r\nContent-Length: 0\r\n\r\n"));
	else
		http_say_json(saying, status, status == 200 ? json : endpoint.answer);
}

/* Since the test began. */
static void it_is(int64_t later_ms)
{
	static int64_t shifted;

	clock_shift(later_ms - shifted);
	shifted = later_ms;
}

/* ---------------------------------------------------------------- a process */

struct process {
	struct store *store;
	struct setup *setup;
};

static void apply(struct store *store, const char *grant)
{
	struct buf yaml CLEANUP(buf_done) = BUF_INIT(KIB(8)), report CLEANUP(buf_done) = BUF_INIT(KIB(16));
	json_t *document CLEANUP(json_decrefp) = NULL;
	struct db *db CLEANUP(db_closep) = NULL;
	struct error err;

	buf_printf(&yaml,
	           "authentication_profiles:\n"
	           "  p: {token_endpoint: 'https://localhost:%d/token', client_id: me, client_secret: sesame,\n"
	           "      allow_private_network: true, truststore: %s, timeout_s: 30, %s}\n",
	           http_server_port(endpoint.server), certificates_ca_file(certificates), grant);
	assert_ok(yaml_read(buf_str(&yaml), "test", &document, &err), &err);
	assert_ok(store_connect(store, &db, &err), &err);
	assert_ok(setup_apply(db, &plain_sealer, document, "tester", false, &report, &err), &err);
}

static void load(struct process *process)
{
	struct db *db CLEANUP(db_closep) = NULL;
	struct error err;

	assert_ok(store_connect(process->store, &db, &err), &err);
	assert_ok(setup_load(db, &plain_sealer, &process->setup, &err), &err);
}

/* The store that the test was given is the first process's. */
static void begin(struct process *process, struct store *store, const char *grant)
{
	atomic_store(&endpoint.asked, 0);
	atomic_store(&endpoint.status, 200);
	endpoint.lifetime_s = 3600;
	endpoint.rotates = endpoint.refuse_first = false;
	endpoint.break_store = NULL;
	it_is(0);
	apply(store, grant);
	*process = (struct process){.store = store};
	load(process);
	tokens_attach(store, &plain_sealer);
}

/* Another one on the same store. */
static void join(struct process *process, struct store *store)
{
	struct error err;

	*process = (struct process){0};
	assert_ok(store_open(&(struct store_options){.url = store_url(store)}, &process->store, &err), &err);
	load(process);
	tokens_attach(process->store, &plain_sealer);
}

static void end(struct process *process, bool close)
{
	setup_free(process->setup);
	if (close)
		store_close(process->store);
	it_is(0);
}

static struct token_source *source_of(struct process *process)
{
	struct token_source *source = NULL;
	struct error err;

	assert_ok(tokens_source(process->store, process->setup, "p", "", &source, &err), &err);
	return source;
}

static struct token_source *login_of_user(struct process *process, const char *user)
{
	const struct account_connection connection = {.profile = "p", .user = user, .host = "mail.test", .port = 993};
	struct login login = {0};
	struct error err;

	assert_ok(tokens_login(process->store, process->setup, &connection, &login, &err), &err);
	return login.tokens;
}

static void expect(struct token_source *source, bool refused, const char *token)
{
	struct secret got CLEANUP(secret_done) = {0};
	struct error err = {0};

	assert_ok(source->get(source, &(struct token_wish){.refused = refused}, &got, &err), &err);
	assert_str(secret_reveal(&got), token);
}

static int refusal(struct token_source *source, struct error *err)
{
	struct secret got CLEANUP(secret_done) = {0};

	*err = (struct error){0};
	return source->get(source, &(struct token_wish){0}, &got, err);
}

static const char credentials[] = "grant: client-credentials";
static const char by_refresh[] = "grant: refresh-token, refresh_token: refresh-0";

/* ---------------------------------------------------------------- keeping */

static void check_kept(struct store *store)
{
	struct process a, b;

	begin(&a, store, credentials);
	expect(source_of(&a), false, "access-1");
	expect(source_of(&a), false, "access-1");
	expect(login_of_user(&a, "anna"), false, "access-1");
	join(&b, store);
	expect(source_of(&b), false, "access-1");
	assert_int_equal(endpoint.asked, 1);
	it_is(MINUTES_MS(54));
	expect(source_of(&b), false, "access-1");
	it_is(MINUTES_MS(56)); /* five minutes before it expires */
	expect(source_of(&b), false, "access-2");
	expect(source_of(&a), false, "access-2"); /* b's */
	assert_int_equal(endpoint.asked, 2);
	end(&b, true);
	end(&a, false);
}

static void token_is_kept_until_shortly_before_expiry(void **state)
{
	(void)state;
	test_store_each(check_kept);
}

static void *get_one(void *arg)
{
	struct secret got CLEANUP(secret_done) = {0};
	struct token_source *source = arg;
	struct error err;

	must(source->get(source, &(struct token_wish){0}, &got, &err) == 0);
	must(str_eq(secret_reveal(&got), STR("access-1")));
	return NULL;
}

static void check_once(struct store *store)
{
	pthread_t threads[12];
	struct process a, b;

	begin(&a, store, credentials);
	join(&b, store);
	for (size_t i = 0; i < ARRAY_LEN(threads); i++)
		must(pthread_create(&threads[i], NULL, get_one, source_of(i % 2 ? &a : &b)) == 0);
	for (size_t i = 0; i < ARRAY_LEN(threads); i++)
		pthread_join(threads[i], NULL);
	assert_int_equal(endpoint.asked, 1);
	end(&b, true);
	end(&a, false);
}

static void one_asks_for_all_threads_and_processes(void **state)
{
	(void)state;
	test_store_each(check_once);
}

static void check_refused(struct store *store)
{
	struct token_source *anna, *bert;
	struct process a;

	begin(&a, store, credentials);
	anna = login_of_user(&a, "anna");
	bert = login_of_user(&a, "bert");
	assert_ptr_not_equal(anna, bert);
	expect(anna, false, "access-1");
	expect(bert, false, "access-1");
	expect(anna, true, "access-2");
	expect(bert, true, "access-2"); /* what it was refused with is gone already */
	assert_int_equal(endpoint.asked, 2);
	end(&a, false);
}

static void refused_token_isnt_given_again(void **state)
{
	(void)state;
	test_store_each(check_refused);
}

static void check_changed(struct store *store)
{
	struct process a, b;

	begin(&a, store, credentials);
	expect(source_of(&a), false, "access-1");
	apply(store, "grant: client-credentials, scopes: [other]");
	join(&b, store);
	expect(source_of(&b), false, "access-2");
	end(&b, true);
	end(&a, false);
}

static void check_changed_user(struct store *store)
{
	struct process a, b;

	begin(&a, store, "grant: password, user: anna, password: secret");
	expect(source_of(&a), false, "access-1");
	apply(store, "grant: password, user: bert, password: secret");
	join(&b, store);
	expect(source_of(&b), false, "access-2");
	end(&b, true);
	end(&a, false);
}

static void changed_profile_has_other_tokens(void **state)
{
	(void)state;
	test_store_each(check_changed);
	test_store_each(check_changed_user);
}

/* ---------------------------------------------------------------- rotation */

static void expect_form(const char *want)
{
	pthread_mutex_lock(&endpoint.lock);
	if (!strstr(endpoint.last_form, want))
		assert_string_equal(endpoint.last_form, want);
	pthread_mutex_unlock(&endpoint.lock);
}

static void check_rotation(struct store *store)
{
	struct process a, b;

	begin(&a, store, by_refresh);
	endpoint.rotates = true;
	expect(source_of(&a), false, "access-1");
	expect_form("refresh_token=refresh-0&");
	it_is(HOURS_MS(1));
	expect(source_of(&a), false, "access-2");
	expect_form("refresh_token=refresh-1&");
	endpoint.rotates = false; /* none in the answer: the old one stays */
	it_is(HOURS_MS(2));
	join(&b, store);
	expect(source_of(&b), false, "access-3");
	expect_form("refresh_token=refresh-2&");
	it_is(HOURS_MS(3));
	expect(source_of(&a), false, "access-4");
	expect_form("refresh_token=refresh-2&");
	end(&b, true);
	end(&a, false);
}

static void rotated_refresh_token_is_the_next(void **state)
{
	(void)state;
	test_store_each(check_rotation);
}

static void check_unsaved(struct store *store)
{
	struct db *db CLEANUP(db_closep) = NULL;
	struct process a;
	struct error err;

	begin(&a, store, by_refresh);
	assert_ok(store_connect(store, &db, &err), &err);
	endpoint.rotates = true;
	endpoint.break_store = db;
	assert_int_equal(refusal(source_of(&a), &err), E_STORE); /* it isn't used before it is stored */
	assert_ok(db_script(db, "ALTER TABLE away RENAME TO token;", &err), &err);
	endpoint.break_store = NULL;
	it_is(MINUTES_MS(6));
	expect(source_of(&a), false, "access-1");
	assert_int_equal(endpoint.asked, 1);
	end(&a, false);
}

static void token_is_stored_before_it_is_used(void **state)
{
	(void)state;
	test_store_each(check_unsaved);
}

/* ---------------------------------------------------------------- faults */

static void check_passing(struct store *store)
{
	struct process a;
	struct error err;

	begin(&a, store, credentials);
	expect(source_of(&a), false, "access-1");
	atomic_store(&endpoint.status, 503);
	endpoint.answer = "<html>down</html>";
	it_is(MINUTES_MS(56));
	expect(source_of(&a), false, "access-1"); /* good for four minutes more */
	expect(source_of(&a), false, "access-1");
	assert_int_equal(endpoint.asked, 2); /* not asked again at once */
	it_is(HOURS_MS(1));
	assert_int_equal(refusal(source_of(&a), &err), E_REFUSED);
	assert_int_equal(err.retry, RETRY_LATER);
	atomic_store(&endpoint.status, 200);
	it_is(HOURS_MS(1) + MINUTES_MS(6));
	expect(source_of(&a), false, "access-4");
	end(&a, false);
}

static void passing_fault_costs_nothing(void **state)
{
	(void)state;
	test_store_each(check_passing);
}

static void check_final(struct store *store)
{
	struct process a;
	struct error err;

	begin(&a, store, credentials);
	atomic_store(&endpoint.status, 401);
	endpoint.answer = "{\"error\":\"invalid_client\",\"error_description\":\"not sesame\"}";
	for (int i = 0; i < 3; i++) {
		assert_int_equal(refusal(login_of_user(&a, i ? "anna" : "bert"), &err), E_AUTH);
		assert_int_equal(err.retry, RETRY_NEVER);
		assert_non_null(strstr(err.text, "client ID, client secret or certificate is wrong or has expired "
		                                 "(invalid_client)"));
	}
	assert_int_equal(endpoint.asked, 1);
	atomic_store(&endpoint.status, 200);
	it_is(MINUTES_MS(2));
	expect(source_of(&a), false, "access-2");
	end(&a, false);
}

static void refusal_is_told_to_all_and_not_asked_for_again(void **state)
{
	(void)state;
	test_store_each(check_final);
}

static void check_redirect(struct store *store)
{
	struct process a;
	struct error err;

	begin(&a, store, credentials);
	atomic_store(&endpoint.status, 307);
	assert_int_equal(refusal(source_of(&a), &err), E_PROTOCOL);
	assert_non_null(strstr(err.text, "redirects (307), which isn't followed"));
	assert_int_equal(endpoint.asked, 1);
	end(&a, false);
}

static void redirect_of_the_endpoint_is_refused(void **state)
{
	(void)state;
	test_store_each(check_redirect);
}

static void check_no_consent(struct store *store)
{
	static const char consent[] = "grant: authorization-code, authorization_endpoint: 'https://a.test/'";
	struct oauth_tokens tokens = {.lifetime_ms = HOURS_MS(1)};
	struct process a;
	struct error err;

	begin(&a, store, consent);
	assert_int_equal(refusal(source_of(&a), &err), E_AUTH);
	assert_non_null(strstr(err.text, "nobody has consented yet: hauspost profile authorize p"));
	secret_set(&tokens.access, STR("consented"));
	secret_set(&tokens.refresh, STR("refresh-9"));
	assert_ok(tokens_store(store, a.setup, setup_authentication_profile(a.setup, "p"), &tokens, &err), &err);
	expect(source_of(&a), false, "consented"); /* at once: the refusal isn't remembered */
	it_is(HOURS_MS(1));
	expect(source_of(&a), false, "access-1");
	expect_form("refresh_token=refresh-9&");
	oauth_tokens_done(&tokens);
	end(&a, false);
}

static void consent_is_asked_for_and_used(void **state)
{
	(void)state;
	test_store_each(check_no_consent);
}

/* ---------------------------------------------------------------- a wrong clock */

static char service_account[4000];

static void make_service_account(void)
{
	EVP_PKEY *key = EVP_RSA_gen(2048);
	BIO *bio = BIO_new(BIO_s_mem());
	struct buf quoted CLEANUP(buf_done) = BUF_INIT(KIB(4));
	char *pem;
	long n;

	must(PEM_write_bio_PrivateKey(bio, key, NULL, NULL, 0, NULL, NULL) == 1);
	n = BIO_get_mem_data(bio, &pem);
	for (long i = 0; i < n; i++)
		buf_add(&quoted, pem[i] == '\n' ? STR("\\n") : str_new(pem + i, 1));
	snprintf(service_account, sizeof service_account,
	         "grant: jwt-bearer, service_account: '{\"client_email\":\"r@x.test\",\"private_key\":\"%s\"}'",
	         quoted.p);
	BIO_free(bio);
	EVP_PKEY_free(key);
}

static void check_clock(struct store *store)
{
	char now[40], date[60];
	struct process a;

	make_service_account();
	begin(&a, store, service_account);
	clock_format_rfc5322(clock_now_ms(), now);
	snprintf(date, sizeof date, "Date: %s\r\n", now);
	endpoint.date = date;
	endpoint.refuse_first = true;
	endpoint.answer =
	        "{\"error\":\"invalid_grant\",\"error_description\":\"Token must be in a reasonable timeframe.\"}";
	it_is(HOURS_MS(2));
	expect(source_of(&a), false, "access-2");
	endpoint.date = "";
	end(&a, false);
}

static void wrong_clock_is_made_up_for(void **state)
{
	(void)state;
	test_store_each(check_clock);
}

/* ---------------------------------------------------------------- expiry, keys */

static void note_expiry(void *ctx, const struct authentication_profile *profile, const char *what, const char *user,
                        int64_t expires_at)
{
	buf_printf(ctx, "%s: %s%s %lld\n", profile->id, what, user, (long long)(expires_at / HOURS_MS(24)));
}

static void check_expiry(struct store *store)
{
	struct buf list CLEANUP(buf_done) = BUF_INIT(KIB(1)), want CLEANUP(buf_done) = BUF_INIT(KIB(1));
	struct arena *arena CLEANUP(arena_freep) = arena_new();
	struct db *db CLEANUP(db_closep) = NULL;
	struct token_row *rows = NULL;
	struct process a;
	struct error err;

	begin(&a, store, "grant: refresh-token, refresh_token: r, template: microsoft, secret_expires_at: 2027-01-31");
	endpoint.rotates = true;
	expect(source_of(&a), false, "access-1");
	assert_ok(store_connect(store, &db, &err), &err);
	assert_ok(authentication_profiles_each_expiry(a.setup, db, note_expiry, &list, &err), &err);
	buf_printf(&want, "p: client secret 20849\np: refresh token %lld\n",
	           (long long)(clock_now_ms() / HOURS_MS(24) + 90));
	assert_string_equal(list.p, want.p);
	assert_int_equal(tokens_reseal(db, &plain_sealer, &err), 1);
	assert_ok(setup_delete(db, &plain_sealer, "authentication_profile", "p", "tester", &err), &err);
	assert_int_equal(token_list(db, "p", 1, arena, &rows, &err), 0);
	end(&a, false);
}

static void what_expires_is_known(void **state)
{
	(void)state;
	test_store_each(check_expiry);
}

/* ---------------------------------------------------------------- whom the profile trusts */

/* The CA in a keystore instead of a file; the snapshot that had it is gone when the endpoint is asked. */
static void check_trust(struct store *store)
{
	struct buf ca CLEANUP(buf_done) = BUF_INIT(KIB(64));
	json_t *document CLEANUP(json_decrefp) = NULL;
	struct db *db CLEANUP(db_closep) = NULL;
	struct token_source *source;
	struct process a;
	struct error err;

	begin(&a, store, credentials);
	assert_ok(file_read(certificates_ca_file(certificates), &ca, &err), &err);
	document = json_pack("{s:{s:{s:s}}, s:{s:{s:s, s:s, s:s, s:b, s:s}}}", "keystores", "ca", "content",
	                     buf_cstr(&ca), "authentication_profiles", "p", "grant", "client-credentials",
	                     "token_endpoint", "", "client_id", "me", "allow_private_network", 1, "truststore", "ca");
	json_object_set_new(json_object_get(json_object_get(document, "authentication_profiles"), "p"),
	                    "token_endpoint",
	                    json_sprintf("https://localhost:%d/token", http_server_port(endpoint.server)));
	json_object_set_new(json_object_get(json_object_get(document, "authentication_profiles"), "p"), "client_secret",
	                    json_string("sesame"));
	assert_ok(store_connect(store, &db, &err), &err);
	assert_ok(setup_apply(db, &plain_sealer, document, "tester", false, NULL, &err), &err);
	assert_int_equal(setup_delete(db, &plain_sealer, "keystore", "ca", "tester", &err), E_CONFLICT);
	setup_free(a.setup);
	load(&a);
	source = source_of(&a);
	setup_free(take(a.setup));
	expect(source, false, "access-1");
	end(&a, false);
}

static void a_keystore_may_be_the_profiles_truststore(void **state UNUSED)
{
	test_store_each(check_trust);
}

/* ---------------------------------------------------------------- a process that died while it asked */

static void name_of_a_dead_process(char name[ALIVE_NAME_SIZE])
{
	int pipe_fds[2], status;
	pid_t child;

	assert_int_equal(pipe(pipe_fds), 0);
	child = fork();
	if (child == 0) {
		alive_name(name);
		_exit(write(pipe_fds[1], name, ALIVE_NAME_SIZE) == ALIVE_NAME_SIZE ? 0 : 1);
	}
	assert_int_equal(read(pipe_fds[0], name, ALIVE_NAME_SIZE), ALIVE_NAME_SIZE);
	assert_int_equal(waitpid(child, &status, 0), child);
	close(pipe_fds[0]);
	close(pipe_fds[1]);
}

static void check_dead_lease(struct store *store)
{
	struct db *db CLEANUP(db_closep) = NULL;
	char dead[ALIVE_NAME_SIZE] = "";
	int64_t began = clock_mono_ms(), now = clock_now_ms();
	struct process a;
	struct error err;

	begin(&a, store, credentials);
	name_of_a_dead_process(dead);
	assert_ok(store_connect(store, &db, &err), &err);
	assert_int_equal(token_lease(db, "p", "", dead, now, now + SECONDS_MS(50), &err), 1);
	expect(source_of(&a), false, "access-1");
	assert_true(clock_mono_ms() - began < SECONDS_MS(10));
	end(&a, false);
}

static void a_dead_process_is_not_waited_for(void **state UNUSED)
{
	test_store_each(check_dead_lease);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	        cmocka_unit_test(token_is_kept_until_shortly_before_expiry),
	        cmocka_unit_test(one_asks_for_all_threads_and_processes),
	        cmocka_unit_test(refused_token_isnt_given_again),
	        cmocka_unit_test(changed_profile_has_other_tokens),
	        cmocka_unit_test(rotated_refresh_token_is_the_next),
	        cmocka_unit_test(token_is_stored_before_it_is_used),
	        cmocka_unit_test(passing_fault_costs_nothing),
	        cmocka_unit_test(refusal_is_told_to_all_and_not_asked_for_again),
	        cmocka_unit_test(redirect_of_the_endpoint_is_refused),
	        cmocka_unit_test(consent_is_asked_for_and_used),
	        cmocka_unit_test(wrong_clock_is_made_up_for),
	        cmocka_unit_test(what_expires_is_known),
	        cmocka_unit_test(a_dead_process_is_not_waited_for),
	        cmocka_unit_test(a_keystore_may_be_the_profiles_truststore),
	};
	int failed;

	certificates = certificates_new();
	endpoint.server = http_server_start(certificates_context(certificates, CERTIFICATE_GOOD), answer, NULL);
	failed = cmocka_run_group_tests(tests, NULL, NULL);
	http_server_stop(endpoint.server);
	certificates_free(certificates);
	return failed;
}
