/* What must hold between the records of a set-up. */
#include "setup/snapshot.h"

#include "setup/mask.h"
#include "setup/signing.h"
#include "setup/special_use.h"

/* ---------------------------------------------------------------- references */

struct reference_check {
	const struct setup *setup;
	const struct record_type *type;
	const void *record;
	struct error *err;
};

static int check_reference(void *ctx, const char *path, const char *kind, const char *id)
{
	struct reference_check *check = ctx;
	const struct record_type *type = setup_type_find(kind);

	must(type);
	if (setup_has(check->setup, type, id))
		return 0;
	return fail(check->err, E_INVALID, RETRY_NEVER, "%s/%s/%s: there is no %s \"%s\"", check->type->plural,
	            record_id(check->type, check->record), path, kind, id);
}

static int check_references(const struct setup *setup, struct error *err)
{
	for (size_t i = 0; setup_types[i]; i++) {
		const void *const *records;
		size_t n = setup_list(setup, setup_types[i], &records);

		for (size_t k = 0; k < n; k++) {
			struct reference_check check = {setup, setup_types[i], records[k], err};
			if (record_each_reference(setup_types[i], records[k], check_reference, &check) < 0)
				return E_INVALID;
		}
	}
	return 0;
}

/* ---------------------------------------------------------------- one listener for a folder */

static bool is_graph(const struct setup *setup, const char *account_id)
{
	const struct account *account = setup_account(setup, account_id);
	struct account_server server;

	return account && account_receive_server(account, setup_provider(setup, account->provider), &server) &&
	       server.protocol == RECEIVE_GRAPH;
}

/* RFC 3501 §5.1: INBOX has no case; nor has \Archive, which is Microsoft Graph's "archive". What else a mail server
 * calls one folder shows when it is read (listen/session.c). */
static struct str folder_key(const struct setup *setup, struct arena *arena, const struct listener *listener)
{
	bool inbox = str_eq_nocase(str_of(listener->folder), STR("INBOX"));
	const struct special_use *use = special_use_find(str_of(listener->folder));
	const char *folder = inbox ? "INBOX" : use ? use->word : listener->folder;

	if (use && use->graph && is_graph(setup, listener->account))
		folder = use->graph;
	return arena_printf(arena, "%s/%s", listener->account, folder);
}

static int check_folders(const struct setup *setup, struct error *err)
{
	struct arena *arena CLEANUP(arena_freep) = arena_new();
	struct map *taken CLEANUP(map_freep) = map_new();
	const void *const *records;
	size_t n = setup_list(setup, &listener_type, &records);

	for (size_t i = 0; i < n; i++) {
		const struct listener *listener = records[i];
		const struct listener *other;

		if (listener->source != SOURCE_MAILBOX)
			continue;
		other = map_set(taken, folder_key(setup, arena, listener), (void *)(uintptr_t)listener);
		if (other)
			return fail(err, E_INVALID, RETRY_NEVER,
			            "listeners/%s/folder: %s of account %s is read by listener %s already",
			            listener->id, listener->folder, listener->account, other->id);
	}
	return 0;
}

/* ---------------------------------------------------------------- number masks */

static int take_mask(struct map *taken, struct arena *arena, const struct case_type *type, const char *path,
                     const char *mask, struct error *err)
{
	struct str prefix = mask_prefix(mask);
	char *key = arena_cstr(arena, prefix);

	for (size_t i = 0; i < prefix.n; i++)
		key[i] = ascii_lower(key[i]);
	const struct case_type *other = map_set(taken, str_new(key, prefix.n), (void *)(uintptr_t)type);
	if (other && other != type)
		return fail(err, E_INVALID, RETRY_NEVER,
		            "case_types/%s/%s: numbers that begin with \"" STR_FMT "\" belong to case type %s already",
		            type->id, path, STR_ARG(prefix), other->id);
	return 0;
}

static int check_masks(const struct setup *setup, struct error *err)
{
	struct arena *arena CLEANUP(arena_freep) = arena_new();
	struct map *taken CLEANUP(map_freep) = map_new();
	const void *const *records;
	size_t n = setup_list(setup, &case_type_type, &records);

	for (size_t i = 0; i < n; i++) {
		const struct case_type *type = records[i];
		if (take_mask(taken, arena, type, "number_mask", type->number_mask, err) < 0)
			return E_INVALID;
		for (size_t k = 0; k < type->old_masks.count; k++) {
			const char *path = arena_printf(arena, "old_masks/%zu", k + 1).p;
			if (take_mask(taken, arena, type, path, type->old_masks.items[k], err) < 0)
				return E_INVALID;
		}
	}
	return 0;
}

/* ---------------------------------------------------------------- mappings */

static bool has_field(const struct case_type *type, const char *id)
{
	const struct case_field *fields = type->fields.items;

	for (size_t i = 0; i < type->fields.count; i++)
		if (strcmp(fields[i].id, id) == 0)
			return true;
	return false;
}

static int check_mapping(const struct setup *setup, const struct service_rule *rule, size_t at, struct error *err)
{
	const struct branch *branch = (const struct branch *)rule->branches.items + at;
	const struct mapping *map = branch->map.items;
	const struct case_type *type = *branch->case_type ? setup_case_type(setup, branch->case_type) : NULL;

	for (size_t i = 0; type && i < branch->map.count; i++)
		if (!has_field(type, map[i].target))
			return fail(err, E_INVALID, RETRY_NEVER,
			            "rules/%s/branches/%zu/map/%zu/target: case type %s has no field \"%s\"", rule->id,
			            at + 1, i + 1, type->id, map[i].target);
	return 0;
}

static int check_mappings(const struct setup *setup, struct error *err)
{
	const void *const *records;
	size_t n = setup_list(setup, &service_rule_type, &records);

	for (size_t i = 0; i < n; i++) {
		const struct service_rule *rule = records[i];
		for (size_t k = 0; k < rule->branches.count; k++)
			if (check_mapping(setup, rule, k, err) < 0)
				return E_INVALID;
	}
	return 0;
}

/* ---------------------------------------------------------------- what listeners need of their accounts */

static bool rule_answers(const struct service_rule *rule)
{
	const struct response *responses = rule->responses.items;

	for (size_t i = 0; i < rule->responses.count; i++)
		if (*responses[i].template_id)
			return true;
	return false;
}

/* POP3 knows one folder, and can leave or delete what is in it: nothing else. */
static int check_pop3(const struct listener *l, const struct account_connection *connection, struct error *err)
{
	if (connection->protocol != RECEIVE_POP3)
		return 0;
	if (!str_eq_nocase(str_of(l->folder), STR("INBOX")))
		return fail(err, E_INVALID, RETRY_NEVER,
		            "listeners/%s/folder: account %s receives by POP3, which has no folder but INBOX", l->id,
		            l->account);
	if (l->after != AFTER_LEAVE && l->after != AFTER_DELETE)
		return fail(err, E_INVALID, RETRY_NEVER,
		            "listeners/%s/after: account %s receives by POP3, which can't mark mail as seen or move "
		            "it: must be leave or delete",
		            l->id, l->account);
	if (*l->failed_folder)
		return fail(err, E_INVALID, RETRY_NEVER,
		            "listeners/%s/failed_folder: account %s receives by POP3, which can't move mail: must be "
		            "empty (parked mail is kept in the ledger)",
		            l->id, l->account);
	return 0;
}

/* A side that is switched off on purpose is no mistake; nor is a password that can't be opened (E_AUTH) one of this
 * document. */
static int check_accounts(const struct setup *setup, struct error *err)
{
	const void *const *records;
	size_t n = setup_list(setup, &listener_type, &records);

	for (size_t i = 0; i < n; i++) {
		const struct listener *listener = records[i];
		const struct account *account = setup_account(setup, listener->account);
		const struct provider *provider = setup_provider(setup, account->provider);
		bool answers = rule_answers(setup_rule(setup, listener->rule));
		struct account_connection connection;
		int r = 0;

		if (account->receive.enabled && listener->source == SOURCE_MAILBOX)
			r = account_receive_connection(account, provider, &connection, err);
		if (r < 0 && r != E_AUTH)
			return error_prefix(err, "listeners/%s/account", listener->id);
		if (r == 0 && *listener->since && listener->source == SOURCE_MAILBOX &&
		    connection.protocol == RECEIVE_MAILDIR && account->receive.enabled)
			return fail(err, E_INVALID, RETRY_NEVER, "listeners/%s/since: %s has no search by date",
			            listener->id, receive_protocol_name(connection.protocol));
		if (r == 0 && account->receive.enabled && listener->source == SOURCE_MAILBOX &&
		    check_pop3(listener, &connection, err) < 0)
			return E_INVALID;
		r = account->send.enabled && answers ? account_send_connection(account, provider, &connection, err) : 0;
		if (r < 0 && r != E_AUTH)
			return error_prefix(err, "listeners/%s/rule sends answers", listener->id);
	}
	return 0;
}

int setup_check(const struct setup *setup, struct error *err)
{
	if (check_references(setup, err) < 0 || check_folders(setup, err) < 0 || check_masks(setup, err) < 0 ||
	    check_mappings(setup, err) < 0 || keystores_check(setup, err) < 0 || signing_check(setup, err) < 0 ||
	    inlets_check(setup, err) < 0 || operators_check(setup, NULL, err) < 0 || webhooks_check(setup, err) < 0 ||
	    alerts_check(setup, err) < 0)
		return E_INVALID;
	return check_accounts(setup, err);
}
