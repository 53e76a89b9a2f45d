/* The HTML of a mail, made safe to show inside a page of ours. What isn't on a list of permitted things doesn't appear.
 *
 *	struct sanitised safe = html_sanitise(arena, message_body_html(arena, m), NULL);
 *	show(safe.html);                            // for a place inside <body>
 *	if (safe.blocked_remote)
 *		offer("%zu images blocked", …);     // and call again with .allow_remote
 *
 * The page is read by an HTML5 parser as a browser reads it, and written anew from the tree. Then what was written is
 * read again, until reading and writing change nothing any more: what a browser makes of it is what was looked at. A
 *page that doesn't come to rest, and one beyond the limits, is shown as text (`as_text`).
 *
 * Permitted elements: a abbr acronym address article aside b bdi bdo big blockquote br caption center cite code col
 *   colgroup dd del details dfn div dl dt em figcaption figure font footer h1-h6 header hr i img ins kbd li main mark
 *nav ol p pre q s samp section small span strike strong sub summary sup table tbody td tfoot th thead time tr tt u ul
 *var wbr. listing, plaintext and xmp become pre. Dropped with what is in them: script style (but see below) title head
 *template iframe frame frameset noframes object embed applet svg math audio video canvas select datalist textarea,
 *comments. Any other element is dropped and its content stays: forms are gone, and what stood in them is there. Of
 *<body>, colours, style and direction stay, on a <div>. Permitted attributes: style class id title dir lang align
 *valign role aria-label aria-hidden; href and name of a; src alt width height border hspace vspace of img; what lays
 *out tables, lists, hr and font (sanitise_rules.c has the table). Numbers, colours and words are checked as such.
 *class, id and name, and the targets of "#…", get the prefix "mail-": nothing of a mail takes the name of something in
 *the page around it. Links: http, https, mailto (without attach=), tel, and "#…" in the mail itself. They open in
 *another window and tell nothing of where they were (target=_blank, rel="noopener noreferrer nofollow"). Images (src,
 *background, CSS url()): cid: (listed in `parts`), data: of PNG, JPEG, GIF and WebP in base64 up to 1 MiB; http and
 *https only with allow_remote, else they are left out and counted in `blocked_remote`. srcset never. CSS: declarations
 *of the properties in sanitise_css.c, whose values are read token by token (escapes and comments resolved) and written
 *anew: words, numbers up to 10,000 with known units, colours, strings of letters in font-family, rgb() rgba() hsl()
 *hsla() calc() linear-gradient() radial-gradient(). No position, no negative margin, no custom property, nothing that
 *begins with "@".
 */
#ifndef MIME_SANITISE_H
#define MIME_SANITISE_H

#include "base/arena.h"
#include "mime/message.h"

struct sanitise_options {
	bool allow_remote;
	/* The address under which the part with this Content-ID (without <>) can be had; it is written as it is. Empty:
	 * there is no such part, the image is left out. NULL: cid: addresses stay. */
	struct str (*link_part)(void *ctx, struct str content_id);
	void *ctx;
	size_t max_bytes; /* of the page, and of what is written; 0: 4 MiB */
};

struct sanitised {
	struct str html; /* valid UTF-8, well-formed, for a place inside <body> */
	bool as_text;    /* a limit was reached: the text of the page alone, in <pre> */
	size_t blocked_remote;
	struct str *parts; /* Content-IDs without <> of the images that stand in `html`, each once */
	size_t part_count;
	struct str *notices; /* what was removed: "3 scripts removed", "12 remote images blocked" */
	size_t notice_count;
};

/* `html`: as message_body_html() gives it. `options` may be NULL. Never fails. */
struct sanitised html_sanitise(struct arena *arena, struct str html, const struct sanitise_options *options) NODISCARD;

#endif
