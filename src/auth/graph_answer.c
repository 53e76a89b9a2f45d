/* What answers mean: see graph.h. */
#include "auth/graph_private.h"

#include <jansson.h>

#define WORDS_SHOWN 70 /* of the server's own, beside what we say */

/* ---------------------------------------------------------------- the body of an error */

static struct str text_member(const json_t *object, const char *name, struct arena *arena)
{
	const json_t *text = json_object_get(object, name);

	if (!json_is_string(text))
		return STR("");
	return arena_str(arena, str_new(json_string_value(text), json_string_length(text)));
}

struct graph_fault graph_fault_of(struct str body, struct arena *arena)
{
	json_t *json = body.n ? json_loadb(body.p, body.n, JSON_REJECT_DUPLICATES, NULL) : NULL;
	const json_t *error = json_object_get(json, "error");
	struct graph_fault fault = {text_member(error, "code", arena), text_member(error, "message", arena)};

	json_decref(json);
	return fault;
}

static bool is_code(const struct graph_fault *fault, const char *const *codes)
{
	for (; *codes; codes++)
		if (str_eq_nocase(fault->code, str_of(*codes)))
			return true;
	return false;
}

bool graph_is_no_mailbox(const struct graph_fault *fault)
{
	static const char *const codes[] = {"ErrorInvalidUser",
	                                    "ResourceNotFound",
	                                    "Request_ResourceNotFound",
	                                    "MailboxNotEnabledForRESTAPI",
	                                    "ErrorNonExistentMailbox",
	                                    "MailboxNotSupportedForRESTAPI",
	                                    NULL};

	return is_code(fault, codes);
}

bool graph_is_busy(int status, const struct graph_fault *fault)
{
	static const char *const codes[] = {"ErrorServerBusy",
	                                    "ApplicationThrottled",
	                                    "TooManyRequests",
	                                    "ErrorTooManyObjectsOpened",
	                                    "ErrorMailboxStoreUnavailable",
	                                    "ErrorInternalServerTransientError",
	                                    NULL};

	return status == 429 || status == 503 || status == 504 || status == 509 || is_code(fault, codes);
}

/* ---------------------------------------------------------------- in words */

/* What the administrator has to do; NULL where nothing but waiting or asking helps. */
static const char *advice(int status, const struct graph_fault *fault)
{
	static const char *const send_as[] = {"ErrorSendAsDenied", NULL};
	static const char *const disabled[] = {"ErrorMailboxDisabled", "ErrorAccountDisabled", "AccountDisabled", NULL};

	if (is_code(fault, send_as))
		return "the mailbox may not send with this From address";
	if (is_code(fault, disabled))
		return "the mailbox is disabled";
	if (graph_is_no_mailbox(fault))
		return "no such mailbox; check the user principal name and its Exchange Online licence";
	if (status == 401)
		return "the token is refused; check the profile's tenant and scope";
	if (status == 403)
		return "the application may not do this; give it Mail.ReadWrite and Mail.Send and let its access "
		       "policy "
		       "include the mailbox (docs/graph.md)";
	return NULL;
}

static int code_of(int status, int64_t retry_after_ms, const struct graph_fault *fault)
{
	if (status == 429 || (retry_after_ms > 0 && status >= 500) || (status < 500 && graph_is_busy(status, fault)))
		return E_THROTTLED;
	if (status == 401 || status == 403)
		return E_AUTH;
	if (status == 404)
		return E_NOT_FOUND;
	return status / 100 == 3 ? E_PROTOCOL : E_REFUSED;
}

static enum retry retry_of(int status, const struct graph_fault *fault)
{
	if (graph_is_busy(status, fault) || status >= 500)
		return RETRY_LATER;
	/* Time-out, conflict, precondition, locked: it passes. */
	return status == 408 || status == 409 || status == 412 || status == 423 ? RETRY_LATER : RETRY_NEVER;
}

int graph_refused_as(const struct graph *graph, int status, int64_t retry_after_ms, const struct graph_fault *fault,
                     const char *step, struct error *err)
{
	const char *what_to_do = advice(status, fault);
	int code = code_of(status, retry_after_ms, fault);
	struct str words = str_slice(fault->message, 0, WORDS_SHOWN);

	fail(err, code, retry_of(status, fault), "%s: %s%s%s answers %d " STR_FMT "%s" STR_FMT "%s", step,
	     what_to_do ? what_to_do : "", what_to_do ? " (" : "", graph->host, status,
	     STR_ARG(str_slice(fault->code, 0, WORDS_SHOWN)), words.n ? " " : "", STR_ARG(words),
	     what_to_do ? ")" : "");
	if (err && retry_after_ms > 0)
		err->retry_after_ms = retry_after_ms;
	return code;
}

int graph_refused(const struct graph *graph, const struct http_answer *answer, const char *step, struct error *err)
{
	struct arena *arena CLEANUP(arena_freep) = arena_new();
	struct graph_fault fault = graph_fault_of(answer->body, arena);

	return graph_refused_as(graph, answer->status, answer->retry_after_ms, &fault, step, err);
}
