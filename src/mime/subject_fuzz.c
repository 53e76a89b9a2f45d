/* Subjects and Thread-Index as strangers write them. */
#include "mime/auto_subject.h"
#include "mime/subject.h"
#include "mime/thread_index.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct arena *arena CLEANUP(arena_freep) = arena_new();
	const struct message *m = message_parse(arena, str_new(data, size), NULL);
	struct thread_index index = thread_index_of(arena, m);
	struct str topic = subject_topic(m->subject, NULL), next;
	bool is_answer;

	must(topic.n <= m->subject.n && str_is_utf8(topic));
	must(topic.n == 0 || (topic.p >= m->subject.p && topic.p + topic.n <= m->subject.p + m->subject.n));
	(void)subject_topic(str_new(data, size), &is_answer);
	(void)auto_subject_of(arena, m->subject);
	next = thread_index_next(arena, &index, 0);
	must(next.n % 4 == 0 && thread_index_root(arena, next).n == THREAD_ROOT_LEN);
	must(index.root.n == 0 || str_eq(thread_index_root(arena, next), index.root));
	return 0;
}
