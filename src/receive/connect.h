/* What receivers over a stream begin with. For the files of src/receive alone. */
#ifndef RECEIVE_CONNECT_H
#define RECEIVE_CONNECT_H

#include "receive/receiver.h"

/* Connects, with TLS from the start where the options say so, and goes on with `open_on`, which owns the stream. */
int receiver_connect(const struct receiver_options *options,
                     int (*open_on)(struct stream *stream, const struct receiver_options *options,
                                    struct receiver **ret, struct error *err),
                     struct receiver **ret, struct error *err) NODISCARD;

#endif
