/* Addresses: see graph.h. */
#include "auth/graph_private.h"

void graph_add_segment(struct buf *out, struct str text)
{
	static const char hex[] = "0123456789ABCDEF";

	for (size_t i = 0; i < text.n; i++) {
		unsigned char c = (unsigned char)text.p[i];

		if (is_alpha((char)c) || is_digit((char)c) || (c && strchr("-._~", c))) {
			buf_add_char(out, (char)c);
			continue;
		}
		buf_add_char(out, '%');
		buf_add_char(out, hex[c >> 4]);
		buf_add_char(out, hex[c & 15]);
	}
}

void graph_add_literal(struct buf *out, struct str text)
{
	buf_add(out, STR("%27"));
	for (size_t i = 0; i < text.n; i++)
		if (text.p[i] == '\'')
			buf_add(out, STR("%27%27"));
		else
			graph_add_segment(out, str_slice(text, i, i + 1));
	buf_add(out, STR("%27"));
}

void graph_user_path(const struct graph *graph, struct buf *out)
{
	buf_add(out, STR("/users/"));
	graph_add_segment(out, str_of(graph->user));
}

void graph_url(const struct graph *graph, struct buf *out)
{
	buf_add_cstr(out, graph->base);
	graph_user_path(graph, out);
}

void graph_batch_url(const struct graph *graph, struct buf *out)
{
	buf_add_cstr(out, graph->base);
	buf_add(out, STR("/$batch"));
}

/* "https://host[:port]" */
static size_t authority_length(struct str base)
{
	return base.n - (sizeof "/v1.0" - 1);
}

static bool is_clean(struct str link)
{
	for (size_t i = 0; i < link.n; i++)
		if (link.p[i] <= ' ' || link.p[i] > '~')
			return false;
	return link.n < GRAPH_URL_MAX;
}

int graph_check_link(const struct graph *graph, struct str link, struct error *err)
{
	struct str base = str_of(graph->base);
	size_t authority = authority_length(base);

	if (!is_clean(link))
		return fail(err, E_PROTOCOL, RETRY_LATER, "%s gives a link that is no address", graph->host);
	if (str_starts_nocase(link, str_slice(base, 0, authority)) && link.n > base.n &&
	    str_starts(str_slice(link, authority, link.n), STR("/v1.0/")))
		return 0;
	return fail(err, E_INSECURE, RETRY_NEVER,
	            "%s gives a link to another place (" STR_FMT "): it isn't followed, the token must not go there",
	            graph->host, STR_ARG(str_slice(link, 0, 80)));
}
