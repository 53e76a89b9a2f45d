/* See site.h. */
#include "api/site.h"

#include <arpa/inet.h>
#include <stdio.h>

/* "name:port", "[::1]:port" into host (without brackets) and port ("" where there is none); false where it is neither.
 */
static bool split_host(struct str text, struct str *ret_host, struct str *ret_port)
{
	ptrdiff_t end;
	struct str rest;

	if (text.n > 0 && text.p[0] == '[') {
		end = str_find_char(text, ']');
		if (end < 0)
			return false;
		*ret_host = str_slice(text, 1, (size_t)end);
		rest = str_slice(text, (size_t)end + 1, text.n);
	} else {
		end = str_find_char(text, ':');
		*ret_host = end < 0 ? text : str_slice(text, 0, (size_t)end);
		rest = end < 0 ? STR("") : str_slice(text, (size_t)end, text.n);
	}
	if (rest.n > 0 && rest.p[0] != ':')
		return false;
	*ret_port = str_slice(rest, 1, rest.n);
	return ret_host->n > 0;
}

static bool is_host_text(struct str host)
{
	for (size_t i = 0; i < host.n; i++)
		if (!is_alpha(host.p[i]) && !is_digit(host.p[i]) && !strchr(".-:_", host.p[i]))
			return false;
	return true;
}

static void lower(char *text)
{
	for (; *text; text++)
		*text = ascii_lower(*text);
}

static int no_url(const char *url, struct error *err)
{
	return fail(err, E_INVALID, RETRY_NEVER,
	            "the URL '%.100s' is not http:// or https:// with a host and perhaps a port, and nothing behind",
	            url);
}

int site_init(struct site *site, const char *url, struct error *err)
{
	struct str rest = str_of(url), host, port;
	bool is_https = str_starts_nocase(rest, STR("https://"));
	uint64_t number = is_https ? 443 : 80;
	struct site made = {.is_https = is_https};

	if (!is_https && !str_starts_nocase(rest, STR("http://")))
		return no_url(url, err);
	rest = str_slice(rest, is_https ? 8 : 7, rest.n);
	if (rest.n > 0 && rest.p[rest.n - 1] == '/')
		rest.n--;
	if (rest.n >= sizeof made.host || !split_host(rest, &host, &port) || !is_host_text(host) ||
	    (port.n > 0 && (!str_to_uint(port, 65535, &number) || number == 0)))
		return no_url(url, err);
	snprintf(made.host, sizeof made.host, STR_FMT, STR_ARG(host));
	lower(made.host);
	snprintf(made.url, sizeof made.url, "%s://" STR_FMT, is_https ? "https" : "http", STR_ARG(rest));
	snprintf(made.origin, sizeof made.origin, strchr(made.host, ':') ? "%s://[%s]" : "%s://%s",
	         is_https ? "https" : "http", made.host);
	if (number != (is_https ? 443 : 80))
		snprintf(made.origin + strlen(made.origin), sizeof made.origin - strlen(made.origin), ":%d",
		         (int)number);
	*site = made;
	return 0;
}

static bool is_address(const char *host)
{
	struct in_addr four;
	struct in6_addr six;

	return inet_pton(AF_INET, host, &four) == 1 || inet_pton(AF_INET6, host, &six) == 1;
}

bool site_knows_host(const struct site *site, const char *host)
{
	struct str name, port;
	char text[sizeof site->host];
	uint64_t number;

	if (!split_host(str_of(host), &name, &port) || name.n >= sizeof text ||
	    (port.n > 0 && !str_to_uint(port, 65535, &number)))
		return false;
	snprintf(text, sizeof text, STR_FMT, STR_ARG(name));
	return str_eq_nocase(name, STR("localhost")) || str_eq_nocase(name, str_of(site->host)) || is_address(text);
}

bool site_knows_origin(const struct site *site, const char *origin, const char *host)
{
	struct str text = str_of(origin);

	if (str_eq_nocase(text, str_of(site->origin)))
		return true;
	if (!str_starts_nocase(text, STR("http://")) && !str_starts_nocase(text, STR("https://")))
		return false;
	text = str_slice(text, str_starts_nocase(text, STR("https://")) ? 8 : 7, text.n);
	return site_knows_host(site, host) && str_eq_nocase(text, str_of(host));
}
