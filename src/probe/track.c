/* See track.h. In the order of a connection: events, transcript, failure, end. */
#include "probe/track.h"

#include "auth/connection.h"
#include "base/clock.h"

#include <stdio.h>

#define MAX_SAID   KIB(2)
#define MAX_LISTED 400 /* bytes of abilities that are shown */
#define SOON_MS    (14 * HOURS_MS(24))
#define DAY_MS     HOURS_MS(24)

static void on_event(void *ctx, const struct watch_event *event);

void track_init(struct track *t, const struct probe_options *options, bool sends, struct arena *arena)
{
	*t = (struct track){.options = options, .arena = arena, .protocol = sends ? "SMTP" : "IMAP"};
	t->watch = (struct stream_watch){on_event, t};
	buf_init(&t->said, MAX_SAID);
	t->began_us = t->step_us = clock_mono_us();
	t->at = (struct failure){
	        .sends = sends,
	        .host = "",
	        .user = "",
	        .address = options->account->send.address,
	        .folders = t->folders,
	        .places = options->places,
	        .place_count = options->place_count,
	        .look_timeout_ms = options->look_timeout_ms,
	        .no_advice = options->no_advice,
	};
}

void track_done(struct track *t)
{
	buf_done(&t->said);
}

void track_connection(struct track *t, const struct account_connection *connection, const char *protocol)
{
	struct str name = arena_str(t->arena, str_of(protocol));

	for (size_t i = 0; i < name.n; i++)
		if (name.p[i] >= 'a' && name.p[i] <= 'z')
			((char *)(uintptr_t)name.p)[i] = (char)(name.p[i] - 'a' + 'A');
	t->protocol = name.p;
	t->at.protocol = str_eq(name, STR("IMAP"))   ? SPEAKS_IMAP
	                 : str_eq(name, STR("POP3")) ? SPEAKS_POP3
	                 : str_eq(name, STR("SMTP")) ? SPEAKS_SMTP
	                                             : SPEAKS_HTTP;
	t->at.secured = t->at.protocol == SPEAKS_HTTP; /* Graph knows nothing but TLS, and doesn't tell of it */
	t->at.host = connection->host;
	t->at.user = connection->user;
	t->at.port = connection->port;
	t->at.security = connection->security;
	t->at.by_token = connection->profile && *connection->profile;
	t->profile = connection->profile ? arena_cstr(t->arena, str_of(connection->profile)) : "";
	t->truststore = str_of(connection->tls->truststore);
	t->at.phase = PHASE_LOOK_UP;
}

void track_again(struct track *t)
{
	t->quiet = true;
	t->greeted = t->at.secured = t->at.starttls_sent = t->says_more = false;
	t->at.phase = PHASE_LOOK_UP;
	t->step_us = clock_mono_us();
	buf_clear(&t->said);
}

void track_folder(void *ctx, struct str name)
{
	struct track *t = ctx;

	if (t->at.folder_count < TRACK_FOLDERS)
		t->folders[t->at.folder_count++] = arena_str(t->arena, name);
}

/* ---------------------------------------------------------------- steps */

static void add_detail(struct track *t, struct str text)
{
	if (t->detail_count < TRACK_DETAILS)
		t->details[t->detail_count++] = text;
}

void track_step(struct track *t, const char *name, enum probe_status status, struct str text)
{
	int64_t now = clock_mono_us();
	struct str shown = arena_str(t->arena, text);
	struct probe_step step = {
	        .sends = t->at.sends,
	        .name = name,
	        .status = status,
	        .took_us = now - t->step_us,
	        .details = t->details,
	        .detail_count = t->detail_count,
	};

	shown.n = str_make_printable((char *)(uintptr_t)shown.p, shown.n, false);
	step.text = shown;
	if (t->options->step)
		t->options->step(t->options->ctx, &step);
	t->step_us = now;
	t->detail_count = 0;
}

static void connected(struct track *t, struct str address)
{
	bool six = str_find_char(address, ':') >= 0;

	t->at.phase = t->at.security == SECURITY_TLS ? PHASE_TLS : PHASE_GREETING;
	if (!t->quiet)
		track_step(t, "connection", PROBE_OK,
		           arena_printf(t->arena, STR_FMT " port %d (%s)", STR_ARG(address), t->at.port,
		                        six ? "IPv6" : "IPv4"));
}

/* ---------------------------------------------------------------- TLS */

static struct str names_of(struct track *t, const struct tls_certificate *cert)
{
	struct buf list CLEANUP(buf_done) = BUF_INIT(KIB(1));

	for (size_t i = 0; i < MIN(cert->name_count, (size_t)8); i++)
		buf_printf(&list, "%s" STR_FMT, i ? ", " : "", STR_ARG(cert->names[i]));
	if (cert->name_count > 8)
		buf_printf(&list, " and %zu more", cert->name_count - 8);
	return arena_str(t->arena, buf_str(&list));
}

static void add_certificate(struct track *t, const struct tls_certificate *cert, bool first)
{
	int64_t days = (cert->not_after - clock_now_ms()) / DAY_MS;
	char until[32];

	clock_format_iso(cert->not_after, until);
	add_detail(t, arena_printf(t->arena, "%s " STR_FMT ", issued by " STR_FMT ", until %.10s (%lld days), " STR_FMT,
	                           first ? "certificate" : "above it", STR_ARG(cert->subject), STR_ARG(cert->issuer),
	                           until, (long long)days, STR_ARG(cert->key)));
	if (first && cert->name_count)
		add_detail(t, arena_printf(t->arena, "names " STR_FMT, STR_ARG(names_of(t, cert))));
}

static void secured(struct track *t, const struct tls_peer *peer)
{
	bool old = !str_eq(peer->version, STR("TLSv1.2")) && !str_eq(peer->version, STR("TLSv1.3"));
	bool soon = peer->chain_count && peer->chain[0].not_after < clock_now_ms() + SOON_MS;

	t->at.secured = true;
	t->at.phase = t->greeted ? PHASE_ABILITIES : PHASE_GREETING;
	t->at.abilities = STR_NULL;
	buf_clear(&t->said);
	if (t->quiet)
		return;
	for (size_t i = 0; i < peer->chain_count; i++)
		add_certificate(t, &peer->chain[i], i == 0);
	if (!peer->verified)
		add_detail(t, STR("NOT VERIFIED: tls/verify is false, so anybody could be at the other end"));
	else if (t->truststore.n)
		add_detail(t, arena_printf(t->arena, "verified by " STR_FMT, STR_ARG(t->truststore)));
	else
		add_detail(t, STR("verified by the system's CA certificates"));
	track_step(t, t->greeted ? "STARTTLS" : "TLS", peer->verified && !old && !soon ? PROBE_OK : PROBE_WARNING,
	           arena_printf(t->arena, STR_FMT ", " STR_FMT, STR_ARG(peer->version), STR_ARG(peer->cipher)));
}

/* ---------------------------------------------------------------- the protocol */

/* IMAP servers tell in the greeting and again after the log-in, which is of no interest to people. */
static void capable(struct track *t, struct str text)
{
	bool known = str_eq(text, t->at.abilities);

	if (t->at.phase >= PHASE_LOGIN)
		return;
	t->at.abilities = arena_str(t->arena, text);
	if (!t->quiet && !known)
		track_step(t, "abilities", PROBE_OK, str_slice(text, 0, MAX_LISTED));
}

static void logged_in(struct track *t)
{
	t->at.phase = t->at.sends ? PHASE_SENDER : PHASE_FOLDER;
	buf_clear(&t->said);
	if (!t->quiet)
		track_step(t, "log-in", t->at.secured ? PROBE_OK : PROBE_WARNING,
		           arena_printf(t->arena, "%s%s%s%s", t->at.user, t->mechanism[0] ? " with " : "", t->mechanism,
		                        t->at.secured ? "" : "; the password went over the network unencrypted"));
}

/* Without IMAP's "* OK [CAPABILITY …]". */
static struct str greeting_words(struct str line)
{
	ptrdiff_t end = str_find(line, STR("] "));

	if (!str_starts_nocase(line, STR("* OK ")))
		return line;
	return line.n > 5 && line.p[5] == '[' && end > 0 ? str_slice(line, (size_t)end + 2, line.n)
	                                                 : str_slice(line, 5, line.n);
}

static void on_event(void *ctx, const struct watch_event *event)
{
	struct track *t = ctx;

	switch (event->kind) {
	case WATCH_RESOLVED:
		t->at.phase = PHASE_CONNECTION;
		if (!t->quiet)
			track_step(t, "look-up", PROBE_OK, event->text);
		break;
	case WATCH_ATTEMPT:
		t->at.errnum = event->errnum;
		add_detail(t, arena_printf(t->arena, STR_FMT ": %s", STR_ARG(event->text),
		                           strerrordesc_np(event->errnum)));
		break;
	case WATCH_CONNECTED:
		connected(t, event->text);
		break;
	case WATCH_SECURED:
		secured(t, event->peer);
		break;
	case WATCH_TLS_FAILED:
		t->at.phase = PHASE_TLS;
		t->at.tls = event->problem;
		break;
	case WATCH_GREETED:
		t->greeted = true;
		t->at.phase = PHASE_ABILITIES;
		if (!t->quiet)
			track_step(t, "greeting", PROBE_OK, str_slice(greeting_words(event->text), 0, MAX_LISTED));
		break;
	case WATCH_CAPABLE:
		capable(t, event->text);
		break;
	case WATCH_LOGGING_IN:
		t->at.phase = PHASE_LOGIN;
		buf_clear(&t->said);
		break;
	case WATCH_LOGGED_IN:
		logged_in(t);
		break;
	case WATCH_SELECTED:
		track_step(t, "folder", PROBE_OK,
		           arena_printf(t->arena, "%s: " STR_FMT, t->at.folder, STR_ARG(event->text)));
		break;
	}
}

/* ---------------------------------------------------------------- the transcript */

/* "AUTH PLAIN", "H1 AUTHENTICATE XOAUTH2", "H1 LOGIN", "USER", "APOP". */
static void note_mechanism(struct track *t, struct str line)
{
	struct str word = STR_NULL, next = STR_NULL, rest = line;

	if (t->at.protocol == SPEAKS_IMAP)
		str_split(&rest, ' ', &word);
	if (!str_split(&rest, ' ', &word))
		return;
	if (str_eq_nocase(word, STR("AUTH")) || str_eq_nocase(word, STR("AUTHENTICATE")))
		str_split(&rest, ' ', &next);
	else if (str_eq_nocase(word, STR("LOGIN")) || str_eq_nocase(word, STR("USER")) ||
	         str_eq_nocase(word, STR("APOP")))
		next = word;
	if (next.n)
		snprintf(t->mechanism, sizeof t->mechanism, STR_FMT, STR_ARG(next));
}

static void note_sent(struct track *t, struct str line)
{
	/* what takes an envelope back answers nothing that matters */
	t->says_more = str_eq(line, STR("RSET")) || str_eq(line, STR("QUIT"));
	if (t->says_more)
		return;
	buf_clear(&t->said);
	if (str_ends_nocase(line, STR("STARTTLS")) || str_eq_nocase(line, STR("STLS")))
		t->at.starttls_sent = true;
	if (t->at.phase == PHASE_LOGIN)
		note_mechanism(t, line);
	if (t->at.phase == PHASE_SENDER && str_starts_nocase(line, STR("RCPT")))
		t->at.phase = PHASE_RECIPIENT;
}

static void note_received(struct track *t, struct str line)
{
	if (t->says_more)
		return;
	if (!t->greeted && !t->at.greeting.n)
		t->at.greeting = arena_str(t->arena, str_slice(line, 0, 200));
	if (t->said.n)
		buf_add_char(&t->said, ' ');
	buf_add(&t->said, str_slice(line, 0, MAX_SAID - 1 - t->said.n));
}

void track_transcript(void *ctx, const char *line)
{
	struct track *t = ctx;

	if (t->options->transcript)
		t->options->transcript(t->options->ctx, line);
	if (str_starts(str_of(line), STR("C: ")))
		note_sent(t, str_of(line + 3));
	else if (str_starts(str_of(line), STR("S: ")))
		note_received(t, str_of(line + 3));
}

/* ---------------------------------------------------------------- failure */

static const char *step_name(const struct track *t)
{
	static const char *const names[] = {"settings",  "look-up", "connection", "TLS",      "greeting",
	                                    "abilities", "log-in",  "folder",     "envelope", "envelope"};

	if (t->at.by_token && str_find(str_of(t->at.err.text), STR("authentication profile")) >= 0)
		return "token";
	if ((t->at.phase == PHASE_ABILITIES || t->at.phase == PHASE_TLS) && t->greeted &&
	    t->at.security == SECURITY_STARTTLS && !t->at.secured)
		return "STARTTLS";
	return t->options->send_to && t->at.phase >= PHASE_SENDER ? "mail" : names[t->at.phase];
}

/* The place stands on the lines above. */
static struct str without_place(const struct track *t, struct str text)
{
	struct str place = arena_printf(t->arena, "%.80s port %d: ", t->at.host, t->at.port);
	struct str host = arena_printf(t->arena, "%.80s: ", t->at.host);

	if (str_starts(text, place))
		return str_slice(text, place.n, text.n);
	return str_starts(text, host) ? str_slice(text, host.n, text.n) : text;
}

/* Where this setting of the account really stands. */
static struct str setting_path(const struct track *t, const char *setting)
{
	const struct account *a = t->options->account;
	const char *side = t->at.sends ? "send" : "receive";
	const char *own_host = t->at.sends ? a->send.host : a->receive.host;
	int64_t own_port = t->at.sends ? a->send.port : a->receive.port;
	bool is_port = strcmp(setting, "port") == 0;
	bool is_place = is_port || strcmp(setting, "host") == 0 || strcmp(setting, "security") == 0;
	bool is_login = strcmp(setting, "user") == 0 || strcmp(setting, "password") == 0;

	if (!*setting)
		return STR_NULL;
	if (strcmp(setting, "folder") == 0 || strcmp(setting, "after") == 0)
		return t->listener ? arena_printf(t->arena, "listeners/%s/%s", t->listener, setting) : STR_NULL;
	if (strcmp(setting, "token_endpoint") == 0)
		return arena_printf(t->arena, "authentication_profiles/%s/%s", t->profile, setting);
	if (is_place && !*own_host && *a->provider && !(is_port && own_port))
		return arena_printf(t->arena, "providers/%s/%s/%s", a->provider, side, setting);
	if (strcmp(setting, "address") == 0 || (is_login && a->receive.use_sender_login))
		side = "send";
	return arena_printf(t->arena, "accounts/%s/%s/%s", a->id, side, setting);
}

/* Servers that we know by name, for one that is misspelt. */
static void gather_hosts(struct track *t)
{
	static const char *const known[] = {
	        "imap.gmail.com",     "smtp.gmail.com",        "pop.gmail.com",          "outlook.office365.com",
	        "smtp.office365.com", "smtp-mail.outlook.com", "imap.mail.yahoo.com",    "smtp.mail.yahoo.com",
	        "imap.mail.me.com",   "smtp.mail.me.com",      "imap.fastmail.com",      "smtp.fastmail.com",
	        "imap.gmx.net",       "mail.gmx.net",          "imap.gmx.com",           "mail.gmx.com",
	        "imap.web.de",        "smtp.web.de",           "imap.ionos.de",          "smtp.ionos.de",
	        "imap.aol.com",       "smtp.aol.com",          "imap.zoho.com",          "smtp.zoho.com",
	        "imap.zoho.eu",       "smtp.zoho.eu",          "secureimap.t-online.de", "securesmtp.t-online.de",
	        "imap.yandex.com",    "smtp.yandex.com",       "ssl0.ovh.net",           "imap.strato.de",
	        "smtp.strato.de",     "imap.mail.ru",          "smtp.mail.ru",           "imap.one.com",
	};
	const void *const *providers;
	size_t n = setup_list(t->options->setup, &provider_type, &providers);
	const char **hosts = ARENA_ARRAY(t->arena, const char *, ARRAY_LEN(known) + 2 * n);
	size_t count = 0;

	for (size_t i = 0; i < ARRAY_LEN(known); i++)
		hosts[count++] = known[i];
	for (size_t i = 0; i < n; i++) {
		const struct provider *provider = providers[i];

		hosts[count++] = provider->receive.host;
		hosts[count++] = provider->send.host;
	}
	t->at.hosts = hosts;
	t->at.host_count = count;
}

void track_failed(struct track *t, const struct error *err)
{
	struct probe_fault fault = {.sends = t->at.sends, .err = *err};

	t->failed = true;
	t->at.err = *err;
	fault.step = step_name(t);
	t->at.said = buf_str(&t->said);
	track_step(t, fault.step, PROBE_FAILED, without_place(t, str_of(err->text)));
	gather_hosts(t);
	fault.diagnosis = diagnose(&t->at, t->arena);
	fault.setting = setting_path(t, cause_text(fault.diagnosis.cause)->setting);
	if (t->options->fault)
		t->options->fault(t->options->ctx, &fault);
	t->step_us = clock_mono_us();
}

void track_result(struct track *t, struct probe_result *ret)
{
	enum security used = !t->at.secured ? SECURITY_NONE : t->at.starttls_sent ? SECURITY_STARTTLS : SECURITY_TLS;
	char text[100];

	ret->ok = !t->failed;
	ret->took_us = clock_mono_us() - t->began_us;
	if (t->failed) {
		ret->closing = arena_printf(t->arena, "%s: failed", t->protocol);
		return;
	}
	connection_text(t->protocol, used, text, sizeof text);
	ret->closing = arena_str(t->arena, str_of(text));
}
