/* See consent.h. The request, the browser's way back, the exchange. */
#include "cli/consent.h"

#include "auth/authorization.h"
#include "base/clock.h"
#include "base/mem.h"

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

static void wipe_buf(struct buf *buf)
{
	mem_wipe_free(buf->p, buf->size);
}

static void file_descriptor_close(int *fd)
{
	if (*fd >= 0)
		close(*fd);
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

static int take_browser(int listener, struct authorization *a, struct error *err)
{
	struct buf in CLEANUP(buf_done) = BUF_INIT(MAX_BROWSER_BYTES);
	int fd CLEANUP(file_descriptor_close) = accept4(listener, NULL, NULL, SOCK_CLOEXEC);
	struct str target = fd < 0 ? STR_NULL : read_target(fd, &in);
	int r = 0;

	/* Browsers ask for an icon, too; and anybody on this machine may ask for anything. */
	if (str_starts(target, STR("/?")))
		r = authorization_read(a, str_slice(target, 2, target.n), err);
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

static void set_redirect(struct authorization *a, int port)
{
	char uri[64];

	snprintf(uri, sizeof uri, "http://127.0.0.1:%d/", port);
	authorization_redirect(a, uri);
}

static void say_address(const struct cli *cli, const struct authorization *a, const char *what)
{
	if (cli->json)
		cli_print_json(json_pack("{s:s, s:s}", "open", authorization_address(a), "redirect", a->redirect_uri));
	else
		printf("Open this address in a browser, log in as the mailbox's owner, and consent:\n\n%s\n\n%s\n",
		       authorization_address(a), what);
	fflush(stdout);
}

static int wait_for_browser(struct cli *cli, struct authorization *a, int port, struct error *err)
{
	int64_t deadline = clock_mono_ms() + CONSENT_TIME_MS;
	int listener CLEANUP(file_descriptor_close) = listen_on_loopback(port, &port, err);
	int r = 0;

	if (listener < 0)
		return listener;
	set_redirect(a, port);
	say_address(cli, a, "Waiting for the browser (Ctrl-C gives up) …");
	while (r == 0) {
		if (!readable(listener, deadline))
			return fail(err, E_TIMEOUT, RETRY_NEVER,
			            "no consent came within ten minutes; on a machine without browser use --paste");
		r = take_browser(listener, a, err);
	}
	return r;
}

/* ---------------------------------------------------------------- or it is pasted */

static int read_pasted(struct cli *cli, struct authorization *a, int port, struct error *err)
{
	struct buf pasted CLEANUP(wipe_buf) = BUF_INIT(MAX_PASTED + 1);
	char *line = buf_room(&pasted, MAX_PASTED);
	struct str text;
	ptrdiff_t query;
	int r;

	set_redirect(a, port ? port : PASTE_PORT);
	say_address(cli, a, "The browser will end at a page that it can't open. Paste the address of that page here:");
	if (!line || !fgets(line, (int)MAX_PASTED, stdin))
		return fail(err, E_INVALID, RETRY_NEVER, "nothing was pasted");
	text = str_trim(str_of(line));
	query = str_find_char(text, '?');
	r = query < 0 ? 0 : authorization_read(a, str_slice(text, (size_t)query + 1, text.n), err);
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

static void say_done(const struct cli *cli, const struct authorization *a, const struct oauth_tokens *tokens)
{
	const char *id = a->profile->id;
	bool lasts = secret_is_set(&tokens->refresh);

	if (cli->json)
		cli_print_json(json_pack("{s:s, s:I, s:b, s:s}", "profile", id, "expires_in_s",
		                         (json_int_t)tokens->lifetime_ms / 1000, "has_refresh_token", lasts, "scope",
		                         tokens->scope ? tokens->scope : a->endpoints.scope));
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
	struct authorization a CLEANUP(authorization_done) = {0};
	int r = authorization_begin(&a, profile, "", err);

	if (r >= 0)
		r = options->paste ? read_pasted(cli, &a, options->port, err)
		                   : wait_for_browser(cli, &a, options->port, err);
	if (r >= 0)
		r = authorization_finish(&a, cli->store, cli->setup, options->trace ? show_line : NULL, NULL, &tokens,
		                         err);
	if (r >= 0)
		say_done(cli, &a, &tokens);
	return r;
}
