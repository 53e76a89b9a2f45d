/* Fuzz target: any bytes as a logo. What stays is small and stays as it is. */
#include "setup/logo.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct buf out CLEANUP(buf_done) = BUF_INIT(LOGO_MAX_BYTES), again CLEANUP(buf_done) = BUF_INIT(LOGO_MAX_BYTES);
	enum logo_type type, second;
	struct error err;

	if (logo_clean(str_new(data, size), &out, &type, &err) < 0)
		return 0;
	must(!out.failed && out.n > 0);
	must(logo_clean(buf_str(&out), &again, &second, &err) == 0);
	must(second == type && str_eq(buf_str(&again), buf_str(&out)));
	return 0;
}
