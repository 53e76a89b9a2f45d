/* Mechanisms by the examples of their RFCs, what a hostile server may say to them, and which one is chosen. */
#include "auth/sasl.h"

#include "auth/mechanism.h"
#include "base/base64.h"
#include "base/mem.h"
#include "net/dialogue/dialogue.h"

#include <stdio.h>

#include "base/test.h"

/* ---------------------------------------------------------------- exchanges */

/* One exchange: what the server says and what we answer, both as text. The last may be an error. */
struct vector {
	enum sasl_mechanism mechanism;
	const char *user, *secret, *nonce;
	const char
	        *lines[8]; /* response, challenge, response …; a server-first mechanism begins with "" and challenge */
	int code;          /* of the error to the last challenge; 0: none */
};

#define RFC7677_NONCE "rOprNGfwEbeRWgbNEkqO"
#define RFC7677_FIRST "r=rOprNGfwEbeRWgbNEkqO%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0,s=W22ZaJ0SNY7soEsUEjb6gQ==,i=4096"
#define RFC7677_PROOF \
	"c=biws,r=rOprNGfwEbeRWgbNEkqO%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0,p=dHzbZapWIk4jUhN+Ute9ytag9zjfMHgsqmmiz7AndVQ="

/* clang-format off */
static const struct vector vectors[] = {
	{SASL_PLAIN, "tim", "tanstaaftanstaaf", NULL, {"|tim|tanstaaftanstaaf"}, 0}, /* RFC 4616 §4; | is NUL */
	{SASL_LOGIN, "tim", "secret", NULL, {"", "Username:", "tim", "Password:", "secret"}, 0},
	{SASL_LOGIN, "tim", "secret", NULL, {"", "Nom:", "tim", "Mot:", "secret", "More:"}, E_PROTOCOL},
	/* RFC 2195 §2 */
	{SASL_CRAM_MD5, "tim", "tanstaaftanstaaf", NULL,
		{"", "<1896.697170952@postoffice.reston.mci.net>", "tim b913a602c7eda7a495b4e6e7334d3890"}, 0},
	{SASL_CRAM_MD5, "tim", "x", NULL, {"", ""}, E_PROTOCOL},
	{SASL_CRAM_MD5, "tim", "tanstaaftanstaaf", NULL,
		{"", "<1896.697170952@postoffice.reston.mci.net>", "tim b913a602c7eda7a495b4e6e7334d3890", "again"}, E_PROTOCOL},
	/* RFC 5802 §5 */
	{SASL_SCRAM_SHA_1, "user", "pencil", "fyko+d2lbbFgONRv9qkxdawL",
		{"n,,n=user,r=fyko+d2lbbFgONRv9qkxdawL", "r=fyko+d2lbbFgONRv9qkxdawL3rfcNHYJY1ZVvWVs7j,s=QSXCR+Q6sek8bf92,i=4096",
		"c=biws,r=fyko+d2lbbFgONRv9qkxdawL3rfcNHYJY1ZVvWVs7j,p=v0X8v3Bz2T0CJGbJQyF0X+HI4Ts=", "v=rmF9pqV8S7suAoZWja4dJRkFsKQ=", ""}, 0},
	/* RFC 7677 §3 */
	{SASL_SCRAM_SHA_256, "user", "pencil", RFC7677_NONCE,
		{"n,,n=user,r=" RFC7677_NONCE, RFC7677_FIRST, RFC7677_PROOF, "v=6rriTRBi23WpRR/wtup+mMhUZUn/dB5nLTJRsjl95G4=", ""}, 0},
	/* another's signature, none at all, an error, something behind the end */
	{SASL_SCRAM_SHA_256, "user", "pencil", RFC7677_NONCE,
		{"n,,n=user,r=" RFC7677_NONCE, RFC7677_FIRST, RFC7677_PROOF, "v=7rriTRBi23WpRR/wtup+mMhUZUn/dB5nLTJRsjl95G4="}, E_INSECURE},
	{SASL_SCRAM_SHA_256, "user", "pencil", RFC7677_NONCE,
		{"n,,n=user,r=" RFC7677_NONCE, RFC7677_FIRST, RFC7677_PROOF, "v="}, E_INSECURE},
	{SASL_SCRAM_SHA_256, "user", "pencil", RFC7677_NONCE,
		{"n,,n=user,r=" RFC7677_NONCE, RFC7677_FIRST, RFC7677_PROOF, ""}, E_PROTOCOL},
	{SASL_SCRAM_SHA_256, "user", "pencil", RFC7677_NONCE,
		{"n,,n=user,r=" RFC7677_NONCE, RFC7677_FIRST, RFC7677_PROOF, "e=invalid-proof"}, E_AUTH},
	{SASL_SCRAM_SHA_256, "user", "pencil", RFC7677_NONCE,
		{"n,,n=user,r=" RFC7677_NONCE, RFC7677_FIRST, RFC7677_PROOF, "e=server-does-support-channel-binding"}, E_INSECURE},
	/* what the first message of a server must not say */
	{SASL_SCRAM_SHA_256, "u", "p", "abc", {"n,,n=u,r=abc", "r=abx,s=QSXCR+Q6sek8bf92,i=4096"}, E_INSECURE},
	{SASL_SCRAM_SHA_256, "u", "p", "abc", {"n,,n=u,r=abc", "r=abc,s=QSXCR+Q6sek8bf92,i=4096"}, E_INSECURE},
	{SASL_SCRAM_SHA_256, "u", "p", "abc", {"n,,n=u,r=abc", "r=ab,s=QSXCR+Q6sek8bf92,i=4096"}, E_INSECURE},
	{SASL_SCRAM_SHA_256, "u", "p", "abc", {"n,,n=u,r=abc", "r=abcd,s=QSXCR+Q6sek8bf92,i=4095"}, E_INSECURE},
	{SASL_SCRAM_SHA_256, "u", "p", "abc", {"n,,n=u,r=abc", "r=abcd,s=QSXCR+Q6sek8bf92,i=600001"}, E_LIMIT},
	{SASL_SCRAM_SHA_256, "u", "p", "abc", {"n,,n=u,r=abc", "r=abcd,s=QSXCR+Q6sek8bf92,i=99999999999999999999"}, E_PROTOCOL},
	{SASL_SCRAM_SHA_256, "u", "p", "abc", {"n,,n=u,r=abc", "r=abcd,s=QSXCR+Q6sek8bf92,i=-1"}, E_PROTOCOL},
	{SASL_SCRAM_SHA_256, "u", "p", "abc", {"n,,n=u,r=abc", "r=abcd,s=%%%,i=4096"}, E_PROTOCOL},
	{SASL_SCRAM_SHA_256, "u", "p", "abc", {"n,,n=u,r=abc", "r=abcd,s=,i=4096"}, E_PROTOCOL},
	{SASL_SCRAM_SHA_256, "u", "p", "abc", {"n,,n=u,r=abc", "r=abcd,i=4096"}, E_PROTOCOL},
	{SASL_SCRAM_SHA_256, "u", "p", "abc", {"n,,n=u,r=abc", "m=x,r=abcd,s=QSXCR+Q6sek8bf92,i=4096"}, E_PROTOCOL},
	{SASL_SCRAM_SHA_256, "u", "p", "abc", {"n,,n=u,r=abc", ""}, E_PROTOCOL},
	/* names that would end their field */
	{SASL_SCRAM_SHA_256, "a=b,c", "p", "abc", {"n,,n=a=3Db=2Cc,r=abc"}, 0},
	/* RFC 7628 §4.1, §4.3; ^ is U+0001 */
	{SASL_OAUTHBEARER, "user@example.com", "vF9dft4qmTc2Nvb3RlckBhbHRhdmlzdGEuY29tCg==", NULL,
		{"n,a=user@example.com,^host=server.example.com^port=143^auth=Bearer vF9dft4qmTc2Nvb3RlckBhbHRhdmlzdGEuY29tCg==^^",
		"{\"status\":\"invalid_token\",\"scope\":\"example_scope\"}", "^"}, 0},
	{SASL_OAUTHBEARER, "u", "t", NULL, {"n,a=u,^host=server.example.com^port=143^auth=Bearer t^^", "{", "^", "{"}, E_PROTOCOL},
	{SASL_XOAUTH2, "someuser@example.com", "ya29.vF9dft4qmTc2Nvb3RlckBhdHRhdmlzdGEuY29tCg", NULL,
		{"user=someuser@example.com^auth=Bearer ya29.vF9dft4qmTc2Nvb3RlckBhdHRhdmlzdGEuY29tCg^^",
		"{\"status\":\"401\"}", ""}, 0},
};
/* clang-format on */

/* '|' for NUL and '^' for U+0001, in place. */
static struct str visible(struct buf *out)
{
	for (size_t i = 0; i < out->n; i++)
		out->p[i] = out->p[i] == '\0' ? '|' : out->p[i] == '\001' ? '^' : out->p[i];
	return buf_str(out);
}

static void play_vector(const struct vector *v)
{
	struct exchange exchange CLEANUP(exchange_done) = {.mechanism = v->mechanism,
	                                                   .user = str_of(v->user),
	                                                   .secret = str_of(v->secret),
	                                                   .host = "server.example.com",
	                                                   .port = 143};
	struct error err = {0};
	int rc = 0;

	sasl_fix_nonce(v->nonce);
	for (size_t i = exchange_is_client_first(&exchange) ? 0 : 2; i < ARRAY_LEN(v->lines); i += 2) {
		struct buf out CLEANUP(buf_wipe) = BUF_INIT(SASL_RESPONSE_MAX);
		const char *challenge = i ? v->lines[i - 1] : "";

		if (!challenge || (i == 0 && !v->lines[0]))
			break;
		rc = exchange_respond(&exchange, str_of(challenge), &out, &err);
		if (rc < 0)
			break;
		assert_non_null(v->lines[i]);
		assert_str(visible(&out), v->lines[i]);
	}
	if (rc != v->code)
		print_error("%s %s: %d %s\n", sasl_mechanism_name(v->mechanism), v->lines[1], rc, err.text);
	assert_int_equal(rc, v->code);
}

static void examples_of_the_rfcs_and_hostile_challenges(void **state UNUSED)
{
	for (size_t i = 0; i < ARRAY_LEN(vectors); i++)
		play_vector(&vectors[i]);
	sasl_fix_nonce(NULL);
}

static void a_binding_goes_into_the_proof(void **state UNUSED)
{
	struct exchange exchange CLEANUP(exchange_done) = {
	        .mechanism = SASL_SCRAM_SHA_256_PLUS,
	        .user = STR("u"),
	        .secret = STR("p"),
	        .binding = {.type = "tls-exporter", .bytes = "ABC", .n = 3},
	};
	struct buf first CLEANUP(buf_wipe) = BUF_INIT(SASL_RESPONSE_MAX),
	                 last CLEANUP(buf_wipe) = BUF_INIT(SASL_RESPONSE_MAX);
	struct error err;

	sasl_fix_nonce("abc");
	assert_ok(exchange_respond(&exchange, STR_NULL, &first, &err), &err);
	assert_str(buf_str(&first), "p=tls-exporter,,n=u,r=abc");
	assert_ok(exchange_respond(&exchange, STR("r=abcd,s=QSXCR+Q6sek8bf92,i=4096"), &last, &err), &err);
	/* base64 of "p=tls-exporter,,ABC" */
	assert_true(str_starts(buf_str(&last), STR("c=cD10bHMtZXhwb3J0ZXIsLEFCQw==,r=abcd,p=")));
	sasl_fix_nonce(NULL);
}

static void texts_are_prepared_as_rfc_4013_says(void **state UNUSED)
{
	static const struct {
		const char *text, *want; /* NULL: refused */
	} cases[] = {
	        {"I\xc2\xadX", "IX"},
	        {"user", "user"},
	        {"USER", "USER"},
	        {"\xc2\xaa", "a"},
	        {"\xe2\x85\xa8", "IX"},
	        {"\x07", NULL},
	        {"\xd8\xa7\x31", NULL},
	        {"\xd8\xa7\x31\xd8\xa8", "\xd8\xa7\x31\xd8\xa8"},
	        {"\xd8\xa7z\xd8\xa8", NULL},
	        {"a\xc2\xa0z", "a z"},
	        {"gru\xcc\x88n", "gr\xc3\xbcn"},
	        {"\xee\x80\x80", NULL},
	        {"\xff", NULL},
	        {"", ""},
	};

	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		struct buf out CLEANUP(buf_wipe) = BUF_INIT(100);
		bool ok = saslprep(str_of(cases[i].text), &out);

		assert_int_equal(ok, cases[i].want != NULL);
		assert_str(buf_str(&out), cases[i].want ? cases[i].want : "");
	}
}

/* ---------------------------------------------------------------- a server in memory */

/* What the server does is one letter a turn: + challenge, Y yes, N no, L not now, X not this mechanism, C closes. Its
 * log is what came: "PLAIN=…", "*", responses decoded, between spaces. */
struct server {
	const char *turns;
	const char *challenge; /* raw, of every "+" */
	char log[600];
	struct buf text;
};

static void note(struct server *server, const char *text)
{
	size_t n = strlen(server->log);

	snprintf(server->log + n, sizeof server->log - n, "%s%s", n ? " " : "", text);
}

static void note_base64(struct server *server, const char *name, struct str line)
{
	struct buf raw CLEANUP(buf_wipe) = BUF_INIT(KIB(64));
	char text[300];

	if (!str_eq(line, STR("*")))
		assert_true(base64_decode(&raw, line));
	snprintf(text, sizeof text, "%s" STR_FMT, name, STR_ARG(str_eq(line, STR("*")) ? line : visible(&raw)));
	note(server, text);
}

static int fake_begin(void *ctx, const char *name, struct str initial, struct error *err UNUSED)
{
	char head[40];

	snprintf(head, sizeof head, "%s:", name);
	if (initial.p)
		note_base64(ctx, head, initial);
	else
		note(ctx, name);
	return 0;
}

static int fake_respond(void *ctx, struct str line, struct error *err UNUSED)
{
	note_base64(ctx, "-> ", line);
	return 0;
}

static int fake_read(void *ctx, struct sasl_answer *ret, struct error *err)
{
	struct server *server = ctx;
	char turn = *server->turns ? *server->turns++ : 'C';

	buf_clear(&server->text);
	if (server->challenge)
		base64_encode(&server->text, str_of(server->challenge));
	ret->text = buf_str(&server->text);
	ret->kind = turn == '+' ? SASL_CHALLENGE : turn == 'Y' ? SASL_DONE : turn == 'X' ? SASL_CANNOT : SASL_REFUSED;
	if (turn == 'C')
		return fail(err, E_CLOSED, RETRY_LATER, "closed");
	if (turn == 'L')
		fail(&ret->fault, E_AUTH, RETRY_LATER, "not now");
	else if (ret->kind == SASL_CANNOT)
		fail(&ret->fault, E_AUTH, RETRY_NEVER, "can't");
	else if (ret->kind == SASL_REFUSED)
		fail(&ret->fault, E_AUTH, RETRY_NEVER, "no");
	return 0;
}

static int fake_command(void *ctx, struct str user UNUSED, struct str password UNUSED, struct sasl_answer *ret,
                        struct error *err)
{
	note(ctx, "command");
	return fake_read(ctx, ret, err);
}

static const struct sasl_peer fake = {fake_begin, fake_respond, fake_read, fake_command};

/* ---------------------------------------------------------------- choices */

struct choice {
	const char *offered, *disabled;
	bool tls, insecure, tokens, command_first;
	const char *turns, *challenge;
	const char *want; /* the log; then the error's code and a part of its text */
	int code;
	const char *text;
};

#define CLEAR .insecure = true
#define TLS   .tls = true
#define TOKEN .tls = true, .tokens = true

/* clang-format off */
static const struct choice choices[] = {
	/* by strength */
	{"PLAIN LOGIN", "", TLS, .turns = "Y", .want = "PLAIN:|anna|secret"},
	{"LOGIN PLAIN CRAM-MD5", "", TLS, .turns = "+Y", .challenge = "<1>", .want = "CRAM-MD5 -> anna d62159b2fc5bf5742f9e0e9fb0fa8122"},
	{"LOGIN COMMAND", "", TLS, .turns = "++Y", .want = "LOGIN -> anna -> secret"},
	{"PLAIN COMMAND", "", TLS, .command_first = true, .turns = "Y", .want = "command"},
	{"SCRAM-SHA-256 COMMAND", "", TLS, .command_first = true, .turns = "N", .want = "SCRAM-SHA-256:y,,n=anna,r=abc", .code = E_AUTH},
	{"COMMAND", "", TLS, .turns = "Y", .want = "command"},
	{"SCRAM-SHA-1 SCRAM-SHA-256 PLAIN", "", TLS, .turns = "N", .want = "SCRAM-SHA-256:y,,n=anna,r=abc", .code = E_AUTH},
	{"SCRAM-SHA-1 SCRAM-SHA-256 PLAIN", "", CLEAR, .turns = "N", .want = "SCRAM-SHA-256:n,,n=anna,r=abc", .code = E_AUTH},
	{"SCRAM-SHA-256-PLUS SCRAM-SHA-256", "", TLS, .turns = "N", .want = "SCRAM-SHA-256-PLUS:p=tls-exporter,,n=anna,r=abc", .code = E_AUTH},
	{"SCRAM-SHA-256-PLUS SCRAM-SHA-256", "", CLEAR, .turns = "N", .want = "SCRAM-SHA-256:n,,n=anna,r=abc", .code = E_AUTH},
	/* "y" only where the server names no -PLUS at all, and we would have used it */
	{"SCRAM-SHA-512-PLUS SCRAM-SHA-256", "", TLS, .turns = "N", .want = "SCRAM-SHA-256:n,,n=anna,r=abc", .code = E_AUTH},
	{"SCRAM-SHA-256-PLUS SCRAM-SHA-256", "SCRAM-SHA-256-PLUS", TLS, .turns = "N", .want = "SCRAM-SHA-256:n,,n=anna,r=abc", .code = E_AUTH},
	{"SCRAM-SHA-256-PLUS SCRAM-SHA-256", "", TLS, .turns = "XXN", .want = "SCRAM-SHA-256-PLUS:p=tls-exporter,,n=anna,r=abc "
		"SCRAM-SHA-256-PLUS:p=tls-unique,,n=anna,r=abc SCRAM-SHA-256:y,,n=anna,r=abc", .code = E_AUTH},
	/* disabled, and nothing left */
	{"PLAIN LOGIN", "PLAIN", TLS, .turns = "++Y", .want = "LOGIN -> anna -> secret"},
	{"PLAIN", "PLAIN", TLS, .want = "", .code = E_UNSUPPORTED, .text = "offers PLAIN, and the account disables"},
	{"GSSAPI NTLM", "", TLS, .want = "", .code = E_UNSUPPORTED, .text = "offers GSSAPI, NTLM, and nothing"},
	{"XOAUTH2", "", TLS, .want = "", .code = E_UNSUPPORTED, .text = "takes no password, it offers XOAUTH2: the account needs OAuth"},
	{"PLAIN", "", TOKEN, .want = "", .code = E_UNSUPPORTED, .text = "takes no access token (XOAUTH2 or OAUTHBEARER), it offers PLAIN"},
	/* in clear */
	{"SCRAM-SHA-256 CRAM-MD5 PLAIN", "", .want = "", .code = E_INSECURE, .text = "no password was sent"},
	{"XOAUTH2 OAUTHBEARER", "", .tokens = true, .insecure = true, .want = "", .code = E_INSECURE, .text = "no access token was sent"},
	{"PLAIN", "", CLEAR, .turns = "Y", .want = "PLAIN:|anna|secret"},
	/* a mechanism it can't do; a password it refuses is not tried again */
	{"CRAM-MD5 PLAIN LOGIN COMMAND", "", TLS, .turns = "XX+XY", .want = "CRAM-MD5 PLAIN:|anna|secret LOGIN -> anna command"},
	{"CRAM-MD5 PLAIN", "", TLS, .turns = "XX", .want = "CRAM-MD5 PLAIN:|anna|secret", .code = E_AUTH, .text = "can't"},
	{"SCRAM-SHA-256 PLAIN LOGIN", "", TLS, .turns = "N", .want = "SCRAM-SHA-256:y,,n=anna,r=abc", .code = E_AUTH, .text = "no"},
	{"PLAIN LOGIN", "", TLS, .turns = "L", .want = "PLAIN:|anna|secret", .code = E_AUTH, .text = "not now"},
	/* what isn't according to the mechanism ends all */
	{"SCRAM-SHA-256 PLAIN", "", TLS, .turns = "Y", .want = "SCRAM-SHA-256:y,,n=anna,r=abc", .code = E_INSECURE, .text = "without the proof"},
	{"SCRAM-SHA-256 PLAIN", "", TLS, .turns = "+N", .challenge = "r=x", .want = "SCRAM-SHA-256:y,,n=anna,r=abc -> *", .code = E_PROTOCOL},
	{"LOGIN", "", TLS, .turns = "+++N", .want = "LOGIN -> anna -> secret -> *", .code = E_PROTOCOL},
	{"PLAIN", "", TLS, .turns = "+Y", .want = "PLAIN:|anna|secret -> |anna|secret"},
	{"PLAIN", "", TLS, .turns = "++N", .want = "PLAIN:|anna|secret -> |anna|secret -> *", .code = E_PROTOCOL},
	/* tokens: refused once they are renewed, and never more often */
	{"XOAUTH2 OAUTHBEARER PLAIN", "", TOKEN, .turns = "Y", .want = "OAUTHBEARER:n,a=anna,^host=mail.example^port=993^auth=Bearer one^^"},
	{"XOAUTH2 PLAIN", "", TOKEN, .turns = "Y", .want = "XOAUTH2:user=anna^auth=Bearer one^^"},
	{"XOAUTH2", "", TOKEN, .turns = "+NY", .challenge = "{\"status\":\"401\"}",
		.want = "XOAUTH2:user=anna^auth=Bearer one^^ ->  refused XOAUTH2:user=anna^auth=Bearer two^^"},
	{"XOAUTH2", "", TOKEN, .turns = "+N+N", .challenge = "{\"status\":\"403\",\"scope\":\"mail.read\"}",
		.want = "XOAUTH2:user=anna^auth=Bearer one^^ ->  refused XOAUTH2:user=anna^auth=Bearer two^^ -> ",
		.code = E_AUTH, .text = "no; the token's scope does not allow this (status 403; scope wanted: mail.read)"},
	{"XOAUTH2 OAUTHBEARER", "", TOKEN, .turns = "X+NN", .challenge = "no json", .want =
		"OAUTHBEARER:n,a=anna,^host=mail.example^port=993^auth=Bearer one^^ XOAUTH2:user=anna^auth=Bearer one^^ ->  refused "
		"XOAUTH2:user=anna^auth=Bearer two^^", .code = E_AUTH, .text = "no"},
	{"XOAUTH2", "", TOKEN, .turns = "L", .want = "XOAUTH2:user=anna^auth=Bearer one^^", .code = E_AUTH, .text = "not now"},
	{"XOAUTH2", "", TOKEN, .turns = "NC", .want = "XOAUTH2:user=anna^auth=Bearer one^^ refused XOAUTH2:user=anna^auth=Bearer two^^",
		.code = E_CLOSED},
};
/* clang-format on */

struct tokens {
	struct token_source source;
	struct server *server;
	int given;
};

static int give_token(struct token_source *source, const struct token_wish *wish, struct secret *ret_token,
                      struct error *err UNUSED)
{
	struct tokens *tokens = (struct tokens *)source;

	if (wish->refused)
		note(tokens->server, "refused");
	secret_set(ret_token, tokens->given++ ? STR("two") : STR("one"));
	return 0;
}

static uint32_t bits_of(const char *names)
{
	struct str rest = str_of(names), name;
	uint32_t bits = 0;

	while (rest.n && str_split(&rest, ' ', &name))
		bits |= SASL_BIT(sasl_mechanism_find(name));
	return bits;
}

static struct sasl_offer offer_of(const char *names)
{
	struct str rest = str_of(names), name;
	struct sasl_offer offer = {0};

	while (str_split(&rest, ' ', &name))
		if (str_eq(name, STR("COMMAND")))
			offer.mechanisms |= SASL_BIT(SASL_COMMAND);
		else
			sasl_offer_add(&offer, name);
	return offer;
}

static void choose_one(const struct choice *c, const struct stream *stream)
{
	struct server server = {.turns = c->turns ? c->turns : "", .challenge = c->challenge, .text = BUF_INIT(1000)};
	struct tokens tokens = {.source.get = give_token, .server = &server};
	struct secret password CLEANUP(secret_done) = {0};
	struct login login = {.user = "anna",
	                      .password = &password,
	                      .tokens = c->tokens ? &tokens.source : NULL,
	                      .disabled = bits_of(c->disabled),
	                      .allow_insecure = c->insecure};
	struct sasl_offer offer = offer_of(c->offered);
	struct sasl_options options = {.login = &login,
	                               .stream = stream,
	                               .host = "mail.example",
	                               .port = 993,
	                               .offer = &offer,
	                               .command_first = c->command_first,
	                               .max_initial = 400,
	                               .peer = &fake,
	                               .ctx = &server};
	struct error err = {0};
	int rc;

	secret_set(&password, STR("secret"));
	rc = sasl_log_in(&options, &err);
	buf_done(&server.text);
	assert_string_equal(server.log, c->want);
	if (rc != c->code || (c->text && !strstr(err.text, c->text)))
		print_error("%s: %s\n", c->offered, err.text);
	assert_int_equal(rc, c->code);
	assert_true(!c->text || strstr(err.text, c->text));
}

static struct stream *tls_stream(const struct certificates *certificates, enum tls_version highest,
                                 struct player **ret_player)
{
	static struct dialogue_set *set; /* the player may still read it when this returns */
	struct stream_options options = {
	        .host = "127.0.0.1",
	        .tls = true,
	        .policy = {.lowest = TLS_1_2, .highest = highest, .truststore = certificates_ca_file(certificates)}};
	struct stream *stream = NULL;
	struct error err;

	if (!set)
		set = dialogue_set_parse("tls", "== tls\ntls\n");
	*ret_player = player_listen(dialogue_at(set, 0), certificates, &options.port);
	assert_ok(stream_connect(&options, &stream, &err), &err);
	return stream;
}

static void the_strongest_that_both_can_is_used(void **state UNUSED)
{
	struct certificates *certificates CLEANUP(certificates_freep) = certificates_new();
	struct player *player;
	struct stream *tls = tls_stream(certificates, TLS_1_3, &player), *clear = stream_of_memory(STR_NULL, NULL);

	sasl_fix_nonce("abc");
	for (size_t i = 0; i < ARRAY_LEN(choices); i++)
		choose_one(&choices[i], choices[i].tls ? tls : clear);
	sasl_fix_nonce(NULL);
	stream_close(clear);
	stream_close(tls);
	player_finish(player);
}

static void each_version_of_tls_has_its_binding(void **state UNUSED)
{
	static const struct {
		enum tls_version highest;
		const char *version, *type, *other;
	} cases[] = {{TLS_1_2, "TLSv1.2", "tls-unique", "tls-server-end-point"},
	             {TLS_1_3, "TLSv1.3", "tls-exporter", "tls-unique"}};
	struct certificates *certificates CLEANUP(certificates_freep) = certificates_new();

	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		struct player *player;
		struct stream *tls = tls_stream(certificates, cases[i].highest, &player);
		struct channel_binding binding = {0};

		assert_true(str_starts(str_of(stream_security_text(tls)), str_of(cases[i].version)));
		assert_false(stream_channel_binding(tls, 2, &binding));
		assert_true(stream_channel_binding(tls, 1, &binding));
		assert_string_equal(binding.type, cases[i].other);
		assert_true(stream_channel_binding(tls, 0, &binding));
		assert_string_equal(binding.type, cases[i].type);
		assert_true(binding.n >= 12);
		stream_close(tls);
		player_finish(player);
	}
}

static void a_long_first_response_waits_until_it_is_asked_for(void **state UNUSED)
{
	struct server server = {.turns = "+Y", .text = BUF_INIT(1000)};
	struct secret password CLEANUP(secret_done) = {0};
	struct login login = {.user = "anna", .password = &password, .allow_insecure = true};
	struct sasl_offer offer = offer_of("PLAIN");
	struct stream *clear = stream_of_memory(STR_NULL, NULL);
	struct sasl_options options = {
	        .login = &login, .stream = clear, .offer = &offer, .max_initial = 8, .peer = &fake, .ctx = &server};
	struct error err;

	secret_set(&password, STR("secret"));
	assert_ok(sasl_log_in(&options, &err), &err);
	assert_string_equal(server.log, "PLAIN -> |anna|secret");
	buf_done(&server.text);
	stream_close(clear);
}

static void credentials_that_no_server_can_take_are_refused(void **state UNUSED)
{
	static const struct {
		const char *user;
		struct str password;
		int code;
	} cases[] = {
	        {"", STR_INIT("x"), E_INVALID},
	        {"a\nb", STR_INIT("x"), E_INVALID},
	        {"anna", STR_INIT("a\0b"), E_INVALID},
	        {"anna", STR_INIT("a\rb"), E_INVALID},
	};
	struct stream *clear = stream_of_memory(STR_NULL, NULL);
	struct sasl_offer offer = offer_of("PLAIN");

	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		struct server server = {.turns = ""};
		struct secret password CLEANUP(secret_done) = {0};
		struct login login = {.user = cases[i].user, .password = &password, .allow_insecure = true};
		struct sasl_options options = {
		        .login = &login, .stream = clear, .offer = &offer, .peer = &fake, .ctx = &server};
		struct error err;

		secret_set(&password, cases[i].password);
		assert_int_equal(sasl_log_in(&options, &err), cases[i].code);
		assert_string_equal(server.log, "");
	}
	stream_close(clear);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	        cmocka_unit_test(examples_of_the_rfcs_and_hostile_challenges),
	        cmocka_unit_test(a_binding_goes_into_the_proof),
	        cmocka_unit_test(texts_are_prepared_as_rfc_4013_says),
	        cmocka_unit_test(the_strongest_that_both_can_is_used),
	        cmocka_unit_test(each_version_of_tls_has_its_binding),
	        cmocka_unit_test(a_long_first_response_waits_until_it_is_asked_for),
	        cmocka_unit_test(credentials_that_no_server_can_take_are_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
