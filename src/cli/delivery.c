/* See delivery.h. */
#include "cli/delivery.h"

#include "cli/cli.h"
#include "cli/text.h"

#include <stdio.h>

static void add_words(struct buf *line, const struct outbox_recipient *r)
{
	const char *words = r->diagnostic[0] ? r->diagnostic : r->reply;

	if (r->status[0])
		buf_printf(line, " %s", r->status);
	if (r->reason[0])
		buf_printf(line, " (%s)", r->reason);
	if (r->code && !r->diagnostic[0])
		buf_printf(line, ": %lld %s", (long long)r->code, words);
	else if (words[0])
		buf_printf(line, ": %s", words);
}

static void add_times(struct buf *line, const struct outbox_row *row, const struct outbox_recipient *r)
{
	char when[24];

	if (r->reported_at)
		buf_printf(line, "; reported %s%s%s", cli_time(r->reported_at, when), r->mta[0] ? " by " : "", r->mta);
	if (r->report_id)
		buf_printf(line, " [message %lld]", (long long)r->report_id);
	if (strcmp(r->state, "later") == 0 && strcmp(row->state, "later") == 0)
		buf_printf(line, "; %lld tries, the next %s", (long long)row->tries, cli_time(row->next_try_at, when));
}

void print_delivery(const struct outbox_row *row, const char *before)
{
	for (size_t i = 0; i < row->recipient_count; i++) {
		struct buf line CLEANUP(buf_done) = BUF_INIT(KIB(16));
		const struct outbox_recipient *r = &row->recipients[i];

		if (strcmp(r->state, "sent") == 0)
			continue;
		buf_printf(&line, "%s%s %s", before, r->address, r->state);
		add_words(&line, r);
		add_times(&line, row, r);
		line_put(&line);
	}
}

json_t *delivery_json(const struct outbox_row *row)
{
	json_t *list = json_array();

	for (size_t i = 0; i < row->recipient_count; i++) {
		const struct outbox_recipient *r = &row->recipients[i];

		json_array_append_new(list, json_pack("{s:s, s:s, s:I, s:s, s:s, s:s, s:s, s:s, s:I, s:I}", "address",
		                                      r->address, "state", r->state, "code", (json_int_t)r->code,
		                                      "reply", r->reply, "status", r->status, "reason", r->reason,
		                                      "diagnostic", r->diagnostic, "mta", r->mta, "reported_at",
		                                      (json_int_t)r->reported_at, "report", (json_int_t)r->report_id));
	}
	return list;
}
