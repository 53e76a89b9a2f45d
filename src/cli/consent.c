/* See consent.h. The request, the browser's way back, the exchange. */
#include "cli/consent.h"

#include "auth/tokens.h"
#include "base/clock.h"
#include "base/mem.h"
#include "base/random.h"
#include "security/jwt.h"

#include <errno.h>
#include <netinet/in.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#define CONSENT_TIME_MS   MINUTES_MS(10)
#define BROWSER_TIME_MS   5000 /* for one request of the browser */
#define MAX_BROWSER_BYTES KIB(32)
#define MAX_PASTED        KIB(32)
#define PASTE_PORT        53682 /* nobody listens there: the browser shows the address it couldn't open */

struct request {
	struct arena *arena;
	const struct authentication_profile *profile;
	struct oauth_endpoints endpoints;
	char state[RANDOM_TOKEN_LEN + 1];
	struct secret verifier, code;
	char redirect_uri[64];
};

static void request_done(struct request *request)
{
	secret_done(&request->verifier);
	secret_done(&request->code);
	arena_free(request->arena);
}

static void wipe_buf(struct buf *buf)
{
	mem_wipe_free(buf->p, buf->size);
}

static void file_descriptor_close(int *fd)
{
	if (*fd >= 0)
		close(*fd);
}

/* ---------------------------------------------------------------- the request */

static void begin(struct request *request)
{
	unsigned char random[48];
	struct buf text CLEANUP(buf_done) = BUF_INIT(100);

	random_bytes(random, sizeof random);
	base64url_encode(&text, str_new(random, sizeof random));
	secret_set(&request->verifier, buf_str(&text));
	explicit_bzero(random, sizeof random);
	explicit_bzero(text.p, text.n);
	random_token(request->state);
}

static const char *address_to_open(const struct request *request)
{
	struct buf query CLEANUP(buf_done) = BUF_INIT(KIB(16)), challenge CLEANUP(buf_done) = BUF_INIT(100);
	const struct authentication_profile *p = request->profile;

	pkce_challenge(secret_reveal(&request->verifier), &challenge);
	oauth_add(&query, "response_type", STR("code"));
	oauth_add(&query, "client_id", str_of(p->client_id));
	oauth_add(&query, "redirect_uri", str_of(request->redirect_uri));
	oauth_add(&query, "scope", str_of(request->endpoints.scope));
	oauth_add(&query, "state", str_of(request->state));
	oauth_add(&query, "code_challenge", buf_str(&challenge));
	oauth_add(&query, "code_challenge_method", STR("S256"));
	if (*p->audience)
		oauth_add(&query, "audience", str_of(p->audience));
	if (*p->resource)
		oauth_add(&query, "resource", str_of(p->resource));
	buf_add_cstr(&query, request->endpoints.authorization_extra);
	must(!query.failed);
	return arena_printf(request->arena, "%s%c%s", request->endpoints.authorization,
	                    strchr(request->endpoints.authorization, '?') ? '&' : '?', query.p)
	        .p;
}

/* ---------------------------------------------------------------- what came back */

static int hex_value(char c)
{
	return is_digit(c) ? c - '0' : c >= 'a' && c <= 'f' ? c - 'a' + 10 : c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1;
}

static struct str decoded(struct arena *arena, struct str text)
{
	struct buf out CLEANUP(buf_done) = BUF_INIT(MAX_BROWSER_BYTES + 1);

	for (size_t i = 0; i < text.n; i++) {
		bool escaped = text.p[i] == '%' && i + 2 < text.n && hex_value(text.p[i + 1]) >= 0 &&
		               hex_value(text.p[i + 2]) >= 0;

		if (escaped) {
			buf_add_char(&out, (char)(hex_value(text.p[i + 1]) << 4 | hex_value(text.p[i + 2])));
			i += 2;
		} else {
			buf_add_char(&out, text.p[i] == '+' ? ' ' : text.p[i]);
		}
	}
	return arena_str(arena, buf_str(&out));
}

static struct str parameter(struct arena *arena, struct str query, const char *name)
{
	struct str piece;

	while (str_split(&query, '&', &piece)) {
		ptrdiff_t equals = str_find_char(piece, '=');

		if (equals >= 0 && str_eq(str_slice(piece, 0, (size_t)equals), str_of(name)))
			return decoded(arena, str_slice(piece, (size_t)equals + 1, piece.n));
	}
	return STR("");
}

static bool is_same(struct str a, struct str b)
{
	unsigned char difference = 0;

	for (size_t i = 0; a.n == b.n && i < a.n; i++)
		difference |= (unsigned char)(a.p[i] ^ b.p[i]);
	return a.n == b.n && !difference;
}

/* The query of the redirect: 1 with the code, 0 where it isn't an answer to this request at all. */
static int read_redirect(struct request *request, struct str query, struct error *err)
{
	struct str fault = parameter(request->arena, query, "error"), code = parameter(request->arena, query, "code");

	/* Whoever doesn't know the state isn't whom we asked (RFC 6749 §10.12). */
	if (!is_same(parameter(request->arena, query, "state"), str_of(request->state)))
		return 0;
	if (fault.n)
		return oauth_refused("the provider", fault, parameter(request->arena, query, "error_description"), err);
	if (!code.n)
		return fail(err, E_PROTOCOL, RETRY_NEVER, "the provider sent the browser back without a code");
	secret_set(&request->code, code);
	return 1;
}

/* ---------------------------------------------------------------- the browser comes back */

static int listen_on_loopback(int port, int *ret_port, struct error *err)
{
	struct sockaddr_in address = {
	        .sin_family = AF_INET, .sin_port = htons((uint16_t)port), .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0), on = 1;
	socklen_t size = sizeof address;

	if (fd >= 0)
		setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
	if (fd < 0 || bind(fd, (struct sockaddr *)&address, size) < 0 || listen(fd, 8) < 0 ||
	    getsockname(fd, (struct sockaddr *)&address, &size) < 0) {
		fail_errno(err, errno, "127.0.0.1:%d can't be listened on", port);
		if (fd >= 0)
			close(fd);
		return err->code;
	}
	*ret_port = ntohs(address.sin_port);
	return fd;
}

static bool readable(int fd, int64_t deadline_ms)
{
	struct pollfd poll_fd = {.fd = fd, .events = POLLIN};
	int64_t left = deadline_ms - clock_mono_ms();

	return left > 0 && poll(&poll_fd, 1, (int)left) == 1;
}

/* The target of "GET /?code=… HTTP/1.1"; empty where the browser says something else. */
static struct str read_target(int fd, struct buf *in)
{
	int64_t deadline = clock_mono_ms() + BROWSER_TIME_MS;
	struct str rest, method, target = STR_NULL;

	while (str_find(buf_str(in), STR("\r\n\r\n")) < 0) {
		char *room = buf_room(in, 4096);
		ssize_t n = room && readable(fd, deadline) ? recv(fd, room, 4096, 0) : 0;

		if (n <= 0)
			return STR_NULL;
		buf_added(in, (size_t)n);
	}
	rest = buf_str(in);
	if (!str_split(&rest, ' ', &method) || !str_eq(method, STR("GET")) || !str_split(&rest, ' ', &target))
		return STR_NULL;
	return target;
}

static void answer_browser(int fd, int status, const char *text)
{
	struct buf page CLEANUP(buf_done) = BUF_INIT(KIB(4));

	buf_printf(&page,
	           "HTTP/1.1 %d %s\r\nContent-Type: text/html; charset=utf-8\r\nContent-Length: %zu\r\n"
	           "Cache-Control: no-store\r\nReferrer-Policy: no-referrer\r\nConnection: close\r\n\r\n%s",
	           status, status == 200 ? "OK" : "Not Found", strlen(text), text);
	(void)!send(fd, page.p, page.n, MSG_NOSIGNAL);
	shutdown(fd, SHUT_WR);
}

static int take_browser(int listener, struct request *request, struct error *err)
{
	struct buf in CLEANUP(buf_done) = BUF_INIT(MAX_BROWSER_BYTES);
	int fd CLEANUP(file_descriptor_close) = accept4(listener, NULL, NULL, SOCK_CLOEXEC);
	struct str target = fd < 0 ? STR_NULL : read_target(fd, &in);
	int r = 0;

	/* Browsers ask for an icon, too; and anybody on this machine may ask for anything. */
	if (str_starts(target, STR("/?")))
		r = read_redirect(request, str_slice(target, 2, target.n), err);
	if (fd < 0)
		return 0;
	if (r == 0)
		answer_browser(fd, 404, "<p>Not what Hauspost waits for.</p>");
	else if (r > 0)
		answer_browser(fd, 200, "<p>Thank you. Hauspost goes on in its terminal; this page can be closed.</p>");
	else
		answer_browser(fd, 200, "<p>It didn't work: Hauspost says more in its terminal.</p>");
	if (in.p)
		explicit_bzero(in.p, in.n);
	return r;
}

static void say_address(const struct cli *cli, const struct request *request, const char *what)
{
	if (cli->json)
		cli_print_json(
		        json_pack("{s:s, s:s}", "open", address_to_open(request), "redirect", request->redirect_uri));
	else
		printf("Open this address in a browser, log in as the mailbox's owner, and consent:\n\n%s\n\n%s\n",
		       address_to_open(request), what);
	fflush(stdout);
}

static int wait_for_browser(struct cli *cli, struct request *request, int port, struct error *err)
{
	int64_t deadline = clock_mono_ms() + CONSENT_TIME_MS;
	int listener CLEANUP(file_descriptor_close) = listen_on_loopback(port, &port, err);
	int r = 0;

	if (listener < 0)
		return listener;
	snprintf(request->redirect_uri, sizeof request->redirect_uri, "http://127.0.0.1:%d/", port);
	say_address(cli, request, "Waiting for the browser (Ctrl-C gives up) …");
	while (r == 0) {
		if (!readable(listener, deadline))
			return fail(err, E_TIMEOUT, RETRY_NEVER,
			            "no consent came within ten minutes; on a machine without browser use --paste");
		r = take_browser(listener, request, err);
	}
	return r;
}

/* ---------------------------------------------------------------- or it is pasted */

static int read_pasted(struct cli *cli, struct request *request, int port, struct error *err)
{
	struct buf pasted CLEANUP(wipe_buf) = BUF_INIT(MAX_PASTED + 1);
	char *line = buf_room(&pasted, MAX_PASTED);
	struct str text;
	ptrdiff_t query;
	int r;

	snprintf(request->redirect_uri, sizeof request->redirect_uri, "http://127.0.0.1:%d/", port ? port : PASTE_PORT);
	say_address(cli, request,
	            "The browser will end at a page that it can't open. Paste the address of that page here:");
	if (!line || !fgets(line, (int)MAX_PASTED, stdin))
		return fail(err, E_INVALID, RETRY_NEVER, "nothing was pasted");
	text = str_trim(str_of(line));
	query = str_find_char(text, '?');
	r = query < 0 ? 0 : read_redirect(request, str_slice(text, (size_t)query + 1, text.n), err);
	if (r == 0)
		return fail(err, E_INVALID, RETRY_NEVER,
		            "what was pasted isn't the address that this consent ended at (its state is another)");
	return r;
}

/* ---------------------------------------------------------------- the exchange */

static void show_line(void *ctx, const char *line)
{
	(void)ctx;
	fprintf(stderr, "%s\n", line);
}

static int exchange(struct cli *cli, const struct request *request, bool trace, struct oauth_tokens *ret_tokens,
                    struct error *err)
{
	struct http *http CLEANUP(http_freep) = oauth_http_new(request->profile, trace ? show_line : NULL, NULL);
	const struct oauth_question question = {
	        .profile = request->profile,
	        .keystore = setup_keystore(cli->setup, request->profile->keystore),
	        .user = "",
	        .code = &request->code,
	        .verifier = &request->verifier,
	        .redirect_uri = request->redirect_uri,
	};
	int64_t ignored;

	return oauth_ask(http, &question, ret_tokens, &ignored, err);
}

static void say_done(const struct cli *cli, const struct request *request, const struct oauth_tokens *tokens)
{
	const char *id = request->profile->id;
	bool lasts = secret_is_set(&tokens->refresh);

	if (cli->json)
		cli_print_json(json_pack("{s:s, s:I, s:b, s:s}", "profile", id, "expires_in_s",
		                         (json_int_t)tokens->lifetime_ms / 1000, "has_refresh_token", lasts, "scope",
		                         tokens->scope ? tokens->scope : request->endpoints.scope));
	else if (lasts)
		printf("Consented: authentication profile %s has its tokens, and renews them by itself.\n", id);
	else
		printf("Consented, but the provider gave no refresh token: authentication profile %s works for %lld "
		       "minutes "
		       "only. A scope such as offline_access may be missing.\n",
		       id, (long long)tokens->lifetime_ms / 60000);
}

int consent(struct cli *cli, const struct authentication_profile *profile, const struct consent_options *options,
            struct error *err)
{
	struct oauth_tokens tokens CLEANUP(oauth_tokens_done) = {0};
	struct request request CLEANUP(request_done) = {.arena = arena_new(), .profile = profile};
	int r = authentication_profile_opened(profile, err);

	if (r < 0)
		return r;
	if (profile->grant != GRANT_AUTHORIZATION_CODE)
		return fail(err, E_INVALID, RETRY_NEVER,
		            "authentication profile %s needs no consent: its grant isn't authorization-code",
		            profile->id);
	authentication_profile_endpoints(profile, request.arena, &request.endpoints);
	begin(&request);
	r = options->paste ? read_pasted(cli, &request, options->port, err)
	                   : wait_for_browser(cli, &request, options->port, err);
	if (r >= 0)
		r = exchange(cli, &request, options->trace, &tokens, err);
	if (r >= 0)
		r = tokens_store(cli->store, cli->setup, profile, &tokens, err);
	if (r >= 0)
		say_done(cli, &request, &tokens);
	return r;
}
