/* Reads the files that dialogue.h describes. */
#include "net/dialogue/script.h"

#include "base/file.h"
#include "base/mem.h"

#include <stdio.h>

struct dialogue_set {
	struct arena *arena;
	struct dialogue *dialogues; /* in the arena */
	size_t n, size;
};

struct reader {
	struct dialogue_set *set;
	const char *file_name;
	int line;
};

/* A script is part of the test program: a fault in it is a programmer's mistake. */
static void wrong(const struct reader *r, const char *what, struct str text) NORETURN;
static void wrong(const struct reader *r, const char *what, struct str text)
{
	fprintf(stderr, "%s:%d: %s: " STR_FMT "\n", r->file_name, r->line, what, STR_ARG(text));
	abort();
}

static int hex_digit(char c)
{
	return is_digit(c) ? c - '0' : is_alpha(c) && ascii_lower(c) <= 'f' ? ascii_lower(c) - 'a' + 10 : -1;
}

bool dialogue_unescape(struct arena *arena, struct str text, struct str *ret_bytes)
{
	char *out = arena_bytes(arena, text.n + 1);
	size_t n = 0;

	for (size_t i = 0; i < text.n; i++) {
		char c = text.p[i];

		if (c == '\\' && i + 1 < text.n) {
			c = text.p[++i];
			if (c == 'x' && i + 2 < text.n && hex_digit(text.p[i + 1]) >= 0 &&
			    hex_digit(text.p[i + 2]) >= 0) {
				c = (char)(hex_digit(text.p[i + 1]) << 4 | hex_digit(text.p[i + 2]));
				i += 2;
			} else if (c == 'r' || c == 'n' || c == 't' || c == '\\') {
				c = (char)(c == 'r' ? '\r' : c == 'n' ? '\n' : c == 't' ? '\t' : '\\');
			} else {
				return false;
			}
		}
		out[n++] = c;
	}
	out[n] = '\0';
	*ret_bytes = str_new(out, n);
	return true;
}

static struct str unescape(const struct reader *r, struct str text)
{
	struct str bytes;

	if (!dialogue_unescape(r->set->arena, text, &bytes))
		wrong(r, "unknown escape", text);
	return bytes;
}

static size_t read_count(const struct reader *r, struct str text)
{
	uint64_t n;

	if (!str_to_uint(str_trim(text), 1 << 30, &n))
		wrong(r, "a number is expected", text);
	return (size_t)n;
}

static enum certificate_kind read_certificate(const struct reader *r, struct str text)
{
	static const char *const names[CERTIFICATE_KINDS] = {"good", "expired", "other-host", "self-signed", "old"};

	text = str_trim(text);
	if (!text.n)
		return CERTIFICATE_GOOD;
	for (int i = 0; i < CERTIFICATE_KINDS; i++)
		if (str_eq(text, str_of(names[i])))
			return (enum certificate_kind)i;
	wrong(r, "unknown certificate", text);
}

static void add_note(const struct reader *r, struct notes *notes, struct str value)
{
	ARENA_ROOM(r->set->arena, notes->values, notes->n, notes->size);
	notes->values[notes->n++] = arena_cstr(r->set->arena, str_trim(value));
}

static void read_value(const struct reader *r, struct step *step, struct str value)
{
	switch (step->kind) {
	case STEP_SEND:
	case STEP_EXPECT:
	case STEP_EXPECT_UNTIL:
	case STEP_SERVER_NAME:
		step->bytes = arena_str(r->set->arena, value);
		break;
	case STEP_EXPECT_RAW:
		step->bytes = unescape(r, value);
		break;
	case STEP_SEND_FILLER:
	case STEP_SEND_MAIL:
	case STEP_EXPECT_COUNT:
		step->count = read_count(r, value);
		break;
	case STEP_TLS:
		step->certificate = read_certificate(r, value);
		break;
	case STEP_CUT:
	case STEP_RESET:
	case STEP_SILENCE:
	case STEP_DEAF:
	case STEP_ACCEPT:
		break;
	}
}

/* clang-format off */
static const struct {
	const char *word;
	enum step_kind kind;
} words[] = {
	{"S", STEP_SEND},                {"S-raw", STEP_SEND},
	{"S-bytes", STEP_SEND_FILLER},   {"S-mail", STEP_SEND_MAIL},
	{"C", STEP_EXPECT},              {"C-raw", STEP_EXPECT_RAW},
	{"C-bytes", STEP_EXPECT_COUNT},  {"C-until", STEP_EXPECT_UNTIL},
	{"tls", STEP_TLS},               {"starttls", STEP_TLS},
	{"sni", STEP_SERVER_NAME},       {"cut", STEP_CUT},               {"reset", STEP_RESET},
	{"silence", STEP_SILENCE},       {"deaf", STEP_DEAF},
	{"accept", STEP_ACCEPT},
};
/* clang-format on */

static void add_step(const struct reader *r, struct dialogue *d, struct str word, struct str value)
{
	struct step step = {.line = r->line};
	size_t i = 0;

	while (i < ARRAY_LEN(words) && !str_eq(word, str_of(words[i].word)))
		i++;
	if (i == ARRAY_LEN(words))
		wrong(r, "unknown step", word);
	step.kind = words[i].kind;
	read_value(r, &step, value);
	if (str_eq(word, STR("S")))
		step.bytes = arena_printf(r->set->arena, STR_FMT "\r\n", STR_ARG(value));
	else if (str_eq(word, STR("S-raw")))
		step.bytes = unescape(r, value);
	ARENA_ROOM(r->set->arena, d->steps, d->n, d->size);
	d->steps[d->n++] = step;
}

/* "== name: description" */
static void begin_dialogue(const struct reader *r, struct str title)
{
	struct str name = STR_NULL;

	str_split(&title, ':', &name);
	name = str_trim(name);
	if (!name.n)
		wrong(r, "a dialogue needs a name", title);
	ARENA_ROOM(r->set->arena, r->set->dialogues, r->set->n, r->set->size);
	r->set->dialogues[r->set->n++] = (struct dialogue){
	        .file_name = arena_cstr(r->set->arena, str_of(r->file_name)),
	        .name = arena_cstr(r->set->arena, name),
	};
}

static void read_line(const struct reader *r, struct str line)
{
	struct str word = STR_NULL, value = line;
	struct dialogue *d;

	while (value.n && (*value.p == ' ' || *value.p == '\t'))
		value = str_slice(value, 1, value.n);
	if (!value.n || *value.p == '#')
		return;
	if (str_starts(value, STR("=="))) {
		begin_dialogue(r, str_slice(value, 2, value.n));
		return;
	}
	if (!r->set->n)
		wrong(r, "a step before the first \"== name\"", line);
	d = &r->set->dialogues[r->set->n - 1];
	str_split(&value, ':', &word);
	if (str_starts(value, STR(" ")))
		value = str_slice(value, 1, value.n);
	word = str_trim(word);
	if (str_eq(word, STR("with")))
		add_note(r, &d->with, value);
	else if (str_eq(word, STR("outcome")))
		add_note(r, &d->outcome, value);
	else
		add_step(r, d, word, value);
}

struct dialogue_set *dialogue_set_parse(const char *file_name, const char *text)
{
	struct dialogue_set *set = mem_new(1, sizeof *set);
	struct reader r = {set, file_name, 0};
	struct str rest = str_of(text), line;

	set->arena = arena_new();
	while (str_split(&rest, '\n', &line)) {
		r.line++;
		if (line.n && line.p[line.n - 1] == '\r')
			line.n--;
		read_line(&r, line);
	}
	return set;
}

struct dialogue_set *dialogue_set_load(const char *path)
{
	struct buf text CLEANUP(buf_done) = BUF_INIT(MIB(4));
	const char *base = strrchr(path, '/');
	struct error err;

	if (file_read(path, &text, &err) < 0) {
		fprintf(stderr, "%s\n", err.text);
		abort();
	}
	return dialogue_set_parse(base ? base + 1 : path, buf_cstr(&text));
}

void dialogue_set_free(struct dialogue_set *set)
{
	if (!set)
		return;
	arena_free(set->arena);
	free(set);
}

size_t dialogue_count(const struct dialogue_set *set)
{
	return set->n;
}

const struct dialogue *dialogue_at(const struct dialogue_set *set, size_t i)
{
	must(i < set->n);
	return &set->dialogues[i];
}

const struct dialogue *dialogue_find(const struct dialogue_set *set, const char *name)
{
	for (size_t i = 0; i < set->n; i++)
		if (strcmp(set->dialogues[i].name, name) == 0)
			return &set->dialogues[i];
	fprintf(stderr, "there is no dialogue \"%s\"\n", name);
	abort();
}

const char *dialogue_name(const struct dialogue *d)
{
	return d->name;
}

const char *dialogue_with(const struct dialogue *d, size_t n)
{
	return n < d->with.n ? d->with.values[n] : NULL;
}

const char *dialogue_outcome(const struct dialogue *d, size_t n)
{
	return n < d->outcome.n ? d->outcome.values[n] : NULL;
}
