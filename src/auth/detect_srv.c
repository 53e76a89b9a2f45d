/* See detect.h: SRV records (RFC 6186; RFC 8314 §5.1 for _submissions). */
#include "auth/detect_private.h"

#include "setup/catalogue.h"

enum { SRV_IMAPS, SRV_IMAP, SRV_POP3S, SRV_POP3, SRV_SUBMISSIONS, SRV_SUBMISSION };

_Static_assert(SRV_SUBMISSION + 1 == DETECT_SRV_QUESTIONS, "one question for each service");

static const char *const labels[] = {"_imaps", "_imap", "_pop3s", "_pop3", "_submissions", "_submission"};

void detect_srv_ask(struct search *search, struct dns_question questions[DETECT_SRV_QUESTIONS])
{
	for (size_t i = 0; i < DETECT_SRV_QUESTIONS; i++)
		questions[i] = (struct dns_question){
		        arena_printf(search->arena, "%s._tcp." STR_FMT, labels[i], STR_ARG(search->found->domain)).p,
		        DNS_SRV};
}

/* The lowest priority, and among equals the greatest weight; false where the service isn't there, or declared not to
 * be ("."). */
static bool best_service(const struct dns_answer *answer, struct dns_service *ret)
{
	bool found = false;

	for (size_t i = 0; answer->status == DNS_FOUND && i < answer->count; i++) {
		struct dns_service s;

		if (!dns_service_read(answer->texts[i], DNS_SRV, &s) || str_eq(s.host, STR(".")) || !s.port)
			continue;
		if (found && (s.priority > ret->priority || (s.priority == ret->priority && s.weight <= ret->weight)))
			continue;
		*ret = s;
		found = true;
	}
	return found;
}

/* RFC 6186 §6: who can write into the answer could name a server that collects passwords. */
static void look_at_target(struct search *search, struct str host)
{
	struct str domain = search->found->domain;
	bool inside = str_eq_nocase(host, domain) ||
	              (host.n > domain.n && host.p[host.n - domain.n - 1] == '.' && str_ends_nocase(host, domain));

	if (!inside)
		detect_add_todo(search,
		                arena_printf(search->arena,
		                             STR_FMT " is outside " STR_FMT ": make sure that it is your mail host",
		                             STR_ARG(host), STR_ARG(domain)));
}

/* One section of the record from the service with TLS or, where there is none, that with STARTTLS. */
static void set_section(json_t *record, const char *section, const struct dns_answer *secure,
                        const struct dns_answer *clear, struct buf *said)
{
	struct dns_service s;
	bool has_tls = best_service(secure, &s);

	if (!has_tls && !best_service(clear, &s))
		return;
	json_object_set_new(record, section,
	                    json_pack("{s:o, s:i, s:s}", "host", json_stringn(s.host.p, s.host.n), "port", (int)s.port,
	                              "security", has_tls ? "tls" : "starttls"));
	buf_printf(said, "%s%s " STR_FMT ":%u (%s)", said->n ? ", " : "", section, STR_ARG(s.host), s.port,
	           has_tls ? "tls" : "starttls");
}

static json_t *make_record(struct search *search, const struct dns_answer *answers, struct buf *said)
{
	struct str domain = search->found->domain;
	json_t *record = json_pack("{s:o, s:o, s:[o], s:s}", "id", json_stringn(domain.p, MIN(domain.n, (size_t)64)),
	                           "name", json_stringn(domain.p, domain.n), "domains",
	                           json_stringn(domain.p, domain.n), "login", "address");

	set_section(record, "receive", &answers[SRV_IMAPS], &answers[SRV_IMAP], said);
	set_section(record, "pop3", &answers[SRV_POP3S], &answers[SRV_POP3], said);
	set_section(record, "send", &answers[SRV_SUBMISSIONS], &answers[SRV_SUBMISSION], said);
	return record;
}

/* Why there is no record to speak of. */
static void say_nothing_found(struct search *search, const struct dns_answer *answers, int64_t began)
{
	bool declared = false;
	size_t silent = 0;

	for (size_t i = 0; i < DETECT_SRV_QUESTIONS; i++) {
		declared |= answers[i].status == DNS_FOUND;
		silent += answers[i].status == DNS_UNREACHABLE;
	}
	detect_add_step(search, DETECT_SRV, silent ? STEP_FAILED : STEP_NONE, began,
	                declared ? STR("SRV records: they declare that there are no such services")
	                : silent ? arena_printf(search->arena, "SRV records: " STR_FMT, STR_ARG(answers[0].reason))
	                         : STR("SRV records (_imaps, _imap, _pop3s, _pop3, _submissions, _submission): none"));
}

static void look_at_targets(struct search *search, const struct provider *p)
{
	if (*p->receive.host)
		look_at_target(search, str_of(p->receive.host));
	if (*p->pop3.host && strcmp(p->pop3.host, p->receive.host) != 0)
		look_at_target(search, str_of(p->pop3.host));
	if (*p->send.host && strcmp(p->send.host, p->receive.host) != 0)
		look_at_target(search, str_of(p->send.host));
}

void detect_srv_take(struct search *search, const struct dns_answer answers[DETECT_SRV_QUESTIONS], int64_t began_ms)
{
	struct buf said CLEANUP(buf_done) = BUF_INIT(KIB(2));
	json_t *record = make_record(search, answers, &said);
	struct error err;
	int r = 0;

	if (!said.n) {
		say_nothing_found(search, answers, began_ms);
		json_decref(record);
		return;
	}
	r = detect_take_record(search, DETECT_SRV, record, &err);
	json_decref(record);
	detect_add_step(search, DETECT_SRV, r < 0 ? STEP_FAILED : STEP_FOUND, began_ms,
	                r < 0 ? arena_printf(search->arena, "SRV records: %s: of no use: %s", buf_cstr(&said), err.text)
	                      : arena_printf(search->arena, "SRV records: %s", buf_cstr(&said)));
	if (r == 0 && !search->found->is_known)
		look_at_targets(search, search->found->provider);
}
