/* See inlet_trace.h. */
#include "listen/inlet_trace.h"

#define MAX_LINE KIB(4)
#define LEFT_OUT "<a personal mailbox's: left out>"

void inlet_trace_init(struct inlet_trace *trace, void (*line)(void *ctx, const char *line))
{
	*trace = (struct inlet_trace){.line = line};
	for (size_t i = 0; i < ARRAY_LEN(trace->held); i++)
		buf_init(&trace->held[i], MAX_LINE);
}

void inlet_trace_recipient(struct inlet_trace *trace, bool is_personal)
{
	trace->is_theirs = is_personal;
	trace->mail_is_theirs = trace->mail_is_theirs || is_personal;
}

/* ---------------------------------------------------------------- one line */

static bool is_command(const char *line, const char *name)
{
	return str_starts_nocase(str_of(line), STR("C: ")) && str_starts_nocase(str_of(line + 3), str_of(name));
}

static void show(const struct inlet_trace *trace, const char *line)
{
	if (trace->ctx)
		trace->line(trace->ctx, line);
}

/* "C: MAIL" of the one, "S: 250 2.1.0" of the other. */
static void show_bare(const struct inlet_trace *trace, const char *line)
{
	struct buf bare CLEANUP(buf_done) = BUF_INIT(KIB(16));
	struct str rest = str_of(line), word;

	for (int i = 0; i < 3 && str_split(&rest, ' ', &word); i++) {
		if (i == 2 && (line[0] != 'S' || !word.n || !is_digit(word.p[0])))
			break;
		buf_add(&bare, str_slice(word, 0, 20));
		buf_add_char(&bare, ' ');
	}
	buf_add(&bare, STR(LEFT_OUT));
	show(trace, buf_cstr(&bare));
}

/* ---------------------------------------------------------------- what waits */

static void hold(struct inlet_trace *trace, const char *line)
{
	struct buf *held = &trace->held[trace->held_count++];

	buf_clear(held);
	buf_add(held, str_slice(str_of(line), 0, MAX_LINE));
}

static void let_go(struct inlet_trace *trace, bool whole)
{
	for (size_t i = 0; i < trace->held_count; i++)
		if (whole)
			show(trace, buf_cstr(&trace->held[i]));
		else
			show_bare(trace, buf_cstr(&trace->held[i]));
	trace->held_count = 0;
}

static bool holds(const struct inlet_trace *trace, const char *command)
{
	return trace->held_count && is_command(buf_cstr(&trace->held[trace->held_count - 1]), command);
}

static void take_command(struct inlet_trace *trace, const char *line)
{
	bool is_rcpt = is_command(line, "RCPT");

	trace->is_theirs = false;
	if (!is_rcpt || trace->held_count > 2)
		let_go(trace, !trace->mail_is_theirs); /* a mail that nobody is to get is nobody's */
	if (is_command(line, "MAIL") || is_command(line, "RSET") || is_command(line, "LHLO"))
		trace->mail_is_theirs = false;
	trace->is_text = is_command(line, "DATA") || is_command(line, "BDAT");
	if (is_rcpt || is_command(line, "MAIL"))
		hold(trace, line);
	else
		show(trace, line);
}

/* Where a mail goes to others, too, the sender is shown as soon as one of these is named first. */
static void take_reply(struct inlet_trace *trace, const char *line)
{
	if (holds(trace, "MAIL")) {
		hold(trace, line);
	} else if (holds(trace, "RCPT")) {
		hold(trace, line);
		let_go(trace, !trace->is_theirs);
	} else if (trace->is_text && trace->mail_is_theirs && line[0] == 'S') {
		show_bare(trace, line);
	} else {
		show(trace, line);
	}
}

void inlet_trace_line(struct inlet_trace *trace, const char *line)
{
	if (line[0] == 'C' && !str_starts(str_of(line), STR("C: <")))
		take_command(trace, line);
	else
		take_reply(trace, line);
}

/* A recipient that got no answer may be anybody. */
void inlet_trace_done(struct inlet_trace *trace)
{
	let_go(trace, !trace->mail_is_theirs && !holds(trace, "RCPT"));
	for (size_t i = 0; i < ARRAY_LEN(trace->held); i++)
		buf_done(&trace->held[i]);
}
