/* See inspect_smime.h. */
#include "cli/inspect_smime.h"

#include "base/clock.h"
#include "base/file.h"
#include "base/mem.h"
#include "cli/inspect_sections.h"

#define MAX_SECTION MIB(1)

static struct smime_account opened; /* of this run of the command */
static int64_t judged_at;           /* 0: now */

static void wipe_buf(struct buf *buf)
{
	mem_wipe_free(buf->p, buf->size);
}

/* Its first line. */
static int read_password(const char *path, struct secret *password, struct error *err)
{
	struct buf text CLEANUP(wipe_buf) = BUF_INIT(KIB(4));
	struct str line, rest;

	(void)!buf_room(&text, KIB(4));
	if (!path)
		return 0;
	if (file_read(path, &text, err) < 0)
		return err->code;
	rest = buf_str(&text);
	if (str_split(&rest, '\n', &line))
		secret_set(password, str_trim(line));
	return 0;
}

static int open_file(const char *path, const struct secret *password, struct keystore **ret, struct error *err)
{
	struct buf bytes CLEANUP(wipe_buf) = BUF_INIT(KEYSTORE_MAX_BYTES + 1);

	(void)!buf_room(&bytes, KEYSTORE_MAX_BYTES + 1);
	if (file_read(path, &bytes, err) < 0)
		return err->code;
	return keystore_open(buf_str(&bytes), password, ret, err) < 0 ? error_prefix(err, "keystore %s", path) : 0;
}

int inspect_smime_use(const struct inspect_keys *names, struct error *err)
{
	struct secret password CLEANUP(secret_done) = {0};
	int r = read_password(names->password_file, &password, err);

	if (r == 0 && names->keystore)
		r = open_file(names->keystore, &password, &opened.keys, err);
	if (r == 0 && names->truststore)
		r = open_file(names->truststore, NULL, &opened.trust, err);
	return r;
}

void inspect_smime_use_account(const struct setup *setup, const struct account *account, int64_t at)
{
	smime_account_close(&opened);
	smime_account_open(&opened, setup, account);
	judged_at = at;
}

void inspect_smime_done(void)
{
	smime_account_close(&opened);
	judged_at = 0;
}

const struct smime_report *inspect_smime(struct arena *arena, struct message *m)
{
	struct smime_place place = smime_account_place(&opened, judged_at ? judged_at : clock_now_ms());

	return smime_read(arena, m, &place);
}

const struct message *inspect_opened(struct arena *arena, struct message *m)
{
	const struct smime_report *report = inspect_smime(arena, m);

	return report ? report->message : m;
}

void inspect_section_smime(const struct inspected *mail, struct page *page)
{
	struct buf lines CLEANUP(buf_done) = BUF_INIT(MAX_SECTION);

	if (!mail->smime)
		return;
	smime_page(mail->smime, &lines);
	page_heading(page, "S/MIME");
	page_field(page, "Result", str_of(smime_verdict_word(mail->smime->verdict)));
	page_lines(page, PAGE_PLAIN, 0, str_trim(buf_str(&lines)));
}
