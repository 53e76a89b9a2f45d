/* See protect.h. A mail is an envelope of fields around an entity (Content-… and body): structures are put around the
 * entity, the fields stay outside. */
#include "send/protect.h"

#include "base/clock.h"
#include "base/random.h"
#include "mime/base64_lines.h"
#include "mime/message.h"
#include "security/dkim_sign.h"
#include "security/smime_make.h"
#include "setup/signing.h"
#include "store/certificates.h"

#define MAX_RECIPIENTS 500 /* of an encrypted mail */

struct protecting {
	const struct protect_options *options;
	struct arena *arena;
	struct account_signing signing;
	struct buf outer, entity;
};

bool mail_protect_is_needed(const struct account *account)
{
	return account_signs(account) || account_encrypts(account) || account_has_dkim(account);
}

/* ---------------------------------------------------------------- taking the mail apart */

/* A field with the lines that continue it. */
static bool next_field(struct str *rest, struct str *ret_field)
{
	size_t n = 0;

	do {
		ptrdiff_t eol = str_find_char(str_slice(*rest, n, rest->n), '\n');

		n = eol < 0 ? rest->n : n + (size_t)eol + 1;
	} while (n < rest->n && (rest->p[n] == ' ' || rest->p[n] == '\t'));
	*ret_field = str_slice(*rest, 0, n);
	*rest = str_slice(*rest, n, rest->n);
	return ret_field->n > 2; /* the empty line ends the header */
}

/* RFC 8551 §3.1: the Content-… fields go inside; MIME-Version is written anew. */
static void take_apart(struct str mail, struct buf *outer, struct buf *entity)
{
	struct str rest = mail, field;

	while (next_field(&rest, &field)) {
		if (str_starts_nocase(field, STR("Content-")))
			buf_add(entity, field);
		else if (!str_starts_nocase(field, STR("MIME-Version:")))
			buf_add(outer, field);
	}
	buf_add(outer, STR("MIME-Version: 1.0\r\n"));
	buf_add(entity, STR("\r\n"));
	buf_add(entity, rest);
}

static void replace(struct buf *buf, struct buf *by)
{
	size_t max = buf->max;

	buf_done(buf);
	*buf = *by;
	buf->max = max;
	buf_init(by, 0);
}

static int too_large(struct error *err)
{
	return fail(err, E_LIMIT, RETRY_NEVER, "the mail is too large to be signed or encrypted");
}

/* ---------------------------------------------------------------- signing */

/* RFC 8551 §3.5.3 */
static int sign(struct protecting *p, struct error *err)
{
	struct buf der CLEANUP(buf_done) = BUF_INIT(MIB(1)), out CLEANUP(buf_done) = BUF_INIT(p->entity.max);
	char boundary[RANDOM_TOKEN_LEN + 3] = "=_";
	int r = smime_sign(p->signing.keys, p->signing.signer, buf_str(&p->entity), &der, err);

	if (r < 0)
		return error_prefix(err, "can't be signed");
	random_token(boundary + 2);
	buf_printf(&out,
	           "Content-Type: multipart/signed; protocol=\"application/pkcs7-signature\";\r\n"
	           " micalg=sha-256; boundary=\"%s\"\r\n\r\n--%s\r\n",
	           boundary, boundary);
	buf_add(&out, buf_str(&p->entity));
	buf_printf(&out,
	           "\r\n--%s\r\nContent-Type: application/pkcs7-signature; name=\"smime.p7s\"\r\n"
	           "Content-Transfer-Encoding: base64\r\n"
	           "Content-Disposition: attachment; filename=\"smime.p7s\"\r\n\r\n",
	           boundary);
	base64_lines_encode(&out, buf_str(&der));
	buf_printf(&out, "\r\n--%s--\r\n", boundary);
	if (out.failed)
		return too_large(err);
	replace(&p->entity, &out);
	return 0;
}

/* ---------------------------------------------------------------- encrypting */

static bool is_in(const struct address_list *list, struct str address)
{
	for (size_t i = 0; i < list->count; i++)
		if (str_eq_nocase(list->items[i].address, address))
			return true;
	return false;
}

/* The structure names everybody it is encrypted for. */
static int check_hidden(const struct protecting *p, struct str mail, struct error *err)
{
	const struct message *m = message_parse(p->arena, mail, &(struct message_limits){0});

	for (size_t i = 0; i < p->options->recipient_count; i++)
		if (!is_in(&m->to, p->options->recipients[i]) && !is_in(&m->cc, p->options->recipients[i]))
			return fail(err, E_INVALID, RETRY_NEVER,
			            STR_FMT " isn't named in To or Cc: an encrypted mail would show it to the others; "
			                    "send it a mail of its own",
			            STR_ARG(p->options->recipients[i]));
	return 0;
}

/* Everybody's certificate: 1; 0: somebody has none, and the mail may go in clear. */
static int find_certificates(const struct protecting *p, struct str *certificates, struct error *err)
{
	const struct protect_options *o = p->options;

	for (size_t i = 0; i < o->recipient_count; i++) {
		struct stored_certificate found;
		int r = certificate_for(o->db, o->recipients[i], o->account->receive.smime.truststore, o->at, p->arena,
		                        &found, err);

		if (r < 0)
			return r;
		if (r > 0)
			certificates[i] = found.der;
		else if (o->account->send.smime.encrypt == ENCRYPT_WHEN_POSSIBLE)
			return 0;
		else
			return fail(err, E_NOT_FOUND, RETRY_NEVER,
			            "there is no valid certificate of " STR_FMT ", and account %s sends encrypted mail "
			            "only; 'hauspost certificates add' takes one",
			            STR_ARG(o->recipients[i]), o->account->id);
	}
	return o->recipient_count > 0;
}

/* RFC 8551 §3.3 */
static int encrypt(struct protecting *p, const struct str *certificates, struct error *err)
{
	struct buf der CLEANUP(buf_done) = BUF_INIT(p->entity.max), out CLEANUP(buf_done) = BUF_INIT(p->entity.max);
	const struct smime_sealing sealing = {
	        .cipher = (enum smime_cipher)p->options->account->send.smime.cipher,
	        .certificates = certificates,
	        .count = p->options->recipient_count,
	        .own = p->signing.own,
	        .own_entry = p->signing.reader,
	};
	int r = smime_encrypt(&sealing, buf_str(&p->entity), &der, err);

	if (r < 0)
		return error_prefix(err, "can't be encrypted");
	buf_printf(&out,
	           "Content-Type: application/pkcs7-mime; smime-type=%s;\r\n name=\"smime.p7m\"\r\n"
	           "Content-Transfer-Encoding: base64\r\n"
	           "Content-Disposition: attachment; filename=\"smime.p7m\"\r\n\r\n",
	           sealing.cipher == SMIME_AES_256_GCM ? "authEnveloped-data" : "enveloped-data");
	base64_lines_encode(&out, buf_str(&der));
	if (out.failed)
		return too_large(err);
	replace(&p->entity, &out);
	return 0;
}

static int encrypt_if_due(struct protecting *p, struct str mail, struct error *err)
{
	struct str *certificates = ARENA_ARRAY(p->arena, struct str, p->options->recipient_count);
	int r;

	if (p->options->recipient_count > MAX_RECIPIENTS)
		return fail(err, E_LIMIT, RETRY_NEVER, "an encrypted mail goes to %d recipients at most",
		            MAX_RECIPIENTS);
	r = find_certificates(p, certificates, err);
	if (r <= 0 || check_hidden(p, mail, err) < 0)
		return r <= 0 ? r : E_INVALID;
	return encrypt(p, certificates, err);
}

/* ---------------------------------------------------------------- the whole */

static int add_dkim(struct protecting *p, struct buf *mime, struct error *err)
{
	const struct dkim_signer signer = {p->signing.dkim_domain, p->options->account->send.dkim.selector,
	                                   p->signing.dkim_keys, p->signing.dkim_entry};
	struct buf out CLEANUP(buf_done) = BUF_INIT(mime->max);
	int r = dkim_sign(&signer, buf_str(mime), p->options->at / 1000, &out, err);

	if (r < 0)
		return error_prefix(err, "can't be signed with DKIM");
	buf_add(&out, buf_str(mime));
	if (out.failed)
		return too_large(err);
	replace(mime, &out);
	return 0;
}

static int protect_entity(struct protecting *p, struct buf *mime, struct error *err)
{
	int r = 0;

	take_apart(buf_str(mime), &p->outer, &p->entity);
	if (p->signing.signer)
		r = sign(p, err);
	if (r == 0 && p->signing.reader)
		r = encrypt_if_due(p, buf_str(mime), err);
	if (r < 0)
		return r;
	buf_add(&p->outer, buf_str(&p->entity));
	if (p->outer.failed || p->entity.failed)
		return too_large(err);
	replace(mime, &p->outer);
	return 0;
}

static void protecting_done(struct protecting *p)
{
	account_signing_close(&p->signing);
	buf_done(&p->outer);
	buf_done(&p->entity);
	arena_free(p->arena);
}

int mail_protect(const struct protect_options *options, struct buf *mime, struct error *err)
{
	struct protecting p CLEANUP(protecting_done) = {.options = options, .arena = arena_new()};
	int r;

	buf_init(&p.outer, mime->max);
	buf_init(&p.entity, mime->max);
	r = account_signing_open(options->setup, options->account, options->at, &p.signing, err);
	if (r == 0 && (p.signing.signer || p.signing.reader))
		r = protect_entity(&p, mime, err);
	if (r == 0 && p.signing.dkim_entry)
		r = add_dkim(&p, mime, err);
	return r;
}
