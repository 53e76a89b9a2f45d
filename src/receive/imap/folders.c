/* The folders of a mailbox by LIST (RFC 3501 §7.2.2), for messages that name what there is. See session.h. */
#include "receive/imap/session.h"

#include "receive/imap/utf7.h"

#define MAX_FOLDERS      1000 /* told of */
#define MAX_FOLDER_BYTES KIB(1)

/* "(\HasNoChildren \Noselect)": true where the folder can't be opened. Reads the list to its end. */
static int read_attributes(struct imap *imap, bool *ret_closed, struct error *err)
{
	struct imap_token token;

	*ret_closed = false;
	imap->folders->is_marked = false;
	if (imap_token(&imap->reader, &token, err) < 0)
		return err->code;
	while (token.kind != TOKEN_CLOSE && token.kind != TOKEN_END) {
		if (imap_token_is(&token, STR("\\Noselect")) || imap_token_is(&token, STR("\\NonExistent")))
			*ret_closed = true;
		if (imap->folders->mark && imap_token_is(&token, str_of(imap->folders->mark)))
			imap->folders->is_marked = true;
		if (imap_token(&imap->reader, &token, err) < 0)
			return err->code;
	}
	return 0;
}

/* An atom, a quoted string or a literal, as it is on the wire. */
static int read_name(struct imap *imap, struct buf *name, struct error *err)
{
	struct imap_token token;
	char *room;

	if (imap_token(&imap->reader, &token, err) < 0)
		return err->code;
	if (token.kind == TOKEN_LITERAL && token.size > MAX_FOLDER_BYTES)
		return imap_literal_skip(&imap->reader, err);
	if (token.kind == TOKEN_LITERAL) {
		room = buf_room(name, (size_t)token.size);
		must(room != NULL);
		if (imap_literal_read(&imap->reader, room, (size_t)token.size, err) < 0)
			return err->code;
		buf_added(name, (size_t)token.size);
	} else if (token.kind == TOKEN_ATOM || token.kind == TOKEN_STRING) {
		buf_add(name, token.text);
	}
	return 0;
}

int imap_read_folder(struct imap *imap, struct error *err)
{
	struct buf wire CLEANUP(buf_done) = BUF_INIT(MAX_FOLDER_BYTES + 1),
	                name CLEANUP(buf_done) = BUF_INIT(4 * MAX_FOLDER_BYTES);
	struct imap_folder_list *list = imap->folders;
	struct imap_token separator;
	bool closed;

	if (read_attributes(imap, &closed, err) < 0 || imap_token(&imap->reader, &separator, err) < 0)
		return err->code;
	list->separator = (char)(separator.kind == TOKEN_STRING && separator.text.n == 1 ? separator.text.p[0] : 0);
	if (read_name(imap, &wire, err) < 0 || imap_skip_rest(&imap->reader, err) < 0)
		return err->code;
	if (closed || !wire.n || wire.failed)
		return 0;
	if (imap->utf8)
		buf_add(&name, buf_str(&wire));
	else if (!utf7_decode(&name, buf_str(&wire)))
		return 0;
	if (str_is_utf8(buf_str(&name)))
		list->each(list->ctx, buf_str(&name));
	return 0;
}

struct telling {
	const struct receiver_options *options;
	int count;
};

static void tell_folder(void *ctx, struct str name)
{
	struct telling *telling = ctx;

	if (++telling->count <= MAX_FOLDERS)
		telling->options->list_folders(telling->options->list_folders_ctx, name);
}

int imap_list_folders(struct imap *imap, const struct receiver_options *options, struct error *err)
{
	struct telling telling = {.options = options};
	struct imap_folder_list list = {.each = tell_folder, .ctx = &telling};
	struct imap_command command CLEANUP(imap_command_done) = {0};
	int r;

	imap->folders = &list;
	r = imap_send_plain(imap, "LIST \"\" *", &command, err);
	if (r == 0)
		r = imap_finish(imap, &command, "list", err); /* a refusal only means that nothing is known */
	imap->folders = NULL;
	return r;
}

/* ---------------------------------------------------------------- by what it is for */

struct special_search {
	struct imap_folder_list list; /* of the LIST that runs */
	const struct special_use *use;
	const char *hint;
	struct buf *name; /* the best so far */
	int rank;         /* of it; the higher the better */
	char inbox_separator;
	bool has_top_folder; /* beside INBOX */
};

/* Names that mail programs give it, where the server marks none. */
static bool is_usual(const struct special_use *use, struct str name, char separator)
{
	const char *last = separator && name.n ? memrchr(name.p, separator, name.n) : NULL;

	if (last)
		name = str_slice(name, (size_t)(last - name.p) + 1, name.n);
	for (size_t i = 0; use->names[i]; i++)
		if (str_eq_nocase(name, str_of(use->names[i])))
			return true;
	return false;
}

static void look_at_folder(void *ctx, struct str name)
{
	struct special_search *search = ctx;
	char separator = search->list.separator;
	int rank = str_eq(name, str_of(search->use->word))  ? 4 /* somebody called it that */
	           : search->list.is_marked                 ? 3
	           : str_eq(name, str_of(search->hint))     ? 2
	           : is_usual(search->use, name, separator) ? 1
	                                                    : 0;

	if (!str_starts_nocase(name, STR("INBOX")))
		search->has_top_folder = true;
	else if (separator)
		search->inbox_separator = separator;
	if (rank <= search->rank)
		return;
	search->rank = rank;
	buf_clear(search->name);
	buf_add(search->name, name);
}

static int list_for(struct imap *imap, struct special_search *search, const char *text, struct imap_command *command,
                    struct error *err)
{
	int r;

	imap->folders = &search->list;
	r = imap_send_plain(imap, text, command, err);
	if (r == 0)
		r = imap_finish(imap, command, "list", err);
	imap->folders = NULL;
	return r;
}

/* How a new one is to be called; empty where none can be made. */
static int name_new_folder(struct imap *imap, const struct special_search *search, struct error *err)
{
	const char *name = *search->hint ? search->hint : search->use->names[0];

	if (!name)
		return 0;
	if (imap_has_namespace(imap))
		return imap_place_new(imap, name, search->name, err);
	/* Where everything lies below INBOX, as with Courier, so must this. */
	if (!search->has_top_folder && search->inbox_separator && search->inbox_separator != '/')
		buf_printf(search->name, "INBOX%c", search->inbox_separator);
	buf_add_cstr(search->name, name);
	return 0;
}

int imap_find_special(struct imap *imap, const struct special_use *use, const char *hint, struct buf *name,
                      struct error *err)
{
	struct special_search search = {.list = {.each = look_at_folder, .mark = use->word},
	                                .use = use,
	                                .hint = hint ? hint : "",
	                                .name = name};
	struct imap_command marked CLEANUP(imap_command_done) = {0}, plain CLEANUP(imap_command_done) = {0};
	int r = 0;

	search.list.ctx = &search;
	if (imap->capabilities & CAP_SPECIAL_USE)
		r = list_for(imap, &search, "LIST \"\" \"*\" RETURN (SPECIAL-USE)", &marked, err);
	if (r == 0 && marked.status != STATUS_OK)
		r = list_for(imap, &search, "LIST \"\" *", &plain, err);
	if (r < 0 || search.rank)
		return r < 0 ? r : 1;
	return hint ? name_new_folder(imap, &search, err) : 0;
}
