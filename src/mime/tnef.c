/* See tnef.h. A stream of attributes (MS-OXTNEF §2.1.3.1): level, id, length, data, checksum. An attachment begins with
 * its rendering data; its long name and type stand in a block of MAPI properties (§2.1.3.4). The checksums are let be:
 * what a wrong one says about a file is for its reader to find. */
#include "tnef.h"

#include "base/cursor.h"
#include "mime/charset.h"

#include <stdio.h>

#define SIGNATURE      0x223e9f78
#define LEVEL_FILE     2
#define PROPERTIES_MAX 1000

/* clang-format off */
enum attribute {
	ATTACH_RENDER = 0x00069002, ATTACH_TITLE = 0x00018010, ATTACH_DATA = 0x0006800f, ATTACH_PROPERTIES = 0x00069005,
	OEM_CODEPAGE = 0x00069007,
};
enum property { LONG_NAME = 0x3707, NAME = 0x3704, MIME_TYPE = 0x370e, CONTENT_ID = 0x3712, CONTENT = 0x3701 };
enum property_type {
	TYPE_I2 = 2, TYPE_LONG = 3, TYPE_R4 = 4, TYPE_DOUBLE = 5, TYPE_CURRENCY = 6, TYPE_APPTIME = 7, TYPE_ERROR = 10,
	TYPE_BOOLEAN = 11, TYPE_OBJECT = 13, TYPE_I8 = 20, TYPE_STRING8 = 30, TYPE_UNICODE = 31, TYPE_SYSTIME = 64,
	TYPE_CLSID = 72, TYPE_BINARY = 258, TYPE_MULTIPLE = 0x1000,
};
/* clang-format on */

struct reader {
	struct arena *arena;
	struct cursor c;
	char charset[24]; /* of 8-bit names */
	struct tnef_file *files;
	size_t count, max;
};

static bool take_number(struct cursor *c, size_t bytes, uint32_t *ret)
{
	struct str s;
	uint32_t value = 0;

	if (!cursor_bytes(c, bytes, &s))
		return false;
	for (size_t i = bytes; i-- > 0;)
		value = value << 8 | (uint8_t)s.p[i];
	*ret = value;
	return true;
}

static struct str until_nul(struct str s)
{
	ptrdiff_t end = str_find_char(s, '\0');

	return end < 0 ? s : str_slice(s, 0, (size_t)end);
}

/* ---------------------------------------------------------------- properties of a file */

static struct str property_text(struct reader *r, uint32_t type, struct str value)
{
	struct str text;

	if (type != TYPE_UNICODE)
		return arena_str(r->arena, charset_to_utf8(r->arena, str_of(r->charset), until_nul(value)));
	text = charset_to_utf8(r->arena, STR("utf-16le"), str_slice(value, 0, value.n & ~(size_t)1));
	return arena_str(r->arena, until_nul(text));
}

static void property_use(struct reader *r, uint32_t type, uint32_t id, struct str value)
{
	struct tnef_file *file = &r->files[r->count - 1];

	if (type == TYPE_STRING8 || type == TYPE_UNICODE) {
		if (id == LONG_NAME || (id == NAME && !file->name.n))
			file->name = property_text(r, type, value);
		else if (id == MIME_TYPE)
			file->type = property_text(r, type, value);
		else if (id == CONTENT_ID)
			file->content_id = property_text(r, type, value);
	} else if (id == CONTENT && type == TYPE_BINARY && !file->content.n) {
		file->content = value;
	}
}

/* Size of a value that says none itself; 0 where it does. */
static size_t fixed_size(uint32_t type)
{
	switch (type) {
	case TYPE_I2:
	case TYPE_LONG:
	case TYPE_R4:
	case TYPE_ERROR:
	case TYPE_BOOLEAN:
		return 4;
	case TYPE_DOUBLE:
	case TYPE_CURRENCY:
	case TYPE_APPTIME:
	case TYPE_I8:
	case TYPE_SYSTIME:
		return 8;
	case TYPE_CLSID:
		return 16;
	default:
		return 0;
	}
}

static bool skip_padded(struct cursor *c, uint32_t n, struct str *ret)
{
	if (!cursor_bytes(c, n, ret))
		return false;
	cursor_skip(c, (4 - n % 4) % 4);
	return true;
}

/* A named property has its name before its value: a GUID and a number or a text. */
static bool skip_property_name(struct cursor *c)
{
	struct str skipped;
	uint32_t kind, n;

	if (!cursor_bytes(c, 16, &skipped) || !take_number(c, 4, &kind) || !take_number(c, 4, &n))
		return false;
	return kind == 0 || skip_padded(c, n, &skipped);
}

static bool property_read(struct reader *r, struct cursor *c)
{
	uint32_t type, id, values = 1, n;
	struct str value;
	size_t fixed;

	if (!take_number(c, 2, &type) || !take_number(c, 2, &id) || (id >= 0x8000 && !skip_property_name(c)))
		return false;
	fixed = fixed_size(type & ~(uint32_t)TYPE_MULTIPLE);
	if ((!fixed || type & TYPE_MULTIPLE) && !take_number(c, 4, &values))
		return false;
	if (!fixed && !(type == TYPE_STRING8 || type == TYPE_UNICODE || type == TYPE_OBJECT || type == TYPE_BINARY ||
	                type & TYPE_MULTIPLE))
		return false;
	for (uint32_t i = 0; i < values; i++) {
		n = (uint32_t)fixed;
		if ((!fixed && !take_number(c, 4, &n)) || !skip_padded(c, n, &value))
			return false;
		if (i == 0)
			property_use(r, type, id, value);
	}
	return true;
}

static void properties_read(struct reader *r, struct str data)
{
	struct cursor c = cursor_of(data);
	uint32_t count;

	if (!take_number(&c, 4, &count))
		return;
	for (uint32_t i = 0; i < MIN(count, PROPERTIES_MAX) && property_read(r, &c); i++)
		;
}

/* ---------------------------------------------------------------- attributes */

static void codepage_read(struct reader *r, struct str data)
{
	struct cursor c = cursor_of(data);
	uint32_t page;

	if (take_number(&c, 4, &page) && page > 0 && page < 100000)
		snprintf(r->charset, sizeof r->charset, page == 65001 ? "utf-8" : "windows-%u", page);
}

static void attribute_use(struct reader *r, uint32_t level, uint32_t id, struct str data)
{
	if (id == OEM_CODEPAGE)
		codepage_read(r, data);
	if (level != LEVEL_FILE)
		return;
	if (id == ATTACH_RENDER && r->count < r->max)
		r->files[r->count++] = (struct tnef_file){STR(""), STR(""), STR(""), STR("")};
	if (!r->count)
		return;
	if (id == ATTACH_TITLE && !r->files[r->count - 1].name.n)
		r->files[r->count - 1].name = property_text(r, TYPE_STRING8, data);
	else if (id == ATTACH_DATA)
		r->files[r->count - 1].content = data;
	else if (id == ATTACH_PROPERTIES)
		properties_read(r, data);
}

size_t tnef_read(struct arena *arena, struct str bytes, struct tnef_file *files, size_t max)
{
	struct reader r = {.arena = arena, .c = cursor_of(bytes), .files = files, .max = max};
	uint32_t signature, key;

	if (!take_number(&r.c, 4, &signature) || signature != SIGNATURE || !take_number(&r.c, 2, &key))
		return 0;
	while (!cursor_end(&r.c)) {
		uint32_t level, id, n, checksum;
		struct str data;

		if (!take_number(&r.c, 1, &level) || !take_number(&r.c, 4, &id) || !take_number(&r.c, 4, &n) ||
		    !cursor_bytes(&r.c, n, &data))
			break;
		attribute_use(&r, level, id, data);
		if (!take_number(&r.c, 2, &checksum))
			break;
	}
	return r.count;
}
