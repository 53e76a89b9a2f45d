/* See detect.h: the order of things, and the first two steps. */
#include "auth/detect_private.h"

#include "base/clock.h"
#include "setup/catalogue.h"
#include "setup/check.h"

#define DNS_MS SECONDS_MS(5)

const char *detect_source_word(enum detect_source source)
{
	static const char *const words[] = {"nothing", "domains", "mx", "srv", "autoconfig"};

	return words[source];
}

void detect_add_step(struct search *search, enum detect_source source, enum detect_outcome outcome, int64_t began_ms,
                     struct str text)
{
	struct detection *found = search->found;

	if (found->step_count < DETECT_MAX_STEPS)
		found->steps[found->step_count++] =
		        (struct detect_step){source, outcome, text, clock_mono_ms() - began_ms};
}

void detect_add_todo(struct search *search, struct str text)
{
	if (search->found->todo_count < DETECT_MAX_TODO)
		search->found->todo[search->found->todo_count++] = text;
}

static void take_known(struct search *search, enum detect_source source, const struct provider *provider)
{
	search->found->source = source;
	search->found->provider = provider;
	search->found->is_known = true;
}

int detect_take_record(struct search *search, enum detect_source source, json_t *json, struct error *err)
{
	const struct provider *known;
	void *record;
	int r = record_read(&provider_type, json, "", NULL, search->arena, &record, err);

	if (r < 0)
		return r;
	known = provider_of_servers(search->options->setup, record);
	if (known) {
		take_known(search, source, known);
		return 0;
	}
	search->found->source = source;
	search->found->provider = record;
	return 0;
}

/* ---------------------------------------------------------------- 1. domains */

static void ask_domains(struct search *search)
{
	struct str domain = search->found->domain;
	int64_t began = clock_mono_ms();
	const struct provider *provider = provider_of_domain(search->options->setup, domain);

	if (!provider) {
		detect_add_step(search, DETECT_DOMAINS, STEP_NONE, began,
		                arena_printf(search->arena, "no provider names the domain " STR_FMT, STR_ARG(domain)));
		return;
	}
	take_known(search, DETECT_DOMAINS, provider);
	detect_add_step(search, DETECT_DOMAINS, STEP_FOUND, began,
	                arena_printf(search->arena, STR_FMT " is a domain of %s", STR_ARG(domain), provider->name));
}

/* ---------------------------------------------------------------- 2. MX */

static const struct provider *find_host(struct search *search, const struct dns_answer *answer, struct buf *names)
{
	const struct provider *provider = NULL;
	unsigned best = UINT32_MAX;

	for (size_t i = 0; i < answer->count; i++) {
		const struct provider *host;
		struct dns_service mx;

		if (!dns_service_read(answer->texts[i], DNS_MX, &mx))
			continue;
		buf_printf(names, "%s" STR_FMT, names->n ? ", " : "", STR_ARG(mx.host));
		host = provider_of_mx(search->options->setup, mx.host);
		if (host && mx.priority < best) {
			provider = host;
			best = mx.priority;
		}
	}
	return provider;
}

static void take_mx(struct search *search, const struct dns_answer *answer, int64_t began)
{
	struct buf names CLEANUP(buf_done) = BUF_INIT(300);
	const struct provider *provider;

	if (answer->status != DNS_FOUND) {
		detect_add_step(search, DETECT_MX, answer->status == DNS_NONE ? STEP_NONE : STEP_FAILED, began,
		                arena_printf(search->arena, "MX of the domain: " STR_FMT, STR_ARG(answer->reason)));
		return;
	}
	provider = find_host(search, answer, &names);
	if (answer->count == 1 && str_ends_nocase(answer->texts[0], STR(" .")))
		detect_add_todo(search,
		                arena_printf(search->arena, STR_FMT " declares that it takes no mail (RFC 7505)",
		                             STR_ARG(search->found->domain)));
	if (!provider) {
		detect_add_step(search, DETECT_MX, STEP_NONE, began,
		                arena_printf(search->arena, "MX of the domain: %s: of no provider known here",
		                             buf_cstr(&names)));
		return;
	}
	take_known(search, DETECT_MX, provider);
	detect_add_step(
	        search, DETECT_MX, STEP_FOUND, began,
	        arena_printf(search->arena, "MX of the domain: %s: hosted by %s", buf_cstr(&names), provider->name));
}

/* MX and SRV in one go: the second costs no time where the first finds nothing. */
static void ask_dns(struct search *search)
{
	struct dns_question questions[1 + DETECT_SRV_QUESTIONS];
	struct dns_answer answers[1 + DETECT_SRV_QUESTIONS];
	int64_t began = clock_mono_ms();

	questions[0] = (struct dns_question){arena_cstr(search->arena, search->found->domain), DNS_MX};
	detect_srv_ask(search, questions + 1);
	dns_look_up(search->options->dns, search->arena, questions, ARRAY_LEN(questions),
	            MIN(search->options->deadline_ms, began + DNS_MS), answers);
	take_mx(search, &answers[0], began);
	if (!search->found->provider)
		detect_srv_take(search, answers + 1, began);
}

/* ---------------------------------------------------------------- what a person has to do */

static void add_todo_of_provider(struct search *search)
{
	const struct provider *p = search->found->provider;
	struct arena *arena = search->arena;

	if (p->oauth.required)
		detect_add_todo(search, arena_printf(arena,
		                                     "%s takes no passwords: make an authentication profile \"%s\" "
		                                     "(template %s), which the account names",
		                                     p->name, p->oauth.template_name, p->oauth.template_name));
	else if (p->app_password == APP_PASSWORD_NEEDED)
		detect_add_todo(search,
		                arena_printf(arena,
		                             "the password is not that of the login at %s: it needs an app password",
		                             p->name));
	else if (p->app_password == APP_PASSWORD_WITH_2FA)
		detect_add_todo(search, STR("where the mailbox has two-step verification, it needs an app password"));
	if (*p->note)
		detect_add_todo(search, str_of(p->note));
	if (*p->help_url)
		detect_add_todo(search, arena_printf(arena, "the provider's help: %s", p->help_url));
	if (p->login == LOGIN_TYPED)
		detect_add_todo(search, STR("how the user ID follows from the address is unknown: the whole address is "
		                            "filled in, change it where it is another"));
	if (p->receive.security == SECURITY_NONE || p->send.security == SECURITY_NONE)
		detect_add_todo(search,
		                STR("a server is offered without TLS: password and mail could be read on the way, "
		                    "and the account must allow it (allow_insecure_login)"));
}

/* ---------------------------------------------------------------- all of it */

static int begin(const struct detect_options *options, struct arena *arena, struct detection *found, struct error *err)
{
	struct str address = str_of(options->address);
	ptrdiff_t at = str_find_char(address, '@');
	const char *wrong = check_address(options->address);
	char *domain;

	if (wrong)
		return fail(err, E_INVALID, RETRY_NEVER, "\"%.100s\" %s", options->address, wrong);
	*found = (struct detection){.address = arena_cstr(arena, address)};
	domain = arena_cstr(arena, str_slice(address, (size_t)at + 1, address.n));
	for (char *p = domain; *p; p++)
		*p = ascii_lower(*p);
	if (!str_is_ascii(str_of(domain)))
		return fail(err, E_INVALID, RETRY_NEVER,
		            "%.100s: write the domain in its ASCII form (xn--…), as name servers know it", domain);
	if (check_host(domain) || strchr(domain, ':') || strstr(domain, ".."))
		return fail(err, E_INVALID, RETRY_NEVER, "%.100s: is not the domain of an address", domain);
	found->domain = str_of(domain);
	return 0;
}

int detect(const struct detect_options *options, struct arena *arena, struct detection *ret_detection,
           struct error *err)
{
	struct detection found;
	struct search search = {options, arena, &found};

	if (begin(options, arena, &found, err) < 0)
		return err->code;
	ask_domains(&search);
	if (!found.provider)
		ask_dns(&search);
	if (!found.provider && options->fetch)
		detect_autoconfig(&search);
	if (found.provider)
		add_todo_of_provider(&search);
	*ret_detection = found;
	return 0;
}
