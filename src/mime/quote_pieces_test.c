/* mime: a body in pieces, for folding. */
#include "mime/quote_pieces.h"

#include "base/test.h"

/* "Yes.|<2>|Bye": a piece left out is the number of its lines, in "<>" for a quote and "()" for a signature. */
static struct str picture(struct arena *arena, struct reply reply)
{
	struct quote_piece *pieces;
	size_t count = quote_pieces(arena, &reply, &pieces);
	struct buf out CLEANUP(buf_done) = BUF_INIT(KIB(64));

	for (size_t i = 0; i < count; i++) {
		if (i)
			buf_add_char(&out, '|');
		if (!pieces[i].is_left_out)
			buf_add(&out, pieces[i].text);
		else
			buf_printf(&out, pieces[i].is_quote ? "<%zu>" : "(%zu)", pieces[i].lines);
	}
	return arena_str(arena, buf_str(&out));
}

static void pieces_follow_the_reply(void **state UNUSED)
{
	static const struct {
		const char *text, *want;
	} cases[] = {
	        {"", ""},
	        {"\n\n", ""},
	        {"All of it\nis mine", "All of it\nis mine"},
	        {"Yes.\n\nOn 5 Mar 2024, Ann wrote:\n> Hi\n>\n> Well?\n", "Yes.|<4>"},
	        {"Yes.\r\n\r\nOn 5 Mar 2024, Ann wrote:\r\n> Hi\r\n", "Yes.|<2>"},
	        {"> When?\nNow.\n> Where?\nHere.\n", "<1>|Now.|<1>|Here."},
	        {"Yes.\n-- \nAnn\nExample Ltd\n", "Yes.|(3)"},
	        {"Yes.\n\nOn 5 Mar 2024, Ann wrote:\n> Yes.\n> no\n\nYes.\n", "Yes.|<3>|Yes."},
	        {"See below\n\n---------- Forwarded message ---------\nFrom: Ann <ann@example.com>\nDate: Mon, 4 Mar "
	         "2024\n"
	         "Subject: x\n\nHi\n",
	         "See below\n\n---------- Forwarded message ---------\nFrom: Ann <ann@example.com>\nDate: Mon, 4 Mar "
	         "2024\n"
	         "Subject: x\n\nHi"},
	};

	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		struct arena *arena CLEANUP(arena_freep) = arena_new();
		struct str got = picture(arena, reply_of_text(arena, str_of(cases[i].text)));

		if (!str_eq(got, str_of(cases[i].want)))
			print_error("%s\ngives " STR_FMT "\n", cases[i].text, STR_ARG(got));
		assert_str(got, cases[i].want);
	}
}

/* Whatever is left out stands in a piece: nothing is lost. */
static void no_line_is_lost(void **state UNUSED)
{
	static const char text[] = "a\n\nb\nOn 5 Mar 2024, Ann wrote:\n> c\n\nd\n> e\n\n-- \nf\ng\n";
	struct arena *arena CLEANUP(arena_freep) = arena_new();
	struct reply reply = reply_of_text(arena, str_of(text));
	struct quote_piece *pieces;
	size_t count = quote_pieces(arena, &reply, &pieces);
	struct buf out CLEANUP(buf_done) = BUF_INIT(KIB(4));

	for (size_t i = 0; i < count; i++) {
		for (size_t j = 0; j < pieces[i].text.n; j++)
			if (!is_space(pieces[i].text.p[j]))
				buf_add_char(&out, pieces[i].text.p[j]);
	}
	assert_str(buf_str(&out), "abOn5Mar2024,Annwrote:>cd>e--fg");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	        cmocka_unit_test(pieces_follow_the_reply),
	        cmocka_unit_test(no_line_is_lost),
	};
	return cmocka_run_group_tests_name("mime/quote_pieces", tests, NULL, NULL);
}
