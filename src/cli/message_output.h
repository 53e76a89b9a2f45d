/* What `hauspost message` gives out of a stored mail: one function for each of its words. */
#ifndef CLI_MESSAGE_OUTPUT_H
#define CLI_MESSAGE_OUTPUT_H

#include "cli/cli.h"
#include "cli/page.h"

#define MESSAGE_MAX_RAW MIB(256)

struct mail_request {
	int64_t id;
	struct str raw;
	const char *case_number; /* "" without a case */
	struct str why;          /* it is there */
	size_t file;             /* attachment: which, from 1; 0: the list */
	const char *output;      /* NULL: standard output */
	enum page_color color;
	bool is_full, only_reply, allow_remote;
};

/* All print or write what is asked for; E_NOT_FOUND where the mail has no such thing. A terminal gets what may stand on
 * it; bytes that aren't text it doesn't get at all. */
int message_show(const struct cli *cli, const struct mail_request *request, struct error *err) NODISCARD;
int message_raw(const struct cli *cli, const struct mail_request *request, struct error *err) NODISCARD;
int message_text(const struct cli *cli, const struct mail_request *request, struct error *err) NODISCARD;
int message_html(const struct cli *cli, const struct mail_request *request, struct error *err) NODISCARD;
int message_attachment(const struct cli *cli, const struct mail_request *request, struct error *err) NODISCARD;

#endif
