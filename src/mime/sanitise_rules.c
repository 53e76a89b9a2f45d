/* See sanitise_parts.h. The lists of what may stay: elements, attributes, and what the value of each must look like. */
#include "sanitise_parts.h"

#define VALUE_MAX 2000 /* bytes of a text such as alt or title */
#define NAMES_MAX 20   /* words in a class */

/* ---------------------------------------------------------------- elements */

#define KEEP(tag, word, ...) [GUMBO_TAG_##tag] = {.name = word, .fate = FATE_KEEP, __VA_ARGS__}
#define DROP(tag, why)       [GUMBO_TAG_##tag] = {.fate = FATE_DROP, .removal = REMOVED_##why}
#define UNWRAP(tag, why)     [GUMBO_TAG_##tag] = {.fate = FATE_UNWRAP, .removal = REMOVED_##why}

/* clang-format off */
static const struct element_rule elements[GUMBO_TAG_LAST + 1] = {
	KEEP(A, "a", .groups = GROUP_LINK), KEEP(ABBR, "abbr"), KEEP(ACRONYM, "acronym"), KEEP(ADDRESS, "address"),
	KEEP(ARTICLE, "article"), KEEP(ASIDE, "aside"), KEEP(B, "b"), KEEP(BDI, "bdi"), KEEP(BDO, "bdo"), KEEP(BIG, "big"),
	KEEP(BLOCKQUOTE, "blockquote", .groups = GROUP_QUOTE), KEEP(BR, "br", .is_void = true),
	KEEP(CAPTION, "caption", .is_table_part = true), KEEP(CENTER, "center"), KEEP(CITE, "cite"), KEEP(CODE, "code"),
	KEEP(COL, "col", .groups = GROUP_ROW, .is_void = true, .is_table_part = true),
	KEEP(COLGROUP, "colgroup", .groups = GROUP_ROW, .is_table_part = true), KEEP(DD, "dd"), KEEP(DEL, "del"),
	KEEP(DETAILS, "details", .groups = GROUP_DETAILS), KEEP(DFN, "dfn"), KEEP(DIV, "div"), KEEP(DL, "dl"), KEEP(DT, "dt"),
	KEEP(EM, "em"), KEEP(FIGCAPTION, "figcaption"), KEEP(FIGURE, "figure"), KEEP(FONT, "font", .groups = GROUP_FONT),
	KEEP(FOOTER, "footer"), KEEP(H1, "h1"), KEEP(H2, "h2"), KEEP(H3, "h3"), KEEP(H4, "h4"), KEEP(H5, "h5"), KEEP(H6, "h6"),
	KEEP(HEADER, "header"), KEEP(HR, "hr", .groups = GROUP_RULE, .is_void = true), KEEP(I, "i"),
	KEEP(IMG, "img", .groups = GROUP_IMAGE, .is_void = true), KEEP(INS, "ins"), KEEP(KBD, "kbd"),
	KEEP(LI, "li", .groups = GROUP_LIST), KEEP(MAIN, "main"), KEEP(MARK, "mark"), KEEP(NAV, "nav"),
	KEEP(OL, "ol", .groups = GROUP_LIST), KEEP(P, "p"), KEEP(PRE, "pre", .is_pre = true), KEEP(Q, "q"), KEEP(S, "s"),
	KEEP(SAMP, "samp"), KEEP(SECTION, "section"), KEEP(SMALL, "small"), KEEP(SPAN, "span"), KEEP(STRIKE, "strike"),
	KEEP(STRONG, "strong"), KEEP(SUB, "sub"), KEEP(SUMMARY, "summary"), KEEP(SUP, "sup"),
	KEEP(TABLE, "table", .groups = GROUP_TABLE), KEEP(TBODY, "tbody", .groups = GROUP_ROW, .is_table_part = true),
	KEEP(TD, "td", .groups = GROUP_CELL, .is_table_part = true), KEEP(TFOOT, "tfoot", .groups = GROUP_ROW, .is_table_part = true),
	KEEP(TH, "th", .groups = GROUP_CELL, .is_table_part = true), KEEP(THEAD, "thead", .groups = GROUP_ROW, .is_table_part = true),
	KEEP(TIME, "time", .groups = GROUP_TIME), KEEP(TR, "tr", .groups = GROUP_ROW, .is_table_part = true), KEEP(TT, "tt"),
	KEEP(U, "u"), KEEP(UL, "ul", .groups = GROUP_LIST), KEEP(VAR, "var"), KEEP(WBR, "wbr", .is_void = true),
	KEEP(LISTING, "pre", .is_pre = true), KEEP(XMP, "pre", .is_pre = true), KEEP(PLAINTEXT, "pre", .is_pre = true),

	DROP(SCRIPT, SCRIPT), DROP(STYLE, STYLE_SHEET), DROP(TITLE, NOTHING), DROP(HEAD, NOTHING), DROP(TEMPLATE, NOTHING),
	DROP(IFRAME, FRAME), DROP(FRAME, FRAME), DROP(FRAMESET, FRAME), DROP(NOFRAMES, NOTHING), DROP(OBJECT, FRAME),
	DROP(EMBED, FRAME), DROP(APPLET, FRAME), DROP(SVG, DRAWING), DROP(MATH, DRAWING), DROP(AUDIO, MEDIA), DROP(VIDEO, MEDIA),
	DROP(CANVAS, MEDIA), DROP(SOURCE, MEDIA), DROP(TRACK, MEDIA), DROP(SELECT, FORM), DROP(DATALIST, FORM),
	DROP(TEXTAREA, FORM), DROP(INPUT, FORM), DROP(KEYGEN, FORM), DROP(META, META), DROP(LINK, META), DROP(BASE, META),
	DROP(NOEMBED, NOTHING), DROP(PARAM, NOTHING), DROP(BGSOUND, MEDIA),
	UNWRAP(FORM, FORM), UNWRAP(BUTTON, FORM), UNWRAP(FIELDSET, NOTHING),
};
/* clang-format on */

const struct element_rule *sanitise_element(const GumboElement *element)
{
	static const struct element_rule foreign = {.fate = FATE_DROP, .removal = REMOVED_DRAWING};

	if (element->tag_namespace != GUMBO_NAMESPACE_HTML)
		return &foreign;
	return (unsigned)element->tag <= GUMBO_TAG_LAST ? &elements[element->tag] : &elements[GUMBO_TAG_LAST];
}

/* ---------------------------------------------------------------- attributes */

enum value {
	VALUE_TEXT,
	VALUE_NUMBER, /* "10", "50%", "12px" */
	VALUE_COLOR,
	VALUE_WORD,
	VALUE_NAMES, /* several, each with our prefix */
	VALUE_STYLE,
	VALUE_LINK,
	VALUE_IMAGE,
	VALUE_FLAG
};

struct attribute_rule {
	const char *name;
	enum value value;
	unsigned groups;
};

#define TABLES (GROUP_TABLE | GROUP_CELL | GROUP_ROW)

/* clang-format off */
static const struct attribute_rule attributes[] = {
	{"style", VALUE_STYLE, GROUP_ALL}, {"class", VALUE_NAMES, GROUP_ALL}, {"id", VALUE_NAMES, GROUP_ALL},
	{"href", VALUE_LINK, GROUP_LINK}, {"src", VALUE_IMAGE, GROUP_IMAGE}, {"align", VALUE_WORD, GROUP_ALL},
	{"width", VALUE_NUMBER, GROUP_IMAGE | GROUP_RULE | TABLES}, {"height", VALUE_NUMBER, GROUP_IMAGE | TABLES},
	{"border", VALUE_NUMBER, GROUP_IMAGE | GROUP_TABLE}, {"valign", VALUE_WORD, GROUP_ALL},
	{"bgcolor", VALUE_COLOR, TABLES}, {"cellpadding", VALUE_NUMBER, GROUP_TABLE}, {"cellspacing", VALUE_NUMBER, GROUP_TABLE},
	{"alt", VALUE_TEXT, GROUP_IMAGE}, {"title", VALUE_TEXT, GROUP_ALL}, {"dir", VALUE_WORD, GROUP_ALL},
	{"lang", VALUE_WORD, GROUP_ALL}, {"role", VALUE_WORD, GROUP_ALL}, {"aria-label", VALUE_TEXT, GROUP_ALL},
	{"aria-hidden", VALUE_WORD, GROUP_ALL}, {"background", VALUE_IMAGE, TABLES}, {"colspan", VALUE_NUMBER, GROUP_CELL},
	{"rowspan", VALUE_NUMBER, GROUP_CELL}, {"span", VALUE_NUMBER, GROUP_ROW}, {"nowrap", VALUE_FLAG, GROUP_CELL},
	{"scope", VALUE_WORD, GROUP_CELL}, {"abbr", VALUE_TEXT, GROUP_CELL}, {"summary", VALUE_TEXT, GROUP_TABLE},
	{"frame", VALUE_WORD, GROUP_TABLE}, {"rules", VALUE_WORD, GROUP_TABLE}, {"bordercolor", VALUE_COLOR, TABLES},
	{"name", VALUE_NAMES, GROUP_LINK}, {"hspace", VALUE_NUMBER, GROUP_IMAGE}, {"vspace", VALUE_NUMBER, GROUP_IMAGE},
	{"color", VALUE_COLOR, GROUP_FONT | GROUP_RULE}, {"face", VALUE_TEXT, GROUP_FONT},
	{"size", VALUE_NUMBER, GROUP_FONT | GROUP_RULE}, {"noshade", VALUE_FLAG, GROUP_RULE},
	{"type", VALUE_WORD, GROUP_LIST | GROUP_QUOTE}, {"start", VALUE_NUMBER, GROUP_LIST}, {"value", VALUE_NUMBER, GROUP_LIST},
	{"reversed", VALUE_FLAG, GROUP_LIST}, {"compact", VALUE_FLAG, GROUP_LIST}, {"datetime", VALUE_TEXT, GROUP_TIME},
	{"open", VALUE_FLAG, GROUP_DETAILS},
};
/* clang-format on */

static const struct attribute_rule *rule_of(struct str name, const struct element_rule *element)
{
	for (size_t i = 0; i < ARRAY_LEN(attributes); i++)
		if (((element->groups | GROUP_ALL) & attributes[i].groups) && str_eq(name, str_of(attributes[i].name)))
			return &attributes[i];
	return NULL;
}

/* A number of at most four digits, with sign, fraction, "%" or "px". */
static bool is_number(struct str value)
{
	size_t at = value.n && (value.p[0] == '-' || value.p[0] == '+'), digits = at;
	struct str unit;

	while (at < value.n && is_digit(value.p[at]))
		at++;
	if (at == digits || at - digits > 4)
		return false;
	if (at < value.n && value.p[at] == '.')
		for (at++; at < value.n && is_digit(value.p[at]);)
			at++;
	unit = str_slice(value, at, value.n);
	return value.n <= 12 && (unit.n == 0 || str_eq(unit, STR("%")) || str_eq_nocase(unit, STR("px")));
}

static bool is_word(struct str value)
{
	for (size_t i = 0; i < value.n; i++)
		if (!is_alpha(value.p[i]) && !is_digit(value.p[i]) && value.p[i] != '-')
			return false;
	return value.n > 0 && value.n <= 32;
}

bool sanitise_is_color(struct str value)
{
	size_t digits = value.n && value.p[0] == '#';

	for (size_t i = digits; i < value.n; i++)
		if (!is_digit(value.p[i]) &&
		    (ascii_lower(value.p[i]) < 'a' || ascii_lower(value.p[i]) > (digits ? 'f' : 'z')))
			return false;
	return value.n > digits && value.n <= 24;
}

static bool is_name(struct str word)
{
	for (size_t i = 0; i < word.n; i++)
		if (!is_alpha(word.p[i]) && !is_digit(word.p[i]) && !memchr("-_.:", word.p[i], 4))
			return false;
	return word.n > 0 && word.n <= 64;
}

/* The words that are names, each with our prefix. */
static struct str prefixed_names(struct arena *arena, struct str value)
{
	struct buf out CLEANUP(buf_done) = BUF_INIT(KIB(4));
	size_t at = 0, count = 0;

	while (at < value.n && count < NAMES_MAX) {
		size_t start = at;
		struct str word;

		while (at < value.n && !is_space(value.p[at]) && value.p[at] != '\f')
			at++;
		word = str_slice(value, start, at++);
		if (!is_name(word))
			continue;
		if (count++)
			buf_add_char(&out, ' ');
		if (!str_starts(word, STR(SANITISE_PREFIX)))
			buf_add(&out, STR(SANITISE_PREFIX));
		buf_add(&out, word);
	}
	return arena_str(arena, buf_str(&out));
}

/* Cut between two letters. */
static struct str beginning(struct str value)
{
	size_t n = MIN(value.n, VALUE_MAX);

	while (n < value.n && n > 0 && ((unsigned char)value.p[n] & 0xc0) == 0x80)
		n--;
	return str_slice(value, 0, n);
}

/* What may stay of the value; NULL in .p where nothing may. */
static struct str value_of(struct cleaner *cleaner, enum value kind, struct str value)
{
	struct str trimmed = str_trim(value), found = STR_NULL;

	switch (kind) {
	case VALUE_TEXT:
		return beginning(value);
	case VALUE_NUMBER:
		return is_number(trimmed) ? trimmed : STR_NULL;
	case VALUE_COLOR:
		return sanitise_is_color(trimmed) ? trimmed : STR_NULL;
	case VALUE_WORD:
		return is_word(trimmed) ? trimmed : STR_NULL;
	case VALUE_FLAG:
		return STR("");
	case VALUE_NAMES:
		found = prefixed_names(cleaner->arena, value);
		break;
	case VALUE_STYLE:
		found = sanitise_style(cleaner, value);
		break;
	case VALUE_IMAGE:
		found = sanitise_image(cleaner, value);
		break;
	case VALUE_LINK:
		found = sanitise_link(cleaner->arena, value);
		cleaner->removed[REMOVED_LINK] += found.n == 0 && trimmed.n > 0;
		break;
	}
	return found.n ? found : STR_NULL;
}

void sanitise_attribute(struct cleaner *cleaner, const struct element_rule *element, const GumboAttribute *attribute)
{
	struct str name = str_of(attribute->name), value;
	const struct attribute_rule *rule = rule_of(name, element);

	if (!rule) {
		if (str_starts(name, STR("on")))
			cleaner->removed[REMOVED_HANDLER]++;
		return;
	}
	value = value_of(cleaner, rule->value, str_of(attribute->value));
	if (!value.p)
		return;
	buf_printf(&cleaner->out, " %s=\"", rule->name);
	sanitise_text(&cleaner->out, value);
	buf_add_char(&cleaner->out, '"');
	if (rule->value == VALUE_LINK && value.p[0] != '#')
		buf_add(&cleaner->out, STR(" target=\"_blank\" rel=\"noopener noreferrer nofollow\""));
}
