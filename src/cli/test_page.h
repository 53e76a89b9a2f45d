/* What a test of an account shows: steps as they happen, then what is wrong and what helps. For people on a page, for
 * programs as one JSON object a line. */
#ifndef CLI_TEST_PAGE_H
#define CLI_TEST_PAGE_H

#include "cli/cli.h"
#include "cli/page.h"
#include "probe/probe.h"

struct test_page {
	bool json, trace;
	enum page_color color;
	const char *account;
};

/* The callbacks of struct probe_options; ctx is a struct test_page. */
void test_page_step(void *ctx, const struct probe_step *step);
void test_page_fault(void *ctx, const struct probe_fault *fault);
void test_page_transcript(void *ctx, const char *line);

/* Above and below a side. */
void test_page_begin(const struct test_page *page, bool sends);
void test_page_result(const struct test_page *page, bool sends, const struct probe_result *result);

#endif
