/* See text.h. */
#include "cli/text.h"

#include "base/mem.h"

#include <stdio.h>
#include <sys/ioctl.h>
#include <unistd.h>
#include <wchar.h>

/* main() sets LC_CTYPE to UTF-8; an ill-formed byte counts as a letter. */
int text_width(struct str text, int room, size_t *ret_fit)
{
	mbstate_t state = {0};
	int columns = 0;
	size_t i = 0;

	while (i < text.n) {
		wchar_t letter;
		size_t length = mbrtowc(&letter, text.p + i, text.n - i, &state);
		bool good = length > 0 && length <= text.n - i;
		int width = good ? MAX(wcwidth(letter), 0) : 1;

		if (!good)
			state = (mbstate_t){0};
		if (columns + width > room)
			break;
		columns += width;
		i += good ? length : 1;
	}
	if (ret_fit)
		*ret_fit = i;
	return columns;
}

/* 0: standard output is no terminal. */
static int terminal_columns(void)
{
	struct winsize size;

	if (!isatty(STDOUT_FILENO) || ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) < 0)
		return 0;
	return size.ws_col;
}

void line_column(struct buf *line, struct str text, int width)
{
	size_t start = line->n;
	int columns;

	buf_add(line, text);
	if (line->failed)
		return;
	line->n = start + str_make_printable(line->p + start, line->n - start, false);
	if (!width)
		return;
	columns = text_width(str_new(line->p + start, line->n - start), INT32_MAX, NULL);
	for (; columns < width; columns++)
		buf_add_char(line, ' ');
	buf_add(line, STR("  "));
}

void line_put(struct buf *line)
{
	int columns = terminal_columns();
	size_t n = line->n ? str_make_printable(line->p, line->n, false) : 0, fit;

	while (n && line->p[n - 1] == ' ')
		n--;
	if (columns > 1 && (text_width(str_new(line->p, n), columns, &fit), fit < n)) {
		text_width(str_new(line->p, n), columns - 1, &fit);
		fwrite(line->p, 1, fit, stdout);
		fputs("…\n", stdout);
	} else {
		fwrite(line->p ? line->p : "", 1, n, stdout);
		putchar('\n');
	}
	buf_clear(line);
}

void lines_put(struct str text)
{
	char *copy CLEANUP(freep) = str_dup(text);

	fwrite(copy, 1, str_make_printable(copy, text.n, true), stdout);
}
