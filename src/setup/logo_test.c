/* Logos: what is one, what isn't, and what stays of an SVG. */
#include "setup/logo.h"

#include "base/base64.h"
#include "setup/svg.h"

#include "base/test.h"

#define SVG(inside) "<svg xmlns=\"http://www.w3.org/2000/svg\">" inside "</svg>"
#define PNG(w, h)   "\x89PNG\r\n\x1a\n\0\0\0\x0dIHDR\0\0" w "\0\0" h "\x08\6\0\0\0abcd\0\0\0\0IEND\xae\x42\x60\x82"
#define JPEG(h, w)  "\xff\xd8\xff\xe0\0\4ab\xff\xc0\0\x11\x08" h w "\3abcdefghi\xff\xd9"
#define BYTES(lit)                   \
	{                            \
		lit, sizeof(lit) - 1 \
	}

static void bitmaps_are_known_by_their_header(void **state UNUSED)
{
	/* clang-format off */
	static const struct { struct str bytes; const char *result; } cases[] = {
		{BYTES(PNG("\0\x10", "\0\x20")), "image/png"},
		{BYTES(PNG("\4\0", "\4\0")), "image/png"},
		{BYTES(PNG("\4\1", "\0\x20")), "is 1025 x 32 pixels large: each side is 1 to 1024"},
		{BYTES(PNG("\0\0", "\0\x20")), "is 0 x 32 pixels large: each side is 1 to 1024"},
		{BYTES(PNG("\0\x10", "\0\x20") "<script>"), "is a PNG with something behind its end, or without one"},
		{BYTES("\x89PNG\r\n\x1a\n"), "is a PNG without a header"},
		{BYTES(JPEG("\0\x10", "\0\x20")), "image/jpeg"},
		{BYTES(JPEG("\x10\x10", "\0\x20")), "is 32 x 4112 pixels large: each side is 1 to 1024"},
		{BYTES("\xff\xd8\xff\xe0\0\0abcdefgh"), "is a JPEG without a header"},
		{BYTES("\xff\xd8\xff\xe0\xff\xff" "abcdefgh"), "is a JPEG without a header"},
		{BYTES("GIF89a\1\0\1\0"), "is neither PNG nor JPEG nor SVG"},
		{BYTES(""), "is empty"},
		{BYTES("<html><svg/></html>"), "begins with <html>, not <svg>"},
		{BYTES(SVG("")), "holds nothing that may be shown"},
		{BYTES(SVG("<script>x</script>")), "holds nothing that may be shown"},
		{BYTES(SVG("<path d=\"M0 0\"/>")), "image/svg+xml"},
	};
	/* clang-format on */
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		struct buf out CLEANUP(buf_done) = BUF_INIT(LOGO_MAX_BYTES);
		enum logo_type type;
		struct error err;
		int r = logo_clean(cases[i].bytes, &out, &type, &err);

		assert_string_equal(r < 0 ? err.text : logo_media_type(type), cases[i].result);
	}
}

static void only_shapes_stay_of_an_svg(void **state UNUSED)
{
	static const char *const cases[][2] = {
	        {"<path d=\"M0 0\" fill=\"#f00\"/>", "<path d=\"M0 0\" fill=\"#f00\"/>"},
	        {"<g onclick=\"a()\" ONLOAD=\"b()\"><rect width=\"1\"/></g>", "<g><rect width=\"1\"/></g>"},
	        {"<script>alert(1)</script><rect/>", "<rect/>"},
	        {"<style>*{}</style><rect/>", "<rect/>"},
	        {"<a href=\"javascript:x\"><rect/></a><rect/>", "<rect/>"},
	        {"<image href=\"https://e.test/x\"/><rect/>", "<rect/>"},
	        {"<foreignObject><body xmlns=\"http://www.w3.org/1999/xhtml\"><rect/></body></foreignObject><g/>",
	         "<g/>"},
	        {"<use href=\"#a\"/><animate/><set/><filter/><rect/>", "<rect/>"},
	        {"<x:script xmlns:x=\"http://www.w3.org/2000/svg\">a</x:script><rect/>", "<rect/>"},
	        {"<g xmlns=\"http://www.w3.org/1999/xhtml\"><rect/></g>", "<g><rect/></g>"},
	        {"<rect fill=\"url(#a)\" mask=\"url( #a)\"/>", "<rect fill=\"url(#a)\"/>"},
	        {"<rect fill=\"url(https://e.test/x#a)\"/>", "<rect/>"},
	        {"<rect mask=\"image-set('https://evil.example/x.png' 1x)\"/>", "<rect/>"},
	        {"<rect mask=\"-webkit-Image-Set('x.png' 1x)\" fill=\"SRC('x')\" stroke=\"'//e.test'\"/>", "<rect/>"},
	        {"<rect fill=\"URL(//e.test)\"/>", "<rect/>"},
	        {"<rect fill=\"url(#a) url(x)\"/>", "<rect/>"},
	        {"<rect fill=\"u\\72l(x)\"/>", "<rect/>"},
	        {"<rect fill=\"url/**/(x)\"/>", "<rect/>"},
	        {"<rect style=\"fill:#fff;stroke-width:1.5\"/>", "<rect style=\"fill:#fff;stroke-width:1.5\"/>"},
	        {"<rect style=\"fill:url(#a)\"/>", "<rect/>"},
	        {"<linearGradient id=\"a\" xmlns:xlink=\"x\" xlink:href=\"#b\"/>",
	         "<linearGradient id=\"a\" href=\"#b\"/>"},
	        {"<linearGradient href=\"data:image/svg+xml,x\"/>", "<linearGradient/>"},
	        {"<linearGradient xlink:href=\"#b\" href=\"#a\" xmlns:xlink=\"x\"/>", "<linearGradient href=\"#a\"/>"},
	        {"<rect href=\"#a\"/>", "<rect/>"},
	        {"<text>a&#13;b</text>", "<text>a&#13;b</text>"},
	        {"<text>a &lt;b&gt; &amp; &#x3c;script></text>", "<text>a &lt;b&gt; &amp; &lt;script&gt;</text>"},
	        {"<title><![CDATA[<script>]]></title>", "<title>&lt;script&gt;</title>"},
	        {"<!-- <script> --><?php x ?><rect/>", "<rect/>"},
	        {"<rect id=\"a&quot;b&lt;\"/>", "<rect/>"},
	};

	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		struct buf in CLEANUP(buf_done) = BUF_INIT(KIB(4)), out CLEANUP(buf_done) = BUF_INIT(KIB(4)),
		              again CLEANUP(buf_done) = BUF_INIT(KIB(4)), wanted CLEANUP(buf_done) = BUF_INIT(KIB(4));
		struct error err;

		buf_printf(&in, SVG("%s"), cases[i][0]);
		buf_printf(&wanted, SVG("%s"), cases[i][1]);
		assert_ok(svg_clean(buf_str(&in), &out, &err), &err);
		assert_string_equal(buf_cstr(&out), buf_cstr(&wanted));
		assert_ok(svg_clean(buf_str(&out), &again, &err), &err);
		assert_string_equal(buf_cstr(&again), buf_cstr(&out));
	}
}

static void records_hold_clean_logos_only(void **state UNUSED)
{
	static const struct {
		const char *bytes;
		bool good;
	} cases[] = {{SVG("<rect/>"), true}, {SVG("<rect/><script/>"), false}, {"GIF89a", false}};

	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		struct buf text CLEANUP(buf_done) = BUF_INIT(KIB(4));

		base64_encode(&text, str_of(cases[i].bytes));
		assert_int_equal(logo_check(buf_cstr(&text)) == NULL, cases[i].good);
	}
	assert_non_null(logo_check("not base64"));
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
	        cmocka_unit_test(bitmaps_are_known_by_their_header),
	        cmocka_unit_test(only_shapes_stay_of_an_svg),
	        cmocka_unit_test(records_hold_clean_logos_only),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
