/* See inspect_sections.h: what a report says of its recipients. */
#include "cli/inspect_sections.h"

static const char *reason_phrase(enum bounce_reason reason)
{
	static const char *const phrases[] = {
	        [REASON_UNDEFINED] = "the report gives no reason that is known",
	        [REASON_USERUNKNOWN] = "there is no such address",
	        [REASON_HOSTUNKNOWN] = "there is no such domain",
	        [REASON_HASMOVED] = "the address has moved",
	        [REASON_NOTACCEPT] = "the domain takes no mail",
	        [REASON_MAILBOXFULL] = "the mailbox is full",
	        [REASON_SUSPEND] = "the mailbox is suspended",
	        [REASON_EXCEEDLIMIT] = "a limit of the recipient was exceeded",
	        [REASON_MESGTOOBIG] = "the mail is too large",
	        [REASON_SYSTEMFULL] = "the server's disk is full",
	        [REASON_REJECTED] = "the sender was refused",
	        [REASON_BLOCKED] = "the sending host was refused",
	        [REASON_FILTERED] = "a filter of the recipient refused it",
	        [REASON_SPAMDETECTED] = "it was taken for spam",
	        [REASON_POLICYVIOLATION] = "it broke a rule of the recipient's site",
	        [REASON_AUTHFAILURE] = "SPF, DKIM or DMARC failed",
	        [REASON_REQUIREPTR] = "the sending host has no name in DNS",
	        [REASON_BADREPUTATION] = "the sending host has a bad reputation",
	        [REASON_NORELAYING] = "the server doesn't relay for this sender",
	        [REASON_NOTCOMPLIANTRFC] = "the mail isn't formed as the RFCs say",
	        [REASON_SECURITYERROR] = "a security check failed",
	        [REASON_VIRUSDETECTED] = "a virus was found in it",
	        [REASON_FAILEDSTARTTLS] = "the connection couldn't be encrypted",
	        [REASON_CONTENTERROR] = "the content was refused",
	        [REASON_SPEEDING] = "mail came too fast",
	        [REASON_TOOMANYCONN] = "too many connections at once",
	        [REASON_EXPIRED] = "it couldn't be delivered in time",
	        [REASON_NETWORKERROR] = "the network or DNS failed",
	        [REASON_SYSTEMERROR] = "the server failed",
	        [REASON_MAILERERROR] = "a program of the server failed",
	        [REASON_SYNTAXERROR] = "the servers didn't understand each other",
	        [REASON_ONHOLD] = "it is held back",
	        [REASON_FEEDBACK] = "the reader marked it as spam",
	        [REASON_VACATION] = "the reader is away",
	        [REASON_DELIVERED] = "it was delivered",
	};
	return (size_t)reason < ARRAY_LEN(phrases) && phrases[reason] ? phrases[reason] : bounce_reason_word(reason);
}

static bool is_good_news(const struct bounce_recipient *r)
{
	return r->reason == REASON_DELIVERED || str_eq(r->action, STR("delivered")) ||
	       str_eq(r->action, STR("relayed"));
}

static void show_recipient(const struct bounce_recipient *r, struct page *page)
{
	page_text(page,
	          is_good_news(r) ? PAGE_GOOD
	          : r->is_hard    ? PAGE_BAD
	                          : PAGE_NOTE,
	          r->address.n ? r->address : STR("somebody the report doesn't name"));
	page_printf(page, PAGE_PLAIN, "  %s, %s%s", reason_phrase(r->reason), r->is_hard ? "hard" : "soft",
	            r->is_temporary ? ", for the time being" : "");
	page_line_end(page);
	page_field(page, "  Class", str_of(bounce_reason_word(r->reason)));
	page_field(page, "  Because of", r->evidence);
	page_field(page, "  Action", r->action);
	page_field(page, "  Status", r->status);
	page_field(page, "  SMTP code", r->code);
	page_field(page, "  Said by", r->remote_mta);
	page_field(page, "  Words", r->diagnostic);
	page_field(page, "  Sent to", r->original);
}

void inspect_section_bounce(const struct inspected *mail, struct page *page)
{
	const struct bounces *b = &mail->bounces;

	if (!b->is_bounce && !b->count)
		return;
	page_heading(page, b->is_bounce ? "Bounce" : "Report");
	page_field(page, "Because of", b->evidence);
	page_field(page, "Reported by", b->reporting_mta);
	for (size_t i = 0; i < b->count; i++)
		show_recipient(&b->recipients[i], page);
	if (b->original_message_id.n || b->original_subject.n) {
		page_field(page, "Original", b->original_subject.n ? b->original_subject : STR("without a subject"));
		page_field(page, "  From", b->original_from);
		page_field(page, "  To", b->original_to);
		page_field(page, "  ID", b->original_message_id);
	}
}
