/* See charset.h. ASCII and UTF-8 never reach iconv; windows-1252 has its own table; iconv's descriptors are kept per
 * thread. */
#include "mime/charset.h"

#include "base/mem.h"
#include "growing.h"

#include <errno.h>
#include <iconv.h>
#include <pthread.h>
#include <uchardet.h>

#define REPLACEMENT "\xef\xbf\xbd"

/* ---------------------------------------------------------------- labels */

/* Label → what iconv calls the charset that browsers (and senders) mean by it. Labels that aren't here go to iconv as
 * they are. */
static const struct {
	const char *label, *iconv;
} labels[] = {
        /* clang-format off */
	{"us-ascii", "?"}, {"ascii", "?"}, {"ansi_x3.4-1968", "?"}, {"7bit", "?"}, {"8bit", "?"}, {"unknown-8bit", "?"}, {"x-unknown", "?"},
	{"default", "?"}, {"x-user-defined", "?"}, {"unknown", "?"}, {"binary", "?"}, {"default_charset", "?"},
	{"utf-8", "utf-8"}, {"utf8", "utf-8"}, {"unicode-1-1-utf-8", "utf-8"}, {"x-unicode20utf8", "utf-8"}, {"cp65001", "utf-8"}, {"utf-8n", "utf-8"}, {"utf8mb4", "utf-8"},
	{"iso-8859-1", "1252"}, {"iso8859-1", "1252"}, {"iso_8859-1", "1252"}, {"iso88591", "1252"}, {"iso-8859-1-windows-3.1-latin-1", "1252"}, {"latin1", "1252"}, {"latin-1", "1252"}, {"l1", "1252"},
	{"iso_8859-1:1987", "1252"}, {"iso-ir-100", "1252"}, {"ibm819", "1252"}, {"cp819", "1252"}, {"csisolatin1", "1252"}, {"windows-1252", "1252"}, {"cp1252", "1252"}, {"x-cp1252", "1252"},
	{"ansi", "1252"}, {"win-1252", "1252"}, {"cp-1252", "1252"}, {"iso 8859-1", "1252"}, {"iso-8859-1-latin-1", "1252"},
	{"iso-8859-2", "ISO-8859-2"}, {"iso8859-2", "ISO-8859-2"}, {"latin2", "ISO-8859-2"}, {"latin-2", "ISO-8859-2"},
	{"iso-8859-8-i", "ISO-8859-8"}, {"iso-8859-8-e", "ISO-8859-8"}, {"logical", "ISO-8859-8"}, {"visual", "ISO-8859-8"}, {"iso-8859-6-i", "ISO-8859-6"}, {"iso-8859-6-e", "ISO-8859-6"},
	{"iso-8859-9", "CP1254"}, {"iso8859-9", "CP1254"}, {"latin5", "CP1254"}, {"iso_8859-9", "CP1254"}, {"iso-8859-11", "CP874"}, {"tis-620", "CP874"}, {"windows-874", "CP874"},
	{"windows-1250", "CP1250"}, {"windows-1251", "CP1251"}, {"win-1251", "CP1251"}, {"windows-1253", "CP1253"}, {"windows-1254", "CP1254"}, {"windows-1255", "CP1255"},
	{"windows-1256", "CP1256"}, {"windows-1257", "CP1257"}, {"windows-1258", "CP1258"}, {"x-cp1250", "CP1250"}, {"x-cp1251", "CP1251"}, {"koi8-r", "KOI8-R"}, {"koi8", "KOI8-R"}, {"koi", "KOI8-R"},
	{"koi8-u", "KOI8-U"}, {"koi8-ru", "KOI8-U"}, {"macintosh", "MACINTOSH"}, {"mac", "MACINTOSH"}, {"x-mac-roman", "MACINTOSH"}, {"macroman", "MACINTOSH"}, {"x-mac-cyrillic", "MAC-CYRILLIC"},
	{"gb2312", "GB18030"}, {"gbk", "GB18030"}, {"x-gbk", "GB18030"}, {"chinese", "GB18030"}, {"hz-gb-2312", "HZ"}, {"hz", "HZ"}, {"csgb2312", "GB18030"}, {"gb_2312-80", "GB18030"}, {"gb_2312", "GB18030"}, {"euc-cn", "GB18030"},
	{"cp936", "GB18030"}, {"ms936", "GB18030"}, {"windows-936", "GB18030"}, {"gb18030", "GB18030"}, {"cn-gb", "GB18030"}, {"gb-2312", "GB18030"},
	{"big5", "BIG5-HKSCS"}, {"big5-hkscs", "BIG5-HKSCS"}, {"cn-big5", "BIG5-HKSCS"}, {"x-x-big5", "BIG5-HKSCS"}, {"csbig5", "BIG5-HKSCS"}, {"cp950", "CP950"}, {"windows-950", "CP950"},
	{"shift_jis", "CP932"}, {"shift-jis", "CP932"}, {"sjis", "CP932"}, {"x-sjis", "CP932"}, {"ms_kanji", "CP932"}, {"windows-31j", "CP932"}, {"csshiftjis", "CP932"}, {"ms932", "CP932"}, {"cp932", "CP932"},
	{"euc-jp", "EUC-JP-MS"}, {"x-euc-jp", "EUC-JP-MS"}, {"eucjp", "EUC-JP-MS"}, {"cp51932", "EUC-JP-MS"}, {"iso-2022-jp", "ISO-2022-JP"}, {"csiso2022jp", "ISO-2022-JP"}, {"cp50220", "ISO-2022-JP"}, {"cp50221", "ISO-2022-JP"},
	{"iso-2022-jp-1", "ISO-2022-JP"}, {"jis", "ISO-2022-JP"}, {"iso-2022-jp-ms", "ISO-2022-JP"},
	{"euc-kr", "CP949"}, {"ks_c_5601-1987", "CP949"}, {"ks_c_5601-1989", "CP949"}, {"ksc5601", "CP949"}, {"ksc_5601", "CP949"}, {"korean", "CP949"}, {"windows-949", "CP949"}, {"cp949", "CP949"}, {"uhc", "CP949"}, {"cseuckr", "CP949"}, {"ms949", "CP949"},
	{"unicode-1-1-utf-7", "UTF-7"}, {"utf-7", "UTF-7"}, {"x-unicode-2-0-utf-7", "UTF-7"}, {"utf7", "UTF-7"}, {"utf-16", "UTF-16"}, {"unicode", "UTF-16"}, {"ucs-2", "UTF-16"}, {"iso-10646-ucs-2", "UTF-16"}, {"utf-16le", "UTF-16LE"}, {"utf-16be", "UTF-16BE"},
        /* clang-format on */
};

#define LABEL_MAX 40

/* Lower case, without quotes and white space; empty where it can't be a label. */
static struct str label_clean(struct str label, char ret_text[LABEL_MAX + 1])
{
	size_t n = 0;

	label = str_trim(label);
	for (size_t i = 0; i < label.n; i++) {
		char c = ascii_lower(label.p[i]);

		if (c == '"' || c == '\'' || c == '\0')
			continue;
		if (n == LABEL_MAX || c <= ' ' || c > '~' || c == '/' || c == ',')
			return STR("");
		ret_text[n++] = c;
	}
	ret_text[n] = '\0';
	return str_new(ret_text, n);
}

/* "?" where the label says nothing. */
static const char *label_find(struct str label)
{
	if (!label.n)
		return "?";
	for (size_t i = 0; i < ARRAY_LEN(labels); i++)
		if (str_eq(label, str_of(labels[i].label)))
			return labels[i].iconv;
	return label.p;
}

/* ---------------------------------------------------------------- without iconv */

static struct str from_windows_1252(struct arena *arena, struct str bytes)
{
	/* 0x80…0x9f; the five that are undefined mean the control character, as browsers have it. */
	static const uint16_t high[32] = {
	        0x20ac, 0x81,   0x201a, 0x192,  0x201e, 0x2026, 0x2020, 0x2021, 0x2c6,  0x2030, 0x160,
	        0x2039, 0x152,  0x8d,   0x17d,  0x8f,   0x90,   0x2018, 0x2019, 0x201c, 0x201d, 0x2022,
	        0x2013, 0x2014, 0x2dc,  0x2122, 0x161,  0x203a, 0x153,  0x9d,   0x17e,  0x178,
	};
	char *out = arena_bytes(arena, bytes.n * 3 + 1);
	size_t n = 0;

	for (size_t i = 0; i < bytes.n; i++) {
		unsigned c = (unsigned char)bytes.p[i];

		if (c >= 0x80 && c < 0xa0)
			c = high[c - 0x80];
		if (c < 0x80) {
			out[n++] = (char)c;
		} else if (c < 0x800) {
			out[n++] = (char)(0xc0 | c >> 6);
			out[n++] = (char)(0x80 | (c & 0x3f));
		} else {
			out[n++] = (char)(0xe0 | c >> 12);
			out[n++] = (char)(0x80 | (c >> 6 & 0x3f));
			out[n++] = (char)(0x80 | (c & 0x3f));
		}
	}
	out[n] = '\0';
	return str_new(out, n);
}

/* The longest valid start of `bytes`. */
static size_t utf8_prefix(struct str bytes)
{
	size_t at = 0;

	while (at < bytes.n) {
		size_t step = MIN(bytes.n - at, 4096);

		if (!str_is_utf8(str_slice(bytes, at, at + step)))
			break;
		at += step;
	}
	for (size_t length = 1; at < bytes.n && length <= 4 && length <= bytes.n - at;) {
		if (str_is_utf8(str_slice(bytes, at, at + length))) {
			at += length;
			length = 1;
		} else {
			length++;
		}
	}
	return at;
}

/* Declared UTF-8 that isn't: each run of wrong bytes becomes U+FFFD. */
static struct str repair_utf8(struct arena *arena, struct str bytes)
{
	char *out = arena_bytes(arena, bytes.n * 3 + 1);
	size_t n = 0, at = 0;

	while (at < bytes.n) {
		size_t good = utf8_prefix(str_slice(bytes, at, bytes.n));

		memcpy(out + n, bytes.p + at, good);
		n += good;
		at += good;
		if (at == bytes.n)
			break;
		memcpy(out + n, REPLACEMENT, 3);
		n += 3;
		for (at++; at < bytes.n && ((unsigned char)bytes.p[at] & 0xc0) == 0x80; at++)
			;
	}
	out[n] = '\0';
	return str_new(out, n);
}

/* ---------------------------------------------------------------- iconv */

struct descriptor {
	char name[LABEL_MAX + 1];
	iconv_t cd;
};

struct descriptors {
	struct descriptor items[6];
	size_t next; /* the one to be replaced */
};

static pthread_key_t descriptors_key;
static pthread_once_t descriptors_once = PTHREAD_ONCE_INIT;
static _Thread_local struct descriptors *descriptors;

static void descriptors_free(void *p)
{
	struct descriptors *all = p;

	for (size_t i = 0; i < ARRAY_LEN(all->items); i++)
		if (all->items[i].name[0] && all->items[i].cd != (iconv_t)-1)
			iconv_close(all->items[i].cd);
	free(all);
}

static void descriptors_init(void)
{
	must(pthread_key_create(&descriptors_key, descriptors_free) == 0);
}

/* (iconv_t)-1 where iconv doesn't know the charset; that is remembered as well. */
static iconv_t descriptor_for(const char *name)
{
	struct descriptor *d;

	if (!descriptors) {
		must(pthread_once(&descriptors_once, descriptors_init) == 0);
		descriptors = mem_new(1, sizeof *descriptors);
		pthread_setspecific(descriptors_key, descriptors);
	}
	for (size_t i = 0; i < ARRAY_LEN(descriptors->items); i++) {
		if (strcmp(descriptors->items[i].name, name) == 0)
			return descriptors->items[i].cd;
	}
	d = &descriptors->items[descriptors->next];
	descriptors->next = (descriptors->next + 1) % ARRAY_LEN(descriptors->items);
	if (d->name[0] && d->cd != (iconv_t)-1)
		iconv_close(d->cd);
	must(strlen(name) <= LABEL_MAX);
	memcpy(d->name, name, strlen(name) + 1);
	d->cd = iconv_open("UTF-8", name);
	return d->cd;
}

static struct str from_iconv(struct arena *arena, iconv_t cd, struct str bytes)
{
	struct growing out = {.arena = arena};
	char *in = (char *)(uintptr_t)bytes.p;
	size_t left = bytes.n;
	bool ended = false;

	iconv(cd, NULL, NULL, NULL, NULL);
	while (!ended) {
		size_t room = left + left / 2 + 64;
		char *to = growing_room(&out, room), *start = to;
		size_t rc;

		ended = left == 0; /* the last call writes what the charset's state holds back */
		rc = ended ? iconv(cd, NULL, NULL, &to, &room) : iconv(cd, &in, &left, &to, &room);
		out.n += (size_t)(to - start);
		if (rc == (size_t)-1 && errno != E2BIG && left) {
			growing_add(&out, STR(REPLACEMENT));
			if (errno == EINVAL)
				left = 0;
			in += left ? 1 : 0;
			left -= left ? 1 : 0;
		}
	}
	if (!str_is_utf8(growing_str(&out)))
		return repair_utf8(arena, growing_str(&out));
	growing_add_char(&out, '\0');
	out.n--;
	return growing_str(&out);
}

/* ISO-2022-JP as senders write it holds NEC's and IBM's characters in JIS X 0208's free rows, which only the EUC form
 * of iconv knows; and half-width katakana behind ESC ( I. So the escapes are turned into EUC bytes first. */
static struct str from_iso_2022_jp(struct arena *arena, struct str bytes)
{
	char *euc = arena_bytes(arena, bytes.n * 2 + 1);
	size_t n = 0;
	enum { ASCII, KANJI, KATAKANA, EXTRA } set = ASCII;

	for (size_t i = 0; i < bytes.n; i++) {
		struct str rest = str_slice(bytes, i, bytes.n);
		unsigned char c = (unsigned char)bytes.p[i];
		bool in_pair = c > 0x20 && c < 0x7f && i + 1 < bytes.n;

		if (str_starts(rest, STR("\033$B")) || str_starts(rest, STR("\033$@"))) {
			set = KANJI;
			i += 2;
		} else if (str_starts(rest, STR("\033$(D"))) {
			set = EXTRA;
			i += 3;
		} else if (str_starts(rest, STR("\033(I"))) {
			set = KATAKANA;
			i += 2;
		} else if (str_starts(rest, STR("\033(")) && rest.n > 2) {
			set = ASCII;
			i += 2;
		} else if (c == '\033' && rest.n < 4 && memchr("$(", rest.n > 1 ? rest.p[1] : '$', 2)) {
			break; /* cut off inside an escape */
		} else if ((set == KANJI || set == EXTRA) && in_pair) {
			if (set == EXTRA)
				euc[n++] = (char)0x8f;
			euc[n++] = (char)(c | 0x80);
			euc[n++] = (char)((unsigned char)bytes.p[++i] | 0x80);
		} else if ((set == KANJI || set == EXTRA) && c > 0x20 && i + 1 == bytes.n) {
			euc[n++] = (char)0xff; /* half a character: none */
		} else if (set == KATAKANA && c > 0x20 && c < 0x60) {
			euc[n++] = (char)0x8e;
			euc[n++] = (char)(c | 0x80);
		} else {
			if (c == '\n')
				set = ASCII; /* every line begins in ASCII */
			euc[n++] = (char)c;
		}
	}
	iconv_t cd = descriptor_for("EUC-JP-MS");
	return cd == (iconv_t)-1 ? repair_utf8(arena, str_new(euc, n)) : from_iconv(arena, cd, str_new(euc, n));
}

/* HZ (RFC 1843): GB 2312 in seven bits between ~{ and ~}; no run goes beyond its line. */
static struct str from_hz(struct arena *arena, struct str bytes)
{
	char *gb = arena_bytes(arena, bytes.n + 1);
	size_t n = 0;
	bool inside = false;
	iconv_t cd;

	for (size_t i = 0; i < bytes.n; i++) {
		char c = bytes.p[i], after = i + 1 < bytes.n ? bytes.p[i + 1] : '\0';

		if (c == '~' && (after == '{' || after == '}')) {
			inside = after == '{';
			i++;
		} else if (!inside && c == '~' && (after == '~' || after == '\n')) {
			i++;
			if (after == '~')
				gb[n++] = '~';
		} else if (inside && c > ' ' && after > ' ') {
			gb[n++] = (char)(c | 0x80);
			gb[n++] = (char)(after | 0x80);
			i++;
		} else {
			inside = inside && c != '\n';
			gb[n++] = c;
		}
	}
	cd = descriptor_for("GB18030");
	return cd == (iconv_t)-1 ? repair_utf8(arena, str_new(gb, n)) : from_iconv(arena, cd, str_new(gb, n));
}

static struct str from_utf16(struct arena *arena, struct str bytes)
{
	bool big = bytes.n >= 2 && (uint8_t)bytes.p[0] == 0xfe && (uint8_t)bytes.p[1] == 0xff;
	bool little = bytes.n >= 2 && (uint8_t)bytes.p[0] == 0xff && (uint8_t)bytes.p[1] == 0xfe;
	iconv_t cd;

	/* No mark: a zero in the first place of Latin text tells big from little. */
	if (!big && !little && bytes.n >= 2)
		big = bytes.p[0] == 0 && bytes.p[1] != 0;
	else
		bytes = str_slice(bytes, 2, bytes.n);
	cd = descriptor_for(big ? "UTF-16BE" : "UTF-16LE");
	return cd == (iconv_t)-1 ? repair_utf8(arena, bytes) : from_iconv(arena, cd, bytes);
}

/* ---------------------------------------------------------------- the two entries */

/* Letters of Latin scripts beyond ASCII stand singly between ASCII letters; those of all others in pairs or rows. */
static bool looks_latin(struct str bytes)
{
	size_t high = 0, single = 0;

	for (size_t i = 0; i < bytes.n; i++) {
		if (!(bytes.p[i] & 0x80))
			continue;
		high++;
		single += !(i > 0 && (bytes.p[i - 1] & 0x80)) && !(i + 1 < bytes.n && (bytes.p[i + 1] & 0x80));
	}
	return single * 2 > high;
}

/* What nothing was declared for and what isn't UTF-8: detected on the first 64 KiB. */
static struct str detect(struct arena *arena, struct str bytes)
{
	uchardet_t detector;
	char name[LABEL_MAX + 1];
	struct str label;
	iconv_t cd;

	if (looks_latin(str_slice(bytes, 0, KIB(64))))
		return from_windows_1252(arena, bytes);
	detector = uchardet_new();
	uchardet_handle_data(detector, bytes.p, MIN(bytes.n, KIB(64)));
	uchardet_data_end(detector);
	label = label_clean(str_of(uchardet_get_charset(detector)), name);
	uchardet_delete(detector);
	/* Short texts make it guess wildly: only multi-byte charsets and Cyrillic are told from Latin with any
	 * certainty. */
	static const char *const trusted[] = {
	        "gb18030",      "big5",        "euc-tw",   "shift_jis",    "euc-jp",       "iso-2022-jp",
	        "euc-kr",       "uhc",         "koi8-r",   "windows-1251", "windows-1255", "iso-8859-7",
	        "windows-1253", "iso-2022-kr", "utf-16le", "utf-16be",     "iso-8859-5"};
	for (size_t i = 0; i < ARRAY_LEN(trusted); i++) {
		if (!str_eq(label, str_of(trusted[i])) || (bytes.n < 12 && i > 6))
			continue;
		cd = descriptor_for(label_find(label));
		if (cd != (iconv_t)-1)
			return from_iconv(arena, cd, bytes);
	}
	return from_windows_1252(arena, bytes);
}

/* Seven bits with escapes that switch sets (ISO 2022): valid UTF-8 by its bytes and unreadable as such. NULL where
 * there are none. */
static const char *switching_charset(struct str bytes)
{
	static const struct {
		struct str escape;
		const char *label;
	} switches[] = {
	        {STR_INIT("\033$B"), "iso-2022-jp"},  {STR_INIT("\033$@"), "iso-2022-jp"},
	        {STR_INIT("\033(I"), "iso-2022-jp"},  {STR_INIT("\033$)C"), "iso-2022-kr"},
	        {STR_INIT("\033$)A"), "iso-2022-cn"}, {STR_INIT("\033$)G"), "iso-2022-cn"},
	};
	ptrdiff_t at = str_find_char(bytes, '\033');

	if (at < 0)
		return NULL;
	for (size_t i = 0; i < ARRAY_LEN(switches); i++)
		if (str_starts(str_slice(bytes, (size_t)at, bytes.n), switches[i].escape))
			return switches[i].label;
	return NULL;
}

struct str charset_guess_utf8(struct arena *arena, struct str bytes)
{
	const char *switching = switching_charset(bytes);

	if (switching)
		return charset_to_utf8(arena, str_of(switching), bytes);
	return str_is_utf8(bytes) ? bytes : detect(arena, bytes);
}

struct str charset_to_utf8(struct arena *arena, struct str label, struct str bytes)
{
	char text[LABEL_MAX + 1] = "";
	const char *name = label_find(label_clean(label, text));
	iconv_t cd;

	if (name[0] == '?')
		return charset_guess_utf8(arena, bytes);
	if (strcmp(name, "utf-8") == 0)
		return str_is_utf8(bytes) ? bytes : repair_utf8(arena, bytes);
	if (strcmp(name, "1252") == 0)
		return str_is_ascii(bytes) ? bytes : from_windows_1252(arena, bytes);
	if (strcmp(name, "ISO-2022-JP") == 0)
		return from_iso_2022_jp(arena, bytes);
	if (strcmp(name, "HZ") == 0)
		return from_hz(arena, bytes);
	if (strcmp(name, "UTF-16") == 0)
		return from_utf16(arena, bytes);
	cd = descriptor_for(name);
	return cd == (iconv_t)-1 ? charset_guess_utf8(arena, bytes) : from_iconv(arena, cd, bytes);
}
