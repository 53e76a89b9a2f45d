/* Fuzz target: any bytes as a body, as text and as HTML. What reply.h promises must hold of the result. */
#include "mime/charset.h"
#include "mime/html_text.h"
#include "mime/reply.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static struct str without_space_at_end(struct str line)
{
	while (line.n && is_space(line.p[line.n - 1]))
		line.n--;
	return line;
}

/* Each line of the reply begins a line of the text, in the same order; none of them twice. */
static void check_lines(struct str reply, struct str text)
{
	struct str line, of_text;

	while (str_split(&reply, '\n', &line)) {
		bool is_found = false;

		line = str_trim(line);
		if (!line.n)
			continue;
		while (!is_found && str_split(&text, '\n', &of_text))
			is_found = str_starts(without_space_at_end(str_trim(of_text)), line);
		must(is_found);
	}
}

static void check_within(struct str inner, struct str outer)
{
	must(inner.n == 0 || (inner.p >= outer.p && inner.p + inner.n <= outer.p + outer.n));
}

static void check(const struct reply *r)
{
	must(str_is_utf8(r->text) && str_is_utf8(r->reply));
	must(r->reply.p && r->reply.p[r->reply.n] == '\0');
	must(r->quote_at <= r->text.n);
	must(r->evidence != REPLY_WHOLE || (r->quote_at == r->text.n && r->evidence_line.n == 0));
	must(*reply_evidence_word(r->evidence));
	check_within(r->evidence_line, r->text);
	check_lines(r->reply, r->text);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct arena *arena CLEANUP(arena_freep) = arena_new();
	struct str body = charset_guess_utf8(arena, str_new(data, size));
	struct reply r = reply_of_text(arena, body);

	check(&r);
	must(str_eq(r.text, body));
	r = reply_of_html(arena, body);
	check(&r);
	r = message_reply(arena, message_parse(arena, str_new(data, size), NULL));
	check(&r);
	return 0;
}
