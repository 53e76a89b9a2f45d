/* See sanitise.h. */
#include "sanitise_parts.h"

#include "html_text.h"

#define BYTES_DEFAULT MIB(4)
#define ROUNDS_MAX    6 /* of reading and writing; nearly all pages rest after the first */

/* ---------------------------------------------------------------- notices */

static const struct {
	const char *one, *many;
} removal_words[REMOVAL_COUNT] = {
        [REMOVED_REMOTE] = {"remote image blocked", "remote images blocked"},
        [REMOVED_SCRIPT] = {"script removed", "scripts removed"},
        [REMOVED_HANDLER] = {"event handler removed", "event handlers removed"},
        [REMOVED_FORM] = {"form element removed", "form elements removed"},
        [REMOVED_FRAME] = {"frame or embedded object removed", "frames and embedded objects removed"},
        [REMOVED_MEDIA] = {"video or sound removed", "videos and sounds removed"},
        [REMOVED_DRAWING] = {"SVG or MathML element removed", "SVG or MathML elements removed"},
        [REMOVED_META] = {"refresh, link or base element removed", "refresh, link and base elements removed"},
        [REMOVED_STYLE_SHEET] = {"style sheet removed", "style sheets removed"},
        [REMOVED_LINK] = {"link with a forbidden address removed", "links with forbidden addresses removed"},
        [REMOVED_IMAGE] = {"image with a forbidden or missing address removed",
                           "images with forbidden or missing addresses removed"},
        [REMOVED_CSS] = {"forbidden style removed", "forbidden styles removed"},
        [REMOVED_DEPTH] = {"element too deeply nested", "elements too deeply nested"},
};

static void add_notices(struct arena *arena, const size_t removed[REMOVAL_COUNT], struct sanitised *safe)
{
	if (!safe->notices)
		safe->notices = ARENA_ARRAY(arena, struct str, REMOVAL_COUNT + 1);
	for (size_t i = REMOVED_NOTHING + 1; i < REMOVAL_COUNT; i++)
		if (removed[i])
			safe->notices[safe->notice_count++] =
			        arena_printf(arena, "%zu %s", removed[i],
			                     removed[i] == 1 ? removal_words[i].one : removal_words[i].many);
}

/* ---------------------------------------------------------------- the page as text */

/* As much of the text as has room, at the most. */
static struct str text_page(struct arena *arena, struct str html, size_t max_bytes)
{
	struct buf out CLEANUP(buf_done) = BUF_INIT(max_bytes);
	struct str text = html_to_text(arena, html);
	size_t n = MIN(text.n, (max_bytes - MIN(max_bytes, 16)) / 6);

	while (n > 0 && n < text.n && ((unsigned char)text.p[n] & 0xc0) == 0x80)
		n--;
	buf_add(&out, STR("<pre>\n"));
	sanitise_text(&out, str_slice(text, 0, n));
	buf_add(&out, STR("</pre>"));
	return arena_str(arena, buf_str(&out));
}

static struct sanitised as_text(struct arena *arena, struct str html, size_t max_bytes, const char *fault)
{
	struct sanitised safe = {.as_text = true, .html = text_page(arena, html, max_bytes)};

	safe.notices = ARENA_ARRAY(arena, struct str, REMOVAL_COUNT + 1);
	safe.notices[safe.notice_count++] = arena_printf(arena, "shown as text: the HTML %s", fault);
	return safe;
}

/* ---------------------------------------------------------------- rounds */

static const char *run_round(struct cleaner *cleaner, struct str html, struct str *ret_written)
{
	const char *fault;

	buf_clear(&cleaner->out);
	memset(cleaner->removed, 0, sizeof cleaner->removed);
	cleaner->part_count = 0;
	fault = sanitise_write(cleaner, html);
	if (!fault)
		*ret_written = arena_str(cleaner->arena, buf_str(&cleaner->out));
	return fault;
}

/* Until what is written is what was read. */
static const char *rest(struct cleaner *cleaner, struct str html, size_t removed[REMOVAL_COUNT],
                        struct str *ret_written)
{
	const char *fault = run_round(cleaner, html, ret_written);

	memcpy(removed, cleaner->removed, sizeof cleaner->removed);
	for (int i = 1; !fault && i < ROUNDS_MAX; i++) {
		struct str before = *ret_written;

		fault = run_round(cleaner, before, ret_written);
		if (!fault && str_eq(before, *ret_written))
			return NULL;
	}
	return fault ? fault : "does not come to rest";
}

struct sanitised html_sanitise(struct arena *arena, struct str html, const struct sanitise_options *options)
{
	static const struct sanitise_options defaults;
	struct cleaner cleaner = {.arena = arena, .options = options ? options : &defaults};
	size_t max_bytes = cleaner.options->max_bytes ? cleaner.options->max_bytes : BYTES_DEFAULT;
	size_t removed[REMOVAL_COUNT] = {0};
	struct sanitised safe = {0};
	const char *fault;

	buf_init(&cleaner.out, max_bytes);
	fault = html.n > max_bytes ? "is too long" : rest(&cleaner, html, removed, &safe.html);
	if (!fault && cleaner.options->link_part && cleaner.part_count) {
		cleaner.resolve_parts = true;
		fault = run_round(&cleaner, safe.html, &safe.html);
		removed[REMOVED_IMAGE] += cleaner.removed[REMOVED_IMAGE];
	}
	buf_done(&cleaner.out);
	if (fault)
		return as_text(arena, html, max_bytes, fault);
	safe.blocked_remote = removed[REMOVED_REMOTE];
	safe.parts = cleaner.parts;
	safe.part_count = cleaner.part_count;
	add_notices(arena, removed, &safe);
	return safe;
}
