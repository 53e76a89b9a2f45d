/* One field of addresses, written. Apart from graph.h, since mime's writer and the record table both have a `struct
 * field`. */
#ifndef SEND_GRAPH_DESTINATION_H
#define SEND_GRAPH_DESTINATION_H

#include "mime/message.h"

/* Appends "To: Ann <ann@customer.test>, …", folded; nothing where `list` is empty. */
void graph_write_destination(struct buf *out, const char *name, const struct address_list *list);

#endif
