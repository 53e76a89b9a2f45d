/* Feeds every file of the folders named on the command line to a fuzz target: the collected inputs run as an ordinary
 * test, without libFuzzer. Files are read in any order; an empty or missing folder is a failure, because a test that
 * feeds nothing proves nothing. */
#include "base/buf.h"
#include "base/error.h"
#include "base/file.h"
#include "base/mem.h"

#include <dirent.h>
#include <stdio.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static int replay_file(const char *path)
{
	struct buf bytes CLEANUP(buf_done) = BUF_INIT(MIB(64));
	struct error err;
	uint8_t *exact; /* of the input's very length, so that a sanitizer sees a read beyond it */

	if (file_read(path, &bytes, &err) < 0) {
		fprintf(stderr, "%s\n", err.text);
		return -1;
	}
	exact = mem_new(MAX(bytes.n, 1), 1);
	if (bytes.n)
		memcpy(exact, bytes.p, bytes.n);
	LLVMFuzzerTestOneInput(exact, bytes.n);
	free(exact);
	return 0;
}

static int replay_folder(const char *folder)
{
	DIR *dir = opendir(folder);
	struct dirent *entry;
	int count = 0;

	if (!dir) {
		perror(folder);
		return -1;
	}
	while ((entry = readdir(dir)) != NULL) {
		char path[4096];

		if (entry->d_name[0] == '.')
			continue;
		snprintf(path, sizeof path, "%s/%s", folder, entry->d_name);
		if (replay_file(path) == 0)
			count++;
	}
	closedir(dir);
	printf("%s: %d inputs\n", folder, count);
	return count ? 0 : -1;
}

int main(int argc, char **argv)
{
	int rc = argc > 1 ? 0 : 1;

	for (int i = 1; i < argc; i++)
		if (replay_folder(argv[i]) < 0)
			rc = 1;
	return rc;
}
