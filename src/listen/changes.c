/* What a running serve takes up without a restart: another set-up, pauses, throttles of other processes,
 * traces. See
 * serve_parts.h. */
#include "listen/serve_parts.h"

#include "base/log.h"

/* ---------------------------------------------------------------- changes of the set-up */

static bool is_same_record(const struct setup *a, const struct setup *b, const struct record_type *type,
                           const char *id_before, const char *id_after)
{
	const void *before = *id_before ? setup_find(a, type, id_before) : NULL;
	const void *after = *id_after ? setup_find(b, type, id_after) : NULL;
	struct buf out CLEANUP(buf_done) = BUF_INIT(KIB(64));

	if (!before || !after)
		return before == after;
	return record_diff(type, before, after, &out) == 0;
}

/* A profile may be signed for with a key of a keystore, and trust the certificates of another. */
static bool is_same_profile(const struct setup *a, const struct setup *b, const char *id_before, const char *id_after)
{
	const struct authentication_profile *before = setup_authentication_profile(a, id_before),
	                                    *after = setup_authentication_profile(b, id_after);

	if (!before || !after)
		return before == after;
	return is_same_record(a, b, &authentication_profile_type, id_before, id_after) &&
	       is_same_record(a, b, &keystore_type, before->keystore, after->keystore) &&
	       is_same_record(a, b, &keystore_type, before->truststore, after->truststore);
}

static bool has_same_keystores(const struct setup *a, const struct account *before, const struct setup *b,
                               const struct account *after)
{
	const char *const ids[][2] = {
	        {before->send.tls.truststore, after->send.tls.truststore},
	        {before->send.smime.keystore, after->send.smime.keystore},
	        {before->send.dkim.keystore, after->send.dkim.keystore},
	        {before->receive.tls.truststore, after->receive.tls.truststore},
	        {before->receive.smime.keystore, after->receive.smime.keystore},
	        {before->receive.smime.truststore, after->receive.smime.truststore},
	};

	for (size_t i = 0; i < ARRAY_LEN(ids); i++)
		if (!is_same_record(a, b, &keystore_type, ids[i][0], ids[i][1]))
			return false;
	return true;
}

/* … with all that it names: a mended secret of a profile is a change, too. */
static bool is_same_account(const struct setup *a, const struct account *before, const struct setup *b,
                            const struct account *after)
{
	struct buf out CLEANUP(buf_done) = BUF_INIT(KIB(64));

	return record_diff(&account_type, before, after, &out) == 0 &&
	       record_diff(&provider_type, setup_provider(a, before->provider), setup_provider(b, after->provider),
	                   &out) == 0 &&
	       is_same_profile(a, b, before->send.profile, after->send.profile) &&
	       is_same_profile(a, b, before->receive.profile, after->receive.profile) &&
	       has_same_keystores(a, before, b, after);
}

/* What a session was opened with: when any of it differs, the session is opened anew. */
static bool is_same_for(const struct setup *a, const struct setup *b, const struct listener *before)
{
	const struct listener *after = setup_listener(b, before->id);
	const struct account *account_before = setup_account(a, before->account),
	                     *account_after = setup_account(b, before->account);
	struct buf out CLEANUP(buf_done) = BUF_INIT(KIB(64));

	if (!after || !account_before || !account_after)
		return false;
	return record_diff(&listener_type, before, after, &out) == 0 &&
	       is_same_account(a, account_before, b, account_after);
}

static void leave_watch_locked(struct serve *serve, struct watch *watch, bool replace)
{
	watch->replace = replace;
	atomic_store(&watch->leave, true);
	park_hurry(serve->park, &watch->parked);
}

bool serve_restart_listener(struct serve *serve, const char *listener)
{
	struct watch *watch;

	pthread_mutex_lock(&serve->lock);
	watch = map_get(serve->watches, str_of(listener));
	if (watch) {
		gate_forget(serve->gate, watch->account);
		leave_watch_locked(serve, watch, true);
	}
	pthread_mutex_unlock(&serve->lock);
	return watch != NULL;
}

/* The watch of a listener in the new set-up: begun, left alone but for the new rules, or begun anew. */
static void change_watch_locked(struct serve *serve, const struct setup *before, const struct setup *now,
                                const struct listener *listener)
{
	struct watch *watch = map_get(serve->watches, str_of(listener->id));
	const struct listener *old = setup_listener(before, listener->id);

	if (!watch) {
		if (serve_is_watched(listener))
			serve_begin_watch_locked(serve, listener);
		return;
	}
	if (serve_is_watched(listener) && old && is_same_for(before, now, old))
		return;
	log_info("listen", "listener %s: set-up changed", listener->id);
	leave_watch_locked(serve, watch, serve_is_watched(listener));
}

static void leave_removed_locked(struct serve *serve, const struct setup *before, const struct setup *now)
{
	const void *const *listeners;
	size_t n = setup_list(before, &listener_type, &listeners);

	for (size_t i = 0; i < n; i++) {
		const struct listener *listener = listeners[i];
		struct watch *watch = map_get(serve->watches, str_of(listener->id));

		if (watch && !setup_listener(now, listener->id))
			leave_watch_locked(serve, watch, false);
	}
}

/* What was refused with the old set-up may work with the new one. */
static void forget_refusals(struct serve *serve, const struct setup *before, const struct setup *now)
{
	const void *const *accounts;
	size_t n = setup_list(now, &account_type, &accounts);

	for (size_t i = 0; i < n; i++) {
		const struct account *account = accounts[i], *old = setup_account(before, account->id);

		if (!old || !is_same_account(before, old, now, account))
			gate_forget(serve->gate, account->id);
	}
}

static void apply_change(struct serve *serve, struct shared_setup *fresh)
{
	struct shared_setup *old;
	const void *const *listeners;
	size_t n = setup_list(fresh->setup, &listener_type, &listeners);

	pthread_mutex_lock(&serve->lock);
	old = serve->shared;
	serve->shared = fresh;
	forget_refusals(serve, old->setup, fresh->setup);
	leave_removed_locked(serve, old->setup, fresh->setup);
	for (size_t i = 0; i < n;
	     i++) /* all under the lock: no session goes on with records that it wasn't opened for */
		change_watch_locked(serve, old->setup, fresh->setup, listeners[i]);
	states_keep(serve->states, fresh->setup);
	pthread_mutex_unlock(&serve->lock);
	shared_release(old);
}

static int look_for_setup(struct serve *serve, struct db *db, struct error *err)
{
	struct shared_setup *fresh, *now = serve_current_setup(serve);
	int64_t loaded = setup_loaded_revision(now->setup), revision;
	struct error fault;
	int r = setup_revision(db, &revision, err);

	shared_release(now);
	if (r < 0)
		return error_prefix(err, "can't look for changes of the set-up");
	if (revision == loaded || revision == serve->refused_revision)
		return 0;
	if (setup_share_newest(serve->share, db, &fresh, &fault) < 0) {
		log_error("listen", "the changed set-up can't be used, the old one stays: %s", fault.text);
		if (fault.retry == RETRY_NEVER) /* else it is the store's fault, and looked at again */
			serve->refused_revision = revision;
	} else {
		apply_change(serve, fresh);
	}
	return 0;
}

/* ---------------------------------------------------------------- pauses and throttles */

struct hurry {
	struct serve *serve;
};

static void hurry_watch(void *ctx, struct str listener UNUSED, void *value)
{
	struct hurry *hurry = ctx;
	struct watch *watch = value;
	int64_t due_at;

	if (gate_ask(hurry->serve->gate, GATE_RECEIVE, watch->account, watch->listener_id, &due_at) !=
	    atomic_load(&watch->gate_state))
		park_hurry(hurry->serve->park, &watch->parked);
}

static int look_at_gate(struct serve *serve, struct db *db, struct error *err)
{
	struct hurry hurry = {serve};
	bool changed;
	int r = gate_refresh(serve->gate, db, &changed, err);

	if (r < 0)
		return error_prefix(err, "can't look for pauses");
	if (!changed)
		return 0;
	pthread_mutex_lock(&serve->lock);
	map_each(serve->watches, hurry_watch, &hurry);
	pthread_mutex_unlock(&serve->lock);
	return 0;
}

/* ---------------------------------------------------------------- traces */

/* The connection is made anew, so that its transcript has the log-in, and one that nobody traces any more costs
 * nothing. What waits because its last tries failed is tried at once: that is what a person wants to see. */
static void trace_watch_locked(void *ctx, struct str listener UNUSED, void *value)
{
	struct serve *serve = ctx;
	struct watch *watch = value;

	int64_t since = tracing_since(serve->tracing, &(struct tap_of){watch->account, watch->listener_id, NULL});

	if (watch->traced_since == since || atomic_load(&watch->leave))
		return;
	if (since)
		gate_forget(serve->gate, watch->account);
	leave_watch_locked(serve, watch, true);
}

static int look_at_traces(struct serve *serve, struct db *db, struct error *err)
{
	bool changed;
	int r = tracing_refresh(serve->tracing, db, &changed, err);

	if (r < 0)
		return error_prefix(err, "can't look for traces");
	if (!changed)
		return 0;
	pthread_mutex_lock(&serve->lock);
	map_each(serve->watches, trace_watch_locked, serve);
	pthread_mutex_unlock(&serve->lock);
	return 0;
}

int serve_look_for_changes(struct serve *serve, struct db *db, struct error *err)
{
	int r = look_at_gate(serve, db, err);

	if (r == 0)
		r = look_at_traces(serve, db, err);
	return r < 0 ? r : look_for_setup(serve, db, err);
}
