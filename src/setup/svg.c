/* See svg.h. */
#include "setup/svg.h"

#include "base/html.h"
#include "setup/xml.h"

#define NAMESPACE "http://www.w3.org/2000/svg"
#define MAX_DEPTH 32
#define MAX_VALUE KIB(32)

/* clang-format off */
static const char *const elements[] = {
	"svg", "g", "path", "rect", "circle", "ellipse", "line", "polyline", "polygon", "defs", "clipPath", "mask",
	"linearGradient", "radialGradient", "stop", "title", "desc", "text", "tspan",
};

static const char *const attributes_kept[] = {
	"id", "x", "y", "x1", "y1", "x2", "y2", "cx", "cy", "r", "rx", "ry", "fx", "fy", "dx", "dy", "d", "points",
	"width", "height", "viewBox", "preserveAspectRatio", "transform", "gradientTransform", "gradientUnits",
	"spreadMethod", "clipPathUnits", "maskUnits", "maskContentUnits", "offset", "fill", "fill-opacity",
	"fill-rule", "clip-rule", "clip-path", "mask", "stroke", "stroke-width", "stroke-opacity", "stroke-linecap",
	"stroke-linejoin", "stroke-miterlimit", "stroke-dasharray", "stroke-dashoffset", "stop-color", "stop-opacity",
	"opacity", "color", "font-family", "font-size", "font-weight", "font-style", "text-anchor", "letter-spacing",
	"style", "version", "display", "visibility", "role", "aria-label", "href", "xlink:href",
};
/* clang-format on */

struct cleaning {
	struct buf *out;
	int left_out; /* depth of the element that is left out with all inside; 0: none */
	size_t shapes;
	bool is_open; /* the last start tag still lacks its ">" */
};

static bool is_in(const char *const *words, size_t n, const char *word)
{
	for (size_t i = 0; i < n; i++)
		if (strcmp(words[i], word) == 0)
			return true;
	return false;
}

/* ---------------------------------------------------------------- values */

/* "#name" */
static bool is_local(struct str value)
{
	if (value.n < 2 || value.p[0] != '#')
		return false;
	for (size_t i = 1; i < value.n; i++)
		if (!is_alpha(value.p[i]) && !is_digit(value.p[i]) && !strchr("-_.", value.p[i]))
			return false;
	return true;
}

/* Whatever names something to fetch or hides what it is: url() of anything but this very picture, the other functions
 * that fetch (image(), image-set(), src()), escapes, comments, at-rules. */
static bool is_harmless(struct str value)
{
	static const char *const fetching[] = {"image", "src(", "//", "/*"};
	ptrdiff_t at;

	for (size_t i = 0; i < value.n; i++)
		if (strchr("\\@<>&{}", value.p[i]) || (unsigned char)value.p[i] < ' ')
			return false;
	for (size_t i = 0; i < ARRAY_LEN(fetching); i++)
		if (str_find_nocase(value, str_of(fetching[i])) >= 0)
			return false;
	while ((at = str_find_nocase(value, STR("url"))) >= 0) {
		struct str rest = str_slice(value, (size_t)at + 3, value.n);
		ptrdiff_t end = str_find_char(rest, ')');

		if (rest.n < 3 || rest.p[0] != '(' || end < 0 || !is_local(str_slice(rest, 1, (size_t)end)))
			return false;
		value = str_slice(rest, (size_t)end, rest.n);
	}
	return true;
}

/* A style has no functions at all: colours in words or #hex, numbers. */
static bool is_plain_style(struct str value)
{
	for (size_t i = 0; i < value.n; i++)
		if (!is_alpha(value.p[i]) && !is_digit(value.p[i]) && !strchr(" #:;,.%-", value.p[i]))
			return false;
	return true;
}

static bool may_stay(const char *element, const char *name, struct str value)
{
	bool is_link = strcmp(name, "href") == 0 || strcmp(name, "xlink:href") == 0;

	if (!is_in(attributes_kept, ARRAY_LEN(attributes_kept), name) || value.n > MAX_VALUE)
		return false;
	if (is_link)
		return str_ends_nocase(str_of(element), STR("Gradient")) && is_local(value);
	return strcmp(name, "style") == 0 ? is_plain_style(value) : is_harmless(value);
}

/* ---------------------------------------------------------------- writing */

/* A bare CR would be read as a line feed. */
static void add_escaped(struct buf *out, struct str text)
{
	struct str piece;

	while (str_find_char(text, '\r') >= 0 && str_split(&text, '\r', &piece)) {
		html_escape(out, piece);
		buf_add(out, STR("&#13;"));
	}
	html_escape(out, text);
}

static void end_start_tag(struct cleaning *c)
{
	if (c->is_open)
		buf_add_char(c->out, '>');
	c->is_open = false;
}

static int on_start(void *ctx, const char *name, const char *const *attributes, int depth, struct error *err)
{
	struct cleaning *c = ctx;

	if (depth == 1 && strcmp(name, "svg") != 0)
		return fail(err, E_INVALID, RETRY_NEVER, "begins with <%.40s>, not <svg>", name);
	if (c->left_out)
		return 0;
	if (!is_in(elements, ARRAY_LEN(elements), name)) {
		c->left_out = depth;
		return 0;
	}
	end_start_tag(c);
	buf_printf(c->out, "<%s", name);
	if (depth == 1)
		buf_add(c->out, STR(" xmlns=\"" NAMESPACE "\""));
	for (size_t i = 0; attributes[i]; i += 2) {
		struct str value = str_of(attributes[i + 1]);

		bool is_old = strcmp(attributes[i], "xlink:href") == 0;

		if (!may_stay(name, attributes[i], value) || (is_old && xml_attribute(attributes, "href")))
			continue;
		/* Without the old prefix, whose declaration is gone. */
		buf_printf(c->out, " %s=\"", is_old ? "href" : attributes[i]);
		add_escaped(c->out, value);
		buf_add_char(c->out, '"');
	}
	c->is_open = true;
	c->shapes += depth > 1;
	return 0;
}

static int on_end(void *ctx, const char *name, int depth, struct error *err UNUSED)
{
	struct cleaning *c = ctx;

	if (c->left_out) {
		if (c->left_out == depth)
			c->left_out = 0;
		return 0;
	}
	if (c->is_open)
		buf_add(c->out, STR("/>"));
	else
		buf_printf(c->out, "</%s>", name);
	c->is_open = false;
	return 0;
}

static int on_text(void *ctx, struct str piece, struct error *err UNUSED)
{
	struct cleaning *c = ctx;

	if (c->left_out)
		return 0;
	end_start_tag(c);
	add_escaped(c->out, piece);
	return 0;
}

int svg_clean(struct str text, struct buf *out, struct error *err)
{
	struct cleaning cleaning = {.out = out};
	const struct xml_events events = {
	        .start = on_start, .end = on_end, .text = on_text, .ctx = &cleaning, .max_depth = MAX_DEPTH};

	if (xml_read(text, &events, err) < 0)
		return err->code;
	if (out->failed)
		return fail(err, E_INVALID, RETRY_NEVER, "is too large");
	if (!cleaning.shapes)
		return fail(err, E_INVALID, RETRY_NEVER, "holds nothing that may be shown");
	return 0;
}
