/* See bounce_words.h. */
#include "bounce_words.h"

static size_t bucket_of(const char *p)
{
	return ((size_t)(unsigned char)p[0] * 31 + (unsigned char)p[1]) % PHRASE_BUCKETS;
}

void phrase_index_add(struct phrase_index *index, const char *phrase)
{
	must(index->count + 1 < PHRASES_MAX && phrase[0] && phrase[1]);
	index->phrases[++index->count] = phrase;
}

/* From the last to the first, so that a chain is in the phrases' order; 0 ends it. */
void phrase_index_finish(struct phrase_index *index)
{
	for (size_t i = index->count; i > 0; i--) {
		size_t bucket = bucket_of(index->phrases[i]);

		index->nexts[i] = index->heads[bucket];
		index->heads[bucket] = (uint16_t)i;
	}
}

static bool is_word_byte(char c)
{
	return (c >= 'a' && c <= 'z') || is_digit(c) || (unsigned char)c >= 0x80;
}

static bool phrase_is_at(struct str text, size_t at, const char *phrase)
{
	size_t n = strlen(phrase);

	return text.n - at >= n && memcmp(text.p + at, phrase, n) == 0 &&
	       (n > 4 || (unsigned char)phrase[0] >= 0x80 || at + n == text.n || !is_word_byte(text.p[at + n]));
}

size_t phrase_index_find(const struct phrase_index *index, struct str text)
{
	size_t best = 0;

	for (size_t at = 0; at + 1 < text.n; at++) {
		/* Chinese and Japanese have no spaces. */
		if (at && is_word_byte(text.p[at - 1]) && (unsigned char)text.p[at] < 0xc0)
			continue;
		for (size_t i = index->heads[bucket_of(text.p + at)]; i && (!best || i < best); i = index->nexts[i])
			if (phrase_is_at(text, at, index->phrases[i]))
				best = i;
	}
	return best;
}
