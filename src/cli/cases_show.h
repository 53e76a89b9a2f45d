/* `hauspost cases show`: a case and its conversation. */
#ifndef CLI_CASES_SHOW_H
#define CLI_CASES_SHOW_H

#include "cli/cli.h"
#include "cli/page.h"
#include "store/cases.h"

struct conversation_options {
	bool is_full; /* quotes and signatures aren't folded */
	enum page_color color;
};

/* The case as one JSON object, as the list has it. */
json_t *case_json(const struct stored_case *c);

/* Prints a page, or with --json one object: the case and its messages in order with what each says that is new, its
 * files, why it is there, and what became of it. */
int case_show(const struct cli *cli, struct db *db, const struct stored_case *c,
              const struct conversation_options *options, struct error *err) NODISCARD;

#endif
