/* See mailbox.h. */
#include "api/mailbox.h"

#include "auth/detect.h"
#include "base/clock.h"
#include "base/random.h"
#include "setup/edit.h"

#include <stdatomic.h>

#define RULE      "personal-mail"
#define DETECT_MS SECONDS_MS(4)

/* ---------------------------------------------------------------- names */

/* What an ID can't hold becomes '-'. */
static void add_words(struct buf *id, struct str words)
{
	for (size_t i = 0; i < MIN(words.n, (size_t)24); i++) {
		char c = words.p[i];

		buf_add_char(id, is_alpha(c) || is_digit(c) || c == '_' ? ascii_lower(c) : '-');
	}
}

const char *mailbox_id(const char *owner, const char *address, struct arena *arena)
{
	struct buf id CLEANUP(buf_done) = BUF_INIT(65);
	char random[RANDOM_TOKEN_LEN + 1];

	random_token(random);
	add_words(&id, str_of(owner));
	buf_add_char(&id, '.');
	add_words(&id, str_slice(str_of(address), 0, (size_t)str_find_char(str_of(address), '@')));
	buf_printf(&id, ".%.8s", random);
	return arena_cstr(arena, buf_str(&id));
}

/* ---------------------------------------------------------------- the provider */

static atomic_flag looking = ATOMIC_FLAG_INIT;

static int look_up(const struct setup *setup, const char *address, struct arena *arena,
                   const struct provider **ret_provider, struct error *err)
{
	const struct detect_options options = {.address = address,
	                                       .setup = setup,
	                                       .dns = dns_of_process(),
	                                       .deadline_ms = clock_mono_ms() + DETECT_MS};
	struct detection found;
	int r;

	/* It may take seconds, on a thread that others wait for. */
	if (atomic_flag_test_and_set(&looking))
		return fail(err, E_THROTTLED, RETRY_LATER,
		            "somebody else's address is looked up: try again in a few seconds");
	r = detect(&options, arena, &found, err);
	atomic_flag_clear(&looking);
	if (r == 0)
		*ret_provider = found.is_known ? found.provider : NULL;
	return r;
}

int mailbox_provider(const struct setup *setup, const char *named, const char *address, struct arena *arena,
                     const struct provider **ret_provider, struct error *err)
{
	const struct provider *provider = *named ? setup_provider(setup, named) : NULL;
	int r = 0;

	if (*named && !provider)
		return fail(err, E_INVALID, RETRY_NEVER, "provider: there is no provider \"%.64s\"", named);
	if (!provider)
		r = look_up(setup, address, arena, &provider, err);
	if (r < 0)
		return r;
	if (!provider)
		return fail(err, E_NOT_FOUND, RETRY_NEVER,
		            "address: no provider that is known here has mailboxes at %s; somebody who manages "
		            "providers can "
		            "add it",
		            strchr(address, '@') + 1);
	*ret_provider = provider;
	return 0;
}

/* ---------------------------------------------------------------- the document */

static void set_login(json_t *side, const struct mailbox_order *order, const char *id)
{
	struct str password = order->password ? secret_reveal(order->password) : STR("");

	if (order->provider->login == LOGIN_TYPED)
		json_object_set_new(side, "user", json_string(order->address));
	if (order->profile)
		json_object_set_new(side, "profile", json_string(id));
	else
		json_object_set_new(side, "password", json_stringn(password.p ? password.p : "", password.n));
}

static json_t *account_json(const struct mailbox_order *order, const char *id)
{
	const struct provider *p = order->provider;
	json_t *send = json_pack("{s:s, s:s}", "address", order->address, "display_name", order->name),
	       *receive = json_object();

	if (p->send.enabled)
		set_login(send, order, id);
	else
		json_object_set_new(send, "enabled", json_false());
	if (!p->receive.enabled)
		json_object_set_new(receive, "enabled", json_false());
	else if (p->send.enabled)
		json_object_set_new(receive, "use_sender_login", json_true());
	else
		set_login(receive, order, id);
	return json_pack("{s:s, s:s, s:s, s:o, s:o}", "name", order->address, "owner", order->owner, "provider", p->id,
	                 "send", send, "receive", receive);
}

/* Nothing changes in the mailbox: its owner reads it with other programs, too. */
static json_t *listener_json(const struct mailbox_order *order, const char *id)
{
	json_t *listener = json_pack("{s:s, s:s, s:s, s:s, s:s}", "name", order->address, "account", id, "rule", RULE,
	                             "operator", order->owner, "after", "leave");

	if (*order->since && order->provider->receive.protocol == RECEIVE_IMAP)
		json_object_set_new(listener, "since", json_string(order->since));
	return listener;
}

static void add_handling(const struct setup *setup, json_t *document)
{
	if (!setup_rule(setup, RULE))
		json_object_set_new(document, service_rule_type.plural,
		                    json_pack("{s:{s:s, s:[{s:s, s:s}]}}", RULE, "name", "Personal mail", "branches",
		                              "activity", "create-case", "case_type", RULE));
	if (!setup_case_type(setup, RULE))
		json_object_set_new(document, case_type_type.plural,
		                    json_pack("{s:{s:s, s:s}}", RULE, "name", "Personal mail", "number_mask",
		                              "MAIL-{year}-{number:6}"));
}

/* The company's registration with the provider, and tokens of one's own. */
static int add_profile(const struct sealer *sealer, const struct mailbox_order *order, const char *id, json_t *document,
                       struct error *err)
{
	json_t *profile = NULL;
	int r = record_write(&authentication_profile_type, order->profile, "profile", SECRETS_SEALED, false, sealer,
	                     &profile, err);

	if (r < 0)
		return r;
	/* A sealed secret opens at its own place alone. */
	json_object_set_new(profile, "id", json_string(id));
	json_object_set_new(profile, "name", json_string(order->address));
	if (secret_is_set(&order->profile->client_secret)) {
		struct str secret = secret_reveal(&order->profile->client_secret);

		json_object_set_new(profile, "client_secret", json_stringn(secret.p, secret.n));
	}
	json_object_set_new(document, authentication_profile_type.plural, json_pack("{s:o}", id, profile));
	return 0;
}

int mailbox_document(const struct setup *setup, const struct sealer *sealer, const char *id,
                     const struct mailbox_order *order, json_t **ret_document, struct error *err)
{
	json_t *document CLEANUP(json_decrefp) = json_object();
	int r = 0;

	add_handling(setup, document);
	if (order->profile)
		r = add_profile(sealer, order, id, document, err);
	if (r < 0)
		return r;
	json_object_set_new(document, account_type.plural, json_pack("{s:o}", id, account_json(order, id)));
	if (order->provider->receive.enabled)
		json_object_set_new(document, listener_type.plural, json_pack("{s:o}", id, listener_json(order, id)));
	*ret_document = json_incref(document);
	return 0;
}

/* ---------------------------------------------------------------- away with it */

int mailbox_remove(struct db *db, const struct sealer *sealer, const struct setup *setup, const char *id,
                   const char *by, struct error *err)
{
	const struct account *account = setup_account(setup, id);
	const struct authentication_profile *own = setup_authentication_profile(setup, id);
	const void *const *records;
	const struct edit without_profile = {.kind = EDIT_DELETE,
	                                     .type = &authentication_profile_type,
	                                     .id = id,
	                                     .by = by,
	                                     .revision = EDIT_ANY_REVISION,
	                                     .mailbox = id};
	size_t n = setup_list(setup, &listener_type, &records);
	enum edit_refusal refusal;
	int64_t revision;
	int r = 0;

	for (size_t i = 0; i < n && r == 0; i++) {
		const struct listener *listener = records[i];

		if (strcmp(listener->account, id) == 0)
			r = setup_delete(db, sealer, listener_type.kind, listener->id, by, err);
	}
	if (r == 0)
		r = setup_delete(db, sealer, account_type.kind, id, by, err);
	if (r == 0 && own && (strcmp(account->send.profile, id) == 0 || strcmp(account->receive.profile, id) == 0))
		r = setup_edit(db, sealer, &without_profile, &revision, &refusal, err);
	return r;
}
