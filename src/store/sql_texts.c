/* See sql_texts.h. */
#include "store/sql_texts.h"

#include "base/map.h"
#include "base/mem.h"

#include <pthread.h>

static pthread_mutex_t texts_lock = PTHREAD_MUTEX_INITIALIZER;
static struct map *texts; /* under texts_lock */

const char *sql_text(struct str text)
{
	char *known;

	pthread_mutex_lock(&texts_lock);
	if (!texts)
		texts = map_new();
	known = map_get(texts, text);
	if (!known) {
		must(map_count(texts) < SQL_TEXTS_MAX);
		known = str_dup(text);
		map_set(texts, text, known);
	}
	pthread_mutex_unlock(&texts_lock);
	return known;
}
