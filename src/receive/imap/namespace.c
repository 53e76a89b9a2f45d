/* Below which prefix folders lie, and what parts their names: NAMESPACE (RFC 2342, RFC 9051 §6.3.10); where the server
 * doesn't know it, the separator alone by LIST "" "" (RFC 3501 §6.3.8). See session.h. */
#include "receive/imap/session.h"

#include "base/mem.h"
#include "receive/imap/utf7.h"

#include <stdlib.h>

#define MAX_PREFIX 255

void imap_free_spaces(struct imap *imap)
{
	for (size_t i = 0; i < imap->spaces_n; i++)
		free(imap->spaces[i].prefix);
	imap->spaces_n = 0;
}

/* ---------------------------------------------------------------- the answer */

/* `wire` as it came; what isn't a name is left out. */
static void add_space(struct imap *imap, struct str wire, char separator, bool is_personal)
{
	struct buf prefix CLEANUP(buf_done) = BUF_INIT(MAX_PREFIX + 1);

	if (imap->spaces_n == IMAP_SPACES_MAX || wire.n > MAX_PREFIX)
		return;
	if (imap->utf8)
		buf_add(&prefix, wire);
	else if (!utf7_decode(&prefix, wire))
		return;
	if (prefix.failed || !str_is_utf8(buf_str(&prefix)) || (prefix.n && memchr(prefix.p, 0, prefix.n)))
		return;
	imap->spaces[imap->spaces_n++] = (struct imap_space){
	        .prefix = str_dup(buf_str(&prefix)), .separator = separator, .is_personal = is_personal};
}

/* ("prefix" "/" …), whose parenthesis has been read; extensions behind are left out. */
static int read_space(struct imap *imap, bool is_personal, struct error *err)
{
	struct buf prefix CLEANUP(buf_done) = BUF_INIT(MAX_PREFIX + 1);
	struct imap_token token;
	char separator = 0;
	int r = 0, at = 0;

	while (r == 0 && (r = imap_token(&imap->reader, &token, err)) == 0 && token.kind != TOKEN_CLOSE &&
	       token.kind != TOKEN_END) {
		if (at == 0 && (token.kind == TOKEN_STRING || token.kind == TOKEN_ATOM))
			buf_add(&prefix, token.text);
		else if (at == 1 && token.kind == TOKEN_STRING && token.text.n == 1)
			separator = token.text.p[0];
		else
			r = imap_skip_value(&imap->reader, &token, err);
		if (at == 0 && (token.kind == TOKEN_LITERAL || token.kind == TOKEN_OPEN))
			prefix.failed = true;
		at++;
	}
	if (r == 0 && at > 0 && !prefix.failed)
		add_space(imap, buf_str(&prefix), separator, is_personal);
	return r;
}

/* NIL or ((…)(…)). */
static int read_spaces(struct imap *imap, bool is_personal, struct error *err)
{
	struct imap_token token;
	int r = imap_token(&imap->reader, &token, err);

	if (r < 0 || token.kind != TOKEN_OPEN)
		return r;
	while ((r = imap_token(&imap->reader, &token, err)) == 0 && token.kind != TOKEN_CLOSE &&
	       token.kind != TOKEN_END) {
		r = token.kind == TOKEN_OPEN ? read_space(imap, is_personal, err)
		                             : imap_skip_value(&imap->reader, &token, err);
		if (r < 0)
			return r;
	}
	return r;
}

int imap_read_namespace(struct imap *imap, struct error *err)
{
	int r = 0;

	imap_free_spaces(imap);
	for (int group = 0; r == 0 && group < 3; group++) /* one's own, other users', shared */
		r = read_spaces(imap, group == 0, err);
	return r < 0 ? r : imap_skip_rest(&imap->reader, err);
}

/* ---------------------------------------------------------------- the question */

static void ignore_folder(void *ctx UNUSED, struct str name UNUSED)
{
}

static int ask_separator(struct imap *imap, struct imap_command *command, struct error *err)
{
	struct imap_folder_list list = {.each = ignore_folder};
	int r;

	imap->folders = &list;
	r = imap_send_plain(imap, "LIST \"\" \"\"", command, err);
	if (r == 0)
		r = imap_finish(imap, command, "list", err);
	imap->folders = NULL;
	if (r == 0 && list.separator)
		add_space(imap, STR(""), list.separator, true);
	return r;
}

int imap_know_spaces(struct imap *imap, struct error *err)
{
	struct imap_command command CLEANUP(imap_command_done) = {0};
	int r;

	if (imap->knows_spaces)
		return 0;
	if (imap_has_namespace(imap)) {
		imap->asks_spaces = true;
		r = imap_send_plain(imap, "NAMESPACE", &command, err);
		if (r == 0)
			r = imap_finish(imap, &command, "namespace", err);
		imap->asks_spaces = false;
	} else {
		r = ask_separator(imap, &command, err);
	}
	imap->knows_spaces = r == 0;
	return r;
}
