/* See check.h. */
#define PCRE2_CODE_UNIT_WIDTH 8

#include "setup/check.h"

#include "base/mail_address.h"
#include "base/str.h"
#include "record/record.h"

#include <pcre2.h>
#include <stdio.h>

const char *check_host(const char *value)
{
	static const char expected[] = "is not a host name or IP address (no scheme, no port: \"mail.example.com\")";
	struct str s = str_of(value);

	if (s.n < 1 || s.n > 253 || s.p[0] == '.' || s.p[0] == '-')
		return expected;
	for (size_t i = 0; i < s.n; i++)
		if (!is_alpha(s.p[i]) && !is_digit(s.p[i]) && !strchr(".-_:", s.p[i]))
			return expected;
	/* A single colon is a port; an IPv6 address has at least two. */
	ptrdiff_t colon = str_find_char(s, ':');
	if (colon >= 0 && str_find_char(str_slice(s, (size_t)colon + 1, s.n), ':') < 0)
		return expected;
	return NULL;
}

const char *check_id(const char *value)
{
	return record_id_check(str_of(value));
}

const char *check_address(const char *value)
{
	static const char expected[] =
	        "is not an email address (\"name@example.com\", the name to show goes elsewhere)";
	struct str s = str_of(value);
	ptrdiff_t at = str_find_char(s, '@');

	/* Nobody's own address needs quotes or a domain literal; a rule that has to be explained is worse. */
	if (mail_address_fault(s) || strpbrk(value, " :\\\"") || s.n > 254 || s.p[s.n - 1] == '.')
		return expected;
	return strchr(value + at + 1, '@') ? expected : NULL;
}

const char *check_absolute_path(const char *value)
{
	return value[0] == '/' ? NULL : "is not an absolute path";
}

const char *check_truststore(const char *value)
{
	return value[0] == '/' || !strchr(value, '/') ? NULL : "is neither an absolute path nor the id of a keystore";
}

const char *check_https_url(const char *value)
{
	static const char expected[] = "is not an address on the web (\"https://example.com/help\")";
	struct str s = str_of(value);

	if (!str_starts(s, STR("https://")) || s.n < 12)
		return expected;
	for (size_t i = 0; i < s.n; i++)
		if ((unsigned char)s.p[i] <= ' ' || (unsigned char)s.p[i] >= 0x7f || strchr("<>\"\\^`{|}", s.p[i]))
			return expected;
	/* "https://bank.example@evil.example/" isn't what it looks like. */
	return memchr(value + 8, '@', strcspn(value + 8, "/?#")) ? expected : NULL;
}

const char *check_pattern(const char *value)
{
	static _Thread_local char wrong[200];
	int code;
	size_t offset;
	pcre2_code *compiled = pcre2_compile((PCRE2_SPTR)value, strlen(value), PCRE2_UTF | PCRE2_NEVER_BACKSLASH_C,
	                                     &code, &offset, NULL);
	if (compiled) {
		pcre2_code_free(compiled);
		return NULL;
	}
	PCRE2_UCHAR words[120];
	pcre2_get_error_message(code, words, sizeof words);
	snprintf(wrong, sizeof wrong, "is not a regular expression (%s, at character %zu)", (const char *)words,
	         offset + 1);
	return wrong;
}

const char *check_event_filter(const char *value)
{
	size_t dots = 0;

	if (strcmp(value, "*") == 0)
		return NULL;
	for (const char *p = value; *p; p++) {
		dots += *p == '.';
		if (!(*p >= 'a' && *p <= 'z') && *p != '.' && *p != '-' &&
		    !(*p == '*' && !p[1] && p > value && p[-1] == '.'))
			return "is not a kind of event (\"case.created\", \"case.*\", \"*\")";
	}
	return dots == 1 && value[0] != '.' ? NULL : "is not a kind of event (\"case.created\", \"case.*\", \"*\")";
}
