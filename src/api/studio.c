/* See studio.h. */
#include "api/studio.h"

/* Scripts and styles come from our files alone. A mail's HTML is shown in a sandboxed frame, and pictures within it
 * come as data or from us. */
#define STUDIO_POLICY                                                                                            \
	"default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data: blob:; font-src 'self'; " \
	"connect-src 'self'; frame-src 'self' blob:; manifest-src 'self'; base-uri 'none'; form-action 'self'; " \
	"frame-ancestors 'none'"

static const struct studio_file *find_file(struct str path)
{
	for (size_t i = 0; i < studio_file_count; i++)
		if (str_eq(path, str_of(studio_files[i].path)))
			return &studio_files[i];
	return NULL;
}

/* "/cases/SUP-1" is a page that the Studio itself knows; "/favicon.ico" a file that isn't there. */
static bool is_page(struct str path)
{
	size_t at = path.n;

	while (at > 0 && path.p[at - 1] != '/')
		at--;
	return str_find_char(str_slice(path, at, path.n), '.') < 0;
}

/* "q=0", "q=0.000": a coding that isn't wanted (RFC 9110 §12.4.2). */
static bool is_refused(struct str parameter)
{
	parameter = str_trim(parameter);
	if (!str_starts_nocase(parameter, STR("q=")))
		return false;
	for (size_t i = 2; i < parameter.n; i++)
		if (parameter.p[i] != '0' && parameter.p[i] != '.')
			return false;
	return true;
}

static bool takes_gzip(const struct request *request)
{
	struct str rest = str_of(request_header(request, "Accept-Encoding")), piece, name;

	while (str_split(&rest, ',', &piece))
		if (str_split(&piece, ';', &name) && str_eq_nocase(str_trim(name), STR("gzip")))
			return !is_refused(piece);
	return false;
}

static void answer_file(const struct request *request, struct answer *answer, const struct studio_file *file)
{
	bool compressed = file->gzip.n > 0 && takes_gzip(request);

	answer->type = file->type;
	answer->constant = compressed ? file->gzip : file->plain;
	if (compressed)
		answer_header(answer, "Content-Encoding", "gzip");
	if (file->gzip.n > 0)
		answer_header(answer, "Vary", "Accept-Encoding");
	answer_header(answer, "ETag", file->etag);
	answer_header(answer, "Cache-Control", file->is_immutable ? "public, max-age=31536000, immutable" : "no-cache");
	answer_header(answer, "Content-Security-Policy", STUDIO_POLICY);
	answer_header(answer, "X-Frame-Options", "DENY");
	answer_header(answer, "Cross-Origin-Opener-Policy", "same-origin-allow-popups");
	answer_header(answer, "Permissions-Policy", "camera=(), geolocation=(), microphone=(), payment=(), usb=()");
}

static const char without_it[] =
        "<!doctype html>\n<html lang=\"en\"><meta charset=\"utf-8\"><title>Hauspost</title>\n"
        "<p>Hauspost runs. This build is without the Studio: build it with <code>npm</code> in <code>web/</code>, and "
        "Hauspost anew.</p>\n<p>The API is at <code>/api/v1</code>.</p>\n</html>\n";

static int answer_path(struct request *request, struct answer *answer, struct error *err)
{
	struct str path = request->target.path;
	const struct studio_file *file = find_file(str_eq(path, STR("/")) ? STR("/index.html") : path);

	if (studio_file_count == 0 && str_eq(path, STR("/"))) {
		answer->type = "text/html; charset=utf-8";
		answer->constant = str_of(without_it);
		return 0;
	}
	if (!file && is_page(path))
		file = find_file(STR("/index.html"));
	if (!file)
		return fail(err, E_NOT_FOUND, RETRY_NEVER, "there is nothing at this path");
	answer_file(request, answer, file);
	return 0;
}

const struct route studio_route = {
        .method = API_GET,
        .path = "/",
        .id = "getStudio",
        .tag = "Studio",
        .summary = "A file or a page of the Studio",
        .right = RIGHT_NONE,
        .answer_type = "text/html",
        .is_quick = true,
        .handle = answer_path,
};
