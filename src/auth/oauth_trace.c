/* See oauth_trace.h. */
#include "auth/oauth_trace.h"

#include "base/mem.h"

#include <jansson.h>
#include <stdio.h>

#define MAX_LINE    1000
#define MAX_VALUE   300
#define MAX_NAME    40
#define MAX_MEMBERS 20

/* Parameters of requests, members of answers. Of all others there is the name alone. */
static const char *const open_parameters[] = {"grant_type", "scope",    "client_id",    "client_assertion_type",
                                              "audience",   "resource", "redirect_uri", "username"};
static const char *const open_members[] = {"error", "error_description", "suberror",      "token_type", "expires_in",
                                           "scope", "trace_id",          "correlation_id"};

static bool is_among(struct str name, const char *const *names, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (str_eq(name, str_of(names[i])))
			return true;
	return false;
}

static void tell(const struct oauth_question *question, const char *who, struct str text)
{
	char line[MAX_LINE + 1];
	int n = snprintf(line, sizeof line, "-- token endpoint%s: " STR_FMT, who, STR_ARG(text));

	line[str_make_printable(line, MIN((size_t)n, sizeof line - 1), false)] = '\0';
	question->transcript(question->transcript_ctx, line);
}

/* ---------------------------------------------------------------- the request */

static void tell_form(const struct oauth_question *question, struct str form, bool basic)
{
	struct buf text CLEANUP(buf_done) = BUF_INIT(MAX_LINE);
	struct str parameter;

	while (str_split(&form, '&', &parameter)) {
		ptrdiff_t equals = str_find_char(parameter, '=');
		struct str name = str_slice(parameter, 0, equals < 0 ? 0 : (size_t)equals);
		bool open = is_among(name, open_parameters, ARRAY_LEN(open_parameters));

		buf_printf(&text, "%s" STR_FMT "=", text.n ? " " : "", STR_ARG(str_slice(name, 0, MAX_NAME)));
		buf_add(&text, open ? str_slice(parameter, (size_t)equals + 1, (size_t)equals + 1 + MAX_VALUE)
		                    : STR("<secret>"));
	}
	if (basic)
		buf_add_cstr(&text, " (Authorization: Basic <secret>)");
	tell(question, " C", buf_str(&text));
}

void oauth_trace_request(const struct oauth_question *question, const char *endpoint, const struct secret *form,
                         bool basic)
{
	struct buf text CLEANUP(buf_done) = BUF_INIT(MAX_LINE);
	ptrdiff_t query = str_find_char(str_of(endpoint), '?');
	size_t end = query < 0 ? strlen(endpoint) : (size_t)query;

	if (!question->transcript)
		return;
	buf_printf(&text, "POST " STR_FMT "%s", STR_ARG(str_new(endpoint, MIN(end, (size_t)500))),
	           query < 0 ? "" : "?<...>");
	tell(question, " C", buf_str(&text));
	tell_form(question, secret_reveal(form), basic);
}

/* ---------------------------------------------------------------- what of an answer may be shown */

static int hex_digit(char c)
{
	return is_digit(c) ? c - '0' : c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1;
}

/* What oauth_add() encoded, as it was. */
static void decode(struct str encoded, struct secret *ret_plain)
{
	struct buf plain = BUF_INIT(encoded.n + 1);

	(void)!buf_room(&plain, encoded.n);
	for (size_t i = 0; i < encoded.n; i++) {
		char c = encoded.p[i];
		bool is_code = c == '%' && i + 2 < encoded.n;

		buf_add_char(&plain, is_code    ? (char)(hex_digit(encoded.p[i + 1]) * 16 + hex_digit(encoded.p[i + 2]))
		                     : c == '+' ? ' '
		                                : c);
		i += is_code ? 2 : 0;
	}
	secret_set(ret_plain, buf_str(&plain));
	mem_wipe_free(plain.p, plain.size);
}

static bool holds(struct str text, struct str encoded)
{
	struct secret plain CLEANUP(secret_done) = {0};

	if (!encoded.n)
		return false;
	decode(encoded, &plain);
	return str_find(text, encoded) >= 0 || str_find(text, secret_reveal(&plain)) >= 0;
}

/* Servers may repeat what they were sent. */
static bool repeats_secret(struct str text, struct str form, struct str basic_password)
{
	struct str parameter;

	if (oauth_holds_token(text) || holds(text, basic_password))
		return true;
	while (str_split(&form, '&', &parameter)) {
		ptrdiff_t equals = str_find_char(parameter, '=');
		struct str name = str_slice(parameter, 0, equals < 0 ? 0 : (size_t)equals);

		if (!is_among(name, open_parameters, ARRAY_LEN(open_parameters)) &&
		    holds(text, str_slice(parameter, name.n + 1, parameter.n)))
			return true;
	}
	return false;
}

static void add_member(struct buf *text, const char *key, const json_t *value, struct str form, struct str basic)
{
	struct str name = str_of(key), shown = STR("<secret>");
	char number[30];

	if (repeats_secret(name, form, basic)) /* a server that plays tricks */
		name = STR("<secret>");
	else if (is_among(name, open_members, ARRAY_LEN(open_members)) && json_is_integer(value)) {
		snprintf(number, sizeof number, "%lld", (long long)json_integer_value(value));
		shown = str_of(number);
	} else if (is_among(name, open_members, ARRAY_LEN(open_members)) && json_is_string(value)) {
		shown = str_new(json_string_value(value), json_string_length(value));
		if (repeats_secret(shown, form, basic))
			shown = STR("<secret>");
	}
	buf_add_char(text, ' ');
	buf_add(text, str_slice(name, 0, MAX_NAME));
	buf_add_char(text, '=');
	buf_add(text, str_slice(shown, 0, MAX_VALUE));
}

/* ---------------------------------------------------------------- the answer */

void oauth_trace_answer(const struct oauth_question *question, const struct http_answer *answer,
                        const struct secret *form, const struct secret *basic_password)
{
	struct buf text CLEANUP(buf_done) = BUF_INIT(MAX_LINE);
	struct str basic = secret_is_set(basic_password) ? secret_reveal(basic_password) : STR_NULL;
	json_error_t ignored;
	json_t *object, *value;
	const char *key;
	int n = 0;

	if (!question->transcript)
		return;
	object = answer->body.n ? json_loadb(answer->body.p, answer->body.n, JSON_REJECT_DUPLICATES, &ignored) : NULL;
	buf_printf(&text, "%d", answer->status);
	if (!json_is_object(object))
		buf_printf(&text, ", %zu bytes that are no JSON object", answer->body.n);
	json_object_foreach (object, key, value)
		if (n++ < MAX_MEMBERS)
			add_member(&text, key, value, secret_reveal(form), basic);
	json_decref(object);
	tell(question, " S", buf_str(&text));
}

void oauth_trace_failure(const struct oauth_question *question, const struct error *err)
{
	if (question->transcript)
		tell(question, "", str_of(err->text));
}
