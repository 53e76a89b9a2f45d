/* Hearing of news: IDLE (RFC 2177) and NOOP. See session.h. */
#include "receive/imap/session.h"

/* What a server has begun to say it must end soon: a worker waits for it. */
#define REST_OF_LINE_MS 10000

/* A server that hangs up on an idle client hasn't failed: connecting anew at once is right. */
static int closed_while_idle(struct imap *imap, struct error *err)
{
	if (err->code == E_CLOSED)
		imap->broken.retry = err->retry = RETRY_NOW;
	return err->code;
}

static void give_back_memory(struct imap *imap)
{
	imap_reader_shrink(&imap->reader);
	stream_shrink(imap->stream);
}

int imap_noop(struct receiver *receiver, struct error *err)
{
	struct imap_command command CLEANUP(imap_command_done) = {0};
	struct imap *imap = (struct imap *)receiver;
	int r = imap_usable(imap, err);

	if (r == 0)
		r = imap_send_plain(imap, "NOOP", &command, err);
	if (r == 0)
		r = imap_finish(imap, &command, "noop", err);
	if (r < 0)
		return r;
	if (!imap->batches)
		give_back_memory(imap);
	return imap->news;
}

int imap_idle_start(struct receiver *receiver, struct error *err)
{
	struct imap *imap = (struct imap *)receiver;
	int r = imap_forget_scan(imap, err);

	if (r == 0 && imap->acknowledgement)
		r = imap_acknowledge_end(receiver, err);
	if (r < 0)
		return r;
	must(!imap->idling);
	if (!(imap->capabilities & CAP_IDLE))
		return 0;
	imap->continued = false;
	imap_command_done(&imap->idle);
	r = imap_send_plain(imap, "IDLE", &imap->idle, err);
	while (r == 0 && !imap->continued && imap->idle.status == STATUS_PENDING)
		r = imap_read(imap, "idle", err);
	if (r < 0)
		return r;
	imap->idling = imap->idle.status == STATUS_PENDING;
	if (!imap->idling) /* it says it could, and refuses: poll */
		return 0;
	while (stream_has_input(imap->stream) && !imap->news) { /* came along with "+": no poll would tell of it */
		r = imap_read(imap, "idle", err);
		if (r < 0)
			return closed_while_idle(imap, err);
	}
	give_back_memory(imap);
	return imap->news ? 2 : 1;
}

int imap_idle_ready(struct receiver *receiver, struct error *err)
{
	struct imap *imap = (struct imap *)receiver;
	int r = imap_usable(imap, err), step_timeout_ms = imap->options.step_timeout_ms;

	if (r < 0)
		return r;
	imap->options.step_timeout_ms = MIN(step_timeout_ms, REST_OF_LINE_MS);
	do {
		r = stream_wait(imap->stream, 0, err);
		if (r < 0)
			imap_break(imap, err);
		else if (r > 0)
			r = imap_read(imap, "idle", err) < 0 ? -1 : 1;
	} while (r > 0);
	imap->options.step_timeout_ms = step_timeout_ms;
	if (r < 0)
		return closed_while_idle(imap, err);
	if (imap->idling && imap->idle.status != STATUS_PENDING)
		imap->idling = false; /* the server ended it: idle_stop and another start */
	give_back_memory(imap);
	return imap->news || !imap->idling;
}

int imap_idle_stop(struct receiver *receiver, struct error *err)
{
	struct imap *imap = (struct imap *)receiver;
	int r = imap_usable(imap, err);

	if (r < 0)
		return r;
	if (imap->idling) {
		if (stream_write(imap->stream, STR("DONE\r\n"), err) < 0)
			return imap_break(imap, err);
		r = imap_finish(imap, &imap->idle, "idle end", err);
		imap->idling = false;
		if (r < 0)
			return err->code == E_CLOSED ? closed_while_idle(imap, err) : r;
	}
	return imap->news;
}
