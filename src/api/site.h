/* Who we are to browsers: the public URL, which Host headers are ours (others are refused: a name of somebody else's
 * that was pointed at this address would make a browser speak to us on that page's behalf), and which pages may change
 * something (Origin). */
#ifndef API_SITE_H
#define API_SITE_H

#include "base/error.h"
#include "base/str.h"

struct site {
	char url[256];    /* "https://mail.example.com:8443", no slash at the end */
	char origin[256]; /* the same, in lower case, without a port that goes without saying */
	char host[200];   /* "mail.example.com" */
	bool is_https;
};

/* E_INVALID for what isn't http:// or https:// with a host, perhaps a port, and nothing else. */
int site_init(struct site *site, const char *url, struct error *err) NODISCARD;

/* The URL's host, localhost, and every address (which no name server can point elsewhere), with any port. */
bool site_knows_host(const struct site *site, const char *host);

/* Whether a page of this origin is one of ours: that of the URL, or the one the request was sent to. `host` is the
 * request's Host. */
bool site_knows_origin(const struct site *site, const char *origin, const char *host);

#endif
