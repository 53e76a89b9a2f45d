/* See logo.h. */
#include "setup/logo.h"

#include "base/base64.h"
#include "base/cursor.h"
#include "base/file.h"
#include "setup/provider.h"
#include "setup/svg.h"

#include <stdio.h>

#define MAX_SVG (LOGO_MAX_BYTES * 6) /* every byte an entity, before it is found too large */

const char *logo_media_type(enum logo_type type)
{
	static const char *const types[] = {"image/png", "image/jpeg", "image/svg+xml"};

	return types[type];
}

/* ---------------------------------------------------------------- bitmaps */

static unsigned take16(struct cursor *c)
{
	unsigned high = (unsigned)cursor_next(c) & 0xff;

	return high << 8 | ((unsigned)cursor_next(c) & 0xff);
}

static uint32_t take32(struct cursor *c)
{
	uint32_t high = take16(c);

	return high << 16 | take16(c);
}

static int check_size(uint32_t width, uint32_t height, struct error *err)
{
	if (width >= 1 && height >= 1 && width <= LOGO_MAX_SIDE && height <= LOGO_MAX_SIDE)
		return 0;
	return fail(err, E_INVALID, RETRY_NEVER, "is %u x %u pixels large: each side is 1 to %d", width, height,
	            LOGO_MAX_SIDE);
}

/* PNG §11.2.2: the first chunk is IHDR; the last is IEND. */
static int check_png(struct str bytes, struct error *err)
{
	struct cursor c = cursor_of(str_slice(bytes, 8, bytes.n));
	uint32_t width, height;

	if (bytes.n < 45 || take32(&c) != 13 || !cursor_take(&c, STR("IHDR")))
		return fail(err, E_INVALID, RETRY_NEVER, "is a PNG without a header");
	width = take32(&c);
	height = take32(&c);
	if (!str_eq(str_slice(bytes, bytes.n - 8, bytes.n - 4), STR("IEND")))
		return fail(err, E_INVALID, RETRY_NEVER, "is a PNG with something behind its end, or without one");
	return check_size(width, height, err);
}

/* ITU T.81 B.1.1: segments until a frame header (SOF) tells the size. */
static int check_jpeg(struct str bytes, struct error *err)
{
	struct cursor c = cursor_of(str_slice(bytes, 2, bytes.n));
	unsigned marker, length;

	while (cursor_left(&c) > 4 && cursor_next(&c) == 0xff) {
		marker = (unsigned)cursor_next(&c);
		length = take16(&c);
		if (length < 2)
			break;
		if (marker >= 0xc0 && marker <= 0xcf && marker != 0xc4 && marker != 0xc8 && marker != 0xcc) {
			uint32_t height;

			if (cursor_left(&c) < 5)
				break;
			cursor_next(&c);
			height = take16(&c);
			return check_size(take16(&c), height, err);
		}
		cursor_skip(&c, length - 2);
	}
	return fail(err, E_INVALID, RETRY_NEVER, "is a JPEG without a header");
}

/* ---------------------------------------------------------------- any */

int logo_clean(struct str bytes, struct buf *out, enum logo_type *ret_type, struct error *err)
{
	struct buf svg CLEANUP(buf_done) = BUF_INIT(MAX_SVG);
	enum logo_type type = LOGO_SVG;
	int r;

	if (!bytes.n || bytes.n > LOGO_MAX_BYTES)
		return fail(err, E_INVALID, RETRY_NEVER, "is %s", bytes.n ? "larger than 64 KiB" : "empty");
	if (str_starts(bytes, STR("\x89PNG\r\n\x1a\n"))) {
		type = LOGO_PNG;
		r = check_png(bytes, err);
	} else if (str_starts(bytes, STR("\xff\xd8\xff"))) {
		type = LOGO_JPEG;
		r = check_jpeg(bytes, err);
	} else if (str_find_char(str_slice(bytes, 0, 1000), '<') < 0) {
		return fail(err, E_INVALID, RETRY_NEVER, "is neither PNG nor JPEG nor SVG");
	} else {
		r = svg_clean(bytes, &svg, err);
	}
	if (r == 0 && svg.n > LOGO_MAX_BYTES)
		r = fail(err, E_INVALID, RETRY_NEVER, "is larger than 64 KiB");
	if (r < 0)
		return r;
	buf_add(out, type == LOGO_SVG ? buf_str(&svg) : bytes);
	*ret_type = type;
	return 0;
}

const char *logo_check(const char *base64)
{
	static _Thread_local char wrong[260];
	struct buf bytes CLEANUP(buf_done) = BUF_INIT(LOGO_MAX_BYTES),
	                 cleaned CLEANUP(buf_done) = BUF_INIT(LOGO_MAX_BYTES);
	enum logo_type type;
	struct error err;

	if (!base64_decode(&bytes, str_of(base64)) || bytes.failed)
		return "is not a picture of at most 64 KiB in base64; {file: PATH} names a file";
	if (logo_clean(buf_str(&bytes), &cleaned, &type, &err) < 0) {
		snprintf(wrong, sizeof wrong, "is no logo: it %s", err.text);
		return wrong;
	}
	return str_eq(buf_str(&bytes), buf_str(&cleaned))
	               ? NULL
	               : "is an SVG with more than shapes: {file: PATH} takes it over without the rest";
}

/* ---------------------------------------------------------------- the file beside the set-up */

static int read_file(json_t *provider, const char *path, struct error *err)
{
	struct buf bytes CLEANUP(buf_done) = BUF_INIT(LOGO_MAX_BYTES + 1),
	                 cleaned CLEANUP(buf_done) = BUF_INIT(LOGO_MAX_BYTES),
	                 text CLEANUP(buf_done) = BUF_INIT(LOGO_MAX_BYTES * 2);
	enum logo_type type;

	if (file_read(path, &bytes, err) < 0)
		return err->code = E_INVALID;
	if (logo_clean(buf_str(&bytes), &cleaned, &type, err) < 0)
		return error_prefix(err, "%s", path);
	base64_encode(&text, buf_str(&cleaned));
	json_object_set_new(provider, "logo", json_stringn(text.p, text.n));
	return 0;
}

int logos_read_files(json_t *document, const char *folder, struct error *err)
{
	const char *id;
	json_t *provider;

	json_object_foreach (json_object_get(document, provider_type.plural), id, provider) {
		struct buf path CLEANUP(buf_done) = BUF_INIT(KIB(8));
		const json_t *logo = json_object_get(provider, "logo");
		const char *file = json_string_value(json_object_get(logo, "file"));

		if (!json_is_object(logo))
			continue;
		if (!file || !*file || json_object_size(logo) != 1)
			return fail(err, E_INVALID, RETRY_NEVER,
			            "providers/%.64s/logo: is a text (base64) or {file: PATH}", id);
		if (file[0] != '/')
			buf_printf(&path, "%s/", folder);
		buf_add_cstr(&path, file);
		if (path.failed || read_file(provider, buf_cstr(&path), err) < 0)
			return error_prefix(err, "providers/%.64s/logo", id);
	}
	return 0;
}
