/* Streams: lines and exact reads, deadlines, memory, TLS and its faults, STARTTLS, transcript. */
#include "net/dialogue/dialogue.h"
#include "net/stream.h"

#include "base/clock.h"
#include "base/file.h"
#include "base/mem.h"

#include "base/test.h"

#include <stdio.h>
#include <sys/socket.h>
#include <unistd.h>

#define PATIENCE_MS 20000 /* for what comes at once where nothing else runs */

static struct certificates *certificates;

/* clang-format off */
static const char script[] =
	"== tls: a greeting over TLS, then a line back\n"
	"tls\n"
	"sni: localhost\n"
	"S: hello\n"
	"C: thanks\n"
	"S-bytes: 100000\n"
	"S: end\n"
	"== tls-address: no server name for an address (RFC 6066)\n"
	"tls\n"
	"sni: -\n"
	"S: hello\n"
	"== cut\n"
	"tls\n"
	"S: hello\n"
	"cut\n"
	"== expired\n"
	"tls: expired\n"
	"== other-host\n"
	"tls: other-host\n"
	"== self-signed\n"
	"tls: self-signed\n"
	"== good\n"
	"tls\n"
	"== old: TLS 1.0 only\n"
	"tls: old\n"
	"== plain-text: a server that doesn't speak TLS here\n"
	"S: 220 smtp.example ready for everything you want to say\n"
	"cut\n"
	"== silent\n"
	"silence\n"
	"== starttls\n"
	"C: STARTTLS\n"
	"S: go ahead\n"
	"starttls\n"
	"C: secret\n"
	"S: hello\n"
	"== injected: a command in clear behind the answer\n"
	"C: STARTTLS\n"
	"S-raw: go ahead\\r\\nEVIL\\r\\n\n"
	"== reset\n"
	"C: hello\n"
	"reset\n"
	"== drip: progress, but too slow as a whole\n"
	"S-raw: a\n"
	"silence\n";
/* clang-format on */

static struct dialogue_set *set;

static struct stream_options options_for(const char *host, int port, bool tls)
{
	return (struct stream_options){
	        .host = host,
	        .port = port,
	        .tls = tls,
	        .policy = {.lowest = TLS_1_2, .truststore = certificates_ca_file(certificates)},
	        .connect_timeout_ms = PATIENCE_MS,
	        .io_timeout_ms = PATIENCE_MS,
	};
}

/* ---------------------------------------------------------------- lines and bytes */

static void lines_are_read_with_crlf_or_bare_lf(void **state UNUSED)
{
	struct stream *s CLEANUP(stream_closep) = stream_of_memory(STR("one\r\n\ntwo\rx\nrest"), NULL);
	struct error err, again;
	struct str line;

	assert_int_equal(stream_read_line(s, 100, &line, &err), 1);
	assert_str(line, "one");
	assert_int_equal(stream_read_line(s, 100, &line, &err), 1);
	assert_str(line, "");
	assert_int_equal(stream_read_line(s, 100, &line, &err), 1);
	assert_str(line, "two\rx");
	assert_int_equal(stream_read_line(s, 100, &line, &err), E_CLOSED);
	assert_int_equal(err.retry, RETRY_LATER);
	assert_int_equal(stream_flush(s, &again), E_CLOSED); /* dead: the same error again */
	assert_string_equal(again.text, err.text);
}

static void a_line_is_bounded(void **state UNUSED)
{
	struct stream *fits CLEANUP(stream_closep) = stream_of_memory(STR("12345\r\n"), NULL);
	struct stream *longer CLEANUP(stream_closep) = stream_of_memory(STR("123456\r\n"), NULL);
	struct stream *endless CLEANUP(stream_closep) = stream_of_memory(STR("12345678901234567890"), NULL);
	struct error err;
	struct str line;

	assert_int_equal(stream_read_line(fits, 5, &line, &err), 1);
	assert_int_equal(stream_read_line(longer, 5, &line, &err), E_LIMIT);
	assert_int_equal(stream_read_line(endless, 5, &line, &err), E_LIMIT);
	assert_non_null(strstr(err.text, "more than 5 bytes"));
}

/* Lines and literals of every size around the buffers, in turn. */
static void bytes_arrive_unchanged_across_buffers(void **state UNUSED)
{
	static const size_t sizes[] = {0, 1, 100, 8191, 8192, 32767, 32768, 32769, 100000, 7};
	struct buf input CLEANUP(buf_done) = BUF_INIT(MIB(4));
	char *got CLEANUP(freep) = mem_new(100000, 1);
	struct stream *s CLEANUP(stream_closep) = NULL;
	struct error err;
	struct str line;

	for (size_t i = 0; i < ARRAY_LEN(sizes); i++) {
		buf_printf(&input, "line %zu\r\n", sizes[i]);
		for (size_t k = 0; k < sizes[i]; k++)
			buf_add_char(&input, (char)('a' + (k + i) % 26));
	}
	for (int k = 0; k < 40000; k++) /* longer than the buffer */
		buf_add_char(&input, 'L');
	buf_add_cstr(&input, "\r\n");
	s = stream_of_memory(buf_str(&input), NULL);
	for (size_t i = 0; i < ARRAY_LEN(sizes); i++) {
		char want[32];

		snprintf(want, sizeof want, "line %zu", sizes[i]);
		assert_ok(stream_read_line(s, 100, &line, &err), &err);
		assert_str(line, want);
		assert_ok(stream_read_exactly(s, got, sizes[i], &err), &err);
		for (size_t k = 0; k < sizes[i]; k++)
			assert_int_equal(got[k], 'a' + (k + i) % 26);
	}
	assert_ok(stream_read_line(s, 50000, &line, &err), &err);
	assert_int_equal(line.n, 40000);
	assert_int_equal(stream_bytes_read(s), input.n);
}

static void some_bytes_are_what_is_there(void **state UNUSED)
{
	struct stream *s CLEANUP(stream_closep) = stream_of_memory(STR("abcdef"), NULL);
	struct error err;
	struct str some;

	assert_true(stream_has_input(s));
	assert_int_equal(stream_read_some(s, 4, &some, &err), 1);
	assert_str(some, "abcd");
	assert_int_equal(stream_read_some(s, 100, &some, &err), 1);
	assert_str(some, "ef");
	assert_false(stream_has_input(s));
	assert_int_equal(stream_read_some(s, 100, &some, &err), E_CLOSED);
}

static void writes_are_gathered_and_kept_in_order(void **state UNUSED)
{
	struct buf output CLEANUP(buf_done) = BUF_INIT(MIB(1));
	struct stream *s CLEANUP(stream_closep) = stream_of_memory(STR("x"), &output);
	char *large CLEANUP(freep) = mem_new(20000, 1);
	struct error err;

	memset(large, 'l', 20000);
	assert_ok(stream_printf(s, &err, "a%d", 1), &err);
	assert_int_equal(output.n, 0);
	assert_ok(stream_write_bulk(s, str_new(large, 20000), &err), &err);
	assert_ok(stream_write(s, STR("z"), &err), &err);
	assert_int_equal(output.n, 20002);
	assert_ok(stream_flush(s, &err), &err);
	assert_int_equal(output.n, 20003);
	assert_memory_equal(output.p, "a1l", 3);
	assert_memory_equal(output.p + 20001, "lz", 2);
}

/* ---------------------------------------------------------------- deadlines */

static void a_silent_server_is_left_at_the_io_timeout(void **state UNUSED)
{
	struct player *player;
	struct error err;
	struct str line;
	struct stream *s;
	int fd;

	player = player_pair(dialogue_find(set, "silent"), NULL, &fd);
	s = stream_of_fd(fd, 20);
	stream_step(s, "greeting", 0);
	assert_int_equal(stream_read_line(s, 100, &line, &err), E_TIMEOUT);
	assert_non_null(strstr(err.text, "greeting"));
	assert_int_equal(err.retry, RETRY_LATER);
	stream_close(s);
	player_finish(player);
}

static void a_step_ends_whatever_progress_it_makes(void **state UNUSED)
{
	struct player *player;
	int64_t began;
	struct error err;
	struct str line;
	struct stream *s;
	int fd;

	player = player_pair(dialogue_find(set, "drip"), NULL, &fd);
	s = stream_of_fd(fd, PATIENCE_MS);
	assert_int_equal(stream_wait(s, PATIENCE_MS, &err), 1); /* the server has begun */
	began = clock_mono_ms();
	stream_step(s, "log-in", 30);
	assert_int_equal(stream_read_line(s, 100, &line, &err), E_TIMEOUT);
	assert_true(clock_mono_ms() - began < PATIENCE_MS / 2);
	stream_close(s);
	player_finish(player);
}

/* Bytes that are always there don't keep a step alive. */
static void a_step_that_never_waits_ends_as_well(void **state UNUSED)
{
	char *bytes CLEANUP(freep) = mem_new(MIB(1), 1);
	struct stream *s CLEANUP(stream_closep) = stream_of_memory(str_new(bytes, MIB(1)), NULL);
	int64_t until = clock_mono_ms() + 2;
	struct error err;

	stream_step(s, "greeting", 1);
	while (clock_mono_ms() < until)
		;
	assert_int_equal(stream_read_exactly(s, bytes, 100, &err), E_TIMEOUT);
	assert_non_null(strstr(err.text, "greeting"));
}

static void a_peer_that_takes_nothing_is_left(void **state UNUSED)
{
	char *bytes CLEANUP(freep) = mem_new(MIB(4), 1);
	struct error err;
	struct stream *s;
	int fds[2];

	assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM, 0, fds), 0);
	s = stream_of_fd(fds[0], 20);
	assert_int_equal(stream_write(s, str_new(bytes, MIB(4)), &err), E_TIMEOUT);
	stream_close(s);
	close(fds[1]);
}

static void waiting_ends_without_ending_the_stream(void **state UNUSED)
{
	struct error err;
	struct stream *s;
	struct str some;
	int fds[2];

	assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM, 0, fds), 0);
	s = stream_of_fd(fds[0], PATIENCE_MS);
	assert_int_equal(stream_wait(s, 10, &err), 0);
	assert_false(stream_has_input(s));
	assert_int_equal(write(fds[1], "x", 1), 1);
	assert_int_equal(stream_wait(s, PATIENCE_MS, &err), 1);
	assert_true(stream_has_input(s));
	assert_int_equal(stream_read_some(s, 10, &some, &err), 1);
	close(fds[1]);
	assert_int_equal(stream_wait(s, PATIENCE_MS, &err), E_CLOSED);
	stream_close(s);
}

/* SIGPIPE keeps its default action here: it would end the test program. */
static void a_peer_that_is_gone_raises_no_signal(void **state UNUSED)
{
	struct error err;
	struct stream *s;
	int fds[2];

	assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM, 0, fds), 0);
	close(fds[1]);
	s = stream_of_fd(fds[0], PATIENCE_MS);
	assert_ok(stream_write(s, STR("hello"), &err), &err);
	assert_int_equal(stream_flush(s, &err), E_CLOSED);
	assert_int_equal(err.retry, RETRY_LATER);
	stream_close(s);
}

static void a_reset_is_a_closed_connection(void **state UNUSED)
{
	struct stream_options options = options_for("127.0.0.1", 0, false);
	struct player *player = player_listen(dialogue_find(set, "reset"), NULL, &options.port);
	struct stream *s = NULL;
	struct error err;
	struct str line;

	assert_ok(stream_connect(&options, &s, &err), &err);
	assert_ok(stream_write(s, STR("hello\r\n"), &err), &err);
	assert_int_equal(stream_read_line(s, 100, &line, &err), E_CLOSED);
	assert_non_null(strstr(err.text, "reset"));
	stream_close(s);
	player_finish(player);
}

/* ---------------------------------------------------------------- TLS */

static void tls_carries_lines_and_bulk(void **state UNUSED)
{
	struct stream_options options = options_for("localhost", 0, true);
	struct player *player = player_listen(dialogue_find(set, "tls"), certificates, &options.port);
	char *bulk CLEANUP(freep) = mem_new(100000, 1);
	struct stream *s = NULL;
	struct error err;
	struct str line;

	assert_ok(stream_connect(&options, &s, &err), &err);
	assert_true(stream_is_tls(s));
	assert_memory_equal(stream_security_text(s), "TLSv1.3 TLS_", 12);
	assert_ok(stream_read_line(s, 100, &line, &err), &err);
	assert_str(line, "hello");
	assert_ok(stream_write(s, STR("thanks\r\n"), &err), &err);
	assert_ok(stream_read_exactly(s, bulk, 100000, &err), &err);
	assert_int_equal(bulk[99999], 'a' + 99999 % 26);
	assert_ok(stream_read_line(s, 100, &line, &err), &err);
	assert_str(line, "end");
	stream_close(s);
	player_finish(player);
}

static void an_address_is_verified_and_not_sent_as_name(void **state UNUSED)
{
	struct stream_options options = options_for("127.0.0.1", 0, true);
	struct player *player = player_listen(dialogue_find(set, "tls-address"), certificates, &options.port);
	struct stream *s = NULL;
	struct error err;
	struct str line;

	assert_ok(stream_connect(&options, &s, &err), &err);
	assert_ok(stream_read_line(s, 100, &line, &err), &err);
	stream_close(s);
	player_finish(player);
}

static void tls_without_close_notify_is_a_closed_connection(void **state UNUSED)
{
	struct stream_options options = options_for("localhost", 0, true);
	struct player *player = player_listen(dialogue_find(set, "cut"), certificates, &options.port);
	struct stream *s = NULL;
	struct error err;
	struct str line;

	assert_ok(stream_connect(&options, &s, &err), &err);
	assert_ok(stream_read_line(s, 100, &line, &err), &err);
	assert_int_equal(stream_read_line(s, 100, &line, &err), E_CLOSED);
	stream_close(s);
	player_finish(player);
}

static int fail_to_connect(struct stream_options *options, const char *dialogue, struct error *err)
{
	struct player *player = player_listen(dialogue_find(set, dialogue), certificates, &options->port);
	struct stream *s = NULL;
	char difference[300];
	int rc = stream_connect(options, &s, err);

	assert_true(rc < 0);
	player_finish_text(player, difference, sizeof difference);
	return rc;
}

static void what_is_wrong_with_tls_is_said_in_words(void **state UNUSED)
{
	/* clang-format off */
	static const struct {
		const char *dialogue, *host, *words;
		int code;
		enum retry retry;
		bool no_truststore;
	} cases[] = {
		{"expired", "localhost", "certificate has expired", E_TLS, RETRY_NEVER},
		{"other-host", "localhost", "certificate is for other.example, not localhost", E_TLS, RETRY_NEVER},
		{"other-host", "127.0.0.1", "certificate is for other.example, not 127.0.0.1", E_TLS, RETRY_NEVER},
		{"self-signed", "localhost", "self-signed certificate: name a truststore", E_TLS, RETRY_NEVER},
		{"good", "localhost", "issued by \"Test CA\", which is not trusted", E_TLS, RETRY_NEVER, true},
		{"old", "localhost", "lowest allowed is 1.2", E_TLS, RETRY_NEVER},
		{"plain-text", "localhost", "doesn't speak TLS on this port (wrong version number)", E_TLS, RETRY_LATER},
		{"silent", "localhost", "TLS handshake: no answer", E_TIMEOUT, RETRY_LATER},
	};
	/* clang-format on */

	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		struct stream_options options = options_for(cases[i].host, 0, true);
		struct error err;

		if (cases[i].no_truststore)
			options.policy.truststore = NULL;
		if (cases[i].code == E_TIMEOUT)
			options.connect_timeout_ms = 40;
		/* a machine that stalls may not even be connected in that time */
		while (fail_to_connect(&options, cases[i].dialogue, &err) == E_TIMEOUT &&
		       !strstr(err.text, cases[i].words) && options.connect_timeout_ms < PATIENCE_MS)
			options.connect_timeout_ms *= 5;
		assert_int_equal(err.code, cases[i].code);
		if (!strstr(err.text, cases[i].words))
			assert_string_equal(err.text, cases[i].words);
		assert_int_equal(err.retry, cases[i].retry);
	}
}

static void an_old_server_is_reached_where_the_policy_allows(void **state UNUSED)
{
	struct stream_options options = options_for("localhost", 0, true);
	struct player *player = player_listen(dialogue_find(set, "old"), certificates, &options.port);
	struct stream *s = NULL;
	struct error err;

	options.policy.lowest = TLS_1_0;
	assert_ok(stream_connect(&options, &s, &err), &err);
	assert_memory_equal(stream_security_text(s), "TLSv1 ", 6);
	stream_close(s);
	player_finish(player);
}

static void an_unchecked_certificate_may_be_anything(void **state UNUSED)
{
	struct stream_options options = options_for("localhost", 0, true);
	struct player *player = player_listen(dialogue_find(set, "expired"), certificates, &options.port);
	struct stream *s = NULL;
	struct error err;

	options.policy.skip_verify = true;
	assert_ok(stream_connect(&options, &s, &err), &err);
	stream_close(s);
	player_finish(player);
}

/* Self-signed, or signed by a CA that the file doesn't hold. */
static void a_certificate_is_its_own_truststore(void **state UNUSED)
{
	static const struct {
		const char *dialogue;
		enum certificate_kind kind;
	} cases[] = {{"self-signed", CERTIFICATE_SELF_SIGNED}, {"good", CERTIFICATE_GOOD}};

	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		struct stream_options options = options_for("localhost", 0, true);
		struct player *player =
		        player_listen(dialogue_find(set, cases[i].dialogue), certificates, &options.port);
		struct stream *s = NULL;
		struct error err;

		options.policy.truststore = certificates_cert_file(certificates, cases[i].kind);
		assert_ok(stream_connect(&options, &s, &err), &err);
		stream_close(s);
		player_finish(player);
	}
}

static void a_truststore_that_is_useless_is_one_clear_error(void **state UNUSED)
{
	/* clang-format off */
	static const struct {
		const char *content, *words;
	} cases[] = {
		{NULL, "No such file"},
		{"", "holds no certificate"},
		{"just text", "holds no certificate"},
		{"-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n", "certificate 1 is damaged"},
	};
	/* clang-format on */

	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		char path[200];
		struct tls_policy policy = {.lowest = TLS_1_2, .truststore = path};
		SSL_CTX *ctx = NULL;
		struct error err;

		snprintf(path, sizeof path, "%s/useless.pem", certificates_folder(certificates));
		if (cases[i].content)
			assert_ok(file_write(path, str_of(cases[i].content), 0600, &err), &err);
		assert_true(tls_client_context(&policy, &ctx, &err) < 0);
		assert_null(ctx);
		assert_int_equal(err.retry, RETRY_NEVER);
		assert_non_null(strstr(err.text, path));
		if (!strstr(err.text, cases[i].words))
			assert_string_equal(err.text, cases[i].words);
	}
}

static void contexts_are_shared_until_the_truststore_changes(void **state UNUSED)
{
	char path[200];
	struct tls_policy policy = {.lowest = TLS_1_2, .truststore = path},
	                  stricter = {.lowest = TLS_1_3, .truststore = path};
	struct buf pem CLEANUP(buf_done) = BUF_INIT(KIB(64));
	SSL_CTX *first, *second, *third, *fourth;
	struct error err;

	snprintf(path, sizeof path, "%s/changing.pem", certificates_folder(certificates));
	assert_ok(file_read(certificates_ca_file(certificates), &pem, &err), &err);
	assert_ok(file_write(path, buf_str(&pem), 0600, &err), &err);
	assert_ok(tls_client_context(&policy, &first, &err), &err);
	assert_ok(tls_client_context(&policy, &second, &err), &err);
	assert_ptr_equal(first, second);
	assert_ok(tls_client_context(&stricter, &third, &err), &err);
	assert_ptr_not_equal(first, third);
	buf_add_cstr(&pem, "# more\n");
	assert_ok(file_write(path, buf_str(&pem), 0600, &err), &err);
	assert_ok(tls_client_context(&policy, &fourth, &err), &err);
	assert_ptr_not_equal(first, fourth);
	tls_forget_contexts();
}

/* ---------------------------------------------------------------- STARTTLS and transcript */

static void add_line(void *ctx, const char *text)
{
	buf_add_cstr(ctx, text);
	buf_add_char(ctx, '\n');
}

static struct stream *begin_starttls(const char *name, struct stream_options *options, struct player **ret_player)
{
	struct stream *s = NULL;
	struct error err;
	struct str line;

	*options = options_for("localhost", 0, false);
	*ret_player = player_listen(dialogue_find(set, name), certificates, &options->port);
	assert_ok(stream_connect(options, &s, &err), &err);
	assert_string_equal(stream_security_text(s), "plain");
	assert_ok(stream_write(s, STR("STARTTLS\r\n"), &err), &err);
	assert_ok(stream_read_line(s, 100, &line, &err), &err);
	return s;
}

static void plain_turns_into_tls(void **state UNUSED)
{
	struct buf seen CLEANUP(buf_done) = BUF_INIT(KIB(4));
	struct stream_options options;
	struct player *player;
	struct stream *s = begin_starttls("starttls", &options, &player);
	struct error err;
	struct str line;

	stream_set_transcript(s, add_line, &seen);
	assert_ok(stream_starttls(s, &options, &err), &err);
	assert_true(stream_is_tls(s));
	assert_ok(stream_write_secret(s, STR("secret\r\n"), &err), &err);
	assert_ok(stream_read_line(s, 100, &line, &err), &err);
	assert_string_equal(buf_cstr(&seen), "C: <secret>\nS: hello\n");
	stream_close(s);
	player_finish(player);
}

static void bytes_behind_the_starttls_answer_are_an_attack(void **state UNUSED)
{
	struct stream_options options;
	struct player *player;
	struct stream *s = begin_starttls("injected", &options, &player);
	struct error err;

	assert_int_equal(stream_starttls(s, &options, &err), E_INSECURE);
	assert_int_equal(err.retry, RETRY_NEVER);
	assert_int_equal(stream_write(s, STR("password"), &err), E_INSECURE);
	stream_close(s);
	player_finish(player);
}

static void the_transcript_shows_lines_and_no_secrets(void **state UNUSED)
{
	struct buf seen CLEANUP(buf_done) = BUF_INIT(KIB(4));
	struct stream *s CLEANUP(stream_closep) = stream_of_memory(STR("220 hi\x1b[31m\r\n12345+OK\r\n"), NULL);
	struct error err;
	struct str line;
	char five[5];

	stream_set_transcript(s, add_line, &seen);
	assert_ok(stream_read_line(s, 100, &line, &err), &err);
	assert_ok(stream_write(s, STR("a LOGIN user "), &err), &err);
	assert_ok(stream_write_secret(s, STR("pa\r\nss"), &err), &err);
	assert_ok(stream_write(s, STR("\r\nb NOOP\r\nc APPEND"), &err), &err);
	assert_ok(stream_write_bulk(s, STR("mail text"), &err), &err);
	assert_ok(stream_read_exactly(s, five, 5, &err), &err);
	assert_ok(stream_read_line(s, 100, &line, &err), &err);
	assert_string_equal(buf_cstr(&seen), "S: 220 hi?[31m\nC: a LOGIN user <secret>\nC: b NOOP\nC: c APPEND\n"
	                                     "C: <9 bytes>\nS: <5 bytes>\nS: +OK\n");
}

/* ---------------------------------------------------------------- what an idle connection costs */

static void shrinking_gives_back_the_buffers(void **state UNUSED)
{
	struct stream *s CLEANUP(stream_closep) = stream_of_memory(STR("line\r\nleft"), NULL);
	struct error err;
	struct str line;

	assert_ok(stream_write(s, STR("x"), &err), &err);
	assert_ok(stream_read_line(s, 100, &line, &err), &err);
	stream_shrink(s); /* keeps what is not read yet */
	assert_ok(stream_read_some(s, 100, &line, &err), &err);
	assert_str(line, "left");
	stream_shrink(s);
	assert_int_equal(stream_read_some(s, 100, &line, &err), E_CLOSED);
}

static int setup(void **state UNUSED)
{
	certificates = certificates_new();
	set = dialogue_set_parse("stream_test.c script", script);
	return 0;
}

static int teardown(void **state UNUSED)
{
	tls_forget_contexts();
	dialogue_set_free(set);
	certificates_free(certificates);
	return 0;
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
	        cmocka_unit_test(lines_are_read_with_crlf_or_bare_lf),
	        cmocka_unit_test(a_line_is_bounded),
	        cmocka_unit_test(bytes_arrive_unchanged_across_buffers),
	        cmocka_unit_test(some_bytes_are_what_is_there),
	        cmocka_unit_test(writes_are_gathered_and_kept_in_order),
	        cmocka_unit_test(a_silent_server_is_left_at_the_io_timeout),
	        cmocka_unit_test(a_step_ends_whatever_progress_it_makes),
	        cmocka_unit_test(a_step_that_never_waits_ends_as_well),
	        cmocka_unit_test(a_peer_that_takes_nothing_is_left),
	        cmocka_unit_test(waiting_ends_without_ending_the_stream),
	        cmocka_unit_test(a_peer_that_is_gone_raises_no_signal),
	        cmocka_unit_test(a_reset_is_a_closed_connection),
	        cmocka_unit_test(tls_carries_lines_and_bulk),
	        cmocka_unit_test(an_address_is_verified_and_not_sent_as_name),
	        cmocka_unit_test(tls_without_close_notify_is_a_closed_connection),
	        cmocka_unit_test(what_is_wrong_with_tls_is_said_in_words),
	        cmocka_unit_test(an_old_server_is_reached_where_the_policy_allows),
	        cmocka_unit_test(an_unchecked_certificate_may_be_anything),
	        cmocka_unit_test(a_certificate_is_its_own_truststore),
	        cmocka_unit_test(a_truststore_that_is_useless_is_one_clear_error),
	        cmocka_unit_test(contexts_are_shared_until_the_truststore_changes),
	        cmocka_unit_test(plain_turns_into_tls),
	        cmocka_unit_test(bytes_behind_the_starttls_answer_are_an_attack),
	        cmocka_unit_test(the_transcript_shows_lines_and_no_secrets),
	        cmocka_unit_test(shrinking_gives_back_the_buffers),
	};

	return cmocka_run_group_tests(tests, setup, teardown);
}
