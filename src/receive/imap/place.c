/* Which folder is meant by a name that a person typed. See session.h.
 *
 * The name as it stands comes first, and whoever uses it pays nothing: only where the server has no such folder is it
 * asked for its namespaces, and then, all at once, for the other names that the folder may have:
 *
 *	INBOX.Orders           below the personal namespace's prefix (Courier: everything lies below INBOX)
 *	Support.Orders         with the server's separator for "/"
 *	INBOX.Support.Orders   both
 *
 * What was found is remembered for the connection. */
#include "receive/imap/session.h"

#include "base/mem.h"

#include <stdlib.h>

#define MAX_CANDIDATES (3 * IMAP_SPACES_MAX + 1)
#define MAX_NAME       KIB(2)

bool imap_may_miss_folder(const struct imap_command *command)
{
	return imap_says_missing(command) ||
	       (command->status == STATUS_NO && (command->code == CODE_NONE || command->code == CODE_OTHER));
}

/* ---------------------------------------------------------------- what is known */

/* places_n: it isn't known. */
static size_t known_place(const struct imap *imap, const char *typed)
{
	size_t i = 0;

	while (i < imap->places_n && strcmp(imap->places[i].typed, typed) != 0)
		i++;
	return i;
}

const char *imap_place(const struct imap *imap, const char *typed)
{
	size_t i = known_place(imap, typed);

	return i < imap->places_n ? imap->places[i].name : typed;
}

/* `typed` and `name` may be those of the place that is replaced. */
static void remember(struct imap *imap, const char *typed, struct str name)
{
	const struct imap_place fresh = {.typed = mem_strdup(typed), .name = str_dup(name)};
	size_t at = known_place(imap, typed);

	if (at == IMAP_PLACES_MAX)
		at = 0;
	if (at < imap->places_n) {
		free(imap->places[at].typed);
		free(imap->places[at].name);
	} else {
		imap->places_n++;
	}
	imap->places[at] = fresh;
}

void imap_free_places(struct imap *imap)
{
	for (size_t i = 0; i < imap->places_n; i++) {
		free(imap->places[i].typed);
		free(imap->places[i].name);
	}
	imap->places_n = 0;
	free(take(imap->tried));
	free(take(imap->typed));
}

int imap_place_blame(const struct imap *imap, const char *typed, struct error *err)
{
	if (imap->tried && *imap->tried)
		return error_prefix(err, "folder %.60s (nor is there %.90s)", typed, imap->tried);
	return error_prefix(err, "folder %.100s", typed);
}

/* ---------------------------------------------------------------- names that it may have */

struct candidate {
	struct str name;
	bool is_there;
};

struct search {
	struct imap_folder_list list;
	struct arena *arena;
	struct candidate candidates[MAX_CANDIDATES]; /* the first is the name as typed; the earlier the better */
	struct imap_command commands[MAX_CANDIDATES];
	size_t n;
};

static void search_done(struct search *search)
{
	for (size_t i = 0; i < search->n; i++)
		imap_command_done(&search->commands[i]);
	arena_free(search->arena);
}

static void add_candidate(struct search *search, struct str name)
{
	for (size_t i = 0; i < search->n; i++)
		if (str_eq(search->candidates[i].name, name))
			return;
	if (search->n < MAX_CANDIDATES && name.n <= MAX_NAME)
		search->candidates[search->n++].name = name;
}

/* "Support/Orders" with the separator for "/". A name that has the separator as well stays: a level couldn't be told
 * from a letter. */
static struct str with_separator(struct arena *arena, struct str typed, char separator)
{
	char *name;

	if (!separator || separator == '/' || str_find_char(typed, separator) >= 0)
		return typed;
	name = arena_cstr(arena, typed);
	for (char *at = name; (at = strchr(at, '/')) != NULL;)
		*at++ = separator;
	return str_of(name);
}

/* Somewhere already: below a prefix, other users' and shared ones as well. */
static bool is_placed(const struct imap *imap, struct str name)
{
	for (size_t i = 0; i < imap->spaces_n; i++)
		if (*imap->spaces[i].prefix && str_starts_nocase(name, str_of(imap->spaces[i].prefix)))
			return true;
	return false;
}

static struct str below(const struct imap *imap, struct arena *arena, const struct imap_space *space, struct str name)
{
	return !*space->prefix || is_placed(imap, name)
	               ? name
	               : arena_printf(arena, "%s" STR_FMT, space->prefix, STR_ARG(name));
}

static void gather_candidates(const struct imap *imap, struct search *search, struct str typed)
{
	struct str mapped[IMAP_SPACES_MAX];

	add_candidate(search, typed);
	for (size_t i = 0; i < imap->spaces_n; i++) {
		mapped[i] = with_separator(search->arena, typed, imap->spaces[i].separator);
		if (imap->spaces[i].is_personal && !is_placed(imap, mapped[i]))
			add_candidate(search, below(imap, search->arena, &imap->spaces[i], typed));
	}
	for (size_t i = 0; i < imap->spaces_n; i++)
		add_candidate(search, mapped[i]);
	for (size_t i = 0; i < imap->spaces_n; i++)
		if (imap->spaces[i].is_personal)
			add_candidate(search, below(imap, search->arena, &imap->spaces[i], mapped[i]));
}

static void note_folder(void *ctx, struct str name)
{
	struct search *search = ctx;

	for (size_t i = 0; i < search->n; i++)
		if (str_eq(search->candidates[i].name, name))
			search->candidates[i].is_there = true;
}

/* ---------------------------------------------------------------- looking */

static int send_list(struct imap *imap, const struct candidate *candidate, struct imap_command *command,
                     struct error *err)
{
	struct buf out CLEANUP(buf_done) = BUF_INIT(IMAP_COMMAND_MAX);
	int r;

	imap_begin(imap, &out);
	buf_add(&out, STR("LIST \"\" "));
	r = imap_put_folder(&out, candidate->name.p, imap->utf8, err);
	return r < 0 ? r : imap_send(imap, &out, command, err);
}

/* Returns how many were refused, of which nothing is known. */
static int list_candidates(struct imap *imap, struct search *search, struct error *err)
{
	int r = 0, refused = 0;

	search->list = (struct imap_folder_list){.each = note_folder, .ctx = search};
	imap->folders = &search->list;
	for (size_t i = 0; r == 0 && i < search->n; i++)
		r = send_list(imap, &search->candidates[i], &search->commands[i], err);
	for (size_t i = 0; r == 0 && i < search->n; i++)
		r = imap_finish(imap, &search->commands[i], "list", err);
	imap->folders = NULL;
	for (size_t i = 0; i < search->n; i++)
		refused += search->commands[i].status != STATUS_OK;
	return r < 0 ? r : refused;
}

static void note_tried(struct imap *imap, const struct search *search)
{
	struct buf tried CLEANUP(buf_done) = BUF_INIT(KIB(64));

	for (size_t i = 1; i < search->n; i++)
		buf_printf(&tried, "%s" STR_FMT, i > 1 ? ", " : "", STR_ARG(search->candidates[i].name));
	free(imap->tried);
	imap->tried = mem_strdup(buf_cstr(&tried));
}

static bool is_inbox(const char *folder)
{
	return str_eq_nocase(str_of(folder), STR("INBOX"));
}

int imap_place_find(struct imap *imap, const char *typed, struct error *err)
{
	struct search search CLEANUP(search_done) = {.arena = arena_new()};
	struct buf name CLEANUP(buf_done) = BUF_INIT(MAX_NAME);
	int r, refused;

	if (is_inbox(typed) || special_use_find(str_of(typed)) || (!imap_has_namespace(imap) && !strchr(typed, '/')))
		return PLACE_UNKNOWN;
	r = imap_know_spaces(imap, err);
	if (r < 0)
		return r;
	gather_candidates(imap, &search, arena_str(search.arena, str_of(typed)));
	if (search.n < 2)
		return PLACE_UNKNOWN;
	refused = list_candidates(imap, &search, err);
	if (refused < 0)
		return refused;
	for (size_t i = 0; i < search.n; i++)
		if (search.candidates[i].is_there) {
			remember(imap, typed, search.candidates[i].name);
			return i ? PLACE_FOUND : PLACE_AS_TYPED;
		}
	note_tried(imap, &search);
	r = imap_place_new(imap, typed, &name, err);
	if (r == 0)
		remember(imap, typed, buf_str(&name));
	if (r < 0)
		return r;
	return refused ? PLACE_UNKNOWN : PLACE_MISSING;
}

int imap_place_new(struct imap *imap, const char *typed, struct buf *name, struct error *err)
{
	struct arena *arena CLEANUP(arena_freep) = arena_new();
	const struct imap_space *space = NULL;
	struct str made = str_of(typed);
	int r = imap_know_spaces(imap, err);

	if (r < 0)
		return r;
	for (size_t i = 0; i < imap->spaces_n && !space; i++)
		if (imap->spaces[i].is_personal)
			space = &imap->spaces[i];
	if (space) {
		made = with_separator(arena, made, space->separator);
		made = below(imap, arena, space, made);
	}
	buf_add(name, made);
	return 0;
}

/* ---------------------------------------------------------------- by its use */

int imap_place_special(struct imap *imap, const char *typed, bool is_made, struct error *err)
{
	const struct special_use *use = special_use_find(str_of(typed));
	struct buf name CLEANUP(buf_done) = BUF_INIT(MAX_NAME);
	int r;

	if (!use || known_place(imap, typed) < imap->places_n)
		return 0;
	r = imap_find_special(imap, use, is_made ? "" : NULL, &name, err);
	if (r < 0)
		return r;
	if (is_made && !name.n)
		return imap_place_not_made(use, err);
	if (name.n)
		remember(imap, typed, buf_str(&name));
	return r;
}

int imap_place_not_made(const struct special_use *use, struct error *err)
{
	return fail_scope(err, SCOPE_FOLDER, E_NOT_FOUND, RETRY_NEVER,
	                  "folder %s: the server marks none as such, and it is none that can be made", use->word);
}
