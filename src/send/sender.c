/* See sender.h: the only place that reaches into a sender's ops. */
#include "send/sender.h"

#include "auth/connection.h"

const struct sender_ops *sender_ops_of(enum send_protocol protocol)
{
	switch (protocol) {
	case SEND_SMTP:
		return &smtp_sender;
	case SEND_GRAPH:
		return &graph_sender;
	}
	return NULL;
}

struct sender_options sender_options_of(const struct account_connection *connection)
{
	struct sender_options options = {
	        .security = connection->security,
	        .login = login_of(connection),
	        .helo_name = connection->helo_name,
	        .no_pipelining = connection->advanced.no_pipelining,
	        .no_chunking = connection->advanced.no_chunking,
	        .step_timeout_ms = connection->timeout_ms,
	};

	connection_stream_options(connection, &options.stream);
	return options;
}

enum outcome sender_outcome_of(const struct outgoing *item)
{
	static const enum outcome by_weight[] = {OUTCOME_UNCERTAIN, OUTCOME_PENDING, OUTCOME_LATER, OUTCOME_SENT};

	for (size_t w = 0; w < ARRAY_LEN(by_weight); w++)
		for (size_t i = 0; i < item->recipient_count; i++)
			if (item->recipients[i].outcome == by_weight[w])
				return by_weight[w];
	return OUTCOME_FAILED;
}

int sender_open(const struct sender_ops *ops, const struct sender_options *options, struct sender **ret_sender,
                struct error *err)
{
	return ops->open(options, ret_sender, err);
}

int sender_send(struct sender *s, struct outgoing *const *items, size_t n, struct error *err)
{
	return s->ops->send(s, items, n, err);
}

int sender_can_carry(const struct sender_ops *ops, const struct outgoing *item, struct error *err)
{
	return ops->can_carry ? ops->can_carry(item, err) : 0;
}

int sender_try_envelope(struct sender *s, const char *from, const char *to, struct error *err)
{
	if (!s->ops->try_envelope)
		return fail(err, E_UNSUPPORTED, RETRY_NEVER, "%s has no way to ask without sending", s->ops->name);
	return s->ops->try_envelope(s, from, to, err);
}

bool sender_is_alive(struct sender *s)
{
	return s->ops->is_alive(s);
}

void sender_close(struct sender *s)
{
	if (s)
		s->ops->close(s);
}
