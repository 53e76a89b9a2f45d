/* What is posted: the mail with exactly its recipients in the header, and, where it is too large, without its largest
 * files. See graph.h. */
#include "send/graph/graph.h"

#include "base/mail_address.h"
#include "base/mem.h"
#include "mime/idna.h"
#include "send/graph/destination.h"

#include <stdlib.h>
#include <string.h>

/* ---------------------------------------------------------------- who is to get it */

/* The header has international domains in ASCII, the envelope has them as they were given. */
static bool is_same(struct str a, struct str b)
{
	struct buf one CLEANUP(buf_done) = BUF_INIT(KIB(1)), other CLEANUP(buf_done) = BUF_INIT(KIB(1));

	if (str_eq_nocase(a, b))
		return true;
	if (str_is_ascii(a) && str_is_ascii(b))
		return false;
	idna_put_address(&one, a);
	idna_put_address(&other, b);
	return !one.failed && !other.failed && str_eq_nocase(buf_str(&one), buf_str(&other));
}

static bool is_listed(const struct address_list *list, struct str address)
{
	for (size_t i = 0; i < list->count; i++)
		if (is_same(list->items[i].address, address))
			return true;
	return false;
}

static bool is_wanted(const struct outgoing *item, struct str address)
{
	for (size_t i = 0; i < item->recipient_count; i++)
		if (graph_is_asked(&item->recipients[i]) && is_same(str_of(item->recipients[i].address), address))
			return true;
	return false;
}

static bool all_wanted(const struct outgoing *item, const struct address_list *list)
{
	for (size_t i = 0; i < list->count; i++)
		if (list->items[i].address.n && !is_wanted(item, list->items[i].address))
			return false;
	return true;
}

bool graph_is_writable(const char *address, struct arena *arena)
{
	struct str text = str_of(address);
	struct address_list list = address_list_parse(arena, text);

	return list.count == 1 && !mail_address_fault(text);
}

/* ---------------------------------------------------------------- To, Cc, Bcc */

static void add_wanted(const struct outgoing *item, const char *name, const struct address_list *list,
                       struct arena *arena, struct buf *out)
{
	struct address_list wanted = {ARENA_ARRAY(arena, struct address, list->count + 1), 0};

	for (size_t i = 0; i < list->count; i++)
		if (is_wanted(item, list->items[i].address))
			wanted.items[wanted.count++] = list->items[i];
	graph_write_destination(out, name, &wanted);
}

/* Those whom the envelope alone names. Graph drops the field when it sends. */
static void add_hidden(const struct outgoing *item, const struct message *m, struct arena *arena, struct buf *out)
{
	struct address_list hidden = {ARENA_ARRAY(arena, struct address, item->recipient_count + 1), 0};

	for (size_t i = 0; i < item->recipient_count; i++) {
		struct str address = str_of(item->recipients[i].address);

		if (graph_is_asked(&item->recipients[i]) && !is_listed(&m->to, address) &&
		    !is_listed(&m->cc, address) && !is_listed(&m->bcc, address))
			hidden.items[hidden.count++] = (struct address){.address = address};
	}
	graph_write_destination(out, "Bcc", &hidden);
}

static bool is_destination(struct str name)
{
	return str_eq_nocase(name, STR("To")) || str_eq_nocase(name, STR("Cc")) || str_eq_nocase(name, STR("Bcc"));
}

/* Somebody in the header isn't to get it (any more: they have it, or get no mail from us). The fields are written anew
 * without them; the body, and with it a signature, stays as it is. */
static void write_anew(const struct outgoing *item, const struct message *m, struct arena *arena, struct buf *out)
{
	const struct part *root = m->root;

	for (size_t i = 0; i < root->header_count; i++) {
		const struct header *h = &root->headers[i];

		if (is_destination(h->name))
			continue;
		buf_add(out, str_new(h->name.p, (size_t)(h->value.p + h->value.n - h->name.p)));
		buf_add(out, STR("\r\n"));
	}
	add_wanted(item, "To", &m->to, arena, out);
	add_wanted(item, "Cc", &m->cc, arena, out);
	add_wanted(item, "Bcc", &m->bcc, arena, out);
	add_hidden(item, m, arena, out);
	buf_add(out, STR("\r\n"));
	buf_add(out, str_new(root->body.p, (size_t)(item->mime.p + item->mime.n - root->body.p)));
}

static bool is_sealed(const struct part *part)
{
	return (str_eq(part->type, STR("multipart")) &&
	        (str_eq(part->subtype, STR("signed")) || str_eq(part->subtype, STR("encrypted")))) ||
	       (str_eq(part->type, STR("application")) &&
	        (str_eq(part->subtype, STR("pkcs7-mime")) || str_eq(part->subtype, STR("x-pkcs7-mime"))));
}

int graph_letter_make(const struct outgoing *item, struct arena *arena, struct graph_letter *ret_letter,
                      struct error *err)
{
	const struct message *m = message_parse(arena, item->mime, NULL);
	struct graph_letter letter = {0};

	buf_init(&letter.mime, GRAPH_MAIL_MAX);
	if (all_wanted(item, &m->to) && all_wanted(item, &m->cc) && all_wanted(item, &m->bcc)) {
		add_hidden(item, m, arena, &letter.mime);
		buf_add(&letter.mime, item->mime);
	} else
		write_anew(item, m, arena, &letter.mime);
	if (letter.mime.failed) {
		buf_done(&letter.mime);
		return fail_scope(err, SCOPE_MESSAGE, E_LIMIT, RETRY_NEVER, "the mail has more than %zu bytes",
		                  GRAPH_MAIL_MAX);
	}
	letter.message = message_parse(arena, buf_str(&letter.mime), NULL);
	letter.is_sealed = is_sealed(letter.message->root);
	*ret_letter = letter;
	return 0;
}

void graph_letter_done(struct graph_letter *letter)
{
	buf_done(&letter->mime);
}

/* ---------------------------------------------------------------- what is too large for one request */

/* From the line that opens the part to that which opens or closes what follows: cut out, the multipart is whole. */
static struct str cut_of(struct str mime, const struct part *part)
{
	size_t begin = (size_t)(part->raw.p - mime.p), end = begin + part->raw.n;

	if (begin > 0)
		begin--;
	while (begin > 0 && mime.p[begin - 1] != '\n')
		begin--;
	ptrdiff_t line = str_find_char(str_slice(mime, end, mime.n), '\n');
	return str_slice(mime, begin, line < 0 ? mime.n : end + (size_t)line + 1);
}

/* A file beside the text, whose multipart keeps another part. */
static bool may_be_taken_out(const struct message *m, const struct part *part)
{
	const struct part *parent = part->parent;
	size_t left = 0;

	if (!parent || !str_eq(parent->type, STR("multipart")) || part->first_child || part == m->text ||
	    part == m->html || part->is_mislabelled)
		return false;
	if (!str_eq(parent->subtype, STR("mixed")) && !str_eq(parent->subtype, STR("related")))
		return false;
	for (const struct part *child = parent->first_child; child; child = child->next)
		left++;
	return left > 1 && parent->first_child != part;
}

static int compare_largest_first(const void *a, const void *b)
{
	const struct part *x = *(const struct part *const *)a, *y = *(const struct part *const *)b;

	if (x->raw.n != y->raw.n)
		return x->raw.n > y->raw.n ? -1 : 1;
	return x->index < y->index ? -1 : x->index > y->index;
}

static int compare_in_order(const void *a, const void *b)
{
	const struct part *x = ((const struct graph_file *)a)->part, *y = ((const struct graph_file *)b)->part;

	return x->index < y->index ? -1 : x->index > y->index;
}

static struct graph_file file_of(const struct part *part, struct arena *arena)
{
	return (struct graph_file){
	        .part = part,
	        .name = part->filename.n ? part->filename : STR("attachment"),
	        .type = part_type(arena, part),
	        .content_id = part->content_id,
	};
}

int graph_letter_split(const struct graph_letter *letter, size_t max, struct arena *arena,
                       struct graph_file **ret_files, struct buf *ret_mime, struct error *err)
{
	const struct message *m = letter->message;
	struct str mime = buf_str(&letter->mime);
	const struct part **parts = ARENA_ARRAY(arena, const struct part *, m->part_count + 1);
	struct graph_file *files = ARENA_ARRAY(arena, struct graph_file, m->part_count + 1);
	size_t n = 0, count = 0, left = mime.n, at = 0;

	for (size_t i = 0; i < m->part_count && !letter->is_sealed; i++)
		if (may_be_taken_out(m, m->parts[i]))
			parts[n++] = m->parts[i];
	if (n)
		qsort(parts, n, sizeof *parts, compare_largest_first);
	while (count < n && graph_posted_size(left) > max) {
		left -= cut_of(mime, parts[count]).n;
		files[count] = file_of(parts[count], arena);
		count++;
	}
	if (graph_posted_size(left) > max)
		return fail_scope(
		        err, SCOPE_MESSAGE, E_LIMIT, RETRY_NEVER,
		        letter->is_sealed
		                ? "the mail is %.1f MB, files encoded, and Microsoft Graph takes 3 MB at most "
		                  "of signed or encrypted mail: send fewer files, or by SMTP"
		                : "the mail's text alone is %.1f MB, and Microsoft Graph takes 3 MB at most",
		        (double)left / 1e6);
	qsort(files, count, sizeof *files, compare_in_order);
	for (size_t i = 0; i < count; i++) {
		struct str cut = cut_of(mime, files[i].part);
		size_t begin = (size_t)(cut.p - mime.p);

		buf_add(ret_mime, str_slice(mime, at, begin));
		at = begin + cut.n;
	}
	buf_add(ret_mime, str_slice(mime, at, mime.n));
	*ret_files = files;
	return (int)count;
}
