/* See dns_message.h. */
#include "dns_message.h"

#include <arpa/inet.h>

#define HEADER_BYTES 12
#define CLASS_IN     1
#define TYPE_CNAME   5
#define TYPE_OPT     41
#define MAX_RECORDS  64 /* of the answer section that are looked at */
#define MAX_TEXT     KIB(16)

enum { RCODE_OK = 0, RCODE_FORMAT = 1, RCODE_NO_NAME = 3, RCODE_NOT_KNOWN = 4 };

/* ---------------------------------------------------------------- writing */

static void put16(char *out, size_t *n, unsigned value)
{
	out[(*n)++] = (char)(value >> 8);
	out[(*n)++] = (char)value;
}

/* False where it is no name: an empty or long label, too long as a whole. */
static bool put_name(char *out, size_t *n, const char *name)
{
	struct str rest = str_of(name), label;

	if (!rest.n || rest.n >= DNS_MAX_NAME)
		return false;
	if (rest.p[rest.n - 1] == '.')
		return false;
	while (str_split(&rest, '.', &label)) {
		if (!label.n || label.n > 63)
			return false;
		out[(*n)++] = (char)label.n;
		memcpy(out + *n, label.p, label.n);
		*n += label.n;
	}
	out[(*n)++] = 0;
	return true;
}

size_t dns_question_make(char out[DNS_QUESTION_MAX], uint16_t id, const char *name, enum dns_type type, bool edns)
{
	size_t n = 0;

	put16(out, &n, id);
	put16(out, &n, 0x0100); /* recursion, please */
	put16(out, &n, 1);
	put16(out, &n, 0);
	put16(out, &n, 0);
	put16(out, &n, edns);
	if (!put_name(out, &n, name))
		return 0;
	put16(out, &n, type);
	put16(out, &n, CLASS_IN);
	if (edns) {
		out[n++] = 0;
		put16(out, &n, TYPE_OPT);
		put16(out, &n, DNS_UDP_SIZE);
		memset(out + n, 0, 6); /* no extended code, version 0, no flags, no options */
		n += 6;
	}
	return n;
}

/* ---------------------------------------------------------------- reading */

/* A message is at most 64 KiB: a position beyond its end is an end, never a read. */
struct reader {
	struct str message;
	size_t at;
	bool failed;
};

static unsigned read8(struct reader *in)
{
	if (in->at >= in->message.n) {
		in->failed = true;
		return 0;
	}
	return (unsigned char)in->message.p[in->at++];
}

static unsigned read16(struct reader *in)
{
	unsigned high = read8(in);

	return high << 8 | read8(in);
}

static uint32_t read32(struct reader *in)
{
	uint32_t high = read16(in);

	return high << 16 | read16(in);
}

static void add_label(struct reader *in, unsigned length, char out[DNS_MAX_NAME], size_t *n)
{
	if (in->message.n - in->at < length || *n + length + 2 > DNS_MAX_NAME) {
		in->failed = true;
		return;
	}
	if (*n)
		out[(*n)++] = '.';
	for (unsigned i = 0; i < length; i++) {
		char c = ascii_lower((char)read8(in));

		out[(*n)++] = c > ' ' && c < 0x7f && c != '.' ? c : '?';
	}
}

/* Lower case, without the final dot. A pointer must lead backwards, so that no name is endless (RFC 1035 §4.1.4). */
static void read_name(struct reader *in, char out[DNS_MAX_NAME])
{
	size_t n = 0, after = 0, lowest = in->at;

	out[0] = '\0';
	while (!in->failed) {
		unsigned length = read8(in);

		if ((length & 0xc0) == 0xc0) {
			size_t to = (length & 0x3f) << 8 | read8(in);

			after = after ? after : in->at;
			if (to >= lowest)
				in->failed = true;
			in->at = lowest = to;
		} else if (length > 63) {
			in->failed = true;
		} else if (length == 0) {
			break;
		} else {
			add_label(in, length, out, &n);
		}
	}
	out[in->failed ? 0 : n] = '\0';
	if (after)
		in->at = after;
}

struct record {
	char owner[DNS_MAX_NAME];
	unsigned type, class;
	uint32_t ttl;
	struct reader data; /* at the data's beginning; names in it may point into the whole message */
	size_t length;
};

static bool read_record(struct reader *in, struct record *ret)
{
	read_name(in, ret->owner);
	ret->type = read16(in);
	ret->class = read16(in);
	ret->ttl = read32(in);
	ret->length = read16(in);
	if (in->failed || in->message.n - in->at < ret->length)
		return false;
	ret->data = *in;
	in->at += ret->length;
	return true;
}

/* The pieces of a TXT record, joined (RFC 6376 §3.6.2.2). False where its lengths are wrong. */
static bool read_text(struct arena *arena, const struct record *record, struct str *ret)
{
	struct str data = str_slice(record->data.message, record->data.at, record->data.at + record->length);
	char *out = arena_bytes(arena, data.n + 1);
	size_t n = 0, at = 0;

	while (at < data.n) {
		size_t length = (unsigned char)data.p[at++];

		if (length > data.n - at)
			return false;
		memcpy(out + n, data.p + at, length);
		n += length;
		at += length;
	}
	out[n] = '\0';
	*ret = str_new(out, n);
	return true;
}

/* The name that the rest of a record's data is, and nothing behind it; "." for the root. False where it isn't one that
 * a host can have. */
static bool read_host(struct reader *data, size_t end, char out[DNS_MAX_NAME])
{
	read_name(data, out);
	if (data->failed || data->at != end || strchr(out, '?'))
		return false;
	if (!*out)
		memcpy(out, ".", 2);
	return true;
}

static bool read_service(struct arena *arena, const struct record *record, struct str *ret)
{
	struct reader data = record->data;
	size_t end = data.at + record->length;
	unsigned priority = read16(&data), weight = 0, port = 0;
	char host[DNS_MAX_NAME];

	if (record->type == DNS_SRV) {
		weight = read16(&data);
		port = read16(&data);
	}
	if (data.at >= end || !read_host(&data, end, host))
		return false;
	if (record->type == DNS_SRV)
		*ret = arena_printf(arena, "%u %u %u %s", priority, weight, port, host);
	else
		*ret = arena_printf(arena, "%u %s", priority, host);
	return true;
}

static bool read_address(struct arena *arena, const struct record *record, struct str *ret)
{
	bool v4 = record->type == DNS_A;
	char text[INET6_ADDRSTRLEN];

	if (record->length != (v4 ? 4u : 16u) ||
	    !inet_ntop(v4 ? AF_INET : AF_INET6, record->data.message.p + record->data.at, text, sizeof text))
		return false;
	*ret = arena_str(arena, str_of(text));
	return true;
}

static bool read_data(struct arena *arena, const struct record *record, struct str *ret)
{
	if (record->type == DNS_TXT)
		return read_text(arena, record, ret);
	if (record->type == DNS_A || record->type == DNS_AAAA)
		return read_address(arena, record, ret);
	return read_service(arena, record, ret);
}

/* The number before the next space. */
static bool take_number(struct str *rest, unsigned *ret)
{
	struct str word;
	uint64_t value;

	if (!str_split(rest, ' ', &word) || !str_to_uint(word, 65535, &value))
		return false;
	*ret = (unsigned)value;
	return true;
}

bool dns_service_read(struct str text, enum dns_type type, struct dns_service *ret)
{
	struct dns_service service = {0};

	if (!take_number(&text, &service.priority) ||
	    (type == DNS_SRV && (!take_number(&text, &service.weight) || !take_number(&text, &service.port))))
		return false;
	service.host = text;
	if (!text.n || str_find_char(text, ' ') >= 0)
		return false;
	*ret = service;
	return true;
}

/* ---------------------------------------------------------------- what an answer says */

static void collect_texts(struct arena *arena, const struct record *records, size_t count, const char *name,
                          enum dns_type type, struct dns_reading *ret)
{
	size_t bytes = 0;

	for (size_t i = 0; i < count && ret->count < DNS_MAX_RECORDS; i++) {
		const struct record *r = &records[i];

		if (r->type != (unsigned)type || r->class != CLASS_IN || strcmp(r->owner, name) != 0)
			continue;
		bytes += r->length;
		if (bytes > MAX_TEXT || !read_data(arena, r, &ret->texts[ret->count]))
			continue;
		ret->count++;
		ret->ttl = MIN(ret->ttl, r->ttl);
	}
}

static const struct record *find_alias(const struct record *records, size_t count, const char *name)
{
	for (size_t i = 0; i < count; i++)
		if (records[i].type == TYPE_CNAME && records[i].class == CLASS_IN &&
		    strcmp(records[i].owner, name) == 0)
			return &records[i];
	return NULL;
}

/* From the name asked for along the aliases that the message holds to the records at their end. */
static enum dns_verdict follow(struct arena *arena, const struct record *records, size_t count, enum dns_type type,
                               char name[DNS_MAX_NAME], struct dns_reading *ret)
{
	const struct record *alias;

	for (;;) {
		struct reader data;

		collect_texts(arena, records, count, name, type, ret);
		if (ret->count)
			return DNS_SAYS_FOUND;
		alias = find_alias(records, count, name);
		if (!alias)
			return ret->hops ? DNS_SAYS_ALIAS : DNS_SAYS_NONE;
		if (++ret->hops > DNS_MAX_CHAIN) {
			ret->reason = "its aliases (CNAME) go in a circle or too far";
			return DNS_SAYS_TROUBLE;
		}
		ret->ttl = MIN(ret->ttl, alias->ttl);
		data = alias->data;
		read_name(&data, name);
		if (data.failed || !*name)
			return DNS_SAYS_TROUBLE;
	}
}

static bool is_our_question(struct reader *in, const char *name, enum dns_type type)
{
	char asked[DNS_MAX_NAME];

	read_name(in, asked);
	return read16(in) == (unsigned)type && read16(in) == CLASS_IN && !in->failed &&
	       str_eq_nocase(str_of(asked), str_of(name));
}

static enum dns_verdict by_code(unsigned code, struct dns_reading *ret)
{
	static const char *const words[] = {"",
	                                    "the name server didn't understand the question",
	                                    "the name server has trouble (SERVFAIL)",
	                                    "there is no such name",
	                                    "the name server can't answer this",
	                                    "the name server refuses to answer"};

	ret->reason = code < ARRAY_LEN(words) ? words[code] : "the name server gives an unknown error";
	if (code == RCODE_FORMAT || code == RCODE_NOT_KNOWN)
		return DNS_SAYS_NO_EDNS;
	return code == RCODE_NO_NAME ? DNS_SAYS_NONE : DNS_SAYS_TROUBLE;
}

enum dns_verdict dns_answer_read(struct arena *arena, struct str message, uint16_t id, const char *name,
                                 enum dns_type type, struct dns_reading *ret)
{
	struct reader in = {message, 0, false};
	unsigned got_id = read16(&in), flags = read16(&in), questions = read16(&in), answers = read16(&in);
	struct record *records;
	char current[DNS_MAX_NAME] = "";
	size_t count = 0;
	enum dns_verdict verdict;

	*ret = (struct dns_reading){.ttl = UINT32_MAX, .reason = "the answer makes no sense"};
	in.at = HEADER_BYTES;
	if (in.failed || message.n < HEADER_BYTES || got_id != id || !(flags & 0x8000) || (flags & 0x7800))
		return DNS_SAYS_NOT_OURS;
	/* A server that doesn't understand may leave the question out. */
	if (questions == 0 && (flags & 15) != RCODE_OK && (flags & 15) != RCODE_NO_NAME)
		return by_code(flags & 15, ret);
	if (questions != 1 || !is_our_question(&in, name, type))
		return DNS_SAYS_NOT_OURS;
	if (flags & 0x0200)
		return DNS_SAYS_CUT;
	if ((flags & 15) != RCODE_OK)
		return by_code(flags & 15, ret);
	records = ARENA_ARRAY(arena, struct record, MIN(answers, (unsigned)MAX_RECORDS));
	while (count < MIN(answers, (unsigned)MAX_RECORDS))
		if (!read_record(&in, &records[count++]))
			return DNS_SAYS_TROUBLE;
	for (size_t i = 0; name[i]; i++) /* shorter than a name can be: it was put into the question */
		current[i] = ascii_lower(name[i]);
	verdict = follow(arena, records, count, type, current, ret);
	if (verdict == DNS_SAYS_NONE)
		ret->reason = "the name has no such record";
	memcpy(ret->alias, current, sizeof current);
	return verdict;
}
