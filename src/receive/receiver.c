/* See receiver.h. */
#include "receive/receiver.h"

#include "auth/connection.h"
#include "base/mem.h"
#include "receive/connect.h"

#include <sys/mman.h>

void incoming_free(struct incoming *incoming)
{
	if (!incoming)
		return;
	if (incoming->mapped)
		munmap((void *)(uintptr_t)incoming->raw.p, incoming->mapped);
	free(incoming->memory);
	free(incoming->fault);
	free(incoming);
}

const struct receiver_ops *receiver_ops_of(enum receive_protocol protocol)
{
	switch (protocol) {
	case RECEIVE_IMAP:
		return &imap_receiver;
	case RECEIVE_POP3:
		return &pop3_receiver;
	case RECEIVE_GRAPH:
		return &graph_receiver;
	case RECEIVE_MAILDIR:
		return &maildir_receiver;
	}
	return NULL;
}

struct receiver_options receiver_options_of(const struct account_connection *connection)
{
	struct receiver_options options = {
	        .security = connection->security,
	        .login = login_of(connection),
	        .batch_bytes = connection->advanced.batch_bytes,
	        .batch_count = connection->advanced.batch_count,
	        .step_timeout_ms = connection->timeout_ms,
	};

	connection_stream_options(connection, &options.stream);
	return options;
}

int receiver_open(const struct receiver_ops *ops, const struct receiver_options *options,
                  struct receiver **ret_receiver, struct error *err)
{
	return ops->open(options, ret_receiver, err);
}

uint32_t receiver_uidvalidity(const struct receiver *r)
{
	return r->ops->uidvalidity(r);
}

const char *receiver_folder(const struct receiver *r, const char *asked)
{
	return r->ops->folder ? r->ops->folder(r) : asked;
}

int receiver_scan(struct receiver *r, struct position from, struct error *err)
{
	return r->ops->scan(r, from, err);
}

int receiver_scan_these(struct receiver *r, const uint32_t *uids, size_t n, struct error *err)
{
	return r->ops->scan_these(r, uids, n, err);
}

int receiver_next(struct receiver *r, struct incoming **ret_incoming, struct error *err)
{
	return r->ops->next(r, ret_incoming, err);
}

int receiver_acknowledge(struct receiver *r, const uint32_t *uids, size_t n, struct error *err)
{
	int rc = r->ops->acknowledge_begin(r, uids, n, err);

	return rc < 0 ? rc : r->ops->acknowledge_end(r, err);
}

int receiver_acknowledge_begin(struct receiver *r, const uint32_t *uids, size_t n, struct error *err)
{
	return r->ops->acknowledge_begin(r, uids, n, err);
}

int receiver_acknowledge_end(struct receiver *r, struct error *err)
{
	return r->ops->acknowledge_end(r, err);
}

int receiver_move(struct receiver *r, const uint32_t *uids, size_t n, const char *folder, struct error *err)
{
	return r->ops->move(r, uids, n, folder, err);
}

int receiver_list(struct receiver *r, void (*each)(void *ctx, uint32_t uid), void *ctx, struct error *err)
{
	return r->ops->list(r, each, ctx, err);
}

int receiver_search_days(struct receiver *r, int64_t since, int64_t before, void (*each)(void *ctx, uint32_t uid),
                         void *ctx, struct error *err)
{
	if (!r->ops->search_days)
		return fail(err, E_UNSUPPORTED, RETRY_NEVER, "%s has no search by date", r->ops->name);
	return r->ops->search_days(r, since, before, each, ctx, err);
}

int receiver_append(struct receiver *r, const struct receiver_append *what, struct error *err)
{
	if (!r->ops->append)
		return fail(err, E_UNSUPPORTED, RETRY_NEVER, "%s can't file messages", r->ops->name);
	return r->ops->append(r, what, err);
}

int receiver_idle_start(struct receiver *r, struct error *err)
{
	return r->ops->idle_start(r, err);
}

int receiver_idle_ready(struct receiver *r, struct error *err)
{
	return r->ops->idle_ready(r, err);
}

int receiver_idle_stop(struct receiver *r, struct error *err)
{
	return r->ops->idle_stop(r, err);
}

int receiver_noop(struct receiver *r, struct error *err)
{
	return r->ops->noop(r, err);
}

bool receiver_is_snapshot(const struct receiver *r)
{
	return r->ops->is_snapshot;
}

int receiver_pause_s(const struct receiver *r)
{
	return r->ops->pause_s ? r->ops->pause_s(r) : 0;
}

int receiver_fd(const struct receiver *r)
{
	return r->ops->fd(r);
}

void receiver_close(struct receiver *r)
{
	if (r)
		r->ops->close(r);
}

int receiver_connect(const struct receiver_options *options,
                     int (*open_on)(struct stream *stream, const struct receiver_options *options,
                                    struct receiver **ret, struct error *err),
                     struct receiver **ret, struct error *err)
{
	struct receiver_options with_tls = *options;
	struct stream *stream;
	int r;

	with_tls.stream.tls = options->security == SECURITY_TLS;
	r = stream_connect(&with_tls.stream, &stream, err);
	return r < 0 ? r : open_on(stream, &with_tls, ret, err);
}
