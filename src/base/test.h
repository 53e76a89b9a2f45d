/* What every unit test includes, last: cmocka, with its macro fail() out of the way of ours. */
#ifndef BASE_TEST_H
#define BASE_TEST_H

#include "base.h"

#undef fail /* error.h may make a macro of it */

#include <setjmp.h>
#include <stdarg.h>
#include <cmocka.h>

#undef fail

/* Compares a struct str with a C string. */
#define assert_str(s, want)                                          \
	do {                                                         \
		struct str s_ = (s);                                 \
		assert_int_equal(s_.n, strlen(want));                \
		assert_memory_equal(s_.p ? s_.p : "", (want), s_.n); \
	} while (0)

/* Ends the test with words of its own; cmocka's fail_msg() wants a name that is ours. */
#define FAIL_CASE(...)                    \
	do {                              \
		print_error(__VA_ARGS__); \
		assert_true(false);       \
	} while (0)

/* For calls that return 0 or a count; shows the error's text on failure. */
#define assert_ok(call, err)                                         \
	do {                                                         \
		if ((call) < 0) {                                    \
			print_error("%s: %s\n", #call, (err)->text); \
			assert_true(false && #call);                 \
		}                                                    \
	} while (0)

#endif
