/* See sign_in.h. */
#include "api/sign_in.h"

int sign_in_caller(struct request *request, struct error *err UNUSED)
{
	request->caller = caller_nobody;
	return 0;
}

bool sign_in_has_csrf(const struct request *request UNUSED)
{
	return false;
}
