/* See destination.h. */
#include "send/graph/destination.h"

#include "mime/encode.h"
#include "mime/idna.h"

void graph_write_destination(struct buf *out, const char *name, const struct address_list *list)
{
	struct buf bracketed CLEANUP(buf_done) = BUF_INIT(KIB(4));
	struct field field;

	if (!list->count)
		return;
	field_start(&field, out, str_of(name));
	for (size_t i = 0; i < list->count; i++) {
		if (i)
			field_glue(&field, STR(","));
		if (list->items[i].name.n)
			field_phrase(&field, list->items[i].name);
		buf_clear(&bracketed);
		buf_add_char(&bracketed, '<');
		idna_put_address(&bracketed, list->items[i].address);
		buf_add_char(&bracketed, '>');
		field_piece(&field, buf_str(&bracketed));
	}
	field_end(&field);
}
