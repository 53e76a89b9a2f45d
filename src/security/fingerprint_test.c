/* Fingerprints: the same bytes give the same one, however they come; other bytes, another key another. */
#include "security/fingerprint.h"

#include "base/test.h"

static const unsigned char key[FINGERPRINT_KEY_BYTES] = {1, 2, 3}, other_key[FINGERPRINT_KEY_BYTES] = {1, 2, 4};

static void make(const unsigned char *k, struct str text, size_t step, unsigned char ret[FINGERPRINT_BYTES])
{
	struct fingerprint *f = fingerprint_begin(k);

	for (size_t at = 0; at < text.n; at += step)
		fingerprint_add(f, str_slice(text, at, at + step));
	fingerprint_add(f, STR_NULL);
	fingerprint_end(f, ret);
}

static void the_borders_of_pieces_do_not_matter(void **state UNUSED)
{
	unsigned char whole[FINGERPRINT_BYTES], pieces[FINGERPRINT_BYTES];
	char text[1000];

	for (size_t i = 0; i < sizeof text; i++)
		text[i] = (char)(i * 7);
	make(key, str_new(text, sizeof text), sizeof text, whole);
	for (size_t step = 1; step < 40; step++) {
		make(key, str_new(text, sizeof text), step, pieces);
		assert_memory_equal(whole, pieces, sizeof whole);
	}
}

static void other_bytes_or_another_key_differ(void **state UNUSED)
{
	static const struct str texts[] = {STR_INIT(""), STR_INIT("a"), STR_INIT("b"), STR_INIT("a\0"),
	                                   STR_INIT("\0a")};
	unsigned char a[FINGERPRINT_BYTES], b[FINGERPRINT_BYTES];

	for (size_t i = 0; i < ARRAY_LEN(texts); i++) {
		make(key, texts[i], 16, a);
		for (size_t k = 0; k < i; k++) {
			make(key, texts[k], 16, b);
			assert_memory_not_equal(a, b, sizeof a);
		}
		make(other_key, texts[i], 16, b);
		assert_memory_not_equal(a, b, sizeof a);
	}
}

/* Rows in stores hold these: a change of the algorithm would make every known mail new. NIST's GCM test case 1. */
static void the_value_is_aes_128_gmac(void **state UNUSED)
{
	static const unsigned char zero_key[FINGERPRINT_KEY_BYTES],
	        expected[FINGERPRINT_BYTES] = {0x58, 0xe2, 0xfc, 0xce, 0xfa, 0x7e, 0x30, 0x61,
	                                       0x36, 0x7f, 0x1d, 0x57, 0xa4, 0xe7, 0x45, 0x5a};
	unsigned char got[FINGERPRINT_BYTES];

	make(zero_key, STR(""), 1, got);
	assert_memory_equal(got, expected, sizeof got);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	        cmocka_unit_test(the_borders_of_pieces_do_not_matter),
	        cmocka_unit_test(other_bytes_or_another_key_differ),
	        cmocka_unit_test(the_value_is_aes_128_gmac),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
