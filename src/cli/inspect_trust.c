/* See inspect_trust.h. */
#include "cli/inspect_trust.h"

#include "base/clock.h"
#include "cli/inspect_sections.h"
#include "mime/date.h"

#include <stdlib.h>

#define MAX_TRUSTED 20

/* One command, one thread: what its options say. */
static const char *dns_server;
static bool has_dns_option;
static const char *trusted[MAX_TRUSTED];
static size_t trusted_count;
static struct dns *dns; /* owned; NULL: nothing is looked up */

bool inspect_trust_option(int option, const char *value)
{
	if (option == 'd' || option == 'n') {
		dns_server = option == 'd' ? value : NULL;
		has_dns_option = true;
		return true;
	}
	if (option != 't' || trusted_count == MAX_TRUSTED)
		return false;
	trusted[trusted_count++] = value;
	return true;
}

int inspect_trust_open(struct error *err)
{
	const char *server = has_dns_option ? dns_server : getenv("HAUSPOST_DNS");

	if (!server || !*server)
		return 0;
	return dns_new(strcmp(server, "system") == 0 ? NULL : server, &dns, err);
}

void inspect_trust_close(void)
{
	dns_free(take(dns));
}

/* When the mail came, as its last server wrote, or was sent: an old file's signatures have long expired. One that was
 * written days before it was sent is signed after its Date. */
static int64_t came_at(const struct message *m)
{
	const struct header *received = message_header(m, "Received");
	int64_t at = received ? date_of_received(received->value) : 0;

	return at || m->date ? MAX(at, m->date) : clock_now_ms();
}

static const struct trust_result *check(struct arena *arena, const struct message *m)
{
	const struct trust_options options = {
	        .authserv_ids = trusted,
	        .authserv_id_count = trusted_count,
	        .look_up = dns ? trust_look_up_dns : NULL,
	        .ctx = dns,
	        .now_s = came_at(m) / 1000,
	};

	return trust_check(arena, m, &options);
}

json_t *inspect_trust(struct arena *arena, const struct message *m)
{
	return trust_json(check(arena, m));
}

static void show_signature(struct page *page, const struct dkim_signature *s)
{
	page_label(page, "DKIM");
	page_text(page, s->result == DKIM_PASS ? PAGE_GOOD : PAGE_NOTE, str_of(dkim_result_word(s->result)));
	if (s->domain.n)
		page_printf(page, PAGE_PLAIN, ", " STR_FMT " (" STR_FMT ")", STR_ARG(s->domain), STR_ARG(s->selector));
	page_text(page, PAGE_PLAIN, STR(": "));
	page_text(page, PAGE_PLAIN, s->reason.n ? s->reason : STR("the key was not looked up"));
	page_line_end(page);
}

void inspect_section_trust(const struct inspected *mail, struct page *page)
{
	const struct trust_result *r = check(mail->arena, mail->received);

	page_heading(page, "Sender");
	page_field(page, "Result", str_of(trust_state_word(r->state)));
	if (r->is_refused)
		page_field(page, "Policy", STR("the domain demands more"));
	page_label(page, "Reason");
	page_printf(page, PAGE_PLAIN, STR_FMT "%s" STR_FMT, STR_ARG(r->reason), r->by.n ? ": " : "", STR_ARG(r->by));
	page_line_end(page);
	for (size_t i = 0; i < r->dkim->count; i++)
		show_signature(page, &r->dkim->signatures[i]);
	if (r->dkim->left_out) {
		page_label(page, "DKIM");
		page_printf(page, PAGE_PLAIN, "and %zu more signatures that were not looked at", r->dkim->left_out);
		page_line_end(page);
	}
	if (r->spf.n) {
		page_label(page, "SPF");
		page_printf(page, PAGE_PLAIN, STR_FMT ", " STR_FMT ", says " STR_FMT, STR_ARG(r->spf),
		            STR_ARG(r->spf_domain), STR_ARG(r->server));
		page_line_end(page);
	}
	if (r->dmarc != DMARC_NONE || r->has_policy) {
		page_label(page, "DMARC");
		page_printf(page, PAGE_PLAIN, "%s%s%s", dmarc_result_word(r->dmarc), r->has_policy ? ", p=" : "",
		            r->has_policy ? dmarc_policy_word(r->policy) : "");
		page_line_end(page);
	}
}
