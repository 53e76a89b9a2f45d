/* See inspect_sections.h: what may tell the case of a mail. Only the store knows whose ids and tokens they are. */
#include "cli/inspect_sections.h"

#include "cases/threading.h"
#include "mime/subject.h"
#include "mime/thread_index.h"

void inspect_section_thread(const struct inspected *mail, struct page *page)
{
	struct thread_index index = thread_index_of(mail->arena, mail->message);
	struct str tokens[THREADING_MAX_TOKENS];
	size_t n = threading_tokens_in(message_body_text(mail->arena, mail->message), tokens, ARRAY_LEN(tokens));
	bool is_answer;
	struct str topic = subject_topic(mail->message->subject, &is_answer);

	if (!is_answer && !n && !index.root.n && !mail->message->in_reply_to_count && !mail->message->reference_count)
		return;
	page_heading(page, "Conversation");
	page_field(page, "Topic", topic);
	for (size_t i = 0; i < mail->message->in_reply_to_count; i++)
		page_field(page, i ? "" : "Answer to", mail->message->in_reply_to[i]);
	for (size_t i = 0; i < mail->message->reference_count; i++)
		page_field(page, i ? "" : "References", mail->message->references[i]);
	if (index.root.n) {
		page_label(page, "Thread-Index");
		page_printf(page, PAGE_PLAIN, STR_FMT ", answer %zu", STR_ARG(index.root), index.answers);
		page_line_end(page);
	}
	for (size_t i = 0; i < n; i++)
		page_field(page, i ? "" : "Token", tokens[i]);
}
