/* A client of LMTP that sends anything; and a text that is taken in pieces of two sizes with the same result. */
#include "listen/lmtp.h"
#include "listen/lmtp_text.h"

#include <stdint.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static bool take_recipient(void *ctx, struct str address, char ret_to[65], struct lmtp_answer *ret_refusal)
{
	(void)ctx;
	if (address.n % 7 == 0) {
		lmtp_answer(ret_refusal, 450, "4.2.1 not now, " STR_FMT, STR_ARG(address));
		return false;
	}
	memcpy(ret_to, "x", 2);
	return true;
}

static void take_mail(void *ctx, const struct lmtp_mail *mail, struct lmtp_answer *ret_answers)
{
	struct incoming *incoming CLEANUP(incoming_freep) = NULL;
	size_t *mails = ctx;
	struct error err;

	must(mail->count > 0 && !mail->spool->too_large);
	must(spool_incoming(mail->spool, &incoming, &err) == 0);
	must(str_starts(incoming->raw, STR("Return-Path: <")));
	for (size_t i = 0; i < mail->count; i++)
		lmtp_answer(&ret_answers[i], 250, "2.0.0 %zu", ++*mails);
}

static void add_byte(void *ctx, struct str bytes)
{
	buf_add(ctx, bytes);
}

static void check_text(struct str in)
{
	struct buf whole CLEANUP(buf_done) = BUF_INIT(MIB(1)), pieces CLEANUP(buf_done) = BUF_INIT(MIB(1));
	struct lmtp_text a = {.add = add_byte, .ctx = &whole}, b = {.add = add_byte, .ctx = &pieces};
	size_t taken = lmtp_text_take(&a, in), at = 0;

	while (at < in.n && b.state != TEXT_END)
		at += lmtp_text_take(&b, str_slice(in, at, at + 1));
	must(taken == at && a.state == b.state && str_eq(buf_str(&whole), buf_str(&pieces)));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct buf out CLEANUP(buf_done) = BUF_INIT(MIB(4));
	struct stream *stream CLEANUP(stream_closep) = NULL;
	size_t mails = 0;
	const struct lmtp_options options = {.name = "fuzz",
	                                     .max_message_bytes = 2000,
	                                     .max_recipients = 5,
	                                     .timeout_ms = 1000,
	                                     .recipient = take_recipient,
	                                     .deliver = take_mail,
	                                     .ctx = &mails};
	struct error err;

	if (size > 100000)
		return 0;
	check_text(str_new(data, size));
	stream = stream_of_memory(str_new(data, size), &out);
	if (lmtp_serve(stream, &options, &err) < 0)
		must(err.code < 0 && err.text[0]);
	return 0;
}
