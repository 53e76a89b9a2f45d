/* Fuzz target: any bytes as a mail, which comes back as it was; and as what was stored, which is a mail or damaged. */
#include "store/recode.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void there_and_back(struct str mail)
{
	struct buf recoded CLEANUP(buf_done) = BUF_INIT(MIB(4)), back CLEANUP(buf_done) = BUF_INIT(MIB(4));

	if (!recode(mail, &recoded)) {
		must(recoded.n == 0);
		return;
	}
	must(recode_undo(buf_str(&recoded), &back));
	must(str_eq(buf_str(&back), mail));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct buf mail CLEANUP(buf_done) = BUF_INIT(MIB(1));
	struct str bytes = str_new(data, size);

	there_and_back(bytes);
	if (recode_undo(bytes, &mail))
		there_and_back(buf_str(&mail));
	return 0;
}
