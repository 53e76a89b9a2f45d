/* What every file of Hauspost may take for granted: sizes, booleans, attributes, cleanup, assertions.
 * The only header that is included everywhere; it stays small. */
#ifndef BASE_BASE_H
#define BASE_BASE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define NODISCARD       __attribute__((warn_unused_result))
#define PRINTF(fmt, at) __attribute__((format(printf, fmt, at)))
#define NORETURN        __attribute__((noreturn))
#define CLEANUP(fn)     __attribute__((cleanup(fn)))
#define UNUSED          __attribute__((unused))

/* clang's -Wthread-safety: a field that threads share says which lock guards it. Empty for gcc. */
#if defined(__clang__)
#define CAPABILITY(name) __attribute__((capability(name)))
#define GUARDED_BY(lock) __attribute__((guarded_by(lock)))
#define REQUIRES(lock)   __attribute__((requires_capability(lock)))
#define ACQUIRES(lock)   __attribute__((acquire_capability(lock)))
#define RELEASES(lock)   __attribute__((release_capability(lock)))
#else
#define CAPABILITY(name)
#define GUARDED_BY(lock)
#define REQUIRES(lock)
#define ACQUIRES(lock)
#define RELEASES(lock)
#endif

#define ARRAY_LEN(a) (sizeof(a) / sizeof((a)[0]))
#define MIN(a, b)    ((a) < (b) ? (a) : (b))
#define MAX(a, b)    ((a) > (b) ? (a) : (b))

#define KIB(n) ((size_t)(n)*1024)
#define MIB(n) ((size_t)(n)*1024 * 1024)

/* Hands on what a cleanup local owns: `return take(p)` leaves NULL behind, so the cleanup frees nothing. */
#define take(p)                             \
	__extension__({                     \
		__typeof__(p) taken_ = (p); \
		(p) = NULL;                 \
		taken_;                     \
	})

/* Defines cleanup function `name##p` for CLEANUP(): calls `fn` on the pointer unless it is NULL. */
#define DEFINE_CLEANUP(type, fn)                 \
	UNUSED static inline void fn##p(type *p) \
	{                                        \
		if (*p)                          \
			fn(*p);                  \
	}

/* A programmer's mistake, never for input; stays in release builds. Prints place and expression, then aborts. */
#define must(expr) ((expr) ? (void)0 : must_failed(#expr, __FILE__, __LINE__))
void must_failed(const char *expr, const char *file, int line) NORETURN;

#endif
