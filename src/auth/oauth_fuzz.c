/* Fuzz target: any bytes as a token endpoint's answer (the first byte chooses the status) and as a service account's
 * file. Tokens that are accepted are one word; nothing that was sent is repeated in an error or in a transcript. */
#include "auth/oauth.h"
#include "auth/oauth_trace.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check_token(const struct secret *token)
{
	for (size_t i = 0; i < token->n; i++)
		must((unsigned char)token->p[i] > 0x20 && (unsigned char)token->p[i] < 0x7f);
	must(token->n <= OAUTH_MAX_TOKEN);
}

static void check_answer(int status, struct str body)
{
	struct secret sent CLEANUP(secret_done) = {0};
	struct oauth_tokens tokens CLEANUP(oauth_tokens_done) = {0};
	struct http_answer answer = {.status = status, .body = body};
	const struct secret *secrets[1] = {&sent};
	struct error err = {0};

	secret_set(&sent, STR("SENT-SECRET"));
	if (oauth_read_answer(&answer, "host.example", secrets, 1, &tokens, &err) < 0) {
		must(err.text[0] && !strstr(err.text, "SENT-SECRET"));
		must(err.retry != RETRY_NEVER || err.code == E_AUTH);
		return;
	}
	must(secret_is_set(&tokens.access) && tokens.lifetime_ms >= 0);
	check_token(&tokens.access);
	check_token(&tokens.refresh);
}

static void see_line(void *ctx, const char *line)
{
	(void)ctx;
	must(str_is_utf8(str_of(line)) && !strchr(line, '\n') && !strstr(line, "SENT SECRET&") &&
	     !strstr(line, "SENT+SECRET%26"));
}

static void check_transcript(int status, struct str body)
{
	const struct oauth_question question = {.transcript = see_line};
	const struct http_answer answer = {.status = status, .body = body};
	struct secret form CLEANUP(secret_done) = {0}, none = {0};

	secret_set(&form, STR("grant_type=refresh_token&refresh_token=SENT+SECRET%26&client_id=desk"));
	oauth_trace_answer(&question, &answer, &form, &none);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const int statuses[] = {200, 400, 401, 403, 404, 429, 500, 302};
	struct arena *arena CLEANUP(arena_freep) = arena_new();
	struct service_account account = {0};
	struct str body = size ? str_new(data + 1, size - 1) : STR("");
	struct error err;

	check_answer(statuses[size ? data[0] % ARRAY_LEN(statuses) : 0], body);
	check_transcript(statuses[size ? data[0] % ARRAY_LEN(statuses) : 0], body);
	if (service_account_read(body, arena, &account, &err) == 0)
		must(*account.client_email && secret_is_set(&account.private_key));
	secret_done(&account.private_key);
	return 0;
}
