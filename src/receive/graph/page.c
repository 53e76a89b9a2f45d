/* What Graph answers, read: see graph.h. Nothing in it is believed: types, lengths and counts are checked. */
#include "receive/graph/graph.h"

#include "base/clock.h"
#include "base/cursor.h"

#include <jansson.h>

#define ID_MAX 1000 /* bytes; names.h takes no more */

static void json_freep(json_t **json)
{
	json_decref(*json);
}

static json_t *parse(struct str body)
{
	return body.n ? json_loadb(body.p, body.n, 0, NULL) : NULL;
}

static struct str text_of(const json_t *object, const char *name)
{
	const json_t *text = json_object_get(object, name);

	return json_is_string(text) ? str_new(json_string_value(text), json_string_length(text)) : STR("");
}

static bool is_id(struct str id)
{
	for (size_t i = 0; i < id.n; i++)
		if (id.p[i] <= ' ' || id.p[i] > '~')
			return false;
	return id.n > 0 && id.n <= ID_MAX;
}

static int no_answer(const char *what, struct error *err)
{
	return fail(err, E_PROTOCOL, RETRY_LATER, "the server's answer is no %s", what);
}

/* ---------------------------------------------------------------- times */

static bool digits(struct cursor *c, int n, int *ret)
{
	int value = 0;

	for (int i = 0; i < n; i++) {
		int digit = cursor_next(c);

		if (!is_digit((char)digit))
			return false;
		value = value * 10 + digit - '0';
	}
	*ret = value;
	return true;
}

int64_t graph_time(struct str text)
{
	struct cursor c = cursor_of(text);
	int year, month, day, hour, minute, second;

	if (!digits(&c, 4, &year) || !cursor_take_char(&c, '-') || !digits(&c, 2, &month) ||
	    !cursor_take_char(&c, '-') || !digits(&c, 2, &day) || !cursor_take_char(&c, 'T') || !digits(&c, 2, &hour) ||
	    !cursor_take_char(&c, ':') || !digits(&c, 2, &minute) || !cursor_take_char(&c, ':') ||
	    !digits(&c, 2, &second) || text.p[text.n - 1] != 'Z' || year < 1970 || month < 1 || month > 12 || day < 1 ||
	    day > 31 || hour > 23 || minute > 59 || second > 60)
		return 0;
	return clock_from_civil(year, month, day, hour, minute, second);
}

/* ---------------------------------------------------------------- messages of a folder */

static int read_entry(const json_t *item, struct arena *arena, struct graph_entry *ret, struct error *err)
{
	struct str id = text_of(item, "id");

	if (!is_id(id))
		return no_answer("list of messages: one has no id", err);
	ret->id = arena_str(arena, id);
	ret->removed = json_object_get(item, "@removed") != NULL;
	ret->seen = json_is_true(json_object_get(item, "isRead"));
	ret->received_at = graph_time(text_of(item, "receivedDateTime"));
	return 0;
}

int graph_page_read(struct str body, struct arena *arena, struct graph_page *ret_page, struct error *err)
{
	json_t *json CLEANUP(json_freep) = parse(body);
	const json_t *list = json_object_get(json, "value"), *item;
	struct graph_page page = {0};
	size_t i;
	int r = 0;

	if (!json_is_array(list))
		return no_answer("list of messages", err);
	page.entries = ARENA_ARRAY(arena, struct graph_entry, json_array_size(list));
	json_array_foreach (list, i, item) {
		r = read_entry(item, arena, &page.entries[page.count++], err);
		if (r < 0)
			return r;
	}
	page.next_link = arena_str(arena, text_of(json, "@odata.nextLink"));
	page.delta_link = arena_str(arena, text_of(json, "@odata.deltaLink"));
	*ret_page = page;
	return 0;
}

/* ---------------------------------------------------------------- folders */

int graph_folder_page_read(struct str body, struct arena *arena, struct graph_folder_page *ret_page, struct error *err)
{
	json_t *json CLEANUP(json_freep) = parse(body);
	const json_t *list = json_object_get(json, "value"), *item;
	struct graph_folder_page page = {0};
	size_t i;

	if (!json_is_array(list))
		return no_answer("list of folders", err);
	page.folders = ARENA_ARRAY(arena, struct graph_folder, json_array_size(list));
	json_array_foreach (list, i, item) {
		struct str id = text_of(item, "id");

		if (!is_id(id))
			return no_answer("list of folders: one has no id", err);
		page.folders[page.count++] =
		        (struct graph_folder){arena_str(arena, id), arena_str(arena, text_of(item, "displayName")),
		                              json_integer_value(json_object_get(item, "childFolderCount")) > 0};
	}
	page.next_link = arena_str(arena, text_of(json, "@odata.nextLink"));
	*ret_page = page;
	return 0;
}

struct str graph_id_read(struct str body, struct arena *arena)
{
	json_t *json CLEANUP(json_freep) = parse(body);
	struct str id = text_of(json, "id");

	return is_id(id) ? arena_str(arena, id) : STR("");
}

uint64_t graph_size_read(struct str body)
{
	json_t *json CLEANUP(json_freep) = parse(body);
	const json_t *property = json_array_get(json_object_get(json, "singleValueExtendedProperties"), 0);
	uint64_t size;

	return str_to_uint(text_of(property, "value"), INT64_MAX, &size) ? size : 0;
}

/* ---------------------------------------------------------------- batches */

/* As a number of seconds; a date is rare enough to count as none. */
static int64_t retry_after(const json_t *headers)
{
	const char *key;
	json_t *value;
	uint64_t seconds;

	json_object_foreach ((json_t *)(uintptr_t)headers, key, value) {
		if (str_eq_nocase(str_of(key), STR("Retry-After")) && json_is_string(value) &&
		    str_to_uint(str_of(json_string_value(value)), 86400, &seconds))
			return SECONDS_MS(seconds);
	}
	return -1;
}

static void read_answer(const json_t *item, struct arena *arena, struct graph_batch_answer *ret)
{
	const json_t *status = json_object_get(item, "status");
	const json_t *error = json_object_get(json_object_get(item, "body"), "error");

	if (!json_is_integer(status) || json_integer_value(status) < 100 || json_integer_value(status) > 599)
		return;
	ret->status = (int)json_integer_value(status);
	ret->retry_after_ms = retry_after(json_object_get(item, "headers"));
	ret->fault = (struct graph_fault){arena_str(arena, text_of(error, "code")),
	                                  arena_str(arena, text_of(error, "message"))};
}

int graph_batch_read(struct str body, size_t n, struct arena *arena, struct graph_batch_answer *ret_answers,
                     struct error *err)
{
	json_t *json CLEANUP(json_freep) = parse(body);
	const json_t *list = json_object_get(json, "responses"), *item;
	size_t i;

	if (!json_is_array(list))
		return no_answer("batch's", err);
	for (i = 0; i < n; i++)
		ret_answers[i] = (struct graph_batch_answer){.retry_after_ms = -1};
	json_array_foreach (list, i, item) {
		uint64_t id;

		if (str_to_uint(text_of(item, "id"), n - 1, &id))
			read_answer(item, arena, &ret_answers[id]);
	}
	return 0;
}
