/* See search_rank.h. */
#include "store/search_rank.h"

#include <math.h>

#define COLUMNS_MAX 8
#define K1          1.2

/* A phrase of the query that is in the document. */
struct search_part {
	uint32_t phrase; /* its number */
	float share;     /* more with each place where it stands, by the column's weight; at most 1 */
};

/* ---------------------------------------------------------------- of one document: search_parts() */

static double weigh(const Fts5ExtensionApi *api, Fts5Context *document, int phrase, const double *weights, int columns)
{
	Fts5PhraseIter iter;
	double found = 0;
	int column, place;

	if (api->xPhraseFirst(document, phrase, &iter, &column, &place) != SQLITE_OK)
		return 0;
	for (; column >= 0; api->xPhraseNext(document, &iter, &column, &place))
		if (column < columns)
			found += weights[column];
	return found;
}

static void tell_parts(const Fts5ExtensionApi *api, Fts5Context *document, sqlite3_context *call, int n,
                       sqlite3_value **values)
{
	int count = api->xPhraseCount(document), columns = MIN(n, COLUMNS_MAX);
	struct search_part *parts = sqlite3_malloc64((sqlite3_uint64)(count + 1) * sizeof *parts);
	double weights[COLUMNS_MAX], found;
	size_t used = 0;

	if (!parts) {
		sqlite3_result_error_nomem(call);
		return;
	}
	for (int i = 0; i < columns; i++)
		weights[i] = sqlite3_value_double(values[i]);
	for (int i = 0; i < count; i++) {
		found = weigh(api, document, i, weights, columns);
		if (found > 0)
			parts[used++] = (struct search_part){(uint32_t)i, (float)(found / (found + K1))};
	}
	sqlite3_result_blob64(call, parts, used * sizeof *parts, sqlite3_free);
}

/* FTS5 gives its interface to who asks for it in SQL: https://www.sqlite.org/fts5.html §7. */
int search_rank_define(sqlite3 *conn)
{
	fts5_api *api = NULL;
	sqlite3_stmt *stmt;
	int rc = sqlite3_prepare_v2(conn, "SELECT fts5(?1)", -1, &stmt, NULL);

	if (rc != SQLITE_OK)
		return rc;
	sqlite3_bind_pointer(stmt, 1, (void *)&api, "fts5_api_ptr", NULL);
	sqlite3_step(stmt);
	rc = sqlite3_finalize(stmt);
	if (rc == SQLITE_OK && !api)
		rc = SQLITE_ERROR;
	return rc == SQLITE_OK ? api->xCreateFunction(api, "search_parts", NULL, tell_parts, NULL) : rc;
}

/* ---------------------------------------------------------------- among themselves */

struct search_parts search_parts_read(struct arena *arena, struct str blob)
{
	size_t n = blob.n / sizeof(struct search_part);
	struct search_part *list = ARENA_ARRAY(arena, struct search_part, n + 1);

	if (n)
		memcpy(list, blob.p, n * sizeof *list);
	return (struct search_parts){list, n};
}

/* How many documents have each phrase. */
static uint32_t *count_documents(struct arena *arena, const struct search_parts *parts, size_t n)
{
	uint32_t last = 0, *documents;

	for (size_t i = 0; i < n; i++)
		for (size_t k = 0; k < parts[i].count; k++)
			last = MAX(last, parts[i].list[k].phrase);
	documents = ARENA_ARRAY(arena, uint32_t, (size_t)last + 1);
	for (size_t i = 0; i < n; i++)
		for (size_t k = 0; k < parts[i].count; k++)
			documents[parts[i].list[k].phrase]++;
	return documents;
}

void search_rank(struct arena *arena, struct search_hit *hits, const struct search_parts *parts, size_t n)
{
	const uint32_t *documents = count_documents(arena, parts, n);

	for (size_t i = 0; i < n; i++) {
		double score = 0;

		for (size_t k = 0; k < parts[i].count; k++)
			score += (double)parts[i].list[k].share * log1p((double)n / documents[parts[i].list[k].phrase]);
		hits[i].score = (int64_t)(score * 1e6);
	}
}
