/* hauspost search: full-text search over messages and cases. */
#include "cli/cli.h"

#include "cases/search.h"
#include "cases/search_index.h"
#include "cli/page.h"
#include "cli/text.h"

#include <getopt.h>
#include <stdio.h>

struct wishes {
	size_t limit;
	bool rebuild;
	enum page_color color;
};

static json_t *pieces_json(const struct search_piece *pieces, size_t n)
{
	json_t *list = json_array();

	for (size_t i = 0; i < n; i++)
		json_array_append_new(list, json_pack("{s:o, s:b}", "text", cli_json_str(pieces[i].text), "hit",
		                                      (int)pieces[i].is_hit));
	return list;
}

static json_t *result_json(const struct search_result *r)
{
	return json_pack("{s:s, s:I, s:s, s:s, s:s, s:o, s:o, s:I, s:o}", "kind", r->is_case ? "case" : "message", "id",
	                 (json_int_t)r->id, "case", r->case_number, "account", r->account, "direction", r->direction,
	                 "from", cli_json_str(r->from_address), "subject", cli_json_str(r->subject), "at",
	                 (json_int_t)r->at, "snippet", pieces_json(r->pieces, r->piece_count));
}

static void show_pieces(struct page *page, const struct search_piece *pieces, size_t n)
{
	for (size_t i = 0; i < n; i++)
		page_text(page, pieces[i].is_hit ? PAGE_BOLD : PAGE_PLAIN, pieces[i].text);
}

static void show_result(struct page *page, const struct search_result *r)
{
	char when[24];

	page_printf(page, PAGE_BOLD, "%s ", *r->case_number ? r->case_number : "no case");
	page_printf(page, PAGE_DIM, " %s  ", cli_time(r->at, when));
	page_text(page, PAGE_PLAIN, r->from_address);
	if (!r->is_case)
		page_printf(page, PAGE_DIM, "  [message %lld]", (long long)r->id);
	page_line_end(page);
	page_text(page, PAGE_DIM, STR("    "));
	show_pieces(page, r->subject_pieces, r->subject_piece_count);
	page_line_end(page);
	if (!r->piece_count)
		return;
	page_text(page, PAGE_DIM, STR("    "));
	show_pieces(page, r->pieces, r->piece_count);
	page_line_end(page);
}

static int print_results(struct cli *cli, const struct search_result *results, int n, enum page_color color)
{
	struct buf out CLEANUP(buf_done) = BUF_INIT(MIB(16));
	struct page page = page_new(&out, color);
	json_t *all = cli->json ? json_array() : NULL;

	for (int i = 0; i < n; i++) {
		if (all)
			json_array_append_new(all, result_json(&results[i]));
		else
			show_result(&page, &results[i]);
	}
	if (all)
		cli_print_json(all);
	else
		fwrite(out.p ? out.p : "", 1, out.n, stdout);
	if (!all && n == 0)
		puts("nothing found");
	return 0;
}

static int look_for(struct cli *cli, const char *query, const struct wishes *wishes, struct error *err)
{
	const struct page_accounts everybody = {.all = true};
	struct arena *arena CLEANUP(arena_freep) = arena_new();
	struct db *db CLEANUP(db_closep) = NULL;
	struct search_result *results;
	size_t offset = 0;
	int n, r = store_connect(cli->store, &db, err);

	if (r < 0)
		return r;
	n = search_run(db, str_of(query), &everybody, &offset, wishes->limit, arena, &results, err);
	return n < 0 ? n : print_results(cli, results, n, wishes->color);
}

static int rebuild(struct cli *cli, struct error *err)
{
	int64_t n = search_catch_up(cli->store, true, err);

	if (n < 0)
		return (int)n;
	if (cli->json)
		cli_print_json(json_pack("{s:I}", "indexed", (json_int_t)n));
	else
		printf("%lld messages and cases indexed\n", (long long)n);
	return 0;
}

static bool read_options(struct cli *cli, int argc, char **argv, struct wishes *wishes, int *ret_code)
{
	static const struct option options[] = {{"limit", required_argument, NULL, 'n'},
	                                        {"rebuild", no_argument, NULL, 'r'},
	                                        {"color", required_argument, NULL, 'c'},
	                                        {NULL, 0, NULL, 0}};
	int c;

	*ret_code = EXIT_USAGE;
	while ((c = getopt_long(argc, argv, ":n:", options, NULL)) != -1) {
		if (c == 'r') {
			wishes->rebuild = true;
		} else if (c == 'c') {
			if (!page_color_parse(optarg, &wishes->color)) {
				*ret_code = cli_usage(cli, &search_command, "--color is auto, never or always");
				return false;
			}
		} else if (c != 'n') {
			*ret_code = cli_wrong_option(cli, &search_command, c, argv);
			return false;
		} else if (!cli_limit(cli, &search_command, optarg, &wishes->limit)) {
			return false;
		}
	}
	return true;
}

static int run_search(struct cli *cli, int argc, char **argv)
{
	struct wishes wishes = {.limit = 50};
	struct buf query CLEANUP(buf_done) = BUF_INIT(SEARCH_QUERY_MAX);
	struct error err;
	int code, r;

	if (!read_options(cli, argc, argv, &wishes, &code))
		return code;
	if (wishes.rebuild ? optind < argc : optind == argc)
		return cli_usage(cli, &search_command, "search WORDS…, or search --rebuild");
	for (int i = optind; i < argc; i++) {
		buf_add_cstr(&query, argv[i]);
		buf_add_char(&query, ' ');
	}
	wishes.limit = MIN(wishes.limit, (size_t)SEARCH_BEST);
	r = cli_open(cli, false, &err);
	if (r == 0 && !wishes.rebuild && search_catch_up(cli->store, false, &err) < 0)
		r = err.code;
	if (r == 0)
		r = wishes.rebuild ? rebuild(cli, &err) : look_for(cli, buf_cstr(&query), &wishes, &err);
	return r < 0 ? cli_fail(cli, &err) : EXIT_OK;
}

const struct command search_command = {
        .name = "search",
        .arguments = "WORDS… | --rebuild",
        .summary = "Find messages and cases by their words",
        .help = "  printer smoke            both words; capitals and accents don't matter\n"
                "  '\"paper jam\"'            next to each other\n"
                "  'print*'                 words that begin so\n"
                "  toner OR ink -invoice    one of them, and not that one\n"
                "  from:ann subject:order to:support case:SUP-00017\n"
                "\n"
                "  -n, --limit N     at most so many, the best (50)\n"
                "      --rebuild     makes the index anew (it is written behind the mail by itself)\n"
                "      --color WHEN  auto (on a terminal, unless NO_COLOR is set), never, always\n",
        .run = run_search,
};
