/* See sanitise_parts.h. Declarations are read token by token and written anew from the tokens; a declaration with a
 * token that isn't permitted goes as a whole. */
#include "sanitise_parts.h"

#include "css_token.h"

#define NUMBER_MAX    10000
#define FUNCTIONS_MAX 4 /* inside each other */

/* ---------------------------------------------------------------- properties */

enum {
	MAY_LOAD = 1,     /* url() of an image */
	MAY_NEGATIVE = 2, /* numbers below 0: what can't leave its place or cover another's */
	MAY_STRING = 4,   /* names of fonts */
	MAY_CALC = 8,
	ONLY_DISPLAY = 16,
	MAY_GRADIENT = 32
};

/* clang-format off */
static const struct property {
	const char *name;
	unsigned flags;
} properties[] = {
	{"color", 0}, {"font-size", 0}, {"font-family", MAY_STRING}, {"margin", 0}, {"padding", 0}, {"width", MAY_CALC},
	{"text-align", 0}, {"font-weight", 0}, {"line-height", 0}, {"background-color", 0}, {"border", 0}, {"display", ONLY_DISPLAY},
	{"font", MAY_STRING}, {"background", MAY_LOAD | MAY_NEGATIVE | MAY_GRADIENT}, {"background-image", MAY_LOAD | MAY_GRADIENT},
	{"background-position", MAY_NEGATIVE}, {"background-repeat", 0}, {"background-size", 0}, {"background-clip", 0},
	{"background-origin", 0}, {"border-bottom", 0}, {"border-bottom-color", 0}, {"border-bottom-left-radius", 0},
	{"border-bottom-right-radius", 0}, {"border-bottom-style", 0}, {"border-bottom-width", 0}, {"border-collapse", 0},
	{"border-color", 0}, {"border-left", 0}, {"border-left-color", 0}, {"border-left-style", 0}, {"border-left-width", 0},
	{"border-radius", 0}, {"border-right", 0}, {"border-right-color", 0}, {"border-right-style", 0}, {"border-right-width", 0},
	{"border-spacing", 0}, {"border-style", 0}, {"border-top", 0}, {"border-top-color", 0}, {"border-top-left-radius", 0},
	{"border-top-right-radius", 0}, {"border-top-style", 0}, {"border-top-width", 0}, {"border-width", 0},
	{"box-shadow", MAY_NEGATIVE}, {"box-sizing", 0}, {"caption-side", 0}, {"clear", 0}, {"direction", 0}, {"empty-cells", 0},
	{"float", 0}, {"font-stretch", 0}, {"font-style", 0}, {"font-variant", 0}, {"height", MAY_CALC}, {"hyphens", 0},
	{"letter-spacing", MAY_NEGATIVE}, {"list-style", MAY_LOAD}, {"list-style-image", MAY_LOAD}, {"list-style-position", 0},
	{"list-style-type", 0}, {"margin-bottom", 0}, {"margin-left", 0}, {"margin-right", 0}, {"margin-top", 0},
	{"max-height", MAY_CALC}, {"max-width", MAY_CALC}, {"min-height", MAY_CALC}, {"min-width", MAY_CALC}, {"object-fit", 0},
	{"opacity", 0}, {"outline", 0}, {"outline-color", 0}, {"outline-style", 0}, {"outline-width", 0}, {"overflow", 0},
	{"overflow-wrap", 0}, {"overflow-x", 0}, {"overflow-y", 0}, {"padding-bottom", 0}, {"padding-left", 0},
	{"padding-right", 0}, {"padding-top", 0}, {"page-break-after", 0}, {"page-break-before", 0}, {"page-break-inside", 0},
	{"table-layout", 0}, {"text-decoration", 0}, {"text-decoration-color", 0}, {"text-decoration-line", 0},
	{"text-decoration-style", 0}, {"text-indent", MAY_NEGATIVE}, {"text-overflow", 0}, {"text-shadow", MAY_NEGATIVE},
	{"text-transform", 0}, {"unicode-bidi", 0}, {"vertical-align", MAY_NEGATIVE}, {"visibility", 0}, {"white-space", 0},
	{"word-break", 0}, {"word-spacing", MAY_NEGATIVE}, {"word-wrap", 0},
};

/* Those that would do harm: a notice tells of them. What a mail program adds for itself (mso-…) isn't worth one. */
static const char *const harmful[] = {
	"behavior", "-moz-binding", "filter", "-ms-filter", "position", "content", "animation", "animation-name", "transform", "z-index",
	"-ms-behavior", "clip-path", "mask", "mask-image", "cursor", "src", "all", "inset",
};

static const char *const displays[] = {
	"none", "block", "inline", "inline-block", "list-item", "table", "inline-table", "table-row", "table-cell", "table-caption",
	"table-row-group", "table-header-group", "table-footer-group", "table-column", "table-column-group", "flex", "inline-flex",
	"inherit", "initial", "important",
};

static const char *const units[] = {"px", "pt", "em", "%", "rem", "ex", "ch", "in", "cm", "mm", "pc", "vw", "vh", "vmin", "vmax", "deg"};
/* clang-format on */

static const struct property *property_of(struct str name)
{
	for (size_t i = 0; i < ARRAY_LEN(properties); i++)
		if (str_eq_nocase(name, str_of(properties[i].name)))
			return &properties[i];
	return NULL;
}

static bool is_one_of(struct str word, const char *const *list, size_t count)
{
	for (size_t i = 0; i < count; i++)
		if (str_eq_nocase(word, str_of(list[i])))
			return true;
	return false;
}

/* ---------------------------------------------------------------- tokens of a value */

struct value {
	struct cleaner *cleaner;
	struct cursor *c;
	const struct property *property;
	struct buf *out;
	size_t start;                  /* of the value in out */
	char functions[FUNCTIONS_MAX]; /* those that are open: 'c'alc, 'g'radient, 'r'gb */
	size_t depth;
	bool has_space, is_bad, is_harmful;
};

/* A letter, or a hyphen and a letter, and more of them; font names may be written in any script. */
static bool is_plain_word(struct str word, bool any_script)
{
	size_t first = word.n > 1 && word.p[0] == '-';

	for (size_t i = 0; i < word.n; i++) {
		bool beyond = (unsigned char)word.p[i] >= 0x80 && any_script;

		if (!is_alpha(word.p[i]) && !beyond &&
		    (i <= first ? i == first || word.p[i] != '-' : !is_digit(word.p[i]) && !memchr("-_", word.p[i], 2)))
			return false;
	}
	return word.n > 0 && word.n <= 64 && str_is_utf8(word);
}

static bool is_plain_string(struct str s)
{
	for (size_t i = 0; i < s.n; i++)
		if (!is_alpha(s.p[i]) && !is_digit(s.p[i]) && !memchr(" -_.,", s.p[i], 5) &&
		    (unsigned char)s.p[i] < 0x80)
			return false;
	return s.n <= 64 && str_is_utf8(s);
}

static bool is_plain_number(const struct value *value, const struct css_token *token)
{
	size_t sign = token->text.p[0] == '-' || token->text.p[0] == '+';
	ptrdiff_t dot = str_find_char(token->text, '.');
	struct str whole = str_slice(token->text, sign, dot < 0 ? token->text.n : (size_t)dot);
	uint64_t n = 0;

	if (token->text.n > 16 || (whole.n && !str_to_uint(whole, NUMBER_MAX, &n)))
		return false;
	if (token->text.p[0] == '-' && !(value->property->flags & MAY_NEGATIVE) && !value->depth)
		return false;
	return token->unit.n == 0 || is_one_of(token->unit, units, ARRAY_LEN(units));
}

static bool is_color(struct str digits)
{
	for (size_t i = 0; i < digits.n; i++)
		if (!is_digit(digits.p[i]) && (ascii_lower(digits.p[i]) < 'a' || ascii_lower(digits.p[i]) > 'f'))
			return false;
	return digits.n == 3 || digits.n == 4 || digits.n == 6 || digits.n == 8;
}

static void put(struct value *value, struct str text)
{
	char last = value->out->n > value->start ? value->out->p[value->out->n - 1] : '(';

	if (value->has_space && last != '(' && last != ',' && text.p[0] != ',' && text.p[0] != ')')
		buf_add_char(value->out, ' ');
	value->has_space = false;
	buf_add(value->out, text);
}

/* An image, or "none" in its place. */
static void put_image(struct value *value, struct str address)
{
	struct str found;

	if (!(value->property->flags & MAY_LOAD) || value->depth) {
		value->is_bad = value->is_harmful = true;
		return;
	}
	found = sanitise_image(value->cleaner, address);
	put(value, found.n ? arena_printf(value->cleaner->arena, "url('" STR_FMT "')", STR_ARG(found)) : STR("none"));
}

/* Behind "url(": a string and the end. */
static void put_quoted_image(struct value *value)
{
	struct arena *arena = value->cleaner->arena;
	struct css_token string = css_token_next(arena, value->c), end = css_token_next(arena, value->c);

	if (end.kind == CSS_SPACE)
		end = css_token_next(arena, value->c);
	if (string.kind == CSS_STRING && end.kind == CSS_MARK && end.mark == ')')
		put_image(value, string.text);
	else
		value->is_bad = true;
}

static void open_function(struct value *value, struct str name)
{
	static const struct {
		const char *name;
		char kind;
		unsigned needs;
	} known[] = {{"rgb", 'r', 0},
	             {"rgba", 'r', 0},
	             {"hsl", 'r', 0},
	             {"hsla", 'r', 0},
	             {"calc", 'c', MAY_CALC},
	             {"linear-gradient", 'g', MAY_GRADIENT},
	             {"radial-gradient", 'g', MAY_GRADIENT}};

	for (size_t i = 0; i < ARRAY_LEN(known); i++) {
		if (!str_eq_nocase(name, str_of(known[i].name)))
			continue;
		if (value->depth == FUNCTIONS_MAX || (value->property->flags & known[i].needs) != known[i].needs)
			break;
		put(value, str_of(known[i].name));
		buf_add_char(value->out, '(');
		value->functions[value->depth++] = known[i].kind;
		return;
	}
	value->is_bad = value->is_harmful = true;
	value->depth = 0;
}

static void put_mark(struct value *value, const struct css_token *token)
{
	bool in_calc = value->depth && value->functions[value->depth - 1] == 'c';

	if (token->mark == ')' && value->depth) {
		value->depth--;
		put(value, STR(")"));
	} else if (token->mark == '!' && !value->depth) {
		put(value, STR("!"));
	} else if (token->mark == '(' && in_calc && value->depth < FUNCTIONS_MAX) {
		put(value, STR("("));
		value->functions[value->depth++] = 'c';
	} else if (token->mark == ',' || token->mark == '/' || (in_calc && memchr("+-*", token->mark, 3))) {
		put(value, str_new(&token->mark, 1));
	} else {
		value->is_bad = true;
	}
}

static void put_word(struct value *value, struct str word)
{
	bool display = value->property->flags & ONLY_DISPLAY;

	if (is_plain_word(word, value->property->flags & MAY_STRING) &&
	    (!display || is_one_of(word, displays, ARRAY_LEN(displays))))
		put(value, word);
	else
		value->is_bad = true;
}

static void put_token(struct value *value, const struct css_token *token)
{
	struct arena *arena = value->cleaner->arena;

	if (token->kind == CSS_WORD)
		put_word(value, token->text);
	else if (token->kind == CSS_NUMBER && is_plain_number(value, token))
		put(value, arena_printf(arena, STR_FMT STR_FMT, STR_ARG(token->text), STR_ARG(token->unit)));
	else if (token->kind == CSS_HASH && is_color(token->text))
		put(value, arena_printf(arena, "#" STR_FMT, STR_ARG(token->text)));
	else if (token->kind == CSS_STRING && value->property->flags & MAY_STRING && is_plain_string(token->text))
		put(value, arena_printf(arena, "'" STR_FMT "'", STR_ARG(token->text)));
	else if (token->kind == CSS_URL)
		put_image(value, token->text);
	else if (token->kind == CSS_FUNCTION && str_eq_nocase(token->text, STR("url")))
		put_quoted_image(value);
	else if (token->kind == CSS_FUNCTION)
		open_function(value, token->text);
	else if (token->kind == CSS_MARK)
		put_mark(value, token);
	else
		value->is_bad = true;
}

/* ---------------------------------------------------------------- declarations */

/* Moves behind the ";" that ends a declaration; one in brackets doesn't. */
static void skip_declaration(struct arena *arena, struct cursor *c, struct css_token token)
{
	size_t depth = 0;

	while (token.kind != CSS_END && !(token.kind == CSS_MARK && token.mark == ';' && depth == 0)) {
		if (token.kind == CSS_FUNCTION || (token.kind == CSS_MARK && memchr("([{", token.mark, 3)))
			depth++;
		else if (token.kind == CSS_MARK && memchr(")]}", token.mark, 3) && depth)
			depth--;
		token = css_token_next(arena, c);
	}
}

/* Behind the colon. What was written of a declaration that isn't permitted is taken back. */
static void read_value(struct cleaner *cleaner, struct cursor *c, const struct property *property, struct buf *out)
{
	struct value value = {.cleaner = cleaner, .c = c, .property = property, .out = out};
	size_t before = out->n;
	struct css_token token;

	buf_printf(out, "%s%s:", out->n ? ";" : "", property->name);
	value.start = out->n;
	for (;;) {
		token = css_token_next(cleaner->arena, c);
		if (token.kind == CSS_END || (token.kind == CSS_MARK && token.mark == ';'))
			break;
		if (token.kind == CSS_SPACE)
			value.has_space = true;
		else
			put_token(&value, &token);
		if (value.is_bad) {
			skip_declaration(cleaner->arena, c, css_token_next(cleaner->arena, c));
			break;
		}
	}
	if (value.is_bad || value.depth || out->n == value.start)
		out->n = before;
	cleaner->removed[REMOVED_CSS] += value.is_harmful;
}

static void read_declaration(struct cleaner *cleaner, struct cursor *c, struct css_token name, struct buf *out)
{
	struct css_token token = css_token_next(cleaner->arena, c);
	const struct property *property = name.kind == CSS_WORD ? property_of(name.text) : NULL;

	if (token.kind == CSS_SPACE)
		token = css_token_next(cleaner->arena, c);
	if (property && token.kind == CSS_MARK && token.mark == ':') {
		read_value(cleaner, c, property, out);
		return;
	}
	if (name.kind == CSS_WORD && is_one_of(name.text, harmful, ARRAY_LEN(harmful)))
		cleaner->removed[REMOVED_CSS]++;
	skip_declaration(cleaner->arena, c, token);
}

struct str sanitise_style(struct cleaner *cleaner, struct str style)
{
	struct buf out CLEANUP(buf_done) = BUF_INIT(style.n * 4 + 256);
	struct cursor c = cursor_of(style);
	struct css_token token;

	while ((token = css_token_next(cleaner->arena, &c)).kind != CSS_END)
		if (token.kind != CSS_SPACE && !(token.kind == CSS_MARK && token.mark == ';'))
			read_declaration(cleaner, &c, token, &out);
	return out.failed ? STR_NULL : arena_str(cleaner->arena, buf_str(&out));
}
