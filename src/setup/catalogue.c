/* See catalogue.h. */
#include "setup/catalogue.h"

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>

extern const unsigned char providers_yaml[]; /* made by tools/embed.py */
extern const size_t providers_yaml_size;

static struct {
	const struct provider **items; /* by id */
	size_t count;
} catalogue;

/* ---------------------------------------------------------------- reading, once */

static int compare_ids(const void *a, const void *b)
{
	return strcmp((*(const struct provider *const *)a)->id, (*(const struct provider *const *)b)->id);
}

/* What is compiled in is right, or no build of it passes its tests. */
static void read_all(void)
{
	struct arena *arena = arena_new(); /* never freed */
	json_t *document = NULL, *value;
	struct error err = {0};
	const char *id;
	int r = yaml_read(str_new(providers_yaml, providers_yaml_size), "providers.yaml", &document, &err);

	catalogue.items = ARENA_ARRAY(arena, const struct provider *, json_object_size(document));
	json_object_foreach (document, id, value) {
		void *provider = NULL;

		json_object_set_new(value, "id", json_string(id));
		if (r == 0)
			r = record_read(&provider_type, value, id, NULL, arena, &provider, &err);
		catalogue.items[catalogue.count++] = provider;
	}
	if (r < 0)
		fprintf(stderr, "hauspost: the built-in providers: %s\n", err.text);
	must(r == 0);
	json_decref(document);
	qsort(catalogue.items, catalogue.count, sizeof(const struct provider *), compare_ids);
}

size_t catalogue_list(const struct provider *const **ret_providers)
{
	static pthread_once_t once = PTHREAD_ONCE_INIT;

	pthread_once(&once, read_all);
	*ret_providers = catalogue.items;
	return catalogue.count;
}

const struct provider *catalogue_find(const char *id)
{
	const struct provider *const *all;
	size_t low = 0, high = catalogue_list(&all);

	while (low < high) {
		size_t middle = low + (high - low) / 2;
		int order = strcmp(id, all[middle]->id);

		if (order == 0)
			return all[middle];
		if (order < 0)
			high = middle;
		else
			low = middle + 1;
	}
	return NULL;
}

/* ---------------------------------------------------------------- own ones and these */

void providers_each(const struct setup *setup, bool (*each)(void *ctx, const struct provider *provider, bool is_own),
                    void *ctx)
{
	const void *const *own = NULL;
	const struct provider *const *all;
	size_t n = setup ? setup_list(setup, &provider_type, &own) : 0;

	for (size_t i = 0; i < n; i++)
		if (each(ctx, own[i], true))
			return;
	n = catalogue_list(&all);
	for (size_t i = 0; i < n; i++)
		if (!(setup && setup_find(setup, &provider_type, all[i]->id)) && each(ctx, all[i], false))
			return;
}

struct search {
	struct str name;
	const struct provider *found;
	size_t length; /* of the suffix that fits */
};

static bool has_domain(void *ctx, const struct provider *provider, bool is_own UNUSED)
{
	struct search *search = ctx;

	for (size_t i = 0; i < provider->domains.count && !search->found; i++)
		if (str_eq_nocase(search->name, str_of(provider->domains.items[i])))
			search->found = provider;
	return search->found != NULL;
}

const struct provider *provider_of_domain(const struct setup *setup, struct str domain)
{
	struct search search = {.name = domain};

	providers_each(setup, has_domain, &search);
	return search.found;
}

/* "mx1.example.com" ends with "example.com", "notexample.com" doesn't. */
static bool ends_with_name(struct str host, struct str suffix)
{
	if (!suffix.n || !str_ends_nocase(host, suffix))
		return false;
	return host.n == suffix.n || host.p[host.n - suffix.n - 1] == '.';
}

static void take_longest(struct search *search, const struct provider *provider, const struct text_list *suffixes)
{
	for (size_t i = 0; i < suffixes->count; i++) {
		struct str suffix = str_of(suffixes->items[i]);

		if (suffix.n > search->length && ends_with_name(search->name, suffix)) {
			search->found = provider;
			search->length = suffix.n;
		}
	}
}

static bool has_mx(void *ctx, const struct provider *provider, bool is_own UNUSED)
{
	take_longest(ctx, provider, &provider->mx);
	return false;
}

static bool has_mx_domain(void *ctx, const struct provider *provider, bool is_own UNUSED)
{
	take_longest(ctx, provider, &provider->domains);
	return false;
}

const struct provider *provider_of_mx(const struct setup *setup, struct str host)
{
	struct search search = {.name = host};

	providers_each(setup, has_mx, &search);
	if (!search.found)
		providers_each(setup, has_mx_domain, &search);
	return search.found;
}

/* ---------------------------------------------------------------- by servers */

struct servers_search {
	const struct provider *like, *found;
};

static bool same_host(const char *a, const char *b)
{
	return *a && str_eq_nocase(str_of(a), str_of(b));
}

static bool has_servers(void *ctx, const struct provider *p, bool is_own UNUSED)
{
	struct servers_search *search = ctx;
	const struct provider *like = search->like;
	bool receives = *like->receive.host ? same_host(like->receive.host, p->receive.host)
	                                    : same_host(like->pop3.host, p->pop3.host);

	if (receives && same_host(like->send.host, p->send.host) && (!search->found || p->mx.count))
		search->found = p;
	return search->found && search->found->mx.count;
}

const struct provider *provider_of_servers(const struct setup *setup, const struct provider *like)
{
	struct servers_search search = {.like = like};

	providers_each(setup, has_servers, &search);
	return search.found;
}
