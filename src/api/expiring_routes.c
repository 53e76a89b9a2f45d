/* The calendar of what runs out (auth/expiry.h), for whoever may know of it: what is others' own is left out, as it is
 * of the lists of records. */
#include "api/record_kinds.h"
#include "api/routes.h"
#include "auth/expiry.h"
#include "base/clock.h"

#define EXPIRING_DAYS 90
#define EXPIRING_MAX  3650

struct expiry_view {
	const char *kind, *what, *text, *used_by;
	int64_t expires_at, days;
	bool is_signer;
};

/* clang-format off */
static const struct field expiry_fields[] = {
	FIELD_TEXT(struct expiry_view, kind, "Kind", .help = "key, certificate, learned, secret, token"),
	FIELD_TEXT(struct expiry_view, what, "What", .help = "keystores/company/support: the record and the entry"),
	FIELD_TEXT(struct expiry_view, text, "Whose"),
	FIELD_TIME(struct expiry_view, expires_at, "Expires", .required = true),
	FIELD_INT(struct expiry_view, days, "Days left", .help = "Negative: it has expired"),
	FIELD_TEXT(struct expiry_view, used_by, "Used by"),
	FIELD_BOOL(struct expiry_view, is_signer, "Signs", .help = "An account signs with it: its mail stops when it ends"),
};
/* clang-format on */

static const struct record_type expiry_type =
        RECORD_TYPE("expiry", "expiries", struct expiry_view, expiry_fields, "What runs out");

static const struct route_query expiring_query[] = {{"days", QUERY_INT, "Within so many days (90)", NULL},
                                                    {NULL, QUERY_TEXT, NULL, NULL}};

/* ---------------------------------------------------------------- whose it is */

/* What belongs to no mailbox is for those who oversee all. */
static bool may_see(const struct request *request, const struct expiry *e)
{
	if (strcmp(e->kind, "learned") != 0)
		return record_may_see_place(request, str_of(e->what));
	return *e->account ? caller_may_on(&request->caller, e->account, ACCOUNT_READ)
	                   : caller_oversees(&request->caller);
}

static const char *uses_to_see(const struct request *request, const char *used_by)
{
	struct buf uses CLEANUP(buf_done) = BUF_INIT(KIB(4));
	struct str rest = str_of(used_by), place;

	while (str_split(&rest, ' ', &place))
		if (record_may_see_place(request, place))
			buf_printf(&uses, "%s" STR_FMT, uses.n ? " " : "", STR_ARG(place));
	return arena_cstr(request->arena, buf_str(&uses));
}

static size_t keep_own(const struct request *request, struct expiry *list, size_t n)
{
	size_t kept = 0;

	for (size_t i = 0; i < n; i++)
		if (may_see(request, &list[i]))
			list[kept++] = list[i];
	return kept;
}

/* ---------------------------------------------------------------- the list */

static int list_expiring(struct request *request, struct answer *answer, struct error *err)
{
	int64_t days = EXPIRING_DAYS, first = 0, now = clock_now_ms();
	struct str ignored = STR_NULL;
	struct expiry *list;
	int n;

	request_query_int(request, "days", &days);
	if (days < 0 || days > EXPIRING_MAX)
		return fail(err, E_INVALID, RETRY_NEVER, "days: %lld is not between 0 and %d", (long long)days,
		            EXPIRING_MAX);
	if (request_cursor(request, &first, &ignored, err) < 0)
		return err->code;
	n = expiry_list(request->setup, request->db, now, (int)days, request->arena, &list, err);
	if (n < 0)
		return n;
	size_t count = keep_own(request, list, (size_t)n), end = MIN(count, (size_t)MAX(first, 0) + request->limit);
	answer_list_begin(answer);
	for (size_t i = (size_t)MAX(first, 0); i < end; i++) {
		const struct expiry *e = &list[i];
		const struct expiry_view view = {e->kind,       e->what,
		                                 e->text,       uses_to_see(request, e->used_by),
		                                 e->expires_at, expiry_days(e, now),
		                                 e->is_signer};

		if (answer_list_add(answer, &expiry_type, &view, err) < 0)
			return err->code;
	}
	answer_list_end(answer, end < count, (int64_t)end, STR_NULL);
	return 0;
}

const struct route expiring_routes[] = {
        {.method = API_GET,
         .path = "/api/v1/expiring",
         .id = "listExpiring",
         .tag = "Keystores",
         .summary = "What runs out soon: certificates, keys, secrets, consents",
         .right = RIGHT_ACCOUNTS_READ,
         .answer = &expiry_type,
         .is_list = true,
         .query = expiring_query,
         .handle = list_expiring},
        {0},
};
