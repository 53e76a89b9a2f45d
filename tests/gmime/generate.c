/* Mails as they come, and as they come broken: a seeded generator. Most of a mail is well formed; about one in three
 * has one of the faults that mail has in life. */
#include "reading.h"

#include <stdio.h>

struct generator {
	uint64_t seed;
	struct buf *out;
	const char *eol;
	unsigned boundaries;
	unsigned fault; /* which one this mail has; FAULT_NONE for most */
};

enum fault {
	FAULT_NO_CLOSE,
	FAULT_NO_BOUNDARY,
	FAULT_NO_BLANK,
	FAULT_TYPE,
	FAULT_ENCODING_WORD,
	FAULT_BASE64,
	FAULT_QP,
	FAULT_LINE_ENDS,
	FAULT_FIELD,
	FAULT_CUT,
	FAULT_NUL,
	FAULT_WORD,
	FAULT_PADDING,
	FAULTS,
	FAULT_NONE = FAULTS
};

/* xorshift64* */
static uint64_t any_below(struct generator *g, uint64_t n)
{
	g->seed ^= g->seed >> 12;
	g->seed ^= g->seed << 25;
	g->seed ^= g->seed >> 27;
	return (g->seed * UINT64_C(0x2545f4914f6cdd1d) >> 33) % n;
}

static bool one_in(struct generator *g, uint64_t n)
{
	return any_below(g, n) == 0;
}

#define ANY(g, table) ((table)[any_below((g), ARRAY_LEN(table))])

static void put(struct generator *g, const char *s)
{
	buf_add_cstr(g->out, s);
}

static void put_eol(struct generator *g)
{
	if (g->fault == FAULT_LINE_ENDS && one_in(g, 4))
		put(g, one_in(g, 2) ? "\r\n" : "\n");
	else
		put(g, g->eol);
}

static void line(struct generator *g, const char *s)
{
	put(g, s);
	put_eol(g);
}

static void fold(struct generator *g)
{
	if (one_in(g, 4)) {
		put_eol(g);
		put(g, one_in(g, 3) ? "\t" : one_in(g, 4) ? "   " : " ");
	} else {
		put(g, " ");
	}
}

/* ---------------------------------------------------------------- charsets */

static const struct sample {
	const char *charset;
	struct str bytes;
} samples[] = {
        {"us-ascii", STR_INIT("The printer smokes again, and nobody answers.")},
        {"utf-8", STR_INIT("Gr\xc3\xbc\xc3\x9f"
                           "e aus K\xc3\xb6ln \xe2\x82\xac 12,50")},
        {"UTF-8", STR_INIT("\xe6\x97\xa5\xe6\x9c\xac\xe8\xaa\x9e \xf0\x9f\x98\x80 ok")},
        {"iso-8859-1", STR_INIT("R\xe9sum\xe9 f\xfcr Jos\xe9")},
        {"windows-1252", STR_INIT("\x93Zitat\x94 f\xfcr 5 \x80")},
        {"iso-8859-15", STR_INIT("co\xfbte 5 \xa4")},
        {"iso-8859-2", STR_INIT("\xa3\xf3\x64\xbc jest z\xb3otem")},
        {"koi8-r", STR_INIT("\xf0\xd2\xc9\xd7\xc5\xd4, \xcd\xc9\xd2")},
        {"windows-1251", STR_INIT("\xcf\xf0\xe8\xe2\xe5\xf2, \xec\xe8\xf0")},
        {"iso-2022-jp", STR_INIT("\033$B$3$s$K$A$O\033(B desu")},
        {"shift_jis", STR_INIT("\x82\xb1\x82\xf1\x82\xc9\x82\xbf\x82\xcd")},
        {"euc-jp", STR_INIT("\xa4\xb3\xa4\xf3\xa4\xcb\xa4\xc1\xa4\xcf")},
        {"gb2312", STR_INIT("\xc4\xe3\xba\xc3\xa3\xac\xca\xc0\xbd\xe7")},
        {"big5", STR_INIT("\xa7\x41\xa6\x6e")},
        {"euc-kr", STR_INIT("\xbe\xc8\xb3\xe7")},
};

static const struct sample *any_sample(struct generator *g)
{
	return one_in(g, 2) ? &samples[any_below(g, 3)] : &ANY(g, samples);
}

/* ---------------------------------------------------------------- encodings */

static const char base64_letters[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

/* `width` characters a line, 0: one line. */
static void put_base64(struct generator *g, struct str s, size_t width)
{
	size_t column = 0;

	for (size_t i = 0; i < s.n; i += 3) {
		uint32_t bits = 0;

		for (size_t k = 0; k < 3; k++)
			bits = bits << 8 | (i + k < s.n ? (unsigned char)s.p[i + k] : 0);
		for (size_t k = 0; k < 4; k++) {
			bool is_pad = i + k > s.n;

			if (is_pad && g->fault == FAULT_PADDING)
				continue;
			buf_add_char(g->out, is_pad ? '=' : base64_letters[bits >> (18 - 6 * k) & 63]);
			if (width && g->fault == FAULT_BASE64 && one_in(g, 60))
				put(g, ANY(g, ((const char *const[]){"!", " ", "\t", "*", "-", "\xe4"})));
		}
		column += 4;
		if (width && column >= width) {
			put_eol(g);
			column = 0;
		}
	}
	if (width && column && !one_in(g, 5))
		put_eol(g);
}

static void put_qp_char(struct generator *g, char c)
{
	char code[4];

	snprintf(code, sizeof code, "=%02X", (unsigned)(unsigned char)c);
	put(g, code);
}

static void put_qp(struct generator *g, struct str s)
{
	size_t column = 0;

	for (size_t i = 0; i < s.n; i++) {
		char c = s.p[i];

		if (c == '\n') {
			put_eol(g);
			column = 0;
			continue;
		}
		if (column > 70) {
			put(g, one_in(g, 10) ? "= " : "=");
			put_eol(g);
			column = 0;
		}
		if ((unsigned char)c < ' ' || (unsigned char)c > '~' || c == '=') {
			put_qp_char(g, c);
			column += 3;
		} else {
			buf_add_char(g->out, c);
			column++;
		}
		if (g->fault == FAULT_QP && one_in(g, 40))
			put(g, ANY(g, ((const char *const[]){"=", "=Z", "=4", "==", " =X1", "=e4", "\xfc"})));
	}
	if (!one_in(g, 3))
		put_eol(g);
}

static void put_uu(struct generator *g, struct str s)
{
	line(g, "begin 644 file.bin");
	for (size_t at = 0; at < s.n; at += 45) {
		struct str row = str_slice(s, at, at + 45);

		buf_add_char(g->out, (char)(' ' + (int)row.n));
		for (size_t i = 0; i < row.n; i += 3) {
			uint32_t bits = 0;

			for (size_t k = 0; k < 3; k++)
				bits = bits << 8 | (i + k < row.n ? (unsigned char)row.p[i + k] : 0);
			for (size_t k = 0; k < 4; k++) {
				char c = (char)(' ' + (char)(bits >> (18 - 6 * k) & 63));

				buf_add_char(g->out, c == ' ' ? '`' : c);
			}
		}
		put_eol(g);
	}
	line(g, "`");
	line(g, "end");
}

/* ---------------------------------------------------------------- words */

static void put_word(struct generator *g, const struct sample *sample, bool as_base64)
{
	put(g, "=?");
	put(g, sample->charset);
	put(g, as_base64 ? (one_in(g, 3) ? "?b?" : "?B?") : one_in(g, 3) ? "?q?" : "?Q?");
	if (as_base64)
		put_base64(g, sample->bytes, 0);
	for (size_t i = 0; !as_base64 && i < sample->bytes.n; i++) {
		char c = sample->bytes.p[i];

		if (c == ' ')
			put(g, "_");
		else if (is_alpha(c) || is_digit(c))
			buf_add_char(g->out, c);
		else
			put_qp_char(g, c);
	}
	if (g->fault != FAULT_WORD || !one_in(g, 3))
		put(g, "?=");
}

/* Plain and encoded words. */
static void put_phrase(struct generator *g, size_t max)
{
	static const char *const plain[] = {"printer", "Re:", "invoice", "4711",  "smokes",
	                                    "again",   "a_b", "x=y",     "[#12]", "100%"};
	static const char *const broken[] = {"=?utf-8?Q?a b?=",
	                                     "=?utf-8?X?ab?=",
	                                     "=?nope?Q?ab?=",
	                                     "=?utf-8?Q?"
	                                     "?=",
	                                     "=?utf-8?B?w7w?=",
	                                     "=?utf-8?Q?=C3?=",
	                                     "=?UTF-8*en?Q?en?=",
	                                     "=?utf-8?Q?=ZZ?=",
	                                     "x=?utf-8?Q?=C3=BC?=y",
	                                     "=?"
	                                     "?Q?ab?="};
	size_t n = 1 + (size_t)any_below(g, max);

	for (size_t i = 0; i < n; i++) {
		if (i)
			fold(g);
		if (g->fault == FAULT_WORD && one_in(g, 2))
			put(g, ANY(g, broken));
		else if (one_in(g, 3))
			put_word(g, any_sample(g), one_in(g, 2));
		else
			put(g, ANY(g, plain));
	}
}

static void put_address(struct generator *g)
{
	static const char *const bare[] = {"ann@example.com", "bob.b@example.org", "x+y@mail.example.net",
	                                   "\"a b\"@example.com"};
	static const char *const names[] = {"Ann Miller", "\"Doe, John\"", "\"Quote \\\"x\\\" y\"", "Bob",
	                                    "J.R. Ewing"};

	switch (any_below(g, 5)) {
	case 0:
		put(g, ANY(g, bare));
		return;
	case 1:
		put(g, ANY(g, bare));
		put(g, " (");
		put(g, one_in(g, 2) ? "Ann" : "Bob (nested)");
		put(g, ")");
		return;
	case 2:
		put_word(g, any_sample(g), one_in(g, 2));
		break;
	default:
		put(g, ANY(g, names));
	}
	put(g, " <");
	put(g, ANY(g, bare));
	put(g, ">");
}

static void put_addresses(struct generator *g, const char *name, size_t max)
{
	size_t n = 1 + (size_t)any_below(g, max);
	bool is_group = max > 1 && one_in(g, 12);

	put(g, name);
	put(g, is_group ? ": team: " : ": ");
	for (size_t i = 0; i < n; i++) {
		if (i) {
			put(g, ",");
			fold(g);
		}
		put_address(g);
	}
	if (is_group)
		put(g, ";");
	put_eol(g);
}

/* ---------------------------------------------------------------- fields of a part */

static void put_name(struct generator *g, const char *param)
{
	put(g, ";");
	fold(g);
	put(g, param);
	switch (any_below(g, 8)) {
	case 0:
		put(g, "=report.pdf");
		break;
	case 1:
		put(g, "=\"my report (2).pdf\"");
		break;
	case 2:
		put(g, "*=utf-8''r%C3%A9sum%C3%A9%20x.pdf");
		break;
	case 3:
		put(g, "*0*=utf-8'en'r%C3%A9; ");
		put(g, param);
		put(g, "*1=\"sum; \"; ");
		put(g, param);
		put(g, "*2*=%C3%A9.pdf");
		break;
	case 4:
		put(g, "*0=\"long\";");
		fold(g);
		put(g, param);
		put(g, "*1=\"er.txt\"");
		break;
	case 5:
		put(g, "=\"");
		put_word(g, any_sample(g), one_in(g, 2));
		put(g, "\"");
		break;
	case 6:
		put(g, "=\"a \\\"b\\\" c.txt\"");
		break;
	default:
		put(g, "*=iso-8859-1''%FCber.txt");
	}
}

static void put_type(struct generator *g, const char *type, const char *charset, bool with_name)
{
	static const char *const odd[] = {"text",       "multipart",           "application", "text/",        "/plain",
	                                  "text plain", "text/plain; charset", "text/plain;", "Text / Plain", ""};

	put(g, one_in(g, 5) ? "content-type: " : "Content-Type: ");
	put(g, g->fault == FAULT_TYPE && one_in(g, 2) ? ANY(g, odd) : type);
	if (charset) {
		put(g, ";");
		fold(g);
		put(g, one_in(g, 2) ? "charset=\"" : "charset=");
		put(g, charset);
		if (g->out->n && g->out->p[g->out->n - strlen(charset) - 1] == '"')
			put(g, "\"");
	}
	if (with_name)
		put_name(g, "name");
	put_eol(g);
}

enum encoding { PLAIN, QP, BASE64, UU };

static void put_encoding(struct generator *g, enum encoding encoding)
{
	static const char *const words[] = {"8bit", "quoted-printable", "base64", "x-uuencode"};
	static const char *const odd[] = {"x-unknown", "BASE-64", "7-bit", "", "base64 ; x", "\"quoted-printable\""};

	if (encoding == PLAIN && one_in(g, 2))
		return;
	put(g, "Content-Transfer-Encoding: ");
	put(g, g->fault == FAULT_ENCODING_WORD && encoding != UU ? ANY(g, odd) : words[encoding]);
	put_eol(g);
}

/* The empty line behind a header. */
static void end_header(struct generator *g)
{
	if (g->fault == FAULT_FIELD && one_in(g, 2))
		line(g, ANY(g, ((const char *const[]){"no colon in this line", ": empty name", "X Y: blank in the name",
		                                      "X-Ä: beyond ASCII", "X-Colon : late"})));
	if (g->fault != FAULT_NO_BLANK || !one_in(g, 3))
		put_eol(g);
}

/* ---------------------------------------------------------------- parts */

static void put_content(struct generator *g, struct str content, enum encoding encoding)
{
	if (encoding == BASE64) {
		put_base64(g, content, one_in(g, 8) ? 60 : 76);
	} else if (encoding == QP) {
		put_qp(g, content);
	} else if (encoding == UU) {
		put_uu(g, content);
	} else {
		while (content.n) {
			struct str row;

			str_split(&content, '\n', &row);
			buf_add(g->out, row);
			if (content.n || !one_in(g, 3))
				put_eol(g);
		}
	}
}

static void put_text(struct generator *g, bool is_html)
{
	const struct sample *sample = any_sample(g);
	struct buf text CLEANUP(buf_done) = BUF_INIT(KIB(64));
	enum encoding encoding = (enum encoding)any_below(g, 3);
	size_t n = (size_t)any_below(g, 12);

	for (size_t i = 0; i < n; i++) {
		buf_add_cstr(&text, is_html ? "<p>" : "");
		buf_add(&text, sample->bytes);
		buf_add_cstr(&text, one_in(g, 10) ? " \n" : one_in(g, 6) ? "\n\n" : one_in(g, 20) ? "\n--\n" : "\n");
		if (g->fault == FAULT_NUL && one_in(g, 4))
			buf_add_char(&text, '\0');
	}
	put_type(g, is_html ? "text/html" : "text/plain", sample->charset, one_in(g, 12));
	put_encoding(g, encoding);
	end_header(g);
	put_content(g, buf_str(&text), encoding);
}

static void put_file(struct generator *g)
{
	struct buf bytes CLEANUP(buf_done) = BUF_INIT(KIB(64));
	size_t n = (size_t)any_below(g, 400);
	enum encoding encoding = one_in(g, 6) ? UU : one_in(g, 6) ? QP : BASE64;

	for (size_t i = 0; i < n; i++)
		buf_add_char(&bytes, (char)any_below(g, 256));
	put_type(g,
	         ANY(g, ((const char *const[]){"application/pdf", "image/png", "application/octet-stream",
	                                       "audio/x-wav"})),
	         NULL, one_in(g, 2));
	put(g, "Content-Disposition: ");
	put(g, one_in(g, 3) ? "inline" : "attachment");
	if (!one_in(g, 3))
		put_name(g, "filename");
	put_eol(g);
	put_encoding(g, encoding);
	end_header(g);
	put_content(g, buf_str(&bytes), encoding);
}

static void put_entity(struct generator *g, unsigned depth);
static void put_head(struct generator *g);

static void any_boundary(struct generator *g, char *ret, size_t size)
{
	unsigned number = g->boundaries++;

	if (number && one_in(g, 6))
		number = number * 10 + 1; /* begins as another does */
	switch (any_below(g, 5)) {
	case 0:
		snprintf(ret, size, "b%u", number);
		break;
	case 1:
		snprintf(ret, size, "=_Part_%u_x", number);
		break;
	case 2:
		snprintf(ret, size, "----=_NextPart_000_%u.01", number);
		break;
	case 3:
		snprintf(ret, size, "a'()+_,-./:=?b%u", number);
		break;
	default:
		snprintf(ret, size, "Apple-Mail=_%08u", number);
	}
}

static void put_delimiter(struct generator *g, const char *boundary, bool is_last)
{
	put(g, "--");
	put(g, boundary);
	put(g, is_last ? "--" : "");
	put(g, one_in(g, 12) ? "  " : "");
	put_eol(g);
}

static void put_multipart(struct generator *g, unsigned depth)
{
	static const char *const types[] = {"multipart/mixed",       "multipart/alternative", "multipart/related",
	                                    "multipart/signed",      "multipart/report",      "Multipart/Mixed",
	                                    "multipart/appledouble", "multipart/digest"};
	size_t parts = (size_t)any_below(g, 4) + !one_in(g, 10);
	const char *type = ANY(g, types);
	char boundary[64];

	any_boundary(g, boundary, sizeof boundary);
	put(g, "Content-Type: ");
	put(g, type);
	if (g->fault != FAULT_NO_BOUNDARY || !one_in(g, 2)) {
		put(g, ";");
		fold(g);
		put(g, "boundary=\"");
		put(g, boundary);
		put(g, "\"");
	}
	put_eol(g);
	end_header(g);
	if (one_in(g, 3))
		line(g, "This is a message in MIME format.");
	for (size_t i = 0; i < parts; i++) {
		put_delimiter(g, boundary, false);
		put_entity(g, depth + 1);
		put_eol(g);
	}
	if (g->fault != FAULT_NO_CLOSE || !one_in(g, 2))
		put_delimiter(g, boundary, true);
	if (one_in(g, 4))
		line(g, "an epilogue");
}

static void put_message(struct generator *g, unsigned depth)
{
	line(g, "Content-Type: message/rfc822");
	put_eol(g);
	put_head(g);
	put_entity(g, depth + 1);
}

static void put_entity(struct generator *g, unsigned depth)
{
	uint64_t dice = any_below(g, 10);

	if (depth < 4 && dice < (depth ? 2 : 5))
		put_multipart(g, depth);
	else if (depth && depth < 4 && dice == 2)
		put_message(g, depth);
	else if (dice < 7)
		put_text(g, one_in(g, 3));
	else
		put_file(g);
}

/* ---------------------------------------------------------------- whole mails */

static void put_head(struct generator *g)
{
	put_addresses(g, "From", 1);
	put_addresses(g, "To", 4);
	put(g, "Subject: ");
	put_phrase(g, 6);
	put_eol(g);
	if (one_in(g, 2))
		line(g, "Date: Sat, 21 Nov 2026 08:39:31 +0100");
	if (one_in(g, 2))
		line(g, "MIME-Version: 1.0");
	if (one_in(g, 3)) {
		put(g, "References: <a@example.com>");
		fold(g);
		line(g, "<b@example.com>");
	}
}

void generate_mail(uint64_t n, struct buf *out)
{
	struct generator g = {.seed = (n + 1) * UINT64_C(0x9e3779b97f4a7c15), .out = out, .fault = FAULT_NONE};
	size_t head;

	for (int i = 0; i < 8; i++)
		any_below(&g, 2);
	g.eol = one_in(&g, 3) ? "\n" : "\r\n";
	if (one_in(&g, 3))
		g.fault = (unsigned)any_below(&g, FAULTS);
	put_head(&g);
	head = out->n;
	put_entity(&g, 0);
	if (g.fault == FAULT_CUT)
		out->n = head + (size_t)any_below(&g, out->n - head);
}
