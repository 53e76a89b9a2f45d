/* Which row of the store a session's folder has, and that no other listener reads the same folder. See session.h.
 *
 * The row has the server's name: where a listener has a path or a use (\Archive), what it finds today may be another
 * folder than yesterday, and another listener's spelling of this one. Names that are the server's stay as they are. */
#include "listen/session_parts.h"

#include "base/mem.h"
#include "store/lock.h"

#include <stdlib.h>

/* A folder that a session of this process reads by another name than the server's. */
struct folder_claim {
	struct folder_claim *next;
	const struct store *store;
	char *account, *folder, *listener; /* owned */
};

LOCK_NAME(claims_lock);
static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;
static struct folder_claim *claims GUARDED_BY(claims_lock);

static void lock(void) ACQUIRES(claims_lock);
static void unlock(void) RELEASES(claims_lock);

TRUSTED static void lock(void)
{
	pthread_mutex_lock(&mutex);
}

TRUSTED static void unlock(void)
{
	pthread_mutex_unlock(&mutex);
}

static int is_read_already(const struct session *s, const char *folder, const char *other, enum retry retry,
                           struct error *err)
{
	const struct listener *l = s->options.listener;

	return fail_scope(err, SCOPE_FOLDER, E_INVALID, retry,
	                  "folder %.100s: the server calls it %.100s, which listener %s reads already", l->folder,
	                  folder, other);
}

/* By its own name: what the check of the set-up can't know. */
static int check_listeners(const struct session *s, const char *folder, struct error *err)
{
	const struct listener *l = s->options.listener;
	const void *const *listeners;
	size_t n = setup_list(s->options.setup, &listener_type, &listeners);

	for (size_t i = 0; i < n; i++) {
		const struct listener *other = listeners[i];

		if (other->source == SOURCE_MAILBOX && strcmp(other->id, l->id) != 0 &&
		    strcmp(other->account, l->account) == 0 && strcmp(other->folder, folder) == 0)
			return is_read_already(s, folder, other->id, RETRY_NEVER, err);
	}
	return 0;
}

static void free_claim(struct folder_claim *claim)
{
	free(claim->account);
	free(claim->folder);
	free(claim->listener);
	free(claim);
}

static int add_claim(struct folder_claim *fresh, char **ret_other) REQUIRES(claims_lock);
static int add_claim(struct folder_claim *fresh, char **ret_other)
{
	for (const struct folder_claim *c = claims; c; c = c->next)
		if (c->store == fresh->store && strcmp(c->account, fresh->account) == 0 &&
		    strcmp(c->folder, fresh->folder) == 0 && strcmp(c->listener, fresh->listener) != 0) {
			*ret_other = mem_strdup(c->listener);
			return -1;
		}
	fresh->next = claims;
	claims = fresh;
	return 0;
}

static int claim(struct session *s, const char *folder, struct error *err)
{
	const struct listener *l = s->options.listener;
	struct folder_claim *fresh = mem_new(1, sizeof *fresh);
	char *other CLEANUP(freep) = NULL;
	int r;

	*fresh = (struct folder_claim){.store = s->options.store,
	                               .account = mem_strdup(l->account),
	                               .folder = mem_strdup(folder),
	                               .listener = mem_strdup(l->id)};
	lock();
	r = add_claim(fresh, &other);
	unlock();
	if (r < 0) {
		free_claim(fresh);
		return is_read_already(s, folder, other, RETRY_LATER, err);
	}
	s->claim = fresh;
	return 0;
}

int session_claim_folder(struct session *s, struct error *err)
{
	const char *folder = receiver_folder(s->receiver, s->options.listener->folder);
	int r;

	if (strcmp(folder, s->options.listener->folder) == 0)
		return 0;
	r = check_listeners(s, folder, err);
	return r < 0 ? r : claim(s, folder, err);
}

void session_free_claim(struct session *s)
{
	lock();
	for (struct folder_claim **at = &claims; *at; at = &(*at)->next)
		if (*at == s->claim) {
			*at = s->claim->next;
			break;
		}
	unlock();
	if (s->claim)
		free_claim(s->claim);
	s->claim = NULL;
}
