/* What the files of the sanitiser share; nobody else includes it. */
#ifndef MIME_SANITISE_PARTS_H
#define MIME_SANITISE_PARTS_H

#include "mime/sanitise.h"

#include <gumbo.h>

/* What is removed, for the notices. */
enum removal {
	REMOVED_NOTHING, /* not worth a word */
	REMOVED_REMOTE,  /* blocked, not removed */
	REMOVED_SCRIPT,
	REMOVED_HANDLER,
	REMOVED_FORM,
	REMOVED_FRAME,
	REMOVED_MEDIA,
	REMOVED_DRAWING,
	REMOVED_META,
	REMOVED_STYLE_SHEET,
	REMOVED_LINK,
	REMOVED_IMAGE,
	REMOVED_CSS,
	REMOVED_DEPTH,
	REMOVAL_COUNT
};

/* One reading and writing of a page. */
struct cleaner {
	struct arena *arena;
	const struct sanitise_options *options;
	bool resolve_parts; /* cid: becomes the caller's address */
	struct buf out;
	size_t removed[REMOVAL_COUNT];
	struct str *parts;
	size_t part_count, parts_size;
};

/* ---------------------------------------------------------------- sanitise_rules.c */

enum fate {
	FATE_UNWRAP, /* the element goes, its content stays */
	FATE_DROP,   /* both go */
	FATE_KEEP,
};

/* Groups of elements that share attributes. */
enum {
	GROUP_ALL = 1,
	GROUP_LINK = 2,
	GROUP_IMAGE = 4,
	GROUP_TABLE = 8, /* the table itself */
	GROUP_CELL = 16, /* td, th */
	GROUP_ROW = 32,  /* tr, tbody, thead, tfoot, col, colgroup */
	GROUP_LIST = 64, /* ol, ul, li */
	GROUP_FONT = 128,
	GROUP_RULE = 256, /* hr */
	GROUP_QUOTE = 512,
	GROUP_TIME = 1024,
	GROUP_DETAILS = 2048,
};

struct element_rule {
	const char *name; /* as it is written */
	enum fate fate;
	unsigned groups;
	bool is_void, is_pre, is_table_part;
	enum removal removal; /* for the notices, where it goes */
};

const struct element_rule *sanitise_element(const GumboElement *element);

/* Appends ` name="value"` for what may stay of the attribute. */
void sanitise_attribute(struct cleaner *cleaner, const struct element_rule *element, const GumboAttribute *attribute);

/* A colour as HTML's attributes have it: a word or "#" and digits. */
bool sanitise_is_color(struct str value);

/* ---------------------------------------------------------------- sanitise_write.c */

/* One round: reads `html` and appends what may be shown to cleaner->out. A fault (a limit) or NULL. */
const char *sanitise_write(struct cleaner *cleaner, struct str html);

/* Text with what isn't text taken out, escaped for a place between tags or in an attribute in double quotes. */
void sanitise_text(struct buf *out, struct str text);

/* ---------------------------------------------------------------- sanitise_url.c */

#define SANITISE_PREFIX "mail-" /* of every id, name and class */

/* What a link may lead to, in its canonical form; empty where it may not. */
struct str sanitise_link(struct arena *arena, struct str value);

/* What an image may be loaded from, likewise; counts what is blocked or removed and lists parts. */
struct str sanitise_image(struct cleaner *cleaner, struct str value);

/* ---------------------------------------------------------------- sanitise_css.c */

/* The declarations that may stay, "name:value;…". */
struct str sanitise_style(struct cleaner *cleaner, struct str style);

#endif
