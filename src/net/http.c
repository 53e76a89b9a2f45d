/* See http.h. First the request is checked and its host looked up, then curl is told what to do, then what went wrong
 * is put into words. */
#include "net/http.h"

#include "base/base64.h"
#include "base/clock.h"
#include "base/mem.h"
#include "net/connect.h"
#include "net/guard.h"
#include "net/http_parts.h"

#include <arpa/inet.h>
#include <pthread.h>
#include <stdio.h>

#define DEFAULT_CONNECT_MS 30000
#define DEFAULT_TIMEOUT_MS 60000
#define LOOKUP_KEPT_MS     SECONDS_MS(60)
#define MAX_URL            KIB(16)
#define MAX_FIELD          KIB(64)

struct http {
	struct http_options options;
	char *truststore; /* owned copies of the policy's */
	struct secret trust, trust_password, trust_key_password;
	CURL *curl;
	char *endpoint;            /* "host:port" that was looked up; NULL: none */
	struct curl_slist *pinned; /* the same for curl, with its addresses; NULL where the host is an address */
	int64_t looked_up_at;
};

static pthread_once_t once = PTHREAD_ONCE_INIT;

static void start_curl(void)
{
	must(curl_global_init(CURL_GLOBAL_DEFAULT) == CURLE_OK);
}

/* Lives longer than the set-up that the options came from. */
static void own_policy(struct http *http, const struct tls_policy *policy)
{
	http->truststore = mem_strdup(policy->truststore);
	http->options.policy.truststore = http->truststore;
	if (!policy->trust.content)
		return;
	secret_copy(&http->trust, policy->trust.content);
	if (policy->trust.password)
		secret_copy(&http->trust_password, policy->trust.password);
	if (policy->trust.key_password)
		secret_copy(&http->trust_key_password, policy->trust.key_password);
	http->options.policy.trust =
	        (struct keystore_source){&http->trust, &http->trust_password, &http->trust_key_password};
}

struct http *http_new(const struct http_options *options)
{
	struct http *http = mem_new(1, sizeof *http);

	pthread_once(&once, start_curl);
	http->options = *options;
	own_policy(http, &options->policy);
	if (!http->options.connect_timeout_ms)
		http->options.connect_timeout_ms = DEFAULT_CONNECT_MS;
	if (!http->options.timeout_ms)
		http->options.timeout_ms = DEFAULT_TIMEOUT_MS;
	http->curl = curl_easy_init();
	must(http->curl != NULL);
	return http;
}

static void forget_lookup(struct http *http)
{
	free(http->endpoint);
	http->endpoint = NULL;
	curl_slist_free_all(http->pinned);
	http->pinned = NULL;
}

void http_free(struct http *http)
{
	if (!http)
		return;
	curl_easy_cleanup(http->curl);
	forget_lookup(http);
	free(http->truststore);
	secret_done(&http->trust);
	secret_done(&http->trust_password);
	secret_done(&http->trust_key_password);
	free(http);
}

/* ---------------------------------------------------------------- the URL */

struct target {
	CURLU *url;
	char *host, *port, *scheme; /* host without brackets */
};

static void target_done(struct target *target)
{
	curl_url_cleanup(target->url);
	curl_free(target->host);
	curl_free(target->port);
	curl_free(target->scheme);
}

/* Whatever curl accepts is taken apart once, here; the same parsed URL is then given to curl. */
static int parse_url(const struct http *http, const char *url, struct target *target, struct error *err)
{
	size_t n;

	target->url = curl_url();
	must(target->url != NULL);
	if (strlen(url) > MAX_URL || !str_is_ascii(str_of(url)) ||
	    curl_url_set(target->url, CURLUPART_URL, url, CURLU_DISALLOW_USER) != CURLUE_OK ||
	    curl_url_get(target->url, CURLUPART_HOST, &target->host, 0) != CURLUE_OK ||
	    curl_url_get(target->url, CURLUPART_PORT, &target->port, CURLU_DEFAULT_PORT) != CURLUE_OK ||
	    curl_url_get(target->url, CURLUPART_SCHEME, &target->scheme, 0) != CURLUE_OK)
		return fail(err, E_INVALID, RETRY_NEVER,
		            "the address of an HTTP request is no URL (https://host/path in ASCII, without user)");
	n = strlen(target->host);
	if (n > 2 && target->host[0] == '[') {
		memmove(target->host, target->host + 1, n - 2);
		target->host[n - 2] = '\0';
	}
	if (strcmp(target->scheme, "https") == 0 || (strcmp(target->scheme, "http") == 0 && http->options.allow_plain))
		return 0;
	return fail(err, E_INSECURE, RETRY_NEVER, "%.80s: %.20s: is not permitted, only https:", target->host,
	            target->scheme);
}

/* ---------------------------------------------------------------- the look-up */

static void add_address(struct buf *pin, const struct address *address)
{
	char text[INET6_ADDRSTRLEN] = "";
	struct sockaddr_in6 in6;
	struct sockaddr_in in;

	if (address->sa.ss_family == AF_INET) {
		memcpy(&in, &address->sa, sizeof in);
		inet_ntop(AF_INET, &in.sin_addr, text, sizeof text);
		buf_add_cstr(pin, text);
	} else {
		memcpy(&in6, &address->sa, sizeof in6);
		inet_ntop(AF_INET6, &in6.sin6_addr, text, sizeof text);
		buf_printf(pin, "[%s]", text);
	}
}

/* Appends the addresses that may be reached; how many, or the error of the guard. */
static int permitted(const struct http *http, const char *host, const struct address *addresses, int n, struct buf *pin,
                     struct error *err)
{
	const char *refusal = NULL;
	int count = 0;

	for (int i = 0; i < n; i++) {
		const char *why = guard_refusal((const struct sockaddr *)&addresses[i].sa, http->options.allow_private);

		if (why)
			refusal = why;
		else if (count++)
			buf_add_char(pin, ',');
		if (!why)
			add_address(pin, &addresses[i]);
	}
	if (count)
		return count;
	return fail(err, E_INSECURE, RETRY_NEVER, "host %.80s: its address is %s, which may not be reached", host,
	            refusal ? refusal : "unknown");
}

static bool is_address(const char *host)
{
	unsigned char bytes[16];

	return inet_pton(AF_INET, host, bytes) == 1 || strchr(host, ':');
}

/* curl gets the addresses found here: looked up with a deadline, checked, and the very ones that are connected to. */
static int look_up(struct http *http, const struct target *target, struct error *err)
{
	struct address addresses[MAX_ADDRESSES];
	struct buf pin CLEANUP(buf_done) = BUF_INIT(KIB(4)), endpoint CLEANUP(buf_done) = BUF_INIT(KIB(1));
	int64_t now = clock_mono_ms();
	uint64_t port = 0;
	int n;

	buf_printf(&endpoint, "%s:%s", target->host, target->port);
	if (endpoint.failed || !str_to_uint(str_of(target->port), 65535, &port) || !port)
		return fail(err, E_INVALID, RETRY_NEVER, "%.80s: no host and port to connect to", target->host);
	if (http->endpoint && strcmp(http->endpoint, endpoint.p) == 0 && now - http->looked_up_at < LOOKUP_KEPT_MS)
		return 0;
	forget_lookup(http);
	n = resolve_host(target->host, (int)port, now + http->options.connect_timeout_ms, addresses, err);
	if (n < 0)
		return n;
	buf_printf(&pin, "+%s:", endpoint.p);
	n = permitted(http, target->host, addresses, n, &pin, err);
	if (n < 0)
		return n;
	must(!pin.failed);
	if (!is_address(target->host))
		http->pinned = curl_slist_append(NULL, pin.p);
	http->endpoint = mem_strdup(endpoint.p);
	http->looked_up_at = now;
	return 0;
}

/* ---------------------------------------------------------------- callbacks of the connection */

/* The last word about an address: whatever curl is about to connect to passes here. */
static curl_socket_t on_socket(void *ctx, curlsocktype purpose, struct curl_sockaddr *address)
{
	struct exchange *x = ctx;
	const char *refusal = guard_refusal(&address->addr, x->options->allow_private);
	int fd;

	(void)purpose;
	if (refusal) {
		fail(&x->fault, E_INSECURE, RETRY_NEVER, "host %.80s: its address is %s, which may not be reached",
		     x->host, refusal);
		return CURL_SOCKET_BAD;
	}
	fd = socket(address->family, address->socktype | SOCK_CLOEXEC, address->protocol);
	return fd < 0 ? CURL_SOCKET_BAD : fd;
}

/* Certificates are trusted as everywhere else: curl's context gets the store of the policy's. */
static CURLcode on_context(CURL *curl, void *ssl_ctx, void *ctx)
{
	struct exchange *x = ctx;

	(void)curl;
	SSL_CTX_set1_cert_store(ssl_ctx, SSL_CTX_get_cert_store(x->policy));
	X509_VERIFY_PARAM_set_flags(SSL_CTX_get0_param(ssl_ctx), X509_V_FLAG_PARTIAL_CHAIN);
	SSL_CTX_set_options(ssl_ctx, SSL_OP_NO_RENEGOTIATION | SSL_OP_NO_COMPRESSION);
	return CURLE_OK;
}

static int on_connected(void *ctx, char *remote_ip, char *local_ip, int remote_port, int local_port)
{
	struct exchange *x = ctx;

	(void)remote_ip;
	(void)local_ip;
	(void)remote_port;
	(void)local_port;
	x->started = true;
	x->mark_at = clock_mono_ms();
	return CURL_PREREQFUNC_OK;
}

/* ---------------------------------------------------------------- header fields */

/* A list whose memory is wiped: it holds the Authorization field. */
static void fields_wipe(struct curl_slist **list)
{
	for (struct curl_slist *item = *list; item; item = item->next)
		explicit_bzero(item->data, strlen(item->data));
	curl_slist_free_all(*list);
}

static int add_field(struct curl_slist **list, struct str field, struct error *err)
{
	char *text CLEANUP(freep) = NULL;
	bool sound = field.n && field.n <= MAX_FIELD && str_find_char(field, ':') > 0;

	for (size_t i = 0; i < field.n && sound; i++)
		sound = (unsigned char)field.p[i] >= 0x20 && field.p[i] != 0x7f;
	if (!sound)
		return fail(err, E_INVALID, RETRY_NEVER,
		            "a header field of an HTTP request is empty, too long or holds control characters");
	text = str_dup(field);
	*list = curl_slist_append(*list, text);
	must(*list != NULL);
	explicit_bzero(text, field.n);
	return 0;
}

static int add_authorization(const struct http_request *request, struct curl_slist **list, struct error *err)
{
	struct buf field = BUF_INIT(MAX_FIELD), pair = BUF_INIT(MAX_FIELD / 2);
	int rc;

	if (request->bearer) {
		buf_add_cstr(&field, "Authorization: Bearer ");
		buf_add(&field, secret_reveal(request->bearer));
	} else {
		buf_printf(&pair, "%s:", request->basic_user);
		if (request->basic_password)
			buf_add(&pair, secret_reveal(request->basic_password));
		buf_add_cstr(&field, "Authorization: Basic ");
		base64_encode(&field, buf_str(&pair));
	}
	rc = field.failed || pair.failed
	             ? fail(err, E_INVALID, RETRY_NEVER, "a token or password is too long to be sent")
	             : add_field(list, buf_str(&field), err);
	mem_wipe_free(field.p, field.size);
	mem_wipe_free(pair.p, pair.size);
	return rc;
}

static bool has_field(const struct http_request *request, struct str name)
{
	for (size_t i = 0; i < request->field_count; i++)
		if (str_starts_nocase(str_of(request->fields[i]), name))
			return true;
	return false;
}

static int make_fields(const struct http_request *request, struct curl_slist **list, struct error *err)
{
	int rc = 0;

	for (size_t i = 0; i < request->field_count && rc == 0; i++)
		rc = add_field(list, str_of(request->fields[i]), err);
	if (rc == 0 && (request->bearer || request->basic_user))
		rc = add_authorization(request, list, err);
	if (rc < 0)
		return rc;
	*list = curl_slist_append(*list, "Expect:"); /* none: a server that doesn't know it would cost a second */
	if (!has_field(request, STR("Content-Type:")))
		*list = curl_slist_append(*list, "Content-Type:");
	return 0;
}

/* ---------------------------------------------------------------- telling curl */

static const long curl_versions[] = {CURL_SSLVERSION_TLSv1_0, CURL_SSLVERSION_TLSv1_1, CURL_SSLVERSION_TLSv1_2,
                                     CURL_SSLVERSION_TLSv1_3};
static const long curl_highest[] = {CURL_SSLVERSION_MAX_DEFAULT, CURL_SSLVERSION_MAX_TLSv1_1,
                                    CURL_SSLVERSION_MAX_TLSv1_2, CURL_SSLVERSION_MAX_TLSv1_3};

static void set_connection(const struct http *http, struct exchange *x, const struct target *target)
{
	const struct tls_policy *policy = &http->options.policy;
	CURL *curl = http->curl;

	must(policy->lowest <= TLS_1_3 && policy->highest <= TLS_1_3);
	curl_easy_setopt(curl, CURLOPT_CURLU, target->url);
	curl_easy_setopt(curl, CURLOPT_PROTOCOLS_STR, http->options.allow_plain ? "https,http" : "https");
	curl_easy_setopt(curl, CURLOPT_HTTP_VERSION, CURL_HTTP_VERSION_1_1);
	curl_easy_setopt(curl, CURLOPT_RESOLVE, http->pinned);
	curl_easy_setopt(curl, CURLOPT_PROXY, "");
	curl_easy_setopt(curl, CURLOPT_NOSIGNAL, 1L);
	curl_easy_setopt(curl, CURLOPT_CONNECTTIMEOUT_MS, (long)http->options.connect_timeout_ms);
	curl_easy_setopt(curl, CURLOPT_OPENSOCKETFUNCTION, on_socket);
	curl_easy_setopt(curl, CURLOPT_OPENSOCKETDATA, x);
	curl_easy_setopt(curl, CURLOPT_PREREQFUNCTION, on_connected);
	curl_easy_setopt(curl, CURLOPT_PREREQDATA, x);
	curl_easy_setopt(curl, CURLOPT_SSLVERSION, curl_versions[policy->lowest] | curl_highest[policy->highest]);
	if (policy->lowest < TLS_1_2) /* they sign with SHA-1 */
		curl_easy_setopt(curl, CURLOPT_SSL_CIPHER_LIST, "DEFAULT:@SECLEVEL=0");
	curl_easy_setopt(curl, CURLOPT_SSL_VERIFYPEER, policy->skip_verify ? 0L : 1L);
	curl_easy_setopt(curl, CURLOPT_SSL_VERIFYHOST, policy->skip_verify ? 0L : 2L);
	curl_easy_setopt(curl, CURLOPT_CAINFO, NULL);
	curl_easy_setopt(curl, CURLOPT_CAPATH, NULL);
	curl_easy_setopt(curl, CURLOPT_SSL_CTX_FUNCTION, on_context);
	curl_easy_setopt(curl, CURLOPT_SSL_CTX_DATA, x);
}

static void set_callbacks(const struct http *http, struct exchange *x)
{
	CURL *curl = http->curl;

	curl_easy_setopt(curl, CURLOPT_HEADERFUNCTION, exchange_on_head);
	curl_easy_setopt(curl, CURLOPT_HEADERDATA, x);
	curl_easy_setopt(curl, CURLOPT_WRITEFUNCTION, exchange_on_body);
	curl_easy_setopt(curl, CURLOPT_WRITEDATA, x);
	curl_easy_setopt(curl, CURLOPT_NOPROGRESS, 0L);
	curl_easy_setopt(curl, CURLOPT_XFERINFOFUNCTION, exchange_on_progress);
	curl_easy_setopt(curl, CURLOPT_XFERINFODATA, x);
	if (!http->options.transcript)
		return;
	curl_easy_setopt(curl, CURLOPT_VERBOSE, 1L);
	curl_easy_setopt(curl, CURLOPT_DEBUGFUNCTION, exchange_on_debug);
	curl_easy_setopt(curl, CURLOPT_DEBUGDATA, x);
}

/* Body by callback: curl can't rewind it, and so never sends it again. */
static size_t on_send(char *to, size_t size, size_t n, void *ctx)
{
	struct exchange *x = ctx;
	struct str piece = str_slice(x->request->body, x->body_at, x->body_at + size * n);

	if (piece.n)
		memcpy(to, piece.p, piece.n);
	x->body_at += piece.n;
	return piece.n;
}

static void set_body(struct exchange *x)
{
	const struct http_request *request = x->request;

	if (request->once && request->body.n) {
		curl_easy_setopt(x->curl, CURLOPT_POST, 1L);
		curl_easy_setopt(x->curl, CURLOPT_READFUNCTION, on_send);
		curl_easy_setopt(x->curl, CURLOPT_READDATA, x);
	} else {
		curl_easy_setopt(x->curl, CURLOPT_POSTFIELDS, request->body.p ? request->body.p : "");
		/* Without a body nothing could be held back: only a new connection is never tried twice. */
		curl_easy_setopt(x->curl, CURLOPT_FRESH_CONNECT, request->once ? 1L : 0L);
	}
	curl_easy_setopt(x->curl, CURLOPT_POSTFIELDSIZE_LARGE, (curl_off_t)request->body.n);
}

static void set_request(CURL *curl, struct exchange *x, struct curl_slist *fields)
{
	const struct http_request *request = x->request;
	bool body = request->body.p || strcmp(request->method, "POST") == 0 || strcmp(request->method, "PUT") == 0 ||
	            strcmp(request->method, "PATCH") == 0;

	curl_easy_setopt(curl, CURLOPT_USERAGENT, "Hauspost/" HAUSPOST_VERSION);
	curl_easy_setopt(curl, CURLOPT_HTTPHEADER, fields);
	if (body) {
		set_body(x);
	} else if (strcmp(request->method, "HEAD") == 0) {
		curl_easy_setopt(curl, CURLOPT_NOBODY, 1L);
	} else {
		curl_easy_setopt(curl, CURLOPT_HTTPGET, 1L);
	}
	curl_easy_setopt(curl, CURLOPT_CUSTOMREQUEST, request->method);
}

/* ---------------------------------------------------------------- what went wrong */

static int tls_failed(const struct exchange *x, CURLcode code, const char *text, struct error *err)
{
	static const char *const versions[] = {"1.0", "1.1", "1.2", "1.3"};
	struct str words = str_of(text);

	if (code == CURLE_PEER_FAILED_VERIFICATION)
		return fail(err, E_TLS, RETRY_NEVER, "%.80s: its certificate isn't trusted: %s", x->host, text);
	if (str_find_nocase(words, STR("protocol version")) >= 0 ||
	    str_find_nocase(words, STR("unsupported protocol")) >= 0)
		return fail(err, E_TLS, RETRY_NEVER, "%.80s: it has no TLS %s or newer: %s", x->host,
		            versions[x->options->policy.lowest], text);
	return fail(err, E_TLS, RETRY_LATER, "%.80s: TLS: %s", x->host, text);
}

static int connect_failed(const struct exchange *x, struct error *err)
{
	long number = 0;

	curl_easy_getinfo(x->curl, CURLINFO_OS_ERRNO, &number);
	return fail(err, E_CONNECT, RETRY_LATER, "%.80s port %s: no connection: %s", x->host, x->port,
	            number ? strerrordesc_np((int)number) : "nobody answers");
}

static int explain(const struct exchange *x, CURLcode code, const char *text, struct error *err)
{
	if (!*text)
		text = curl_easy_strerror(code);
	if (x->fault.code) {
		if (err)
			*err = x->fault;
		return x->fault.code;
	}
	if (code == CURLE_RECV_ERROR && str_find(str_of(text), STR("chunked")) >= 0)
		code = CURLE_WEIRD_SERVER_REPLY;
	/* clang-format off */
	switch ((int)code) {
	case CURLE_COULDNT_RESOLVE_HOST:
	case CURLE_COULDNT_CONNECT: return connect_failed(x, err);
	case CURLE_OPERATION_TIMEDOUT:
		return fail(err, E_TIMEOUT, RETRY_LATER, "%.80s port %s: connecting took longer than %d ms", x->host, x->port, x->options->connect_timeout_ms);
	case CURLE_SSL_CONNECT_ERROR:
	case CURLE_PEER_FAILED_VERIFICATION: return tls_failed(x, code, text, err);
	case CURLE_SSL_CIPHER: return fail(err, E_TLS, RETRY_NEVER, "%.80s: TLS: %s", x->host, text);
	case CURLE_PARTIAL_FILE:
	case CURLE_GOT_NOTHING:
	case CURLE_SEND_FAIL_REWIND:
	case CURLE_RECV_ERROR:
	case CURLE_SEND_ERROR: return fail(err, E_CLOSED, RETRY_LATER, "%.80s closed the connection: %s", x->host, text);
	case CURLE_OUT_OF_MEMORY: /* what curl says of a header line above 100 KB */
		return fail(err, E_LIMIT, RETRY_LATER, "%.80s answers with a header field that is too long", x->host);
	default: return fail(err, E_PROTOCOL, RETRY_LATER, "%.80s: not the HTTP that was expected: %s", x->host, text);
	}
	/* clang-format on */
}

/* ---------------------------------------------------------------- one request */

static int perform(struct http *http, struct exchange *x, const struct target *target, struct curl_slist *fields,
                   struct error *err)
{
	char text[CURL_ERROR_SIZE] = "";
	CURLcode code;

	curl_easy_reset(http->curl); /* keeps connections */
	set_connection(http, x, target);
	set_callbacks(http, x);
	set_request(http->curl, x, fields);
	curl_easy_setopt(http->curl, CURLOPT_ERRORBUFFER, text);
	code = curl_easy_perform(http->curl);
	exchange_show_rest(x);
	curl_easy_setopt(http->curl, CURLOPT_ERRORBUFFER, NULL);
	if (code == CURLE_OK)
		return 0;
	forget_lookup(http); /* the host may have moved */
	return explain(x, code, text, err);
}

static bool is_method(const char *method)
{
	size_t n = 0;

	while (method[n] >= 'A' && method[n] <= 'Z')
		n++;
	return n && n < 20 && !method[n];
}

int http_do(struct http *http, const struct http_request *request, struct arena *arena, struct http_answer *ret_answer,
            struct error *err)
{
	struct curl_slist *fields CLEANUP(fields_wipe) = NULL;
	struct target target CLEANUP(target_done) = {0};
	struct exchange x = {.curl = http->curl, .options = &http->options, .request = request};
	int rc = parse_url(http, request->url, &target, err);

	must(is_method(request->method));
	buf_init(&x.head, MAX_HEAD_BYTES);
	buf_init(&x.body, SIZE_MAX / 4); /* bounded where it grows */
	x.host = target.host;
	x.port = target.port;
	if (rc == 0)
		rc = make_fields(request, &fields, err);
	if (rc == 0)
		rc = look_up(http, &target, err);
	if (rc == 0)
		rc = tls_client_context(&http->options.policy, &x.policy, err);
	if (rc == 0)
		rc = perform(http, &x, &target, fields, err);
	if (rc == 0)
		exchange_answer(&x, arena, ret_answer);
	else if (request->ret_started)
		*request->ret_started = x.started;
	buf_done(&x.head);
	buf_done(&x.body);
	return rc;
}
