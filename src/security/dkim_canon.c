/* Header and body in the form in which they are signed (RFC 6376 §3.4, 3.7), fed to the hash as they are read. See
 * dkim_parts.h. */
#include "security/dkim_parts.h"

#define ROOM KIB(8)

/* What goes to the hash, gathered; after `left` bytes the rest is only counted. */
struct sink {
	EVP_MD_CTX *md;
	uint64_t left, total;
	size_t n;
	char room[ROOM];
};

DEFINE_CLEANUP(EVP_MD_CTX *, EVP_MD_CTX_free)

static void sink_flush(struct sink *sink)
{
	size_t n = MIN((uint64_t)sink->n, sink->left);

	must(EVP_DigestUpdate(sink->md, sink->room, n) == 1);
	sink->left -= n;
	sink->n = 0;
}

static void put(struct sink *sink, const char *p, size_t n)
{
	sink->total += n;
	while (n) {
		size_t some = MIN(n, ROOM - sink->n);

		memcpy(sink->room + sink->n, p, some);
		sink->n += some;
		p += some;
		n -= some;
		if (sink->n == ROOM)
			sink_flush(sink);
	}
}

static void put_str(struct sink *sink, struct str s)
{
	if (s.n)
		put(sink, s.p, s.n);
}

static void sink_init(struct sink *sink, EVP_MD_CTX *md, uint64_t limit)
{
	must(md && EVP_DigestInit_ex(md, EVP_sha256(), NULL) == 1);
	sink->md = md;
	sink->left = limit;
	sink->total = 0;
	sink->n = 0;
}

static void sink_end(struct sink *sink, unsigned char hash[DKIM_HASH_BYTES])
{
	unsigned n;

	sink_flush(sink);
	must(EVP_DigestFinal_ex(sink->md, hash, &n) == 1 && n == DKIM_HASH_BYTES);
}

/* ---------------------------------------------------------------- lines */

/* Takes a line off *rest, without its line end (CRLF or LF). False at the end. */
static bool next_line(struct str *rest, struct str *ret_line)
{
	const char *eol;
	size_t n;

	if (!rest->n)
		return false;
	eol = memchr(rest->p, '\n', rest->n);
	n = eol ? (size_t)(eol - rest->p) : rest->n;
	*ret_line = str_slice(*rest, 0, eol && n && rest->p[n - 1] == '\r' ? n - 1 : n);
	*rest = str_slice(*rest, n + (eol != NULL), rest->n);
	return true;
}

static bool is_blank(char c)
{
	return c == ' ' || c == '\t';
}

/* ---------------------------------------------------------------- the header's fields */

uint32_t dkim_name_hash(struct str name)
{
	uint32_t hash = 2166136261u;

	for (size_t i = 0; i < name.n; i++)
		hash = (hash ^ (unsigned char)ascii_lower(name.p[i])) * 16777619u;
	return hash;
}

static bool add_field(struct dkim *dkim, size_t *size, struct str whole)
{
	ptrdiff_t colon = str_find_char(whole, ':');
	struct dkim_field field = {.whole = whole};

	if (colon <= 0)
		return true; /* no field: nobody can sign it */
	if (dkim->field_count == DKIM_MAX_FIELDS)
		return false;
	field.name = str_slice(whole, 0, (size_t)colon);
	while (field.name.n && is_blank(field.name.p[field.name.n - 1]))
		field.name.n--;
	field.value = str_slice(whole, (size_t)colon + 1, whole.n);
	field.name_hash = dkim_name_hash(field.name);
	ARENA_ROOM(dkim->arena, dkim->fields, dkim->field_count, *size);
	dkim->fields[dkim->field_count++] = field;
	return true;
}

bool dkim_fields_read(struct dkim *dkim)
{
	struct str rest = dkim->raw, line, whole = {0};
	size_t size = 0;
	bool fits = true;

	while (fits && next_line(&rest, &line) && line.n) {
		if (is_blank(line.p[0]) && whole.n) {
			whole.n = (size_t)(line.p + line.n - whole.p);
			continue;
		}
		if (whole.n)
			fits = add_field(dkim, &size, whole);
		whole = line;
	}
	if (fits && whole.n)
		fits = add_field(dkim, &size, whole);
	dkim->body_at = dkim->raw.n - rest.n;
	return fits;
}

/* ---------------------------------------------------------------- the header's hash */

/* As it stands, with CRLF for every line end inside. */
static void put_simple(struct sink *sink, struct str text)
{
	struct str rest = text, line;

	for (bool first = true; next_line(&rest, &line); first = false) {
		if (!first)
			put(sink, "\r\n", 2);
		put_str(sink, line);
	}
}

/* Unfolded, runs of white space as one space, none at either end. */
static void put_relaxed(struct sink *sink, struct str text)
{
	bool gap = false, any = false;

	for (size_t i = 0; i < text.n; i++) {
		char c = text.p[i];
		bool eol = c == '\n' || (c == '\r' && i + 1 < text.n && text.p[i + 1] == '\n');

		if (eol || is_blank(c)) {
			gap = gap || !eol;
			continue;
		}
		if (gap && any)
			put(sink, " ", 1);
		put(sink, &c, 1);
		gap = false;
		any = true;
	}
}

static void put_lower(struct sink *sink, struct str name)
{
	for (size_t i = 0; i < name.n; i++) {
		char c = ascii_lower(name.p[i]);

		put(sink, &c, 1);
	}
}

/* `value`: the field's, or that of the signature without its b=. */
static void put_field(struct sink *sink, const struct dkim_field *field, struct str value, bool relaxed)
{
	if (relaxed) {
		put_lower(sink, field->name);
		put(sink, ":", 1);
		put_relaxed(sink, value);
	} else {
		put_str(sink, str_slice(field->whole, 0, field->whole.n - field->value.n));
		put_simple(sink, value);
	}
}

/* The value with what stands behind "b=" taken out (RFC 6376 §3.5). */
static struct str without_b(struct arena *arena, struct str value)
{
	struct str rest = value, spec;
	char *out;

	while (str_split(&rest, ';', &spec)) {
		ptrdiff_t equals = str_find_char(spec, '=');
		size_t from, to = (size_t)(spec.p - value.p) + spec.n;

		if (equals < 0 || !str_eq(str_trim(str_slice(spec, 0, (size_t)equals)), STR("b")))
			continue;
		from = (size_t)(spec.p - value.p) + (size_t)equals + 1;
		out = arena_bytes(arena, value.n);
		memcpy(out, value.p, from);
		memcpy(out + from, value.p + to, value.n - to);
		return str_new(out, from + value.n - to);
	}
	return value;
}

/* The lowest field of that name that no earlier mention took; NULL where none is left (then nothing is signed, and a
 * field added later would break the signature). */
static const struct dkim_field *take_field(const struct dkim *dkim, struct str name, bool *taken)
{
	uint32_t hash = dkim_name_hash(name);

	for (size_t i = dkim->field_count; i > 0; i--) {
		const struct dkim_field *field = &dkim->fields[i - 1];

		if (field->name_hash == hash && !taken[i - 1] && str_eq_nocase(field->name, name)) {
			taken[i - 1] = true;
			return field;
		}
	}
	return NULL;
}

bool dkim_header_hash(struct dkim *dkim, const struct dkim_tags *tags, unsigned char ret_hash[DKIM_HASH_BYTES])
{
	EVP_MD_CTX *md CLEANUP(EVP_MD_CTX_freep) = EVP_MD_CTX_new();
	bool *taken = ARENA_ARRAY(dkim->arena, bool, dkim->field_count);
	struct str rest = tags->h, name;
	struct sink sink;
	size_t names = 0;

	sink_init(&sink, md, UINT64_MAX);
	while (str_split(&rest, ':', &name)) {
		const struct dkim_field *field;

		if (++names > DKIM_MAX_NAMES)
			return false;
		field = take_field(dkim, name, taken);
		if (!field || field == tags->field)
			continue;
		put_field(&sink, field, field->value, tags->header_relaxed);
		put(&sink, "\r\n", 2);
	}
	put_field(&sink, tags->field, without_b(dkim->arena, tags->field->value), tags->header_relaxed);
	sink_end(&sink, ret_hash);
	return true;
}

/* ---------------------------------------------------------------- the body's hash */

static void put_relaxed_line(struct sink *sink, struct str line)
{
	for (size_t i = 0; i < line.n;) {
		size_t from = i;

		while (i < line.n && !is_blank(line.p[i]))
			i++;
		put(sink, line.p + from, i - from);
		if (i < line.n)
			put(sink, " ", 1);
		while (i < line.n && is_blank(line.p[i]))
			i++;
	}
}

static struct str without_blanks_at_end(struct str line)
{
	while (line.n && is_blank(line.p[line.n - 1]))
		line.n--;
	return line;
}

/* Empty lines are held back: those at the end don't count. */
static void put_body(struct sink *sink, struct str body, bool relaxed, const struct dkim_options *options)
{
	struct str rest = body, line;
	uint64_t empty = 0;
	size_t told = 0;

	while (next_line(&rest, &line)) {
		size_t done = body.n - rest.n;

		if (relaxed)
			line = without_blanks_at_end(line);
		if (!line.n) {
			empty++;
			continue;
		}
		for (; empty; empty--)
			put(sink, "\r\n", 2);
		if (relaxed)
			put_relaxed_line(sink, line);
		else
			put_str(sink, line);
		put(sink, "\r\n", 2);
		if (options->done_with && done - told > MIB(1)) {
			options->done_with(options->ctx, body.p + done);
			told = done;
		}
	}
	if (!relaxed && sink->total == 0)
		put(sink, "\r\n", 2);
}

const struct dkim_body *dkim_body_hash(struct dkim *dkim, const struct dkim_tags *tags,
                                       const struct dkim_options *options)
{
	EVP_MD_CTX *md CLEANUP(EVP_MD_CTX_freep) = NULL;
	struct dkim_body *body;
	struct sink sink;

	for (body = dkim->bodies; body; body = body->next)
		if (body->relaxed == tags->body_relaxed && body->has_length == tags->has_length &&
		    body->length == tags->length)
			return body;
	body = ARENA_NEW(dkim->arena, struct dkim_body);
	*body = (struct dkim_body){.next = dkim->bodies,
	                           .relaxed = tags->body_relaxed,
	                           .has_length = tags->has_length,
	                           .length = tags->length};
	md = EVP_MD_CTX_new();
	sink_init(&sink, md, tags->has_length ? tags->length : UINT64_MAX);
	put_body(&sink, str_slice(dkim->raw, dkim->body_at, dkim->raw.n), body->relaxed, options);
	sink_end(&sink, body->hash);
	body->total = sink.total;
	dkim->bodies = body;
	return body;
}
