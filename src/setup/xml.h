/* Reading XML of strangers (logos, provider databases), event by event (expat: no tree, so no memory to fill, and it
 * fetches nothing). A document type, and with it every entity but XML's own five, is refused; so is what is nested too
 * deeply or too long. */
#ifndef SETUP_XML_H
#define SETUP_XML_H

#include "base/error.h"
#include "base/str.h"

#define XML_MAX_BYTES KIB(512)

/* Each may be NULL; one that fails (negative, *err written) ends the reading. Names and values are UTF-8. */
struct xml_events {
	/* `attributes`: name, value, name, value …, NULL. The root has depth 1. */
	int (*start)(void *ctx, const char *name, const char *const *attributes, int depth, struct error *err);
	int (*end)(void *ctx, const char *name, int depth, struct error *err);
	int (*text)(void *ctx, struct str piece, struct error *err); /* what stands together may come in pieces */
	void *ctx;
	int max_depth;       /* 0: 32 */
	size_t max_elements; /* 0: 10,000 */
};

/* E_INVALID ("line 3: …") where it isn't well-formed or more than is permitted. */
int xml_read(struct str text, const struct xml_events *events, struct error *err) NODISCARD;

/* The value of an attribute; NULL where there is none. */
const char *xml_attribute(const char *const *attributes, const char *name);

#endif
