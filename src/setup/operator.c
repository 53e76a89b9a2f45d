/* See operator.h. */
#include "setup/operator.h"

#include "base/mail_address.h"
#include "base/map.h"
#include "setup/account.h"
#include "setup/check.h"
#include "setup/personal.h"

static const char *check_role(const char *value)
{
	return role_find(str_of(value)) ? NULL
	                                : "is no role (administrator, provider-manager, listener-administrator, "
	                                  "listener-observer, agent, mailbox-user)";
}

static const char *check_right(const char *value)
{
	enum right right;

	return right_parse(str_of(value), &right) ? NULL : "is no right (such as cases.read, listeners.manage)";
}

/* clang-format off */
static const struct field account_fields[] = {
	FIELD_REF(struct operator_account, account, "account", "Account", .required = true),
	FIELD_BOOL(struct operator_account, send, "Send as it"),
	FIELD_BOOL(struct operator_account, manage, "Change it"),
};

static const struct field operator_fields[] = {
	FIELD_ID(struct operator_record, id, "Operator ID"),
	FIELD_TEXT(struct operator_record, name, "Name", .max = 200),
	FIELD_TEXT(struct operator_record, email, "E-mail address", .max = 254, .check = check_address, .example = "anna@example.com",
		   .help = "May be typed instead of the ID at sign-in; by it an identity provider's user is recognised"),
	FIELD_BOOL(struct operator_record, disabled, "Disabled", .help = "Can't sign in, and sessions and tokens end"),
	FIELD_TEXTS(struct operator_record, roles, "Roles", .max = 20, .check = check_role, .example = "agent",
		    .help = "administrator, provider-manager, listener-administrator, listener-observer, agent, mailbox-user"),
	FIELD_TEXTS(struct operator_record, rights, "Further rights", .max = 40, .check = check_right, .example = "cases.read",
		    .help = "Beyond those of the roles: cases.read, listeners.manage … (docs/operators.md lists them)"),
	FIELD_LIST(struct operator_record, accounts, struct operator_account, account_fields, "Accounts", .max = OPERATOR_MAX_ACCOUNTS,
		   .help = "Whose mail and settings may be read, and more; none: all of them (mailbox-user alone: only the operator's own)"),
	FIELD_TEXT(struct operator_record, oidc_subject, "Subject at the identity provider", .max = 255,
		   .help = "OpenID Connect's sub; empty: the e-mail address decides, where the provider has verified it"),
};
/* clang-format on */

static int check_operator(const void *record, struct error *err)
{
	const struct operator_record *op = record;
	const struct operator_account *accounts = op->accounts.items;
	struct map *seen CLEANUP(map_freep) = map_new();

	for (size_t i = 0; i < op->accounts.count; i++)
		if (map_set(seen, str_of(accounts[i].account), (void *)(uintptr_t)op))
			return fail(err, E_INVALID, RETRY_NEVER, "accounts/%zu/account: %s is named twice", i + 1,
			            accounts[i].account);
	return 0;
}

const struct record_type operator_type = RECORD_TYPE(
        "operator", "operators", struct operator_record, operator_fields, "Operator", .check = check_operator,
        .example = "{\"id\": \"anna\", \"name\": \"Anna Berg\", \"email\": \"anna@example.com\", \"roles\": "
                   "[\"agent\"], \"accounts\": [{\"account\": \"support\", \"send\": true}]}");

/* ---------------------------------------------------------------- what may be done */

uint64_t operator_rights(const struct operator_record *op)
{
	uint64_t rights = RIGHT_BIT(RIGHT_NONE) | RIGHT_BIT(RIGHT_SIGNED);
	enum right right;

	if (op->disabled)
		return RIGHT_BIT(RIGHT_NONE);
	for (size_t i = 0; i < op->roles.count; i++)
		rights |= role_find(str_of(op->roles.items[i]))->rights; /* checked when it was read */
	for (size_t i = 0; i < op->rights.count; i++)
		if (right_parse(str_of(op->rights.items[i]), &right))
			rights |= RIGHT_BIT(right);
	return rights;
}

bool operator_has_role(const struct operator_record *op, const char *role)
{
	for (size_t i = 0; i < op->roles.count; i++)
		if (strcmp(op->roles.items[i], role) == 0)
			return true;
	return false;
}

bool operator_is_administrator(const struct operator_record *op)
{
	return !op->disabled && operator_has_role(op, ROLE_ADMINISTRATOR);
}

bool operator_sees_all(const struct operator_record *op)
{
	for (size_t i = 0; i < op->roles.count; i++)
		if (strcmp(op->roles.items[i], ROLE_MAILBOX_USER) != 0)
			return op->accounts.count == 0;
	return op->accounts.count == 0 && op->roles.count == 0;
}

static void grant(struct account_access *access, bool send, bool manage)
{
	access->read = true;
	access->send |= send;
	access->manage |= manage;
}

static void grant_shares(struct account_access *access, const struct operator_record *op, const struct account *account)
{
	const struct account_share *shares = account->shares.items;

	for (size_t i = 0; i < account->shares.count; i++)
		if (strcmp(shares[i].operator_id, op->id) == 0 ||
		    (*shares[i].role && operator_has_role(op, shares[i].role)))
			grant(access, shares[i].send, shares[i].manage);
}

static struct account_access access_to(const struct setup *setup, const struct operator_record *op,
                                       const struct account *account, const struct operator_account *named)
{
	struct account_access access = {.id = account->id};
	bool personal = account_is_personal(setup, account);

	grant_shares(&access, op, account);
	if (personal && strcmp(account->owner, op->id) == 0)
		grant(&access, true, true);
	if (!personal && operator_sees_all(op))
		grant(&access, true, true);
	if (!personal && named)
		grant(&access, named->send, named->manage);
	return access;
}

bool operator_accounts(const struct setup *setup, const struct operator_record *op, struct arena *arena,
                       struct account_access **ret_list, size_t *ret_count)
{
	const struct operator_account *named = op->accounts.items;
	struct map *by_id CLEANUP(map_freep) = map_new();
	const void *const *accounts;
	size_t n = setup_list(setup, &account_type, &accounts), count = 0;
	struct account_access *list = ARENA_ARRAY(arena, struct account_access, n);
	bool whole = operator_sees_all(op);

	for (size_t i = 0; i < op->accounts.count; i++)
		map_set(by_id, str_of(named[i].account), (void *)(uintptr_t)&named[i]);
	for (size_t i = 0; i < n; i++) {
		const struct account *account = accounts[i];
		const struct operator_account *own = op->accounts.count ? map_get(by_id, str_of(account->id)) : NULL;

		list[count] = access_to(setup, op, account, own);
		whole = whole && list[count].read && list[count].send && list[count].manage;
		count += list[count].read;
	}
	*ret_list = list;
	*ret_count = count;
	return whole;
}

/* ---------------------------------------------------------------- sharing */

int account_shares_check(const struct account *account, struct error *err)
{
	const struct account_share *shares = account->shares.items;

	for (size_t i = 0; i < account->shares.count; i++) {
		const struct account_share *share = &shares[i];

		if ((*share->operator_id != 0) == (*share->role != 0))
			return fail(err, E_INVALID, RETRY_NEVER, "shares/%zu: must name an operator or a role", i + 1);
		if (*share->role && check_role(share->role))
			return fail(err, E_INVALID, RETRY_NEVER, "shares/%zu/role: \"%.64s\" %s", i + 1, share->role,
			            check_role(share->role));
	}
	return 0;
}

/* ---------------------------------------------------------------- between operators */

/* Two with one address would be one for an identity provider. */
static int check_addresses(const struct setup *setup, struct error *err)
{
	struct arena *arena CLEANUP(arena_freep) = arena_new();
	struct map *taken CLEANUP(map_freep) = map_new();
	const void *const *records;
	char room[MAIL_ADDRESS_MAX];
	size_t n = setup_list(setup, &operator_type, &records);

	for (size_t i = 0; i < n; i++) {
		const struct operator_record *op = records[i], *other;
		struct str key = arena_str(arena, mail_address_key(str_of(op->email), room));

		other = key.n ? map_set(taken, key, (void *)(uintptr_t)op) : NULL;
		if (other)
			return fail(err, E_INVALID, RETRY_NEVER, "operators/%s/email: %s is operator %s's already",
			            op->id, op->email, other->id);
	}
	return 0;
}

int operators_check(const struct setup *setup, const char *without, struct error *err)
{
	const void *const *records;
	size_t n = setup_list(setup, &operator_type, &records);
	bool found = n == 0;

	for (size_t i = 0; i < n && !found; i++) {
		const struct operator_record *op = records[i];

		found = operator_is_administrator(op) && !(without && strcmp(op->id, without) == 0);
	}
	if (!found)
		return fail(err, E_INVALID, RETRY_NEVER,
		            "operators: one of them must be an administrator who isn't disabled, or nobody could "
		            "change anything");
	return check_addresses(setup, err);
}
