/* See http_parts.h. What a request and its answer look like to people: lines without secrets, bodies as their size. */
#include "net/http_parts.h"

#include <stdio.h>

#define MAX_LINE 1000

/* Values that are secrets, or as good as one. */
static const char *const secret_fields[] = {"authorization", "proxy-authorization", "cookie", "set-cookie"};

static bool is_secret_field(struct str name)
{
	for (size_t i = 0; i < ARRAY_LEN(secret_fields); i++)
		if (str_eq_nocase(name, str_of(secret_fields[i])))
			return true;
	return false;
}

/* A query may carry a code or a session's token. Only OData's own parameters ($select, $top, …) are shown as they are.
 */
static void add_url(struct buf *line, struct str url)
{
	ptrdiff_t query = str_find_char(url, '?');
	struct str rest, parameter;
	bool first = true;

	if (query < 0) {
		buf_add(line, url);
		return;
	}
	buf_add(line, str_slice(url, 0, (size_t)query));
	rest = str_slice(url, (size_t)query + 1, url.n);
	for (; str_split(&rest, '&', &parameter); first = false) {
		ptrdiff_t equals = str_find_char(parameter, '=');
		bool open = str_starts(parameter, STR("$")) || str_starts(parameter, STR("%24"));

		buf_add_char(line, first ? '?' : '&');
		buf_add(line, open ? parameter : str_slice(parameter, 0, equals < 0 ? 0 : (size_t)equals));
		if (!open)
			buf_add_cstr(line, equals < 0 ? "<...>" : "=<...>");
	}
}

static void add_line(struct buf *line, struct str text)
{
	ptrdiff_t colon = str_find_char(text, ':'), space = str_find_char(text, ' '),
	          end = str_find(text, STR(" HTTP/"));
	struct str name = colon < 0 ? STR_NULL : str_slice(text, 0, (size_t)colon);

	if (is_secret_field(name)) {
		buf_add(line, name);
		buf_add_cstr(line, ": <secret>");
	} else if (str_eq_nocase(name, STR("location")) || str_eq_nocase(name, STR("content-location"))) {
		buf_add(line, name);
		buf_add_cstr(line, ": ");
		add_url(line, str_trim(str_slice(text, (size_t)colon + 1, text.n)));
	} else if (space > 0 && space < end) { /* the request line */
		buf_add(line, str_slice(text, 0, (size_t)space + 1));
		add_url(line, str_slice(text, (size_t)space + 1, (size_t)end));
		buf_add(line, str_slice(text, (size_t)end, text.n));
	} else {
		buf_add(line, text);
	}
}

static void show(const struct exchange *exchange, char who, struct str text)
{
	/* Whatever doesn't fit goes as a whole piece: half of a value is never shown. */
	struct buf line CLEANUP(buf_done) = BUF_INIT(MAX_HEAD_BYTES);
	char shown[MAX_LINE + 1];
	int n;

	if (!text.n)
		return;
	add_line(&line, text);
	n = snprintf(shown, sizeof shown, "%c: " STR_FMT, who, STR_ARG(buf_str(&line)));
	shown[str_make_printable(shown, MIN((size_t)n, sizeof shown - 1), false)] = '\0';
	exchange->options->transcript(exchange->options->transcript_ctx, shown);
}

static void show_lines(const struct exchange *exchange, char who, struct str lines)
{
	struct str line;

	while (str_split(&lines, '\n', &line))
		show(exchange, who, str_trim(line));
}

static void show_bulk(const struct exchange *exchange, char who, size_t *bytes)
{
	char text[40];

	if (*bytes) {
		snprintf(text, sizeof text, "<%zu bytes>", *bytes);
		show(exchange, who, str_of(text));
	}
	*bytes = 0;
}

void exchange_show_rest(struct exchange *exchange)
{
	if (!exchange->options->transcript)
		return;
	show_bulk(exchange, 'C', &exchange->sent_bulk);
	show_bulk(exchange, 'S', &exchange->received_bulk);
}

int exchange_on_debug(CURL *curl, curl_infotype type, char *p, size_t n, void *ctx)
{
	struct exchange *exchange = ctx;

	(void)curl;
	if (type == CURLINFO_DATA_OUT)
		exchange->sent_bulk += n;
	else if (type == CURLINFO_DATA_IN)
		exchange->received_bulk += n;
	else if (type == CURLINFO_HEADER_OUT || type == CURLINFO_HEADER_IN) {
		exchange_show_rest(exchange);
		show_lines(exchange, type == CURLINFO_HEADER_OUT ? 'C' : 'S', str_new(p, n));
	}
	return 0;
}
