/* Runs a fuzz target over the files of its corpus, as an ordinary test: replay [FILE or FOLDER]… . A corpus that isn't
 * there has nothing to say; the empty input is always tried. */
#include <ftw.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static size_t inputs;

/* The input is an exact heap block, so that AddressSanitizer sees a read beyond its end. */
static int replay_file(const char *path, const struct stat *st, int type, struct FTW *where)
{
	(void)where;
	if (type != FTW_F)
		return 0;
	FILE *file = fopen(path, "rb");
	if (!file) {
		perror(path);
		return 1;
	}
	size_t size = (size_t)st->st_size;
	uint8_t *data = malloc(size ? size : 1);
	if (!data || fread(data, 1, size, file) != size) {
		fprintf(stderr, "%s: cannot be read\n", path);
		exit(1);
	}
	fclose(file);
	LLVMFuzzerTestOneInput(data, size);
	free(data);
	inputs++;
	return 0;
}

int main(int argc, char **argv)
{
	LLVMFuzzerTestOneInput((const uint8_t *)"", 0);
	for (int i = 1; i < argc; i++) {
		if (access(argv[i], R_OK) == 0 && nftw(argv[i], replay_file, 16, FTW_PHYS) != 0)
			return 1;
	}
	printf("%zu inputs\n", inputs);
	return 0;
}
