/* See message_output.h. */
#include "cli/message_output.h"

#include "base/base64.h"
#include "base/file.h"
#include "base/html.h"
#include "cli/inspect.h"
#include "cli/inspect_smime.h"
#include "cli/text.h"

#include <stdio.h>
#include <unistd.h>

#define MAX_HTML MIB(32) /* with the images that are put into it */

/* ---------------------------------------------------------------- writing */

/* To the file that was named, or to standard output: as text where that is a terminal. */
static int put(const struct mail_request *request, struct str bytes, struct error *err)
{
	if (request->output)
		return file_write(request->output, bytes, 0600, err);
	if (isatty(STDOUT_FILENO))
		lines_put(bytes);
	else
		fwrite(bytes.p ? bytes.p : "", 1, bytes.n, stdout);
	return 0;
}

static json_t *base64_json(struct str bytes)
{
	struct buf text CLEANUP(buf_done) = BUF_INIT(bytes.n / 3 * 4 + 8);

	base64_encode(&text, bytes);
	return json_string(buf_cstr(&text));
}

/* ---------------------------------------------------------------- show, raw, text */

int message_show(const struct cli *cli, const struct mail_request *request, struct error *err)
{
	struct arena *arena CLEANUP(arena_freep) = arena_new();
	struct buf out CLEANUP(buf_done) = BUF_INIT(2 * MESSAGE_MAX_RAW);
	struct str name = arena_printf(arena, "message %lld", (long long)request->id);
	struct inspected mail = inspect_read(arena, request->raw, name.p);
	struct page page = page_new(&out, request->color);
	int r;

	mail.is_full = request->is_full;
	mail.case_number = request->case_number;
	mail.why = request->why;
	r = cli->json ? inspect_json(&mail, &out, err) : inspect_page(&mail, &page, err);
	if (r < 0)
		return r;
	if (request->output)
		return file_write(request->output, buf_str(&out), 0600, err);
	if (cli->json && isatty(STDOUT_FILENO))
		lines_put(buf_str(&out));
	else
		fwrite(out.p ? out.p : "", 1, out.n, stdout);
	return 0;
}

int message_raw(const struct cli *cli, const struct mail_request *request, struct error *err)
{
	if (!cli->json)
		return put(request, request->raw, err);
	cli_print_json(json_pack("{s:I, s:I, s:o}", "message", (json_int_t)request->id, "size",
	                         (json_int_t)request->raw.n, "raw_base64", base64_json(request->raw)));
	return 0;
}

int message_text(const struct cli *cli, const struct mail_request *request, struct error *err)
{
	struct arena *arena CLEANUP(arena_freep) = arena_new();
	struct reply reply = message_reply(arena, inspect_opened(arena, message_parse(arena, request->raw, NULL)));
	struct str text = request->only_reply ? reply.reply : reply.text;

	if (!cli->json)
		return put(request, arena_printf(arena, STR_FMT "\n", STR_ARG(str_trim(text))), err);
	cli_print_json(json_pack("{s:I, s:o, s:o}", "message", (json_int_t)request->id, "text",
	                         cli_json_str(reply.text), "reply_text", cli_json_str(reply.reply)));
	return 0;
}

/* ---------------------------------------------------------------- HTML */

struct parts {
	struct arena *arena;
	const struct message *message;
};

static bool is_picture(const struct part *part)
{
	static const char *const kinds[] = {"png", "jpeg", "jpg", "gif", "webp"};

	for (size_t i = 0; i < ARRAY_LEN(kinds); i++)
		if (str_eq(part->type, STR("image")) && str_eq(part->subtype, str_of(kinds[i])))
			return true;
	return false;
}

/* The picture itself: the page is whole by itself. */
static struct str embedded_part(void *ctx, struct str content_id)
{
	const struct parts *parts = ctx;

	for (size_t i = 0; i < parts->message->attachment_count; i++) {
		const struct part *part = parts->message->attachments[i];
		struct buf bytes CLEANUP(buf_done) = BUF_INIT(MIB(8)), url CLEANUP(buf_done) = BUF_INIT(MIB(12));

		if (!str_eq(part->content_id, content_id) || !is_picture(part) || !part_decode(part, &bytes))
			continue;
		buf_printf(&url, "data:image/" STR_FMT ";base64,", STR_ARG(part->subtype));
		base64_encode(&url, buf_str(&bytes));
		return url.failed ? STR_NULL : arena_str(parts->arena, buf_str(&url));
	}
	return STR_NULL;
}

/* A page that a browser shows; what it may load is said once more, for the browser to hold on to. */
static int put_page(const struct mail_request *request, const struct message *m, struct str html, struct error *err)
{
	struct buf out CLEANUP(buf_done) = BUF_INIT(html.n + m->subject.n * 6 + KIB(1));

	buf_printf(
	        &out,
	        "<!DOCTYPE html>\n<html>\n<head>\n<meta charset=\"utf-8\">\n"
	        "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'unsafe-inline'; "
	        "img-src data:%s\">\n<title>",
	        request->allow_remote ? " https: http:" : "");
	html_escape(&out, m->subject);
	buf_add(&out, STR("</title>\n</head>\n<body>\n"));
	buf_add(&out, html);
	buf_add(&out, STR("\n</body>\n</html>\n"));
	return put(request, buf_str(&out), err);
}

static json_t *texts_json(const struct str *items, size_t count)
{
	json_t *array = json_array();

	for (size_t i = 0; i < count; i++)
		json_array_append_new(array, cli_json_str(items[i]));
	return array;
}

int message_html(const struct cli *cli, const struct mail_request *request, struct error *err)
{
	struct arena *arena CLEANUP(arena_freep) = arena_new();
	struct parts parts = {.arena = arena,
	                      .message = inspect_opened(arena, message_parse(arena, request->raw, NULL))};
	struct sanitise_options options = {.allow_remote = request->allow_remote,
	                                   .link_part = cli->json ? NULL : embedded_part,
	                                   .ctx = &parts,
	                                   .max_bytes = MAX_HTML};
	struct str html = message_body_html(arena, parts.message);
	struct sanitised safe;

	if (!html.n)
		return fail(err, E_NOT_FOUND, RETRY_NEVER,
		            "message %lld has no HTML; 'hauspost message text %lld' gives its text",
		            (long long)request->id, (long long)request->id);
	safe = html_sanitise(arena, html, &options);
	if (cli->json) {
		cli_print_json(json_pack("{s:I, s:o, s:b, s:I, s:o, s:o}", "message", (json_int_t)request->id,
		                         "html_safe", cli_json_str(safe.html), "html_as_text", (int)safe.as_text,
		                         "blocked_remote", (json_int_t)safe.blocked_remote, "html_parts",
		                         texts_json(safe.parts, safe.part_count), "html_notices",
		                         texts_json(safe.notices, safe.notice_count)));
		return 0;
	}
	for (size_t i = 0; i < safe.notice_count; i++)
		fprintf(stderr, "hauspost: " STR_FMT "\n", STR_ARG(safe.notices[i]));
	return put_page(request, parts.message, safe.html, err);
}

/* ---------------------------------------------------------------- files */

static json_t *file_json(struct arena *arena, const struct part *part, size_t number)
{
	return json_pack("{s:I, s:o, s:o, s:I, s:o}", "file", (json_int_t)number, "name", cli_json_str(part->filename),
	                 "type", cli_json_str(part_type(arena, part)), "size", (json_int_t)part_decoded_size(part),
	                 "content_id", cli_json_str(part->content_id));
}

static int list_files(const struct cli *cli, struct arena *arena, const struct message *m)
{
	json_t *all = json_array();
	char size[24];

	for (size_t i = 0; i < m->attachment_count; i++) {
		const struct part *part = m->attachments[i];
		struct buf line CLEANUP(buf_done) = BUF_INIT(KIB(64));

		if (cli->json) {
			json_array_append_new(all, file_json(arena, part, i + 1));
			continue;
		}
		buf_printf(&line, "%3zu  %10s  ", i + 1, page_size(part_decoded_size(part), size));
		line_column(&line, part_type(arena, part), 24);
		line_column(&line, part->filename.n ? part->filename : STR("no name"), 0);
		line_put(&line);
	}
	if (cli->json)
		cli_print_json(all);
	else
		json_decref(all);
	if (!cli->json && !m->attachment_count)
		puts("no files");
	return 0;
}

static int give_file(const struct cli *cli, struct arena *arena, const struct mail_request *request,
                     const struct part *part, struct error *err)
{
	struct buf bytes CLEANUP(buf_done) = BUF_INIT(MESSAGE_MAX_RAW);

	if (!part_decode(part, &bytes))
		return fail(err, E_LIMIT, RETRY_NEVER, "message %lld: file %zu is larger than %zu bytes",
		            (long long)request->id, request->file, bytes.max);
	if (cli->json) {
		json_t *object = file_json(arena, part, request->file);

		json_object_set_new(object, "message", json_integer((json_int_t)request->id));
		json_object_set_new(object, "content_base64", base64_json(buf_str(&bytes)));
		cli_print_json(object);
		return 0;
	}
	if (!request->output && isatty(STDOUT_FILENO) && !str_is_utf8(buf_str(&bytes)))
		return fail(err, E_INVALID, RETRY_NEVER,
		            "file %zu isn't text, and this is a terminal: write it with --output FILE", request->file);
	return put(request, buf_str(&bytes), err);
}

int message_attachment(const struct cli *cli, const struct mail_request *request, struct error *err)
{
	struct arena *arena CLEANUP(arena_freep) = arena_new();
	const struct message *m = inspect_opened(arena, message_parse(arena, request->raw, NULL));

	if (!request->file)
		return list_files(cli, arena, m);
	if (request->file > m->attachment_count)
		return fail(err, E_NOT_FOUND, RETRY_NEVER,
		            "message %lld has %zu file%s; 'hauspost message attachment %lld' lists them",
		            (long long)request->id, m->attachment_count, m->attachment_count == 1 ? "" : "s",
		            (long long)request->id);
	return give_file(cli, arena, request, m->attachments[request->file - 1], err);
}
