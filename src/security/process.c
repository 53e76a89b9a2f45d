/* See process.h. */
#include "security/process.h"

#include "base/base.h"

#include <sys/prctl.h>
#include <sys/resource.h>

void process_keep_secrets(void)
{
	static const struct rlimit none = {0, 0};

	must(setrlimit(RLIMIT_CORE, &none) == 0);
	must(prctl(PR_SET_DUMPABLE, 0, 0, 0, 0) == 0);
}
