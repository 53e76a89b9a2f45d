/* Fuzz target: any bytes as a header's text, an address list, a date, HTML, and as text in a charset that the first
 * byte picks. */
#include "mime/charset.h"
#include "mime/message.h"

#include "date.h"
#include "html_text.h"
#include "words.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const char *const charsets[] = {
	        "",        "utf-8",       "iso-8859-1",   "utf-7",     "iso-2022-jp", "iso-2022-kr",
	        "gb18030", "big5",        "euc-jp",       "shift_jis", "euc-kr",      "utf-16",
	        "koi8-r",  "iso-2022-cn", "windows-1256", "us-ascii",  "nonsense",    "hz-gb-2312"};
	struct arena *arena CLEANUP(arena_freep) = arena_new();
	struct str bytes = str_new(data, size), text;
	struct address_list list;

	text = words_decode(arena, bytes);
	must(str_is_utf8(text) && text.p[text.n] == '\0');
	must(!text.n || !memchr(text.p, '\n', text.n));
	list = address_list_parse(arena, bytes);
	for (size_t i = 0; i < list.count; i++)
		must(str_is_utf8(list.items[i].name) && str_is_utf8(list.items[i].address));
	(void)date_parse(bytes);
	if (size) {
		const char *charset = charsets[data[0] % ARRAY_LEN(charsets)];

		text = charset_to_utf8(arena, str_of(charset), str_slice(bytes, 1, size));
		must(str_is_utf8(text));
	}
	text = charset_guess_utf8(arena, bytes);
	must(str_is_utf8(text));
	must(str_is_utf8(html_to_text(arena, text)));
	must(str_is_utf8(html_from_text(arena, text)));
	return 0;
}
