/* Is an account right? Its test, of what is stored or of what a form holds, streamed step by step; and finding the
 * servers of an address. Both reach out into the network, and run on threads of their own (slow.h). */
#include "api/record_kinds.h"
#include "api/routes.h"
#include "api/slow.h"
#include "auth/detect.h"
#include "auth/detect_fetch.h"
#include "base/clock.h"
#include "base/mem.h"
#include "base/random.h"
#include "mime/message.h"
#include "probe/probe_json.h"
#include "setup/catalogue.h"

#include <arpa/inet.h>
#include <stdlib.h>

#define NDJSON    "application/x-ndjson"
#define DETECT_MS SECONDS_MS(14)

/* ---------------------------------------------------------------- what is asked for */

enum test_side { TEST_BOTH, TEST_SENDER, TEST_RECEIVER };

static const char *const side_words[] = {"both", "sender", "receiver", NULL};

struct test_order {
	int side;
	const char *send_to;
	bool trace;
	json_t *account; /* of one that isn't stored */
};

/* clang-format off */
#define ORDER_FIELDS                                                                                                              \
	FIELD_ENUM(struct test_order, side, side_words, "Side", .help = "both, as far as they are set up"),                       \
	FIELD_TEXT(struct test_order, send_to, "Send to", .max = 320, .example = "anna@example.com", .help = "Really send a mail to this address; empty: none"), \
	FIELD_BOOL(struct test_order, trace, "Trace", .help = "Tell what client and server say, secrets blanked")

static const struct field order_fields[] = {ORDER_FIELDS};
static const struct field unsaved_fields[] = {
	ORDER_FIELDS,
	FIELD_JSON(struct test_order, account, "Account", .required = true,
	           .help = "As for PUT /api/v1/accounts/{id}; a masked secret is the one that is stored"),
};
/* clang-format on */

static int check_order(const void *record, struct error *err)
{
	struct arena *arena CLEANUP(arena_freep) = arena_new();
	const struct test_order *order = record;
	struct address_list list = address_list_parse(arena, str_of(order->send_to));

	if (*order->send_to && (list.count != 1 || !str_eq(list.items[0].address, str_of(order->send_to)) ||
	                        str_find_char(str_of(order->send_to), '@') < 1))
		return fail(err, E_INVALID, RETRY_NEVER, "send_to: is not an address (name@domain)");
	if (*order->send_to && order->side == TEST_RECEIVER)
		return fail(err, E_INVALID, RETRY_NEVER, "send_to: is about the sender");
	return 0;
}

static const struct record_type order_type = RECORD_TYPE("account_test", "account_tests", struct test_order,
                                                         order_fields, "Test of an account", .check = check_order);
static const struct record_type unsaved_type =
        RECORD_TYPE("unsaved_account_test", "unsaved_account_tests", struct test_order, unsaved_fields,
                    "Test of an account", .check = check_order);

/* ---------------------------------------------------------------- the run */

struct test_job {
	struct store *store;
	struct setup *setup; /* owned */
	const struct account *account;
	int side;
	char *send_to; /* owned; NULL: none */
	bool trace;
	struct slow *slow;
};

static void free_test(void *ctx)
{
	struct test_job *job = ctx;

	setup_free(job->setup);
	free(job->send_to);
	free(job);
}

static void tell_step(void *ctx, const struct probe_step *step)
{
	const struct test_job *job = ctx;

	slow_line(job->slow, probe_step_json(job->account->id, step));
}

static void tell_fault(void *ctx, const struct probe_fault *fault)
{
	const struct test_job *job = ctx;

	slow_line(job->slow, probe_fault_json(job->account->id, fault));
}

static void tell_trace(void *ctx, const char *line)
{
	const struct test_job *job = ctx;

	slow_line(job->slow, probe_trace_json(job->account->id, line));
}

static void test_side(struct test_job *job, bool sends)
{
	struct arena *arena CLEANUP(arena_freep) = arena_new();
	struct probe_result result;
	const struct probe_options options = {
	        .store = job->store,
	        .setup = job->setup,
	        .account = job->account,
	        .send_to = sends ? job->send_to : NULL,
	        .step = tell_step,
	        .fault = tell_fault,
	        .transcript = job->trace ? tell_trace : NULL,
	        .ctx = job,
	};

	if (sends)
		probe_sender(&options, arena, &result);
	else
		probe_receiver(&options, arena, &result);
	slow_line(job->slow, probe_result_json(job->account->id, sends, &result));
}

static bool tests_sender(const struct test_job *job)
{
	return job->side == TEST_SENDER || (job->side == TEST_BOTH && probe_has_sender(job->account));
}

static bool tests_receiver(const struct test_job *job)
{
	return job->side == TEST_RECEIVER ||
	       (job->side == TEST_BOTH && !job->send_to && probe_has_receiver(job->setup, job->account));
}

static void run_test(struct slow *slow, void *ctx)
{
	struct test_job *job = ctx;

	job->slow = slow;
	if (tests_sender(job))
		test_side(job, true);
	if (tests_receiver(job) && slow_is_wanted(slow))
		test_side(job, false);
}

/* ---------------------------------------------------------------- who may */

static bool is_mail_port(int64_t port)
{
	static const int64_t ports[] = {110, 143, 465, 587, 993, 995};

	for (size_t i = 0; i < ARRAY_LEN(ports); i++)
		if (ports[i] == port)
			return true;
	return false;
}

struct host_search {
	const char *host;
	int64_t port;
	bool found;
};

static bool has_host(void *ctx, const struct provider *p, bool is_own UNUSED)
{
	struct host_search *search = ctx;
	const struct {
		const char *host;
		int64_t port;
	} servers[] = {{p->receive.host, p->receive.port}, {p->pop3.host, p->pop3.port}, {p->send.host, p->send.port}};

	for (size_t i = 0; i < ARRAY_LEN(servers) && !search->found; i++)
		search->found = *servers[i].host && str_eq_nocase(str_of(servers[i].host), str_of(search->host)) &&
		                (!search->port || search->port == servers[i].port || is_mail_port(search->port));
	return search->found;
}

static bool is_ip(const char *host)
{
	struct in6_addr ignored;

	return inet_pton(AF_INET, host, &ignored) == 1 || inet_pton(AF_INET6, host, &ignored) == 1;
}

/* An address instead of a name is mostly one inside, as that of a program beside the mailbox's owner. */
static bool is_known_host(const struct setup *setup, const char *host, int64_t port)
{
	struct host_search search = {.host = host, .port = port};

	if (is_ip(host))
		return false;
	providers_each(setup, has_host, &search);
	return search.found;
}

static int check_host(const struct setup *setup, const char *side, const char *host, int64_t port, struct error *err)
{
	if (!*host || is_known_host(setup, host, port))
		return 0;
	return fail(
	        err, E_REFUSED, RETRY_NEVER,
	        "%s/host: %.100s is no server of a known provider; it takes the right accounts.manage to try others",
	        side, host);
}

/* As it is stored, or none. */
static bool is_kept(const char *now, const char *stored)
{
	return !*now || (stored && strcmp(now, stored) == 0);
}

/* Tokens and keys of others are not to be tried. */
static int check_kept(const struct account *now, const struct account *was, struct error *err)
{
	if (is_kept(now->send.profile, was ? was->send.profile : NULL) &&
	    is_kept(now->receive.profile, was ? was->receive.profile : NULL) &&
	    is_kept(now->send.smime.keystore, was ? was->send.smime.keystore : NULL) &&
	    is_kept(now->send.dkim.keystore, was ? was->send.dkim.keystore : NULL) &&
	    is_kept(now->receive.smime.keystore, was ? was->receive.smime.keystore : NULL) &&
	    is_kept(now->receive.smime.truststore, was ? was->receive.smime.truststore : NULL))
		return 0;
	return fail(err, E_REFUSED, RETRY_NEVER,
	            "profile: others than the stored one, and other keystores, take the right accounts.manage");
}

/* Whoever sets up mailboxes of their own alone must not learn through us what there is in our network. */
static int check_known(const struct setup *setup, const struct account *account, const struct account *stored,
                       struct error *err)
{
	const struct provider *p = setup_provider(setup, account->provider);

	if (check_kept(account, stored, err) < 0)
		return err->code;
	if (account->receive.protocol == RECEIVE_MAILDIR)
		return fail(err, E_REFUSED, RETRY_NEVER,
		            "receive/protocol: a folder of this machine takes the right accounts.manage");
	if (*account->send.tls.truststore || *account->receive.tls.truststore)
		return fail(err, E_REFUSED, RETRY_NEVER, "tls/truststore: takes the right accounts.manage");
	if (p && (is_ip(p->receive.host) || is_ip(p->pop3.host) || is_ip(p->send.host)))
		return fail(err, E_REFUSED, RETRY_NEVER,
		            "provider: %s is reached within the network: that takes the right "
		            "accounts.manage",
		            p->id);
	if (check_host(setup, "send", account->send.host, account->send.port, err) < 0)
		return err->code;
	return check_host(setup, "receive", account->receive.host, account->receive.port, err);
}

static int check_may(const struct request *request, const struct setup *setup, const struct account *account,
                     bool is_stored, struct error *err)
{
	const struct caller *caller = &request->caller;
	bool manages = caller_may(caller, RIGHT_ACCOUNTS_MANAGE);
	const struct account *stored = setup_account(request->setup, account->id);
	const char *what = arena_printf(request->arena, "account \"%s\"", account->id).p;

	if (!manages && !caller_may(caller, RIGHT_MAILBOXES_OWN))
		return fail(err, E_REFUSED, RETRY_NEVER, "%s may not test accounts: it takes the right %s",
		            caller->author, right_name(RIGHT_ACCOUNTS_MANAGE));
	if (is_stored && caller_check_on(caller, account->id, ACCOUNT_MANAGE, what, err) < 0)
		return err->code;
	return manages ? record_check_references(request, request->setup, &account_type, stored, account, err)
	               : check_known(setup, account, stored, err);
}

/* ---------------------------------------------------------------- an account's test */

static int start_test(struct request *request, struct answer *answer, const struct test_order *order,
                      struct setup *setup, const char *id, struct error *err)
{
	struct test_job *job = mem_new(1, sizeof *job);

	*job = (struct test_job){.store = request->store,
	                         .setup = setup,
	                         .account = setup_account(setup, id),
	                         .side = order->side,
	                         .trace = order->trace};
	job->send_to = *order->send_to ? mem_strdup(order->send_to) : NULL;
	if (!tests_sender(job) && !tests_receiver(job)) {
		free_test(job);
		return fail(err, E_INVALID, RETRY_NEVER,
		            "accounts/%s: neither sends nor receives: there is nothing to test", id);
	}
	return slow_answer(answer, NDJSON, run_test, free_test, job, err);
}

/* Who may is looked up in the request's set-up, what is tested in one of its own: they are to be the same. */
static int check_same(const struct request *request, const struct setup *setup, struct error *err)
{
	if (setup_loaded_revision(setup) == setup_loaded_revision(request->setup))
		return 0;
	return fail(err, E_CONFLICT, RETRY_NOW, "the set-up was changed at this moment: try again");
}

static int test_stored(struct request *request, struct answer *answer, struct error *err)
{
	const char *id = arena_cstr(request->arena, str_slice(request->parameters[0], 0, 100));
	struct setup *setup CLEANUP(setup_freep) = NULL;
	void *order;
	int r = request_record(request, &order, err);

	if (r == 0)
		r = setup_load(request->db, request->sealer, &setup, err);
	if (r == 0)
		r = check_same(request, setup, err);
	if (r < 0)
		return r;
	if (!setup_account(setup, id))
		return fail(err, E_NOT_FOUND, RETRY_NEVER, "there is no account \"%.64s\"", id);
	r = check_may(request, setup, setup_account(setup, id), true, err);
	return r < 0 ? r : start_test(request, answer, order, take(setup), id, err);
}

/* Without an id it gets one that nobody has. */
static const char *name_unsaved(struct request *request, json_t *account)
{
	const char *id = json_string_value(json_object_get(account, "id"));
	char random[RANDOM_TOKEN_LEN + 1];

	if (id && *id)
		return id;
	random_token(random);
	id = arena_printf(request->arena, "new-%.8s", random).p;
	json_object_set_new(account, "id", json_string(id));
	return id;
}

/* A form: nothing of it is stored. */
static int test_unsaved(struct request *request, struct answer *answer, struct error *err)
{
	struct setup *setup CLEANUP(setup_freep) = NULL;
	json_t *document CLEANUP(json_decrefp) = NULL;
	struct test_order *order;
	const char *id;
	void *record;
	int r = request_record(request, &record, err);

	if (r < 0)
		return r;
	order = record;
	id = name_unsaved(request, order->account);
	if (!json_is_object(order->account) || record_id_check(str_of(id)))
		r = fail(err, E_INVALID, RETRY_NEVER, "account: is not an object with an id");
	/* The stored password of another's account must not be of use. */
	if (r == 0 && setup_account(request->setup, id))
		r = check_may(request, request->setup, setup_account(request->setup, id), true, err);
	if (r == 0)
		r = record_check_one_unsealed(request->arena, &account_type, id, order->account, err);
	document = json_pack("{s:{s:O}}", account_type.plural, id, order->account);
	record_done(&unsaved_type, record);
	if (r == 0)
		r = setup_imagine(request->db, request->sealer, document, &setup, err);
	if (r >= 0)
		r = check_same(request, setup, err);
	if (r >= 0)
		r = check_may(request, setup, setup_account(setup, id), setup_account(request->setup, id) != NULL, err);
	return r < 0 ? r : start_test(request, answer, order, take(setup), id, err);
}

/* ---------------------------------------------------------------- detection */

struct detect_order {
	const char *address;
};

/* clang-format off */
static const struct field detect_fields[] = {
	FIELD_TEXT(struct detect_order, address, "Address", .required = true, .max = 320, .example = "anna@example.com"),
};
/* clang-format on */

static const struct record_type detect_type =
        RECORD_TYPE("detection_order", "detection_orders", struct detect_order, detect_fields, "Address to look up");

struct detect_job {
	struct setup *setup;
	char *address;
};

static void free_detect(void *ctx)
{
	struct detect_job *job = ctx;

	setup_free(job->setup);
	free(job->address);
	free(job);
}

/* The document asks for the password in the environment, which is for who applies a file. */
static void leave_passwords_open(json_t *document)
{
	const char *id, *side;
	json_t *account, *section;

	json_object_foreach (json_object_get(document, account_type.plural), id, account)
		json_object_foreach (account, side, section)
			if (json_is_object(section))
				json_object_del(section, "password");
}

static void run_detect(struct slow *slow, void *ctx)
{
	const struct detect_job *job = ctx;
	struct arena *arena CLEANUP(arena_freep) = arena_new();
	struct detect_fetch how = {.truststore = NULL};
	const struct detect_options options = {.address = job->address,
	                                       .setup = job->setup,
	                                       .dns = dns_of_process(),
	                                       .deadline_ms = clock_mono_ms() + DETECT_MS,
	                                       .fetch = detect_fetch,
	                                       .fetch_ctx = &how};
	json_t *document CLEANUP(json_decrefp) = NULL;
	struct detection found = {.address = job->address};
	struct error err;

	if (detect(&options, arena, &found, &err) < 0) {
		found.todo[0] = arena_str(arena, str_of(err.text));
		found.todo_count = 1;
	}
	document = detect_document(&found);
	leave_passwords_open(document);
	slow_line(slow, detect_json(&found, document));
}

static int detect_address(struct request *request, struct answer *answer, struct error *err)
{
	struct detect_job *job;
	struct detect_order *order;
	struct address_list list;
	void *record;

	if (request_record(request, &record, err) < 0)
		return err->code;
	order = record;
	list = address_list_parse(request->arena, str_of(order->address));
	if (list.count != 1 || !str_eq(list.items[0].address, str_of(order->address)) || !strchr(order->address, '@'))
		return fail(err, E_INVALID, RETRY_NEVER, "address: is not an address (name@domain)");
	job = mem_new(1, sizeof *job);
	job->address = mem_strdup(order->address);
	if (setup_load(request->db, request->sealer, &job->setup, err) < 0) {
		free_detect(job);
		return err->code;
	}
	return slow_answer(answer, "application/json", run_detect, free_detect, job, err);
}

/* ---------------------------------------------------------------- routes */

#define TELLS                                                                                                    \
	"A line is a step as it ends (step, status, text, details, ms), what is wrong where one failed (cause, " \
	"title, said, setting, cure, hints), a line of the trace, or a side's result (ok, result). "

const struct route account_test_routes[] = {
        {.method = API_POST,
         .path = "/api/v1/accounts/{id}/test",
         .id = "testAccount",
         .tag = "Accounts",
         .summary = "Try an account's connections, step by step",
         .description = TELLS "For holders of accounts.manage, and for the owners of mailboxes.",
         .right = RIGHT_SIGNED,
         .body = &order_type,
         .answer_type = NDJSON,
         .handle = test_stored},
        {.method = API_POST,
         .path = "/api/v1/accounts/test",
         .id = "testUnsavedAccount",
         .tag = "Accounts",
         .summary = "Try an account that isn't stored, step by step",
         .description = TELLS "Without accounts.manage only towards the servers of known providers.",
         .right = RIGHT_SIGNED,
         .body = &unsaved_type,
         .answer_type = NDJSON,
         .handle = test_unsaved},
        {.method = API_POST,
         .path = "/api/v1/detect",
         .id = "detectServers",
         .tag = "Accounts",
         .summary = "Find the servers of an address, and the set-up for it",
         .right = RIGHT_ACCOUNTS_MANAGE,
         .body = &detect_type,
         .answer_type = "application/json",
         .handle = detect_address},
        {0},
};
