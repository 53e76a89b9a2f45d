/* mime: the conversation as Outlook sees it. */
#include "mime/thread_index.h"

#include "base/base64.h"

#include "base/test.h"

/* 2026-11-21T07:39:31Z */
#define NOW INT64_C(1795246771000)

static struct thread_index index_of(struct arena *arena, struct str value)
{
	struct str raw = arena_printf(arena, "Thread-Index: " STR_FMT "\r\n\r\nx\r\n", STR_ARG(value));

	return thread_index_of(arena, message_parse(arena, raw, NULL));
}

static void answers_keep_the_root(void **state UNUSED)
{
	struct arena *arena CLEANUP(arena_freep) = arena_new();
	struct thread_index index = {0};
	struct str value = thread_index_next(arena, &index, NOW), root = thread_index_root(arena, value);

	assert_int_equal(root.n, THREAD_ROOT_LEN);
	assert_int_equal(value.n, THREAD_ROOT_LEN);
	for (size_t i = 1; i < 200; i++) {
		index = index_of(arena, value);
		assert_true(str_eq(index.root, root));
		assert_int_equal(index.answers, MIN(i - 1, (size_t)101));
		value = thread_index_next(arena, &index, NOW + (int64_t)i * 86400000 * 30);
	}
	assert_false(str_eq(thread_index_root(arena, thread_index_next(arena, &(struct thread_index){0}, NOW)), root));
}

/* The first six bytes are the time in units of 2^16 * 100 ns since 1601; the first of all is 1 for four centuries. */
static void the_root_begins_with_the_time(void **state UNUSED)
{
	struct arena *arena CLEANUP(arena_freep) = arena_new();
	struct buf bytes CLEANUP(buf_done) = BUF_INIT(64);
	uint64_t at = 0;

	assert_true(base64_decode(&bytes, thread_index_next(arena, &(struct thread_index){0}, NOW)));
	assert_int_equal(bytes.n, 22);
	assert_int_equal((unsigned char)bytes.p[0], 1);
	for (size_t i = 0; i < 6; i++)
		at = at << 8 | (unsigned char)bytes.p[i];
	assert_in_range(NOW - ((int64_t)((at << 16) / 10000) - INT64_C(11644473600000)), 0, 10);
}

static void only_what_can_be_read_counts(void **state UNUSED)
{
	static const struct {
		const char *value;
		size_t answers;
		bool is_read;
	} cases[] = {
	        {"AdT2k9aVKZC7xw0xQ0uSnJ6lIc8sZQ==", 0, true},      {"AdT2k9aVKZC7xw0xQ0uSnJ6lIc8sZQ", 0, true},
	        {"AdT2k9aVKZC7xw0x\r\n Q0uSnJ6lIc8sZQ==", 0, true}, {"AdT2k9aVKZC7xw0xQ0uSnJ6lIc8sZQAAAAAB", 1, true},
	        {"AdT2k9aVKZC7xw0xQ0uSnJ6lIc8s", 0, false},         {"", 0, false},
	        {"AdT2k9aVKZC7xw0xQ0uSnJ6lIc8sZ!==", 0, false},     {"A", 0, false},
	};
	struct arena *arena CLEANUP(arena_freep) = arena_new();

	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		struct thread_index index = index_of(arena, str_of(cases[i].value));

		assert_int_equal(index.root.n > 0, cases[i].is_read);
		assert_int_equal(index.answers, cases[i].answers);
		if (cases[i].is_read)
			assert_str(index.root, "AdT2k9aVKZC7xw0xQ0uSnJ6lIc8sZQ==");
	}
	assert_int_equal(thread_index_of(arena, message_parse(arena, STR("Subject: x\r\n\r\n"), NULL)).root.n, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	        cmocka_unit_test(answers_keep_the_root),
	        cmocka_unit_test(the_root_begins_with_the_time),
	        cmocka_unit_test(only_what_can_be_read_counts),
	};

	return cmocka_run_group_tests_name("mime/thread_index", tests, NULL, NULL);
}
