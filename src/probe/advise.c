/* What can be found out beyond the failure itself: what else the server offers, what its certificate says, which name
 * may have been meant. See diagnose.h. */
#include "probe/diagnose.h"

#include "base/buf.h"
#include "base/clock.h"
#include "probe/words.h"

#include <stdio.h>

#define LOOK_TIMEOUT_MS 3000
#define MAX_PLACES      8
#define MAX_SIMILAR     5

/* ---------------------------------------------------------------- names that are nearly alike */

static void hint(struct diagnosis *d, struct str text)
{
	if (d->hint_count < DIAGNOSIS_HINTS)
		d->hints[d->hint_count++] = text;
}

static void advise_host(const struct failure *f, struct arena *arena, struct diagnosis *d)
{
	const char *best = NULL;
	int distance = 3;

	for (size_t i = 0; i < f->host_count; i++) {
		int n = str_distance(str_of(f->host), str_of(f->hosts[i]));

		if (n > 0 && n < distance) {
			best = f->hosts[i];
			distance = n;
		}
	}
	if (best)
		hint(d, arena_printf(arena, "Is %s meant?", best));
}

/* "Orders" for "orders", "INBOX/Orders" or "Ordres". */
static bool is_similar(struct str wanted, struct str have)
{
	size_t at = have.n;

	while (at && have.p[at - 1] != '/' && have.p[at - 1] != '.')
		at--;
	return str_distance(wanted, have) <= 2 || str_distance(wanted, str_slice(have, at, have.n)) <= 2 ||
	       (wanted.n >= 3 && str_find_nocase(have, wanted) >= 0);
}

static void advise_folder(const struct failure *f, struct arena *arena, struct diagnosis *d)
{
	struct buf list CLEANUP(buf_done) = BUF_INIT(KIB(4));
	struct str wanted = str_of(f->folder);
	int shown = 0;

	for (size_t i = 0; i < f->folder_count && shown < MAX_SIMILAR; i++)
		if (is_similar(wanted, f->folders[i]))
			buf_printf(&list, "%s" STR_FMT, shown++ ? ", " : "", STR_ARG(f->folders[i]));
	if (shown) {
		hint(d, arena_printf(arena, "Is one of these meant? " STR_FMT, STR_ARG(buf_str(&list))));
		return;
	}
	for (size_t i = 0; i < f->folder_count && shown < 2 * MAX_SIMILAR; i++)
		buf_printf(&list, "%s" STR_FMT, shown++ ? ", " : "", STR_ARG(f->folders[i]));
	if (shown)
		hint(d, arena_printf(arena, "The mailbox has: " STR_FMT "%s", STR_ARG(buf_str(&list)),
		                     (size_t)shown < f->folder_count ? " …" : ""));
}

/* ---------------------------------------------------------------- the certificate */

static struct str day_of(struct arena *arena, int64_t at_ms)
{
	char iso[32];

	clock_format_iso(at_ms, iso);
	return at_ms ? arena_printf(arena, "%.10s", iso) : STR("?");
}

static struct str names_of(struct arena *arena, const struct tls_certificate *cert)
{
	struct buf list CLEANUP(buf_done) = BUF_INIT(KIB(2));

	for (size_t i = 0; i < MIN(cert->name_count, (size_t)10); i++)
		buf_printf(&list, "%s" STR_FMT, i ? ", " : "", STR_ARG(cert->names[i]));
	if (!list.n)
		buf_add(&list, cert->subject);
	return arena_str(arena, buf_str(&list));
}

static void advise_certificate(const struct failure *f, struct arena *arena, struct diagnosis *d)
{
	struct sniff_place place = {f->host, f->port, f->security == SECURITY_TLS};
	const struct tls_certificate *cert;
	struct sniff sniff;

	sniff_certificate(place, f->look_timeout_ms, arena, &sniff);
	if (!sniff.secured || !sniff.peer.chain_count)
		return;
	cert = &sniff.peer.chain[0];
	if (d->cause == CAUSE_TLS_TOO_OLD)
		hint(d, arena_printf(arena, "The server speaks " STR_FMT " at best.", STR_ARG(sniff.peer.version)));
	else if (d->cause == CAUSE_WRONG_NAME)
		hint(d, arena_printf(arena, "Its certificate is for: " STR_FMT ".", STR_ARG(names_of(arena, cert))));
	else if (d->cause == CAUSE_UNKNOWN_CA || d->cause == CAUSE_SELF_SIGNED)
		hint(d, arena_printf(arena, "Its certificate, " STR_FMT ", was issued by \"" STR_FMT "\".",
		                     STR_ARG(names_of(arena, cert)),
		                     STR_ARG(sniff.peer.chain[sniff.peer.chain_count - 1].issuer)));
	else
		hint(d, arena_printf(arena,
		                     "Its certificate is valid from " STR_FMT " to " STR_FMT "; today is " STR_FMT ".",
		                     STR_ARG(day_of(arena, cert->not_before)), STR_ARG(day_of(arena, cert->not_after)),
		                     STR_ARG(day_of(arena, clock_now_ms()))));
}

/* ---------------------------------------------------------------- other ports */

static size_t usual_places(const struct failure *f, const char *host, struct sniff_place ret[3])
{
	static const int imap[] = {993, 143}, pop3[] = {995, 110}, smtp[] = {465, 587, 25};
	const int *ports = f->protocol == SPEAKS_IMAP ? imap : f->protocol == SPEAKS_POP3 ? pop3 : smtp;
	size_t n = f->protocol == SPEAKS_SMTP ? 3 : 2;

	for (size_t i = 0; i < n; i++)
		ret[i] = (struct sniff_place){host, ports[i], i == 0};
	return n;
}

/* The same port the other way first, then the others. */
static size_t gather_places(const struct failure *f, struct sniff_place ret[MAX_PLACES])
{
	struct sniff_place usual[3];
	const struct sniff_place *others = f->places;
	size_t count = f->place_count, n = 0;

	if (!others) {
		others = usual;
		count = usual_places(f, f->host, usual);
	}
	ret[n++] = (struct sniff_place){f->host, f->port, false};
	ret[n++] = (struct sniff_place){f->host, f->port, true};
	for (size_t i = 0; i < count && n < MAX_PLACES; i++)
		if (others[i].port != f->port)
			ret[n++] = others[i];
	return n;
}

/* How an account would use it: 0 where it can't, else 1 + enum security. */
static int usable(const struct failure *f, const struct sniff *s)
{
	if (s->speaks != f->protocol)
		return 0;
	if (s->place.tls)
		return 1 + SECURITY_TLS;
	return s->starttls ? 1 + SECURITY_STARTTLS : 0;
}

static void hint_place(const struct failure *f, struct arena *arena, const struct sniff *s, struct diagnosis *d)
{
	static const char *const words[] = {"none", "starttls", "tls"};
	int use = usable(f, s);
	bool other_host = strcmp(s->place.host, f->host) != 0;

	if (!use || (!other_host && s->place.port == f->port && (enum security)(use - 1) == f->security))
		return;
	hint(d, arena_printf(arena, "This would work: %s%s%sport %d with security %s (%s%s).",
	                     other_host ? "host " : "", other_host ? s->place.host : "", other_host ? ", " : "",
	                     s->place.port, words[use - 1], sniff_name(s->speaks),
	                     f->protocol == SPEAKS_SMTP && !s->login && use - 1 == SECURITY_TLS ? ", without log-in"
	                                                                                        : ""));
}

/* What the same port is, now that both ways were tried. */
static void reconsider(const struct failure *f, struct arena *arena, const struct sniff *plain, const struct sniff *tls,
                       struct diagnosis *d)
{
	bool unclear =
	        f->phase == PHASE_GREETING && (d->cause == CAUSE_SILENT_SERVER || d->cause == CAUSE_CONNECTION_CLOSED);
	const struct sniff *found = plain->speaks != SPEAKS_NOTHING ? plain : tls;

	if (unclear && f->security != SECURITY_TLS && tls->secured)
		d->cause = tls->speaks == f->protocol || tls->speaks == SPEAKS_NOTHING ? CAUSE_TLS_FROM_THE_START
		                                                                       : CAUSE_WRONG_PROTOCOL;
	else if ((unclear || d->cause == CAUSE_TLS_NOT_SPOKEN || d->cause == CAUSE_TLS_FAILED) &&
	         found->speaks != SPEAKS_NOTHING && found->speaks != SPEAKS_TLS && found->speaks != f->protocol)
		d->cause = CAUSE_WRONG_PROTOCOL;
	if (d->cause != CAUSE_WRONG_PROTOCOL)
		return;
	if (found->speaks == SPEAKS_TLS)
		found = tls;
	if (found->speaks == SPEAKS_OTHER)
		hint(d, arena_printf(arena, "Port %d says: \"" STR_FMT "\".", f->port, STR_ARG(found->greeting)));
	else if (found->speaks != SPEAKS_NOTHING)
		hint(d, arena_printf(arena, "Port %d speaks: %s.", f->port, sniff_name(found->speaks)));
}

static void look_elsewhere(const struct failure *f, struct arena *arena, struct diagnosis *d)
{
	struct sniff_place places[MAX_PLACES];
	struct sniff found[MAX_PLACES];
	size_t n = gather_places(f, places);

	sniff_all(places, n, f->look_timeout_ms, arena, found);
	reconsider(f, arena, &found[0], &found[1], d);
	for (size_t i = 0; i < n; i++)
		hint_place(f, arena, &found[i], d);
}

/* mail.example.com and the like, of the account's own domain. */
static void look_in_domain(const struct failure *f, struct arena *arena, struct diagnosis *d)
{
	static const char *const first[] = {"imap", "pop", "smtp"};
	const char *at = strchr(f->address, '@');
	const char *hosts[2];
	struct sniff_place places[6];
	struct sniff found[6];
	size_t n = 0;

	if (!at || !at[1])
		return;
	hosts[0] =
	        arena_printf(arena, "%s.%s", first[f->protocol == SPEAKS_SMTP ? 2 : f->protocol == SPEAKS_POP3], at + 1)
	                .p;
	hosts[1] = arena_printf(arena, "mail.%s", at + 1).p;
	for (size_t i = 0; i < ARRAY_LEN(hosts); i++)
		n += usual_places(f, hosts[i], places + n);
	sniff_all(places, n, f->look_timeout_ms, arena, found);
	for (size_t i = 0; i < n; i++)
		hint_place(f, arena, &found[i], d);
}

/* ---------------------------------------------------------------- by cause */

enum advice { ADVICE_NONE, ADVICE_NAME, ADVICE_PORTS, ADVICE_CERTIFICATE, ADVICE_PROVIDER, ADVICE_FOLDER };

static const enum advice advices[CAUSE_COUNT] = {
        [CAUSE_NAME_NOT_FOUND] = ADVICE_NAME,
        [CAUSE_NO_ADDRESS] = ADVICE_NAME,
        [CAUSE_CONNECTION_REFUSED] = ADVICE_PORTS,
        [CAUSE_NO_ANSWER] = ADVICE_PORTS,
        [CAUSE_SILENT_SERVER] = ADVICE_PORTS,
        [CAUSE_WRONG_PROTOCOL] = ADVICE_PORTS,
        [CAUSE_CONNECTION_CLOSED] = ADVICE_PORTS,
        [CAUSE_TLS_NOT_SPOKEN] = ADVICE_PORTS,
        [CAUSE_TLS_FAILED] = ADVICE_PORTS,
        [CAUSE_STARTTLS_MISSING] = ADVICE_PORTS,
        [CAUSE_STARTTLS_REFUSED] = ADVICE_PORTS,
        [CAUSE_CLIENT_CERTIFICATE] = ADVICE_PORTS,
        [CAUSE_PASSWORD_IN_CLEAR] = ADVICE_PORTS,
        [CAUSE_LOGIN_NEEDS_TLS] = ADVICE_PORTS,
        [CAUSE_LOGIN_NOT_OFFERED] = ADVICE_PORTS,
        [CAUSE_BLOCKED_BY_ADDRESS] = ADVICE_PORTS,
        [CAUSE_SELF_SIGNED] = ADVICE_CERTIFICATE,
        [CAUSE_CERTIFICATE_EXPIRED] = ADVICE_CERTIFICATE,
        [CAUSE_CERTIFICATE_NOT_YET_VALID] = ADVICE_CERTIFICATE,
        [CAUSE_WRONG_NAME] = ADVICE_CERTIFICATE,
        [CAUSE_UNKNOWN_CA] = ADVICE_CERTIFICATE,
        [CAUSE_TLS_TOO_OLD] = ADVICE_CERTIFICATE,
        [CAUSE_APP_PASSWORD] = ADVICE_PROVIDER,
        [CAUSE_FOLDER_MISSING] = ADVICE_FOLDER,
};

static void advise_provider(const struct failure *f, struct diagnosis *d)
{
	const struct provider_words *provider = words_provider(str_of(f->host), str_of(f->user));

	if (provider && provider->app_password)
		hint(d, str_of(provider->app_password));
}

static void advise(const struct failure *f, struct arena *arena, struct diagnosis *d)
{
	switch (advices[d->cause]) {
	case ADVICE_NONE:
		break;
	case ADVICE_NAME:
		advise_host(f, arena, d);
		look_in_domain(f, arena, d);
		break;
	case ADVICE_PORTS:
		look_elsewhere(f, arena, d);
		break;
	case ADVICE_CERTIFICATE:
		advise_certificate(f, arena, d);
		break;
	case ADVICE_PROVIDER:
		advise_provider(f, d);
		break;
	case ADVICE_FOLDER:
		advise_folder(f, arena, d);
		break;
	}
}

struct diagnosis diagnose(const struct failure *failure, struct arena *arena)
{
	struct diagnosis d = {.cause = diagnose_cause(failure)};
	struct failure f = *failure;

	f.look_timeout_ms = f.look_timeout_ms ? f.look_timeout_ms : LOOK_TIMEOUT_MS;
	d.said = arena_str(arena, str_slice(f.said, 0, 500));
	d.said.n = str_make_printable((char *)(uintptr_t)d.said.p, d.said.n, false);
	if (f.host && *f.host && !f.no_advice)
		advise(&f, arena, &d);
	return d;
}
