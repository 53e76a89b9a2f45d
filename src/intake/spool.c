/* See spool.h. */
#include "intake/spool.h"

#include "base/clock.h"
#include "base/file.h"
#include "base/mem.h"
#include "receive/body.h"

#define IN_MEMORY MIB(1)

void spool_init(struct spool *spool, uint64_t max_bytes)
{
	*spool = (struct spool){.fd = -1, .max = max_bytes};
	buf_init(&spool->memory, IN_MEMORY);
}

void spool_done(struct spool *spool)
{
	fd_closep(&spool->fd);
	buf_done(&spool->memory);
}

void spool_clear(struct spool *spool)
{
	uint64_t max = spool->max;

	spool_done(spool);
	spool_init(spool, max);
}

/* ---------------------------------------------------------------- coming in */

/* What is in memory goes to a file, and all that follows. */
static void leave_memory(struct spool *spool)
{
	spool->fd = file_temporary(&spool->fault);
	spool->failed = spool->fd < 0 || body_write(spool->fd, buf_str(&spool->memory), &spool->fault) < 0;
	buf_done(&spool->memory);
	buf_init(&spool->memory, IN_MEMORY);
}

void spool_add(struct spool *spool, struct str bytes)
{
	spool->too_large |= spool->size + bytes.n > spool->max;
	spool->size += bytes.n;
	if (spool->too_large || spool->failed)
		return;
	if (spool->fd < 0 && spool->size > IN_MEMORY)
		leave_memory(spool);
	if (spool->failed)
		return;
	if (spool->fd < 0)
		buf_add(&spool->memory, bytes);
	else
		spool->failed = body_write(spool->fd, bytes, &spool->fault) < 0;
}

/* ---------------------------------------------------------------- as a mail */

int spool_incoming(const struct spool *spool, struct incoming **ret_incoming, struct error *err)
{
	struct incoming *in CLEANUP(incoming_freep) = NULL;
	int r = 0;

	if (spool->failed) {
		if (err)
			*err = spool->fault;
		return spool->fault.code;
	}
	if (spool->fd >= 0) {
		r = body_map(spool->fd, (size_t)spool->size, &in, err);
	} else {
		in = mem_new(1, sizeof *in);
		in->memory = str_dup(buf_str(&spool->memory));
		in->raw = str_new(in->memory, spool->memory.n);
	}
	if (r < 0)
		return r;
	in->kind = INCOMING_WHOLE;
	in->size = spool->size;
	in->received_at = clock_now_ms();
	*ret_incoming = take(in);
	return 0;
}
