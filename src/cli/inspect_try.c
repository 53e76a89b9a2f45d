/* Prints inspect's JSON line for each FILE; `-t` before them prints the page for people. The name shown is what follows
 * "/mail/". */
#include "cli/inspect.h"

#include "base/file.h"

#include <stdio.h>

static int show(const char *path, bool for_people)
{
	struct buf raw CLEANUP(buf_done) = BUF_INIT(MIB(256)), out CLEANUP(buf_done) = BUF_INIT(MIB(512));
	const char *mail = strstr(path, "/mail/");
	struct error err;
	int rc = file_read(path, &raw, &err);

	if (rc == 0)
		rc = (for_people ? inspect_for_people : inspect_message)(buf_str(&raw), mail ? mail + 6 : path, &out,
		                                                         &err);
	if (rc < 0)
		fprintf(stderr, "%s\n", err.text);
	else
		fwrite(out.p, 1, out.n, stdout);
	return rc;
}

int main(int argc, char **argv)
{
	bool for_people = argc > 1 && strcmp(argv[1], "-t") == 0;
	int failed = 0;

	for (int i = for_people ? 2 : 1; i < argc; i++)
		failed |= show(argv[i], for_people) < 0;
	return failed;
}
