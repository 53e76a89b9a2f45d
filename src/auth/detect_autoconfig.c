/* See detect.h: autoconfig documents, all places side by side. */
#include "auth/detect_private.h"

#include "base/clock.h"
#include "setup/ispdb.h"

#include <pthread.h>
#include <stdio.h>

#define PLACES   2
#define FETCH_MS SECONDS_MS(7)

struct place {
	const struct detect_options *options;
	struct arena *arena; /* of the thread, then of the search */
	const char *url;
	int64_t deadline_ms;
	struct str body;
	struct error err;
	int result;
	bool has_thread;
	pthread_t thread;
};

/* RFC 3986 §3.4: what else would end the query or change it. */
static void add_escaped(struct buf *out, const char *text)
{
	for (const char *p = text; *p; p++) {
		if (is_alpha(*p) || is_digit(*p) || strchr("-._~@", *p))
			buf_add_char(out, *p);
		else
			buf_printf(out, "%%%02X", (unsigned char)*p);
	}
}

static const char *make_url(struct search *search, const char *before, struct str domain, const char *after)
{
	struct buf url CLEANUP(buf_done) = BUF_INIT(KIB(4));

	buf_printf(&url, "%s" STR_FMT "%s%cemailaddress=", before, STR_ARG(domain), after,
	           strchr(before, '?') ? '&' : '?');
	add_escaped(&url, search->found->address);
	return arena_cstr(search->arena, buf_str(&url));
}

static void *run_place(void *arg)
{
	struct place *place = arg;

	place->result = place->options->fetch(place->options->fetch_ctx, place->url, place->deadline_ms, place->arena,
	                                      &place->body, &place->err);
	return NULL;
}

static void fetch_all(struct place *places, size_t n)
{
	for (size_t i = 1; i < n; i++)
		places[i].has_thread = pthread_create(&places[i].thread, NULL, run_place, &places[i]) == 0;
	run_place(&places[0]);
	for (size_t i = 1; i < n; i++) {
		if (places[i].has_thread)
			pthread_join(places[i].thread, NULL);
		else
			run_place(&places[i]);
	}
}

/* ---------------------------------------------------------------- what came */

static int take_config(struct search *search, struct str body, struct buf *notes, struct error *err)
{
	struct str domain = search->found->domain;
	const char *id = arena_cstr(search->arena, str_slice(domain, 0, 64));
	const struct ispdb_options options = {.id = id, .domain = domain};
	json_t *providers CLEANUP(json_decrefp) = json_object();
	const struct ispdb *config;
	json_t *record;
	int r = ispdb_read(body, search->arena, &config, err);

	if (r == 0)
		r = ispdb_providers(config, &options, providers, notes, err);
	if (r < 0)
		return r;
	record = json_object_get(providers, id);
	json_object_set_new(record, "id", json_string(id));
	return detect_take_record(search, DETECT_AUTOCONFIG, record, err);
}

static void add_notes(struct search *search, struct str notes)
{
	struct str line;

	while (str_split(&notes, '\n', &line))
		if (line.n && !search->found->is_known)
			detect_add_todo(search, arena_str(search->arena, line));
}

static void take_place(struct search *search, struct place *place, int64_t began)
{
	struct buf notes CLEANUP(buf_done) = BUF_INIT(KIB(8));
	int r = place->result;

	if (r == 0)
		r = take_config(search, place->body, &notes, &place->err);
	if (r == 0) {
		detect_add_step(search, DETECT_AUTOCONFIG, STEP_FOUND, began,
		                arena_printf(search->arena, "autoconfig: %s", place->url));
		add_notes(search, buf_str(&notes));
		return;
	}
	detect_add_step(search, DETECT_AUTOCONFIG,
	                place->err.code == E_NOT_FOUND || place->err.code == E_INVALID ? STEP_NONE : STEP_FAILED, began,
	                arena_printf(search->arena, "autoconfig: %s: %s", place->url, place->err.text));
}

void detect_autoconfig(struct search *search)
{
	int64_t began = clock_mono_ms();
	struct arena *arenas[PLACES] = {arena_new(), arena_new()};
	struct place places[PLACES];
	struct str domain = search->found->domain;
	size_t n = search->options->autoconfig_url ? 1 : PLACES;

	for (size_t i = 0; i < n; i++)
		places[i] = (struct place){.options = search->options,
		                           .arena = arenas[i],
		                           .deadline_ms = MIN(search->options->deadline_ms, began + FETCH_MS)};
	if (search->options->autoconfig_url) {
		places[0].url = make_url(search, search->options->autoconfig_url, STR(""), "");
	} else {
		places[0].url = make_url(search, "https://autoconfig.", domain, "/mail/config-v1.1.xml");
		places[1].url = make_url(search, "https://", domain, "/.well-known/autoconfig/mail/config-v1.1.xml");
	}
	fetch_all(places, n);
	for (size_t i = 0; i < n && !search->found->provider; i++)
		take_place(search, &places[i], began);
	for (size_t i = 0; i < PLACES; i++)
		arena_free(arenas[i]);
}
