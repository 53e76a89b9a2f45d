/* See encode.h. */
#include "encode.h"

#include "base/base64.h"

#define COLUMNS  76
#define WORD_MAX 75 /* RFC 2047 §2 */

/* ---------------------------------------------------------------- fields */

void field_start(struct field *field, struct buf *out, struct str name)
{
	*field = (struct field){.out = out, .column = name.n + 1};
	buf_add(out, name);
	buf_add_char(out, ':');
}

void field_piece(struct field *field, struct str piece)
{
	if (field->column + 1 + piece.n > COLUMNS && field->has_piece) {
		buf_add(field->out, STR("\r\n"));
		field->column = 0;
	}
	buf_add_char(field->out, ' ');
	buf_add(field->out, piece);
	field->column += 1 + piece.n;
	field->has_piece = true;
}

void field_glue(struct field *field, struct str text)
{
	buf_add(field->out, text);
	field->column += text.n;
}

void field_end(struct field *field)
{
	buf_add(field->out, STR("\r\n"));
}

/* ---------------------------------------------------------------- encoded words */

static size_t utf8_length(struct str s)
{
	unsigned char c = (unsigned char)s.p[0];
	size_t n = c < 0x80 ? 1 : c < 0xe0 ? 2 : c < 0xf0 ? 3 : 4;

	return MIN(n, s.n);
}

/* May stand for itself in a Q word of a phrase (RFC 2047 §5 (3)). */
static bool is_q_plain(char c)
{
	return is_alpha(c) || is_digit(c) || (c && strchr("!*+-/", c));
}

static void add_hex(struct buf *out, char mark, unsigned char c)
{
	static const char digits[] = "0123456789ABCDEF";
	char text[3] = {mark, digits[c >> 4], digits[c & 15]};

	buf_add(out, str_new(text, 3));
}

static size_t q_length(struct str s)
{
	size_t n = 0;

	for (size_t i = 0; i < s.n; i++)
		n += is_q_plain(s.p[i]) || s.p[i] == ' ' ? 1 : 3;
	return n;
}

/* How many bytes of text fit into one word: whole characters only. */
static size_t word_fit(struct str text, bool as_base64)
{
	size_t room = WORD_MAX -
	              sizeof "=?utf-8?Q?"
	                     "?=" +
	              1,
	       taken = 0, used = 0;

	while (taken < text.n) {
		size_t length = utf8_length(str_slice(text, taken, text.n));
		size_t more = q_length(str_slice(text, taken, taken + length));

		if (as_base64 ? (taken + length + 2) / 3 * 4 > room : used + more > room)
			break;
		taken += length;
		used += more;
	}
	return taken;
}

static void encoded_words(struct field *field, struct str text)
{
	bool as_base64 = q_length(text) > text.n * 2;

	while (text.n) {
		struct buf word CLEANUP(buf_done) = BUF_INIT(200);
		size_t n = word_fit(text, as_base64);

		buf_add(&word, as_base64 ? STR("=?utf-8?B?") : STR("=?utf-8?Q?"));
		if (as_base64) {
			base64_encode(&word, str_slice(text, 0, n));
		} else {
			for (size_t i = 0; i < n; i++) {
				if (text.p[i] == ' ')
					buf_add_char(&word, '_');
				else if (is_q_plain(text.p[i]))
					buf_add_char(&word, text.p[i]);
				else
					add_hex(&word, '=', (unsigned char)text.p[i]);
			}
		}
		buf_add(&word, STR("?="));
		field_piece(field, buf_str(&word));
		text = str_slice(text, n, text.n);
	}
}

/* ---------------------------------------------------------------- text and phrases */

/* Printable ASCII whose words are parted by single blanks and short enough for a line, and which nobody could take for
 * encoded. */
static bool is_plain_text(struct str text)
{
	size_t word = 0;

	for (size_t i = 0; i < text.n; i++) {
		char c = text.p[i];

		if ((unsigned char)c < ' ' || (unsigned char)c > '~')
			return false;
		if (c == ' ' && (i == 0 || i + 1 == text.n || text.p[i - 1] == ' '))
			return false;
		word = c == ' ' ? 0 : word + 1;
		if (word > 200)
			return false;
	}
	return str_find(text, STR("=?")) < 0;
}

static void plain_words(struct field *field, struct str text)
{
	struct str word;

	while (str_split(&text, ' ', &word))
		field_piece(field, word);
}

void field_text(struct field *field, struct str text)
{
	if (is_plain_text(text))
		plain_words(field, text);
	else
		encoded_words(field, text);
}

static bool is_atoms(struct str name)
{
	for (size_t i = 0; i < name.n; i++)
		if (!is_alpha(name.p[i]) && !is_digit(name.p[i]) && !strchr(" !#$%&'*+-/=?^_`{|}~", name.p[i]))
			return false;
	return true;
}

void field_phrase(struct field *field, struct str name)
{
	struct buf quoted CLEANUP(buf_done) = BUF_INIT(400);

	if (!is_plain_text(name)) {
		encoded_words(field, name);
		return;
	}
	if (is_atoms(name)) {
		plain_words(field, name);
		return;
	}
	buf_add_char(&quoted, '"');
	for (size_t i = 0; i < name.n; i++) {
		if (name.p[i] == '"' || name.p[i] == '\\')
			buf_add_char(&quoted, '\\');
		buf_add_char(&quoted, name.p[i]);
	}
	buf_add_char(&quoted, '"');
	if (quoted.failed)
		encoded_words(field, name);
	else
		field_piece(field, buf_str(&quoted));
}

/* ---------------------------------------------------------------- parameters */

static bool is_attribute_char(char c)
{
	return is_alpha(c) || is_digit(c) || (c && strchr("!#$&+-.^_`{|}~", c));
}

static bool is_plain_param(struct str value)
{
	for (size_t i = 0; i < value.n; i++)
		if ((unsigned char)value.p[i] < ' ' || (unsigned char)value.p[i] > '~' || value.p[i] == '"' ||
		    value.p[i] == '\\')
			return false;
	return value.n <= 60;
}

/* RFC 2231 §4: sections of at most about 60 columns, whole characters. */
static void param_sections(struct field *field, const char *name, struct str value)
{
	for (unsigned section = 0; value.n || section == 0; section++) {
		struct buf piece CLEANUP(buf_done) = BUF_INIT(300);

		buf_printf(&piece, "%s*%u*=%s", name, section, section ? "" : "utf-8''");
		while (value.n && piece.n < 60) {
			size_t length = utf8_length(value);

			for (size_t i = 0; i < length; i++) {
				if (is_attribute_char(value.p[i]))
					buf_add_char(&piece, value.p[i]);
				else
					add_hex(&piece, '%', (unsigned char)value.p[i]);
			}
			value = str_slice(value, length, value.n);
		}
		field_glue(field, STR(";"));
		field_piece(field, buf_str(&piece));
	}
}

void field_param(struct field *field, const char *name, struct str value)
{
	struct buf piece CLEANUP(buf_done) = BUF_INIT(200);

	if (!is_plain_param(value)) {
		param_sections(field, name, value);
		return;
	}
	buf_printf(&piece, "%s=\"" STR_FMT "\"", name, STR_ARG(value));
	field_glue(field, STR(";"));
	field_piece(field, buf_str(&piece));
}

/* ---------------------------------------------------------------- bodies */

/* `text` has CRLF line ends. */
void quoted_printable_encode(struct buf *out, struct str text)
{
	size_t column = 0;

	for (size_t i = 0; i < text.n; i++) {
		unsigned char c = (unsigned char)text.p[i];
		bool line_ends = i + 1 == text.n || (text.p[i + 1] == '\r' && i + 2 < text.n && text.p[i + 2] == '\n');
		bool plain = (c > ' ' && c <= '~' && c != '=') || ((c == ' ' || c == '\t') && !line_ends);

		if (c == '\r' && i + 1 < text.n && text.p[i + 1] == '\n') {
			buf_add(out, STR("\r\n"));
			column = 0;
			i++;
			continue;
		}
		/* A dot or "From " at a line's start is changed by careless software on the way. */
		if (column == 0 && (c == '.' || c == 'F'))
			plain = false;
		if (column + (plain ? 1 : 3) > (line_ends ? COLUMNS : COLUMNS - 1)) {
			buf_add(out, STR("=\r\n"));
			column = 0;
		}
		if (plain)
			buf_add_char(out, (char)c);
		else
			add_hex(out, '=', c);
		column += plain ? 1 : 3;
	}
}

void base64_lines_encode(struct buf *out, struct str bytes)
{
	enum { LINE_BYTES = 57 };

	for (size_t i = 0; i < bytes.n; i += LINE_BYTES) {
		base64_encode(out, str_slice(bytes, i, i + LINE_BYTES));
		buf_add(out, STR("\r\n"));
	}
}
