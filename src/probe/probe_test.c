/* Tests of accounts against the servers of probe.dialogues, each a test by its name; what else is found out; and that
 * every cause is documented. */
#include "probe/probe.h"

#include "base/file.h"
#include "base/mem.h"
#include "net/dialogue/dialogue.h"
#include "probe/words.h"
#include "security/tls.h"

#include "base/test.h"

#include <arpa/inet.h>
#include <errno.h>
#include <stdio.h>
#include <sys/socket.h>
#include <unistd.h>

static struct certificates *certificates;
static struct dialogue_set *set;
static const struct sniff_place nowhere[1];

/* What a test saw. */
struct seen {
	struct arena *arena;
	bool sends;
	struct probe_result result;
	bool faulty;
	struct probe_fault fault;
	struct buf steps; /* "look-up ok, connection ok, …" */
	struct buf trace;
};

static void seen_done(struct seen *seen)
{
	arena_free(seen->arena);
	buf_done(&seen->steps);
	buf_done(&seen->trace);
}

static void on_step(void *ctx, const struct probe_step *step)
{
	static const char *const words[] = {"ok", "warning", "failed"};
	struct seen *seen = ctx;

	buf_printf(&seen->steps, "%s %s, ", step->name, words[step->status]);
	assert_true(step->took_us >= 0);
}

static void on_fault(void *ctx, const struct probe_fault *fault)
{
	struct seen *seen = ctx;

	assert_false(seen->faulty);
	seen->faulty = true;
	seen->fault = *fault;
}

static void on_line(void *ctx, const char *line)
{
	struct seen *seen = ctx;

	buf_printf(&seen->trace, "%s\n", line);
}

/* Runs a test of the account "a" of the document, one side. */
static void run(struct seen *seen, json_t *document, struct probe_options options)
{
	struct setup *setup CLEANUP(setup_freep) = NULL;
	struct error err;

	assert_non_null(document);
	assert_ok(setup_imagine(NULL, NULL, document, &setup, &err), &err);
	json_decref(document);
	seen->arena = arena_new();
	buf_init(&seen->steps, KIB(4));
	buf_init(&seen->trace, KIB(64));
	options.setup = setup;
	options.account = setup_account(setup, "a");
	options.step = on_step;
	options.fault = on_fault;
	options.transcript = on_line;
	options.ctx = seen;
	if (seen->sends)
		probe_sender(&options, seen->arena, &seen->result);
	else
		probe_receiver(&options, seen->arena, &seen->result);
	assert_int_equal(seen->result.ok, !seen->faulty);
}

/* ---------------------------------------------------------------- dialogues */

struct notes {
	bool sends, pop3, strict, no_login, ca, is_short;
	const char *security, *user, *folder;
};

static struct notes read_notes(const struct dialogue *dialogue)
{
	struct notes notes = {.security = "none", .user = "anna"};
	const char *note;

	for (size_t i = 0; (note = dialogue_with(dialogue, i)); i++) {
		if (strncmp(note, "security ", 9) == 0)
			notes.security = note + 9;
		else if (strncmp(note, "user ", 5) == 0)
			notes.user = note + 5;
		else if (strncmp(note, "folder ", 7) == 0)
			notes.folder = note + 7;
		notes.sends |= strcmp(note, "smtp") == 0;
		notes.pop3 |= strcmp(note, "pop3") == 0;
		notes.strict |= strcmp(note, "strict") == 0;
		notes.no_login |= strcmp(note, "no login") == 0;
		notes.ca |= strcmp(note, "ca") == 0;
		notes.is_short |= strcmp(note, "short") == 0;
	}
	return notes;
}

/* Where the provider knows the server, the account says the rest. */
static json_t *server_of(const struct notes *notes, int port)
{
	return json_pack("{s:s, s:i, s:s}", "host", "localhost", "port", port, "security", notes->security);
}

static json_t *side_of(const struct notes *notes, int port)
{
	json_t *side = notes->strict ? json_object() : server_of(notes, port);

	json_object_set_new(side, "allow_insecure_login", json_boolean(!notes->strict));
	json_object_set_new(side, "timeout_s", json_integer(notes->is_short ? 1 : 20)); /* silence is waited for */
	json_object_set_new(side, "tls",
	                    json_pack("{s:s}", "truststore", notes->ca ? certificates_ca_file(certificates) : ""));
	if (!notes->no_login) {
		json_object_set_new(side, "user", json_string(notes->user));
		json_object_set_new(side, "password", json_string("secret"));
	}
	if (notes->pop3)
		json_object_set_new(side, "protocol", json_string("pop3"));
	if (notes->sends)
		json_object_set_new(side, "address", json_string("anna@here.example"));
	return side;
}

/* The side under test as a set-up. */
static json_t *document_of(const struct notes *notes, int port)
{
	const char *side = notes->sends ? "send" : "receive";
	json_t *document = json_pack("{s:{s:{s:o}}}", "accounts", "a", side, side_of(notes, port));
	json_t *account = json_object_get(json_object_get(document, "accounts"), "a");

	if (notes->strict) {
		json_object_set_new(account, "provider", json_string("p"));
		json_object_set_new(document, "providers", json_pack("{s:{s:o}}", "p", side, server_of(notes, port)));
	}
	if (!notes->folder)
		return document;
	json_object_set_new(
	        document, "listeners",
	        json_pack("{s:{s:s, s:s, s:s}}", "orders", "account", "a", "folder", notes->folder, "rule", "r"));
	json_object_set_new(document, "rules", json_pack("{s:{s:[{s:s}]}}", "r", "branches", "activity", "discard"));
	return document;
}

static void check_outcome(const struct seen *seen, const char *want, bool *closing)
{
	char have[300];

	if (strncmp(want, "ok ", 3) == 0) {
		snprintf(have, sizeof have, "ok " STR_FMT, STR_ARG(seen->result.closing));
		*closing = true;
	} else if (strncmp(want, "said ", 5) == 0) {
		assert_true(str_find_nocase(seen->fault.diagnosis.said, str_of(want + 5)) >= 0);
		return;
	} else {
		snprintf(have, sizeof have, "%s " STR_FMT,
		         seen->faulty ? cause_text(seen->fault.diagnosis.cause)->id : "no fault",
		         STR_ARG(seen->fault.setting.n ? seen->fault.setting : STR("-")));
	}
	if (strcmp(have, want) != 0)
		print_error("%s%s\n", seen->faulty ? seen->fault.err.text : "", buf_cstr(&seen->trace));
	assert_string_equal(have, want);
}

static void play(void **state)
{
	const struct dialogue *dialogue = *state;
	struct notes notes = read_notes(dialogue);
	struct seen seen CLEANUP(seen_done) = {.sends = notes.sends};
	struct probe_options options = {.no_advice = true};
	bool closing = false;
	const char *want;
	char difference[500];
	int port;
	struct player *player = player_listen(dialogue, certificates, &port);

	run(&seen, document_of(&notes, port), options);
	player_finish_text(player, difference, sizeof difference);
	for (size_t i = 0; (want = dialogue_outcome(dialogue, i)); i++)
		check_outcome(&seen, want, &closing);
	assert_string_equal(difference, "");
	assert_true(closing == !seen.faulty);
	/* what was used to log in is in no transcript */
	assert_null(strstr(buf_cstr(&seen.trace), "secret\n"));
	assert_null(strstr(buf_cstr(&seen.trace), "\"secret\""));
	assert_null(strstr(buf_cstr(&seen.trace), "c2VjcmV0"));
	if (seen.faulty) {
		assert_null(strstr(seen.fault.err.text, "c2VjcmV0"));
		assert_null(strstr(seen.fault.err.text, "\"secret\""));
	}
}

/* ---------------------------------------------------------------- without a server */

/* Bound as long as the process lives, so that nobody else gets it. */
static int closed_port(void)
{
	struct sockaddr_in sa = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
	socklen_t len = sizeof sa;
	int fd = socket(AF_INET, SOCK_STREAM, 0);

	assert_true(bind(fd, (struct sockaddr *)&sa, sizeof sa) == 0 &&
	            getsockname(fd, (struct sockaddr *)&sa, &len) == 0);
	return ntohs(sa.sin_port);
}

static void closed_port_is_refused_and_the_open_one_is_found(void **state UNUSED)
{
	struct dialogue_set *other CLEANUP(dialogue_set_freep) = dialogue_set_parse(
	        "other", "== imap: the right port\nS: * OK [CAPABILITY IMAP4rev1 STARTTLS] hello\nC: a CAPABILITY\n"
	                 "S: * CAPABILITY IMAP4rev1 STARTTLS\nS: a OK done\nC: c LOGOUT\n");
	struct notes notes = {.security = "tls", .user = "anna"};
	struct seen seen CLEANUP(seen_done) = {0};
	struct sniff_place place = {.host = "localhost"};
	struct player *player = player_listen(dialogue_at(other, 0), NULL, &place.port);
	struct probe_options options = {.places = &place, .place_count = 1, .look_timeout_ms = 20000};
	char want[100];

	run(&seen, document_of(&notes, closed_port()), options);
	player_finish(player);
	assert_int_equal(seen.fault.diagnosis.cause, CAUSE_CONNECTION_REFUSED);
	assert_str(seen.fault.setting, "accounts/a/receive/port");
	assert_int_equal(seen.fault.diagnosis.hint_count, 1);
	snprintf(want, sizeof want, "This would work: port %d with security starttls (IMAP).", place.port);
	assert_str(seen.fault.diagnosis.hints[0], want);
	assert_string_equal(buf_cstr(&seen.steps), "look-up ok, connection failed, ");
}

/* A queue of one that nobody empties: the kernel drops further attempts, as a firewall does. */
static void filtered_port_gives_no_answer(void **state UNUSED)
{
	struct sockaddr_in sa = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
	socklen_t len = sizeof sa;
	struct notes notes = {.security = "tls", .user = "anna", .sends = true, .is_short = true};
	struct seen seen CLEANUP(seen_done) = {.sends = true};
	struct probe_options options = {.places = nowhere, .look_timeout_ms = 50};
	int server = socket(AF_INET, SOCK_STREAM, 0), fill[4];
	json_t *document;

	assert_true(bind(server, (struct sockaddr *)&sa, sizeof sa) == 0 && listen(server, 0) == 0 &&
	            getsockname(server, (struct sockaddr *)&sa, &len) == 0);
	for (size_t i = 0; i < ARRAY_LEN(fill); i++) {
		fill[i] = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0);
		assert_true(connect(fill[i], (struct sockaddr *)&sa, sizeof sa) == 0 || errno == EINPROGRESS);
	}
	document = document_of(&notes, ntohs(sa.sin_port));
	json_object_set_new(json_object_get(json_object_get(json_object_get(document, "accounts"), "a"), "send"),
	                    "host", json_string("127.0.0.1"));
	run(&seen, document, options);
	assert_int_equal(seen.fault.diagnosis.cause, CAUSE_NO_ANSWER);
	for (size_t i = 0; i < ARRAY_LEN(fill); i++)
		close(fill[i]);
	close(server);
}

static void incomplete_account_is_told_before_anything(void **state UNUSED)
{
	struct seen seen CLEANUP(seen_done) = {0};
	struct probe_options options = {.no_advice = true};

	run(&seen, json_pack("{s:{s:{s:{s:s}}}}", "accounts", "a", "receive", "host", "localhost"), options);
	assert_int_equal(seen.fault.diagnosis.cause, CAUSE_SETTING_MISSING);
	assert_string_equal(buf_cstr(&seen.steps), "settings failed, ");
}

static void missing_truststore_is_named(void **state UNUSED)
{
	struct seen seen CLEANUP(seen_done) = {0};
	struct probe_options options = {.no_advice = true};
	struct dialogue_set *quiet CLEANUP(dialogue_set_freep) =
	        dialogue_set_parse("quiet", "== quiet: waits\nsilence\n");
	int port;
	struct player *player = player_listen(dialogue_at(quiet, 0), NULL, &port);

	run(&seen,
	    json_pack("{s:{s:{s:{s:s, s:i, s:s, s:s, s:{s:s}}}}}", "accounts", "a", "receive", "host", "localhost",
	              "port", port, "user", "anna", "password", "secret", "tls", "truststore", "/nowhere/ca.pem"),
	    options);
	player_finish(player);
	assert_int_equal(seen.fault.diagnosis.cause, CAUSE_TRUSTSTORE);
	assert_str(seen.fault.setting, "accounts/a/receive/tls/truststore");
}

/* ---------------------------------------------------------------- advice */

static struct failure failure_at(enum probe_phase phase, int code, const char *text)
{
	struct failure f = {.protocol = SPEAKS_IMAP, .host = "", .user = "anna", .address = "", .phase = phase};

	f.err.code = code;
	snprintf(f.err.text, sizeof f.err.text, "%s", text);
	return f;
}

static void misspelt_name_is_recognised(void **state UNUSED)
{
	static const char *const hosts[] = {"imap.gmail.com", "imap.gmx.net"};
	struct arena *arena CLEANUP(arena_freep) = arena_new();
	struct failure f =
	        failure_at(PHASE_LOOK_UP, E_CONNECT, "host imap.gmial.com: no such name (is it spelled right?)");
	struct diagnosis d;

	f.host = "imap.gmial.com";
	f.hosts = hosts;
	f.host_count = 2;
	d = diagnose(&f, arena);
	assert_int_equal(d.cause, CAUSE_NAME_NOT_FOUND);
	assert_str(d.hints[0], "Is imap.gmail.com meant?");
}

static void look_up_failures_are_told_apart(void **state UNUSED)
{
	struct failure f = failure_at(PHASE_LOOK_UP, E_CONNECT, "host x: the name exists, but it has no address");

	assert_int_equal(diagnose_cause(&f), CAUSE_NO_ADDRESS);
	f = failure_at(PHASE_LOOK_UP, E_CONNECT, "host x: the name server doesn't answer");
	assert_int_equal(diagnose_cause(&f), CAUSE_DNS_FAILURE);
	f = failure_at(PHASE_LOOK_UP, E_TIMEOUT, "host x: the name look-up took too long");
	assert_int_equal(diagnose_cause(&f), CAUSE_DNS_FAILURE);
	f = failure_at(PHASE_CONNECTION, E_CONNECT, "Network is unreachable");
	f.errnum = ENETUNREACH;
	assert_int_equal(diagnose_cause(&f), CAUSE_NO_ROUTE);
}

static void similar_folders_are_named(void **state UNUSED)
{
	static const struct {
		const char *wanted, *hint;
	} cases[] = {
	        {"orders", "Is one of these meant? INBOX/Orders, Ordres"},
	        {"Kunden", "The mailbox has: INBOX, INBOX/Orders, Ordres, Sent"},
	};
	struct str folders[] = {STR("INBOX"), STR("INBOX/Orders"), STR("Ordres"), STR("Sent")};
	struct arena *arena CLEANUP(arena_freep) = arena_new();

	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		struct failure f = failure_at(PHASE_FOLDER, E_NOT_FOUND, "no");
		struct diagnosis d;

		f.host = "localhost";
		f.folder = cases[i].wanted;
		f.folders = folders;
		f.folder_count = ARRAY_LEN(folders);
		d = diagnose(&f, arena);
		assert_int_equal(d.cause, CAUSE_FOLDER_MISSING);
		assert_str(d.hints[0], cases[i].hint);
	}
}

static void tokens_have_causes_of_their_own(void **state UNUSED)
{
	struct failure f = failure_at(PHASE_LOGIN, E_AUTH, "login: refused");

	f.by_token = true;
	assert_int_equal(diagnose_cause(&f), CAUSE_NO_TOKEN);
	f = failure_at(PHASE_LOGIN, E_CONNECT, "a: authentication profile p: token endpoint: h port 7: no connection");
	f.by_token = true;
	assert_int_equal(diagnose_cause(&f), CAUSE_TOKEN_ENDPOINT);
	f.phase = PHASE_LOOK_UP; /* of Graph, whose requests tell of no phase */
	assert_int_equal(diagnose_cause(&f), CAUSE_TOKEN_ENDPOINT);
	f.err.code = E_AUTH;
	assert_int_equal(diagnose_cause(&f), CAUSE_NO_TOKEN);
	f = failure_at(PHASE_LOGIN, E_AUTH, "login: refused");
	f.by_token = true;
	f.said = STR("H1 NO refused");
	assert_int_equal(diagnose_cause(&f), CAUSE_TOKEN_REFUSED);
	f.said = STR("+ eyJzdGF0dXMiOiI0MDAiLCJzY2hlbWVzIjoiQmVhcmVyIn0= H1 NO AUTHENTICATE failed.");
	assert_int_equal(diagnose_cause(&f), CAUSE_TOKEN_REFUSED);
	f.said = STR("NO {\"status\":\"invalid_token\",\"scope\":\"insufficient_scope\"}");
	assert_int_equal(diagnose_cause(&f), CAUSE_TOKEN_SCOPE);
}

static void impossible_wish_for_mail_is_named(void **state UNUSED)
{
	struct failure f = failure_at(PHASE_LOOK_UP, E_UNSUPPORTED, "POP3 can't mark mail as seen or move it");

	f.err.scope = SCOPE_FOLDER;
	assert_int_equal(diagnose_cause(&f), CAUSE_AFTER_IMPOSSIBLE);
}

static void greetings_are_told_apart(void **state UNUSED)
{
	static const struct {
		const char *line;
		enum sniff_speaks speaks;
	} cases[] = {
	        {"* OK ready", SPEAKS_IMAP},       {"+OK ready", SPEAKS_POP3},    {"220 mx ESMTP", SPEAKS_SMTP},
	        {"220 ProFTPD ready", SPEAKS_FTP}, {"SSH-2.0-x", SPEAKS_SSH},     {"HTTP/1.1 400 no", SPEAKS_HTTP},
	        {"\x15\x03\x03\x02", SPEAKS_TLS},  {"RFB 003.008", SPEAKS_OTHER}, {"", SPEAKS_NOTHING},
	        {"554 no service", SPEAKS_SMTP},
	};

	for (size_t i = 0; i < ARRAY_LEN(cases); i++)
		assert_int_equal(sniff_greeting(str_of(cases[i].line)), cases[i].speaks);
}

static void provider_is_known_by_its_domain_alone(void **state UNUSED)
{
	assert_non_null(words_provider(STR("imap.gmail.com"), STR("")));
	assert_non_null(words_provider(STR("localhost"), STR("anna@icloud.com")));
	assert_null(words_provider(STR("imap.notgmail.com"), STR("anna@here.example")));
}

/* ---------------------------------------------------------------- documents */

static void every_cause_is_documented(void **state UNUSED)
{
	struct buf text CLEANUP(buf_done) = BUF_INIT(MIB(1));
	struct error err;
	char heading[100];

	assert_ok(file_read(CAUSES_DOCUMENT, &text, &err), &err);
	for (int i = 0; i < CAUSE_COUNT; i++) {
		snprintf(heading, sizeof heading, "| `%s` |", cause_text((enum cause)i)->id);
		if (str_find(buf_str(&text), str_of(heading)) < 0)
			print_error("docs/connectivity.md doesn't explain %s\n", heading);
		assert_true(str_find(buf_str(&text), str_of(heading)) >= 0);
		for (int k = 0; k < i; k++)
			assert_string_not_equal(cause_text((enum cause)i)->id, cause_text((enum cause)k)->id);
	}
}

int main(void)
{
	static const struct CMUnitTest others[] = {
	        cmocka_unit_test(closed_port_is_refused_and_the_open_one_is_found),
	        cmocka_unit_test(filtered_port_gives_no_answer),
	        cmocka_unit_test(incomplete_account_is_told_before_anything),
	        cmocka_unit_test(missing_truststore_is_named),
	        cmocka_unit_test(misspelt_name_is_recognised),
	        cmocka_unit_test(look_up_failures_are_told_apart),
	        cmocka_unit_test(similar_folders_are_named),
	        cmocka_unit_test(tokens_have_causes_of_their_own),
	        cmocka_unit_test(impossible_wish_for_mail_is_named),
	        cmocka_unit_test(greetings_are_told_apart),
	        cmocka_unit_test(provider_is_known_by_its_domain_alone),
	        cmocka_unit_test(every_cause_is_documented),
	};
	struct CMUnitTest *tests;
	int failed;

	certificates = certificates_new();
	set = dialogue_set_load(DIALOGUES);
	tests = mem_new(dialogue_count(set), sizeof *tests);
	for (size_t i = 0; i < dialogue_count(set); i++)
		tests[i] = (struct CMUnitTest){
		        .name = dialogue_name(dialogue_at(set, i)),
		        .test_func = play,
		        .initial_state = (void *)(uintptr_t)dialogue_at(set, i),
		};
	failed = _cmocka_run_group_tests("dialogues", tests, dialogue_count(set), NULL, NULL);
	failed += cmocka_run_group_tests_name("probe", others, NULL, NULL);
	free(tests);
	dialogue_set_free(set);
	certificates_free(certificates);
	tls_forget_contexts();
	return failed;
}
