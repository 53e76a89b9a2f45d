/* See thread_index.h. */
#include "mime/thread_index.h"

#include "base/base64.h"
#include "base/random.h"

#define ROOT_BYTES   22
#define ANSWER_BYTES 5
#define ANSWERS_MAX  100 /* in what we write; beyond it the root alone is kept */
#define VALUE_MAX    KIB(4)

/* 100 ns since 1601. */
static uint64_t filetime(int64_t at)
{
	return (uint64_t)(at + INT64_C(11644473600000)) * 10000;
}

static struct str without_spaces(struct arena *arena, struct str s)
{
	char *out = arena_bytes(arena, s.n + 1);
	size_t n = 0;

	for (size_t i = 0; i < s.n; i++)
		if (!is_space(s.p[i]))
			out[n++] = s.p[i];
	return str_new(out, n);
}

static struct str encode_root(struct arena *arena, struct str bytes)
{
	struct buf text CLEANUP(buf_done) = BUF_INIT(64);

	base64_encode(&text, str_slice(bytes, 0, ROOT_BYTES));
	return arena_str(arena, buf_str(&text));
}

static struct thread_index read_index(struct arena *arena, struct str value)
{
	struct buf bytes CLEANUP(buf_done) = BUF_INIT(VALUE_MAX);
	struct thread_index index = {0};

	value = without_spaces(arena, str_slice(value, 0, VALUE_MAX));
	/* Some programs leave the padding out. */
	while (value.n % 4)
		value = arena_printf(arena, STR_FMT "=", STR_ARG(value));
	if (!base64_decode(&bytes, value) || bytes.n < ROOT_BYTES)
		return index;
	index.whole = arena_str(arena, buf_str(&bytes));
	index.root = encode_root(arena, index.whole);
	index.answers = (index.whole.n - ROOT_BYTES) / ANSWER_BYTES;
	return index;
}

struct thread_index thread_index_of(struct arena *arena, const struct message *m)
{
	const struct header *header = message_header(m, "Thread-Index");

	return header ? read_index(arena, header->value) : (struct thread_index){0};
}

struct str thread_index_root(struct arena *arena, struct str value)
{
	return read_index(arena, value).root;
}

/* ---------------------------------------------------------------- writing */

/* The six most significant bytes of the time, and a GUID. */
static void write_root(unsigned char bytes[ROOT_BYTES], int64_t at)
{
	uint64_t now = filetime(at);

	for (size_t i = 0; i < 6; i++)
		bytes[i] = (unsigned char)(now >> (56 - 8 * i));
	random_bytes(bytes + 6, ROOT_BYTES - 6);
}

/* One bit that tells the unit, 31 bits of the time since the root, 8 random bits. */
static void write_answer(unsigned char answer[ANSWER_BYTES], const unsigned char root[ROOT_BYTES], int64_t at)
{
	uint64_t began = 0, delta, now = filetime(at);
	uint32_t bits;

	for (size_t i = 0; i < 6; i++)
		began |= (uint64_t)root[i] << (56 - 8 * i);
	delta = now > began ? now - began : began - now;
	bits = (delta >> 49) == 0 ? (uint32_t)(delta >> 18) & 0x7fffffffu
	                          : ((uint32_t)(delta >> 23) & 0x7fffffffu) | 0x80000000u;
	for (size_t i = 0; i < 4; i++)
		answer[i] = (unsigned char)(bits >> (24 - 8 * i));
	random_bytes(answer + 4, 1);
}

struct str thread_index_next(struct arena *arena, const struct thread_index *parent, int64_t at)
{
	unsigned char bytes[ROOT_BYTES + (ANSWERS_MAX + 1) * ANSWER_BYTES];
	struct buf text CLEANUP(buf_done) = BUF_INIT(VALUE_MAX);
	size_t n = ROOT_BYTES;

	if (!parent->root.n) {
		write_root(bytes, at);
	} else {
		n += MIN(parent->answers, (size_t)ANSWERS_MAX) * ANSWER_BYTES;
		memcpy(bytes, parent->whole.p, n);
		write_answer(bytes + n, bytes, at);
		n += ANSWER_BYTES;
	}
	base64_encode(&text, str_new(bytes, n));
	return arena_str(arena, buf_str(&text));
}
