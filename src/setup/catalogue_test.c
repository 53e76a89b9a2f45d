/* The built-in providers, and finding one by domain, by MX, and beside own records. */
#include "setup/account.h"
#include "setup/catalogue.h"

#include "base/map.h"
#include "setup/snapshot.h"

#include <stdio.h>

#include "base/test.h"

static const struct provider *own_provider(struct setup *setup, const char *id, const char *domain, const char *mx)
{
	json_t *json = json_pack("{s:s, s:[s], s:[s]}", "id", id, "domains", domain, "mx", mx);
	void *record;
	struct error err;

	assert_ok(record_read(&provider_type, json, "providers", NULL, setup->arena, &record, &err), &err);
	json_decref(json);
	setup_put(setup, &provider_type, record);
	return record;
}

static struct buf complaints = BUF_INIT(KIB(16));

static void complain(const char *fmt, ...) PRINTF(1, 2);

static void complain(const char *fmt, ...)
{
	char text[200];
	va_list args;

	va_start(args, fmt);
	vsnprintf(text, sizeof text, fmt, args);
	va_end(args);
	buf_printf(&complaints, "%s\n", text);
}

static int nobody_complained(void **state UNUSED)
{
	bool good = !complaints.n;

	print_error("%s", buf_cstr(&complaints));
	buf_done(&complaints);
	buf_init(&complaints, KIB(16));
	return good ? 0 : -1;
}

static const char *id_of(const struct provider *provider)
{
	return provider ? provider->id : "none";
}

static void well_known_providers_are_built_in(void **state UNUSED)
{
	static const char *const known[] = {"gmail",        "google-workspace",
	                                    "microsoft365", "outlook",
	                                    "yahoo",        "aol",
	                                    "icloud",       "fastmail",
	                                    "zoho",         "gmx",
	                                    "webde",        "mailcom",
	                                    "ionos",        "strato",
	                                    "mailbox-org",  "yandex",
	                                    "mail-ru",      "qq",
	                                    "naver",        "orange-fr",
	                                    "libero",       "ovh",
	                                    "gandi",        "rackspace",
	                                    "comcast",      "bt",
	                                    "telstra",      "seznam",
	                                    "onet",         "uol",
	                                    "posteo",       "163",
	                                    "t-online",     "bluewin",
	                                    "proton-bridge"};
	const struct provider *const *all;

	assert_true(catalogue_list(&all) >= 40);
	for (size_t i = 0; i < ARRAY_LEN(known); i++)
		if (!catalogue_find(known[i]))
			complain("%s is missing", known[i]);
	assert_null(catalogue_find("nobody"));
	assert_null(catalogue_find(""));
}

static void every_built_in_provider_has_servers_and_a_name(void **state UNUSED)
{
	const struct provider *const *all;
	size_t n = catalogue_list(&all);

	for (size_t i = 0; i < n; i++) {
		bool receives = *all[i]->receive.host || *all[i]->pop3.host;

		if (!*all[i]->name || !receives || !*all[i]->send.host || all[i]->send.security == SECURITY_NONE ||
		    all[i]->receive.security == SECURITY_NONE || all[i]->pop3.security == SECURITY_NONE ||
		    (!all[i]->domains.count && !all[i]->mx.count && all[i]->receive.protocol != RECEIVE_GRAPH) ||
		    all[i]->login == LOGIN_TYPED)
			complain("%s lacks something", all[i]->id);
	}
}

static void add_once(struct map *seen, const char *name, const struct provider *provider)
{
	const struct provider *other = map_set(seen, str_of(name), (void *)(uintptr_t)provider);

	if (other)
		complain("%s belongs to %s and to %s", name, other->id, provider->id);
}

static void no_domain_belongs_to_two(void **state UNUSED)
{
	struct map *domains CLEANUP(map_freep) = map_new(), *exchangers CLEANUP(map_freep) = map_new();
	const struct provider *const *all;
	size_t n = catalogue_list(&all);

	for (size_t i = 0; i < n; i++) {
		for (size_t k = 0; k < all[i]->domains.count; k++)
			add_once(domains, all[i]->domains.items[k], all[i]);
		for (size_t k = 0; k < all[i]->mx.count; k++)
			add_once(exchangers, all[i]->mx.items[k], all[i]);
	}
	assert_true(map_count(domains) > 500);
}

static void domain_and_mx_find_their_provider(void **state UNUSED)
{
	static const struct {
		const char *domain, *mx, *expected;
	} cases[] = {
	        {"gmail.com", NULL, "gmail"},
	        {"GMail.com", NULL, "gmail"},
	        {"mail.gmail.com", NULL, "none"},
	        {"hotmail.co.uk", NULL, "outlook"},
	        {"yahoo.com.br", NULL, "yahoo"},
	        {"", NULL, "none"},
	        {NULL, "aspmx.l.google.com", "google-workspace"},
	        {NULL, "ALT1.ASPMX.L.GOOGLE.COM", "google-workspace"},
	        {NULL, "notgoogle.com", "none"},
	        {NULL, "google.com.example.com", "none"},
	        {NULL, "example-com.mail.protection.outlook.com", "microsoft365"},
	        {NULL, "eur.olc.protection.outlook.com", "outlook"},
	        {NULL, "in1-smtp.messagingengine.com", "fastmail"},
	        {NULL, "mx.zoho.eu", "zoho-eu"},
	        {NULL, "mx00.kundenserver.de", "ionos"},
	        {NULL, "mx.pec.aruba.it", "aruba-pec"},
	        {NULL, "mx.aruba.it", "aruba"},
	        {NULL, "mta7.am0.yahoodns.net", "yahoo"},
	        {NULL, "mx-aol.mail.gm0.yahoodns.net", "aol"},
	        {NULL, "mx.interia.pl", "interia"}, /* by its domain */
	};

	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		const struct provider *found = cases[i].domain ? provider_of_domain(NULL, str_of(cases[i].domain))
		                                               : provider_of_mx(NULL, str_of(cases[i].mx));
		if (strcmp(id_of(found), cases[i].expected) != 0)
			complain("case %zu: %s instead of %s", i, id_of(found), cases[i].expected);
	}
}

static void own_record_takes_the_place_of_a_built_in_one(void **state UNUSED)
{
	struct setup *setup CLEANUP(setup_freep) = setup_new();
	const struct provider *mine = own_provider(setup, "gmail", "mail.example.com", "mx.example.com");

	assert_ptr_equal(setup_provider(setup, "gmail"), mine);
	assert_ptr_equal(provider_of_domain(setup, STR("mail.example.com")), mine);
	assert_ptr_equal(provider_of_mx(setup, STR("a.mx.example.com")), mine);
	assert_null(provider_of_domain(setup, STR("gmail.com")));
	assert_str(str_of(id_of(setup_provider(setup, "gmx"))), "gmx");
	assert_true(setup_has(setup, &provider_type, "gmx"));
	assert_false(setup_has(setup, &provider_type, ""));
	assert_false(setup_has(setup, &account_type, "gmx"));
}

static void own_record_is_asked_first(void **state UNUSED)
{
	struct setup *setup CLEANUP(setup_freep) = setup_new();
	const struct provider *mine = own_provider(setup, "relay", "gmail.com", "google.com");

	assert_ptr_equal(provider_of_domain(setup, STR("gmail.com")), mine);
	assert_ptr_equal(provider_of_mx(setup, STR("aspmx.l.google.com")), mine);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	        cmocka_unit_test_teardown(well_known_providers_are_built_in, nobody_complained),
	        cmocka_unit_test_teardown(every_built_in_provider_has_servers_and_a_name, nobody_complained),
	        cmocka_unit_test_teardown(no_domain_belongs_to_two, nobody_complained),
	        cmocka_unit_test_teardown(domain_and_mx_find_their_provider, nobody_complained),
	        cmocka_unit_test(own_record_takes_the_place_of_a_built_in_one),
	        cmocka_unit_test(own_record_is_asked_first),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
