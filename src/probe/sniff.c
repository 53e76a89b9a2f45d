/* See sniff.h. */
#include "probe/sniff.h"

#include "base/buf.h"
#include "base/clock.h"
#include "net/stream.h"

#include <pthread.h>

#define MAX_PLACES    8
#define MAX_LINE      2000
#define MAX_LINES     60
#define MAX_ABILITIES 1500

/* ---------------------------------------------------------------- words */

enum sniff_speaks sniff_greeting(struct str line)
{
	if (str_starts_nocase(line, STR("* OK")) || str_starts_nocase(line, STR("* PREAUTH")) ||
	    str_starts_nocase(line, STR("* BYE")))
		return SPEAKS_IMAP;
	if (str_starts(line, STR("+OK")) || str_starts(line, STR("-ERR")))
		return SPEAKS_POP3;
	if (str_starts(line, STR("SSH-")))
		return SPEAKS_SSH;
	if (str_starts(line, STR("HTTP/")) || str_find_nocase(line, STR("<html")) >= 0)
		return SPEAKS_HTTP;
	if (line.n >= 2 && line.p[0] == 0x15 && line.p[1] == 0x03) /* an alert record */
		return SPEAKS_TLS;
	if (line.n >= 4 && is_digit(line.p[0]) && is_digit(line.p[1]) && is_digit(line.p[2])) {
		if (str_find_nocase(line, STR("FTP")) >= 0 && str_find_nocase(line, STR("SMTP")) < 0)
			return SPEAKS_FTP;
		if (str_starts(line, STR("220")) || str_starts(line, STR("421")) || str_starts(line, STR("5")))
			return SPEAKS_SMTP;
	}
	return line.n ? SPEAKS_OTHER : SPEAKS_NOTHING;
}

const char *sniff_name(enum sniff_speaks speaks)
{
	static const char *const names[] = {"nothing", "IMAP",          "POP3", "SMTP",          "a web server (HTTP)",
	                                    "SSH",     "an FTP server", "TLS",  "something else"};

	return names[speaks];
}

/* ---------------------------------------------------------------- one connection */

struct look {
	struct sniff *sniff;
	struct arena *arena;
	struct stream *stream;
	int timeout_ms;
	bool wants_certificate;
};

static void on_event(void *ctx, const struct watch_event *event)
{
	struct look *look = ctx;

	if (event->kind == WATCH_CONNECTED)
		look->sniff->connected = true;
}

static struct stream_options options_of(const struct look *look, const struct stream_watch *watch)
{
	return (struct stream_options){
	        .host = look->sniff->place.host,
	        .port = look->sniff->place.port,
	        .tls = look->sniff->place.tls,
	        .policy = {.lowest = TLS_1_0, .skip_verify = true},
	        .connect_timeout_ms = look->timeout_ms,
	        .io_timeout_ms = look->timeout_ms,
	        .watch = watch,
	};
}

static struct str keep(struct look *look, struct str text)
{
	struct str copy = arena_str(look->arena, str_slice(text, 0, 200));

	copy.n = str_make_printable((char *)(uintptr_t)copy.p, copy.n, false);
	return copy;
}

/* A web server waits to be asked, a TLS server answers what isn't TLS with an alert. */
static void provoke(struct look *look)
{
	struct error err;
	struct str bytes;

	if (stream_write(look->stream, STR("HEAD / HTTP/1.0\r\n\r\n"), &err) < 0 ||
	    stream_wait(look->stream, look->timeout_ms, &err) <= 0 ||
	    stream_read_some(look->stream, 100, &bytes, &err) < 0)
		return;
	look->sniff->speaks = sniff_greeting(bytes);
	look->sniff->greeting = keep(look, bytes);
}

static bool read_greeting(struct look *look)
{
	struct str line;
	struct error err;
	int r = stream_wait(look->stream, look->timeout_ms / 2, &err);

	if (r == 0) {
		provoke(look);
		return false;
	}
	if (r < 0 || stream_read_line(look->stream, MAX_LINE, &line, &err) < 0)
		return false;
	look->sniff->speaks = sniff_greeting(line);
	look->sniff->greeting = keep(look, line);
	/* the rest of a greeting of several lines */
	for (int i = 0; i < MAX_LINES && look->sniff->speaks == SPEAKS_SMTP && line.n > 3 && line.p[3] == '-'; i++)
		if (stream_read_line(look->stream, MAX_LINE, &line, &err) < 0)
			return false;
	return true;
}

/* One line of the answer; false at its end. */
static bool take_line(const struct look *look, struct str line, struct buf *abilities)
{
	struct str words = line;
	bool more = true;

	if (look->sniff->speaks == SPEAKS_SMTP) {
		more = line.n > 3 && line.p[3] == '-';
		words = str_starts(line, STR("250")) ? str_slice(line, 4, line.n) : STR_NULL;
	} else if (look->sniff->speaks == SPEAKS_IMAP) {
		more = !str_starts(line, STR("a "));
		words = str_starts_nocase(line, STR("* CAPABILITY ")) ? str_slice(line, 13, line.n) : STR_NULL;
	} else {
		more = !str_eq(line, STR(".")) && !str_starts(line, STR("-ERR"));
		words = more && !str_starts(line, STR("+OK")) ? line : STR_NULL;
	}
	if (words.n) {
		if (abilities->n)
			buf_add(abilities, STR(", "));
		buf_add(abilities, words);
	}
	return more;
}

static void read_abilities(struct look *look)
{
	struct buf abilities CLEANUP(buf_done) = BUF_INIT(MAX_ABILITIES);
	struct sniff *sniff = look->sniff;
	struct str line;
	struct error err;
	const char *ask = sniff->speaks == SPEAKS_SMTP   ? "EHLO [127.0.0.1]\r\n"
	                  : sniff->speaks == SPEAKS_IMAP ? "a CAPABILITY\r\n"
	                                                 : "CAPA\r\n";

	if (stream_write(look->stream, str_of(ask), &err) < 0)
		return;
	for (int i = 0; i < MAX_LINES; i++)
		if (stream_read_line(look->stream, MAX_LINE, &line, &err) < 0 || !take_line(look, line, &abilities))
			break;
	sniff->abilities = arena_str(look->arena, buf_str(&abilities));
	sniff->abilities.n = str_make_printable((char *)(uintptr_t)sniff->abilities.p, sniff->abilities.n, false);
	sniff->starttls = str_find_nocase(sniff->abilities, STR("STARTTLS")) >= 0 ||
	                  str_find_nocase(sniff->abilities, STR("STLS")) >= 0;
	sniff->login = sniff->speaks == SPEAKS_SMTP ? str_find_nocase(sniff->abilities, STR("AUTH")) >= 0
	                                            : str_find_nocase(sniff->abilities, STR("LOGINDISABLED")) < 0;
}

static void turn_to_tls(struct look *look)
{
	struct stream_options options = options_of(look, NULL);
	const char *ask = look->sniff->speaks == SPEAKS_SMTP   ? "STARTTLS\r\n"
	                  : look->sniff->speaks == SPEAKS_IMAP ? "b STARTTLS\r\n"
	                                                       : "STLS\r\n";
	struct str line;
	struct error err;

	if (stream_write(look->stream, str_of(ask), &err) < 0 ||
	    stream_read_line(look->stream, MAX_LINE, &line, &err) < 0)
		return;
	if (stream_starttls(look->stream, &options, &err) == 0) {
		look->sniff->secured = true;
		look->sniff->peer = stream_peer(look->stream, look->arena);
	}
}

static void say_goodbye(struct look *look)
{
	struct error err;
	const char *bye = look->sniff->speaks == SPEAKS_IMAP ? "c LOGOUT\r\n" : "QUIT\r\n";

	if (stream_write(look->stream, str_of(bye), &err) == 0 && stream_flush(look->stream, &err) < 0)
		return; /* it is gone: so are we */
}

static void look_at(struct look *look)
{
	struct stream *stream CLEANUP(stream_closep) = NULL;
	struct stream_watch watch = {on_event, look};
	struct stream_options options = options_of(look, &watch);
	struct error err;

	if (stream_connect(&options, &stream, &err) < 0)
		return;
	look->stream = stream;
	stream_step(stream, "look", look->timeout_ms);
	if (look->sniff->place.tls) {
		look->sniff->secured = true;
		look->sniff->peer = stream_peer(stream, look->arena);
	}
	if (look->wants_certificate && look->sniff->secured)
		return;
	if (!read_greeting(look) || look->sniff->speaks < SPEAKS_IMAP || look->sniff->speaks > SPEAKS_SMTP)
		return;
	read_abilities(look);
	if (look->wants_certificate && look->sniff->starttls && !look->sniff->secured)
		turn_to_tls(look);
	else
		say_goodbye(look);
}

/* ---------------------------------------------------------------- several */

struct job {
	struct look look;
	pthread_t thread;
	bool started;
};

static void *run_job(void *arg)
{
	struct job *job = arg;

	look_at(&job->look);
	return NULL;
}

static struct str copied(struct arena *arena, struct str text)
{
	return text.p ? arena_str(arena, text) : text;
}

/* Each thread has an arena of its own; what it found is copied to the caller's. */
static void copy_sniff(struct arena *arena, struct sniff *sniff)
{
	struct tls_certificate *chain = ARENA_ARRAY(arena, struct tls_certificate, sniff->peer.chain_count);

	sniff->greeting = copied(arena, sniff->greeting);
	sniff->abilities = copied(arena, sniff->abilities);
	sniff->peer.version = copied(arena, sniff->peer.version);
	sniff->peer.cipher = copied(arena, sniff->peer.cipher);
	for (size_t i = 0; i < sniff->peer.chain_count; i++) {
		const struct tls_certificate *from = &sniff->peer.chain[i];

		chain[i] = *from;
		chain[i].subject = copied(arena, from->subject);
		chain[i].issuer = copied(arena, from->issuer);
		chain[i].key = copied(arena, from->key);
		chain[i].names = ARENA_ARRAY(arena, struct str, from->name_count);
		for (size_t k = 0; k < from->name_count; k++)
			chain[i].names[k] = copied(arena, from->names[k]);
	}
	sniff->peer.chain = chain;
}

static void start(struct job *job)
{
	job->look.arena = arena_new();
	job->started = pthread_create(&job->thread, NULL, run_job, job) == 0;
	if (!job->started)
		look_at(&job->look);
}

static void finish(struct job *job, struct arena *arena)
{
	if (job->started)
		pthread_join(job->thread, NULL);
	copy_sniff(arena, job->look.sniff);
	arena_free(job->look.arena);
}

void sniff_all(const struct sniff_place *places, size_t n, int timeout_ms, struct arena *arena, struct sniff *ret)
{
	struct job jobs[MAX_PLACES] = {0};

	must(n <= MAX_PLACES);
	for (size_t i = 0; i < n; i++) {
		ret[i] = (struct sniff){.place = places[i]};
		jobs[i].look = (struct look){.sniff = &ret[i], .timeout_ms = timeout_ms};
		start(&jobs[i]);
	}
	for (size_t i = 0; i < n; i++)
		finish(&jobs[i], arena);
}

void sniff_certificate(struct sniff_place place, int timeout_ms, struct arena *arena, struct sniff *ret)
{
	struct look look = {.sniff = ret, .arena = arena, .timeout_ms = timeout_ms, .wants_certificate = true};

	*ret = (struct sniff){.place = place};
	look_at(&look);
}
