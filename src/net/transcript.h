/* What a stream shows of its dialogue, line by line: "C: …" sent, "S: …" received, secrets and bulk left out. Only the
 * net folder uses this. */
#ifndef NET_TRANSCRIPT_H
#define NET_TRANSCRIPT_H

#include "base/buf.h"

struct transcript;

struct transcript *transcript_new(void (*line)(void *ctx, const char *text), void *ctx) NODISCARD;
void transcript_free(struct transcript *transcript);
DEFINE_CLEANUP(struct transcript *, transcript_free)

/* All take NULL for a stream without a transcript. */
void transcript_sent(struct transcript *transcript, struct str bytes);
void transcript_sent_secret(struct transcript *transcript,
                            struct str bytes);                      /* "<secret>"; only a final line end is kept */
void transcript_sent_bulk(struct transcript *transcript, size_t n); /* "<N bytes>" */
void transcript_received(struct transcript *transcript, struct str line);
void transcript_received_bulk(struct transcript *transcript, size_t n);

#endif
