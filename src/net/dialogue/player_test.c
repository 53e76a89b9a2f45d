/* The dialogue engine: a kept dialogue passes, every kind of difference is found. */
#include "net/dialogue/dialogue.h"
#include "net/stream.h"

#include "base/mem.h"

#include "base/test.h"

static const char script[] = "# comment\n"
                             "== greets: all kinds of steps\n"
                             "with: this\n"
                             "with: that\n"
                             "outcome: ok\n"
                             "S: hello\n"
                             "C: <tag> LOGIN <*> x\n"
                             "  S: <tag> OK\n"
                             "C: <tagB> A\n"
                             "C: <tag> B\n"
                             "S: <tagB> <tag>\n"
                             "S-raw: two\\r\\nlines\\x21\\r\\n\n"
                             "C-bytes: 3\n"
                             "C-raw: x\\r\\n.\n"
                             "C-until: .\n"
                             "S-bytes: 5\n"
                             "S-mail: 100\n"
                             "\n"
                             "== short: one line\n"
                             "C: one\n"
                             "== cut\n"
                             "S: last\n"
                             "cut\n"
                             "== silent\n"
                             "silence\n"
                             "== again: over two connections\n"
                             "C: one\n"
                             "cut\n"
                             "accept\n"
                             "C: two\n";

static struct stream *begin(struct dialogue_set *set, const char *name, struct player **ret)
{
	int fd;

	*ret = player_pair(dialogue_find(set, name), NULL, &fd);
	return stream_of_fd(fd, 20000);
}

static void a_kept_dialogue_passes(void **state UNUSED)
{
	struct dialogue_set *set CLEANUP(dialogue_set_freep) = dialogue_set_parse("script", script);
	const struct dialogue *d = dialogue_find(set, "greets");
	struct player *player;
	struct stream *s = begin(set, "greets", &player);
	struct error err;
	struct str line;
	char bytes[105];

	assert_string_equal(dialogue_with(d, 1), "that");
	assert_null(dialogue_with(d, 2));
	assert_string_equal(dialogue_outcome(d, 0), "ok");
	assert_ok(stream_read_line(s, 100, &line, &err), &err);
	assert_str(line, "hello");
	assert_ok(stream_printf(s, &err, "a7 LOGIN %s x\r\n", "user y"), &err);
	assert_ok(stream_read_line(s, 100, &line, &err), &err);
	assert_str(line, "a7 OK");
	assert_ok(stream_write(s, STR("b1 A\r\nb2 B\r\n"), &err), &err);
	assert_ok(stream_read_line(s, 100, &line, &err), &err);
	assert_str(line, "b1 b2");
	assert_ok(stream_read_line(s, 100, &line, &err), &err);
	assert_str(line, "two");
	assert_ok(stream_read_line(s, 100, &line, &err), &err);
	assert_str(line, "lines!");
	assert_ok(stream_write(s, STR("123x\r\n.a\r\nb\r\n.\r\n"), &err), &err);
	assert_ok(stream_read_exactly(s, bytes, 105, &err), &err);
	assert_memory_equal(bytes, "abcdeSubject: ", 14);
	assert_memory_equal(bytes + 103, "\r\n", 2);
	stream_close(s);
	player_finish(player);
}

static void expect_difference(const char *sent, const char *difference)
{
	struct dialogue_set *set CLEANUP(dialogue_set_freep) = dialogue_set_parse("script", script);
	struct player *player;
	struct stream *s = begin(set, "short", &player);
	struct error err;
	char text[300];

	assert_ok(stream_write(s, str_of(sent), &err), &err);
	assert_ok(stream_flush(s, &err), &err);
	stream_close(s);
	player_finish_text(player, text, sizeof text);
	if (!*difference)
		assert_string_equal(text, "");
	else if (!strstr(text, difference))
		assert_string_equal(text, difference);
}

static void every_difference_is_named(void **state UNUSED)
{
	expect_difference("one\r\n", "");
	expect_difference("two\r\n", "script:20 (short): expected \"one\", got \"two\"");
	expect_difference("one\n", "doesn't end with CRLF: \"one\\n\"");
	expect_difference("on", "but the client closed (sent \"on\")");
	expect_difference("one\r\nmore\r\n", "after the last step the client sent \"more\\r\\n\"");
}

static void a_cut_is_seen_behind_the_last_line(void **state UNUSED)
{
	struct dialogue_set *set CLEANUP(dialogue_set_freep) = dialogue_set_parse("script", script);
	struct player *player;
	struct stream *s = begin(set, "cut", &player);
	struct error err;
	struct str line;

	assert_ok(stream_write(s, STR("ignored\r\n"), &err), &err);
	assert_ok(stream_read_line(s, 100, &line, &err), &err);
	assert_str(line, "last");
	assert_int_equal(stream_read_line(s, 100, &line, &err), E_CLOSED);
	stream_close(s);
	player_finish(player);
}

static void silence_lasts_until_the_client_closes(void **state UNUSED)
{
	struct dialogue_set *set CLEANUP(dialogue_set_freep) = dialogue_set_parse("script", script);
	struct player *player;
	struct stream *s = begin(set, "silent", &player);
	struct error err;
	struct str line;

	assert_ok(stream_write(s, STR("hello?\r\n"), &err), &err);
	stream_step(s, "greeting", 20);
	assert_int_equal(stream_read_line(s, 100, &line, &err), E_TIMEOUT);
	stream_close(s);
	player_finish(player);
}

static void a_second_connection_is_accepted(void **state UNUSED)
{
	struct dialogue_set *set CLEANUP(dialogue_set_freep) = dialogue_set_parse("script", script);
	struct stream_options options = {.host = "127.0.0.1", .connect_timeout_ms = 20000, .io_timeout_ms = 20000};
	struct player *player = player_listen(dialogue_find(set, "again"), NULL, &options.port);
	struct error err;
	struct str line;

	for (int i = 0; i < 2; i++) {
		struct stream *s CLEANUP(stream_closep) = NULL;

		assert_ok(stream_connect(&options, &s, &err), &err);
		assert_ok(stream_printf(s, &err, "%s\r\n", i ? "two" : "one"), &err);
		assert_ok(stream_flush(s, &err), &err);
		if (!i)
			assert_int_equal(stream_read_line(s, 100, &line, &err), E_CLOSED);
	}
	player_finish(player);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
	        cmocka_unit_test(a_kept_dialogue_passes),
	        cmocka_unit_test(every_difference_is_named),
	        cmocka_unit_test(a_cut_is_seen_behind_the_last_line),
	        cmocka_unit_test(silence_lasts_until_the_client_closes),
	        cmocka_unit_test(a_second_connection_is_accepted),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
