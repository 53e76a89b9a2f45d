/* Which secrets are kept where they are masked: those that go to whom they went before. */
#include "record/record.h"

#include "base/test.h"

struct side {
	const char *host, *label;
	bool lent;
	struct side_tls {
		bool verify;
	} tls;
	struct secret password, key;
};

struct header {
	const char *id;
	struct secret value;
};

struct box {
	const char *id, *provider;
	struct side send, receive;
	struct record_list headers;
};

/* clang-format off */
static const struct field tls_fields[] = {
	FIELD_BOOL(struct side_tls, verify, "Verify", .preset = true, .directs = true),
};

#define SIDE_FIELDS                                                   \
	FIELD_TEXT(struct side, host, "Host", .directs = true),       \
	FIELD_TEXT(struct side, label, "Label"),                      \
	FIELD_SECTION(struct side, tls, tls_fields, "TLS"),           \
	FIELD_SECRET(struct side, password, "Password"),              \
	FIELD_SECRET(struct side, key, "Key", .stays = true)

static const struct field send_fields[] = {SIDE_FIELDS};
static const struct field receive_fields[] = {
	SIDE_FIELDS,
	FIELD_BOOL(struct side, lent, "Use the other's password", .directs = true, .lends = "send"),
};

static const struct field header_fields[] = {
	FIELD_ID(struct header, id, "ID"),
	FIELD_SECRET(struct header, value, "Value"),
};

static const struct field box_fields[] = {
	FIELD_ID(struct box, id, "ID"),
	FIELD_TEXT(struct box, provider, "Provider", .directs = true),
	FIELD_SECTION(struct box, send, send_fields, "Send"),
	FIELD_SECTION(struct box, receive, receive_fields, "Receive"),
	FIELD_LIST(struct box, headers, struct header, header_fields, "Headers"),
};
/* clang-format on */

static const struct record_type box_type = RECORD_TYPE("box", "boxes", struct box, box_fields, "Box");

#define MASK "'********'"

static const struct {
	const char *before, *after, *wrong; /* wrong NULL: all is kept */
} moves[] = {
        /* clang-format off */
	{"send: {host: a, password: x}", "send: {host: a, label: new, password: " MASK "}", NULL},
	{"send: {host: a, password: x}", "send: {host: b, password: " MASK "}", "boxes/b/send/password: type it again: send/host changed"},
	{"send: {host: a, password: x}", "send: {host: b, password: typed}", NULL},
	{"send: {password: x}", "send: {host: b, password: " MASK "}", "send/password: type it again: send/host changed"},
	{"send: {host: a, password: x}", "send: {host: a, tls: {verify: false}, password: " MASK "}",
	 "send/password: type it again: send/tls/verify changed"},
	{"send: {host: a, key: x}", "send: {host: b, key: " MASK "}", NULL}, /* it isn't sent */
	{"send: {host: a, password: x}", "send: {host: a, password: " MASK "}, receive: {host: b}", NULL},
	{"send: {password: x}, provider: a", "send: {password: " MASK "}, provider: b", "send/password: type it again: provider changed"},
	/* The sender's password goes to the receiver's server. */
	{"send: {password: x}, receive: {lent: true, host: a}", "send: {password: " MASK "}, receive: {lent: true, host: b}",
	 "send/password: type it again: receive/host changed"},
	{"send: {password: x}, receive: {host: b}", "send: {password: " MASK "}, receive: {host: b, lent: true}",
	 "send/password: type it again: receive/lent changed"},
	{"send: {password: x}, receive: {lent: true, host: a}", "send: {password: " MASK "}, receive: {host: b}", NULL},
	{"provider: a, headers: [{id: h, value: x}]", "provider: b, headers: [{id: h, value: " MASK "}]",
	 "boxes/b/headers/1/value: type it again: provider changed"},
	{"provider: a, headers: [{id: h, value: x}]", "provider: a, headers: [{id: h, value: " MASK "}]", NULL},
        /* clang-format on */
};

static struct box *box_of(struct arena *arena, const char *text)
{
	const char *whole = arena_printf(arena, "{id: b, %s}", text).p;
	struct error err = {0};
	json_t *json = NULL;
	void *box = NULL;

	assert_ok(yaml_read(str_of(whole), "test", &json, &err), &err);
	assert_ok(record_read(&box_type, json, "boxes/b", NULL, arena, &box, &err), &err);
	json_decref(json);
	return box;
}

static void secrets_dont_follow_to_another_server(void **state UNUSED)
{
	for (size_t i = 0; i < ARRAY_LEN(moves); i++) {
		struct arena *arena CLEANUP(arena_freep) = arena_new();
		struct box *before = box_of(arena, moves[i].before), *after = box_of(arena, moves[i].after);
		struct error err = {0};
		int r = record_keep_secrets(&box_type, after, before, "boxes/b", &err);
		bool fits = moves[i].wrong ? r == E_INVALID && strstr(err.text, moves[i].wrong) : r == 0;

		if (!fits)
			FAIL_CASE("%s -> %s: %s\n", moves[i].before, moves[i].after, err.text);
		record_done(&box_type, before);
		record_done(&box_type, after);
	}
}

static void sealed_secrets_are_found_wherever_they_are(void **state UNUSED)
{
	static const struct {
		const char *document, *place;
	} cases[] = {
	        {"{send: {password: x, host: '{sealed: x}'}}", NULL},
	        {"{send: {key: {sealed: x}}}", "boxes/b/send/key"},
	        {"{headers: [{value: x}, {value: {sealed: x}}]}", "boxes/b/headers/2/value"},
	        {"[]", NULL},
	        {"{headers: {sealed: x}}", NULL}, /* refused when it is read */
	};

	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		struct buf place CLEANUP(buf_done) = BUF_INIT(1000);
		json_t *json CLEANUP(json_decrefp) = NULL;
		struct error err = {0};

		assert_ok(yaml_read(str_of(cases[i].document), "test", &json, &err), &err);
		assert_int_equal(record_has_sealed(&box_type, json, "boxes/b", &place), cases[i].place != NULL);
		if (cases[i].place)
			assert_string_equal(buf_cstr(&place), cases[i].place);
	}
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
	        cmocka_unit_test(secrets_dont_follow_to_another_server),
	        cmocka_unit_test(sealed_secrets_are_found_wherever_they_are),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
