/* See inlets.h. */
#include "listen/inlets.h"

#include "base/clock.h"
#include "base/file.h"
#include "base/log.h"
#include "base/map.h"
#include "base/mem.h"
#include "intake/intake.h"
#include "listen/inlet_socket.h"
#include "listen/inlet_trace.h"
#include "listen/lmtp.h"
#include "setup/personal.h"

#include <errno.h>
#include <poll.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <unistd.h>

#define STACK    KIB(512)
#define RETRY_MS SECONDS_MS(5)

struct door;

/* One connection, on a thread of its own. */
struct guest {
	struct door *door;
	struct guest *next; /* guarded by door->lock */
	int fd;             /* the door's, to end it with: the stream has a copy */
	struct stream *stream;
	struct tap *tap; /* NULL: nobody has traced the inlet since it came */
	struct inlet_trace trace;
};

struct door {
	struct inlets *inlets;
	char *id, *listen, *fingerprint; /* of the record it was opened for */
	int64_t connections, recipients, max_bytes;
	int timeout_ms;
	int fd, wake;
	pthread_t thread;
	atomic_bool stopping;

	pthread_mutex_t lock;
	pthread_cond_t gone;
	/* guarded by lock */
	struct guest *guests;
	int64_t guest_count;
};

struct inlets {
	struct inlets_options options;
	struct map *doors; /* open ones, by id */
	int64_t retry_at;  /* monotonic ms: of those that couldn't be opened */
	bool any_failed;
	char name[256];
};

/* ---------------------------------------------------------------- a mail */

static bool is_personal(const struct setup *setup, const struct listener *listener)
{
	const struct account *account = listener ? setup_account(setup, listener->account) : NULL;

	return account && account_is_personal(setup, account);
}

/* An address stays its owner's where no listener takes its mail. */
static bool is_for_person(const struct setup *setup, const struct listener *listener, struct str address)
{
	const void *const *accounts;
	size_t n = listener ? 0 : setup_list(setup, &account_type, &accounts);

	for (size_t i = 0; i < n; i++)
		if (account_is_personal(setup, accounts[i]) && account_own_address(accounts[i], address))
			return true;
	return is_personal(setup, listener);
}

static bool find_recipient(void *ctx, struct str address, char ret_to[65], struct lmtp_answer *ret_refusal)
{
	struct guest *guest = ctx;
	const struct inlets_options *o = &guest->door->inlets->options;
	struct shared_setup *shared = o->current_setup(o->ctx);
	const struct listener *listener = setup_listener_of(shared->setup, address);
	int64_t due_at;
	bool found = listener != NULL;

	if (listener)
		snprintf(ret_to, 65, "%s", listener->id);
	if (guest->tap)
		inlet_trace_recipient(&guest->trace, is_for_person(shared->setup, listener, address));
	if (found && gate_ask(o->gate, GATE_RECEIVE, listener->account, listener->id, &due_at) == GATE_PAUSED) {
		lmtp_answer(ret_refusal, 451, "4.2.1 listener %s is paused", listener->id);
		found = false;
	}
	shared_release(shared);
	return found;
}

/* For one listener: only what is in the store is a 250. */
static void take_for(struct door *door, const struct setup *setup, const struct lmtp_mail *mail, const char *to,
                     struct lmtp_answer *ret_answer)
{
	const struct inlets_options *o = &door->inlets->options;
	const struct listener *listener = setup_listener(setup, to);
	struct intake_result result;
	struct incoming *incoming;
	struct error err;
	int r;

	if (!listener || !listener->enabled)
		return; /* changed meanwhile: 451 */
	if (mail->spool->size > (uint64_t)listener->max_message_mb * 1024 * 1024) {
		lmtp_answer(ret_answer, 552, "5.3.4 the message is larger than the %lld MB of listener %s",
		            (long long)listener->max_message_mb, to);
		return;
	}
	r = spool_incoming(mail->spool, &incoming, &err);
	if (r == 0)
		r = intake_take(o->store, setup, listener, incoming, &result, &err);
	if (r < 0) {
		log_error("inlet", "inlet %s: a mail for listener %s is not stored: %s", door->id, to, err.text);
		lmtp_answer(ret_answer, 451, "4.3.0 not stored (%s)", error_word(err.code));
		return;
	}
	if (result.answered)
		o->answered(o->ctx);
	log_info("inlet", "listener %s: %s%s%s", to, result.reason[0] ? result.reason : result.outcome,
	         result.case_number[0] ? " " : "", result.case_number);
	lmtp_answer(ret_answer, 250, "2.0.0 %lld %s", (long long)result.ledger_id,
	            result.outcome[0] ? result.outcome : result.state);
}

/* Of a connection that brings mail for many, a listener's transcript has what was for it. */
static void trace_mail(const struct guest *guest, const struct setup *setup, const struct lmtp_mail *mail,
                       const struct lmtp_recipient *recipient, const struct lmtp_answer *answer)
{
	const struct listener *listener = setup_listener(setup, recipient->to);
	const struct tap_of of = {.account = listener ? listener->account : NULL, .listener = recipient->to};
	struct tap *tap CLEANUP(tap_closep) = tap_open(guest->door->inlets->options.tracing, &of, guest->door->id);
	struct buf line CLEANUP(buf_done) = BUF_INIT(KIB(2));

	if (!tap)
		return;
	buf_printf(&line, "C: MAIL FROM:<" STR_FMT ">", STR_ARG(str_slice(mail->from, 0, 500)));
	tap_line(tap, buf_cstr(&line));
	buf_clear(&line);
	buf_printf(&line, "C: RCPT TO:<%.500s>", recipient->address);
	tap_line(tap, buf_cstr(&line));
	buf_clear(&line);
	buf_printf(&line, "C: <%llu bytes>", (unsigned long long)mail->spool->size);
	tap_line(tap, buf_cstr(&line));
	buf_clear(&line);
	buf_printf(&line, "S: %d %s", answer->code, answer->text);
	tap_line(tap, buf_cstr(&line));
}

/* Several addresses of one listener are one mail for it. */
static void deliver(void *ctx, const struct lmtp_mail *mail, struct lmtp_answer *ret_answers)
{
	struct guest *guest = ctx;
	const struct inlets_options *o = &guest->door->inlets->options;
	struct shared_setup *shared = o->current_setup(o->ctx);

	for (size_t i = 0; i < mail->count; i++) {
		size_t first = 0;

		while (strcmp(mail->recipients[first].to, mail->recipients[i].to) != 0)
			first++;
		if (first < i)
			ret_answers[i] = ret_answers[first];
		else
			take_for(guest->door, shared->setup, mail, mail->recipients[i].to, &ret_answers[i]);
		trace_mail(guest, shared->setup, mail, &mail->recipients[i], &ret_answers[i]);
		inlet_trace_recipient(
		        &guest->trace,
		        is_personal(shared->setup, setup_listener(shared->setup, mail->recipients[i].to)));
	}
	shared_release(shared);
}

/* ---------------------------------------------------------------- a connection */

/* What a stream calls sent is the server's here. */
static void trace_line(void *ctx, const char *line)
{
	struct guest *guest = ctx;
	char turned[1100];

	snprintf(turned, sizeof turned, "%c%s", line[0] == 'C' ? 'S' : 'C', line + 1);
	inlet_trace_line(&guest->trace, turned);
}

/* Whoever hands mail in may keep the connection long: it is looked between commands whether somebody traces it now. */
static void trace_guest(struct guest *guest)
{
	const struct door *door = guest->door;

	if (guest->tap ||
	    !(guest->tap = tap_open(door->inlets->options.tracing, &(struct tap_of){.inlet = door->id}, door->id)))
		return;
	guest->trace.ctx = guest->tap;
	stream_set_transcript(guest->stream, trace_line, guest);
}

static bool is_stopping(void *ctx)
{
	struct guest *guest = ctx;

	trace_guest(guest);
	return atomic_load(&guest->door->stopping);
}

/* The door may be gone when this returns. */
static void leave(struct guest *guest)
{
	struct door *door = guest->door;
	struct guest **at = &door->guests;

	pthread_mutex_lock(&door->lock);
	while (*at != guest)
		at = &(*at)->next;
	*at = guest->next;
	close(guest->fd);
	door->guest_count--;
	pthread_cond_signal(&door->gone);
	pthread_mutex_unlock(&door->lock);
	free(guest);
}

static void *guest_main(void *arg)
{
	struct guest *guest = arg;
	const struct door *door = guest->door;
	const struct lmtp_options options = {.name = door->inlets->name,
	                                     .max_message_bytes = (uint64_t)door->max_bytes,
	                                     .max_recipients = (size_t)door->recipients,
	                                     .timeout_ms = door->timeout_ms,
	                                     .recipient = find_recipient,
	                                     .deliver = deliver,
	                                     .stopped = is_stopping,
	                                     .ctx = guest};
	int copy = dup(guest->fd);
	struct error fault;

	inlet_trace_init(&guest->trace, tap_line);
	guest->stream = copy >= 0 ? stream_of_fd(copy, door->timeout_ms) : NULL;
	log_set_context(door->id);
	if (guest->stream)
		trace_guest(guest);
	fault.text[0] = 0;
	if (guest->stream && lmtp_serve(guest->stream, &options, &fault) < 0)
		log_debug("inlet", "inlet %s: %s", door->id, fault.text);
	stream_close(guest->stream);
	inlet_trace_done(&guest->trace);
	if (fault.text[0])
		tap_note(guest->tap, fault.text);
	tap_close(guest->tap);
	log_set_context(NULL);
	leave(guest);
	return NULL;
}

static void turn_away(int fd, const char *line)
{
	if (send(fd, line, strlen(line), MSG_NOSIGNAL | MSG_DONTWAIT) < 0)
		log_debug("inlet", "a client was gone before it was turned away");
	close(fd);
}

static void admit(struct door *door, int fd)
{
	struct guest *guest = mem_new(1, sizeof *guest);
	pthread_attr_t attr;
	pthread_t thread;
	bool full;

	*guest = (struct guest){.door = door, .fd = fd};
	pthread_mutex_lock(&door->lock);
	full = door->guest_count >= door->connections;
	if (!full) {
		guest->next = door->guests;
		door->guests = guest;
		door->guest_count++;
	}
	pthread_mutex_unlock(&door->lock);
	if (full) {
		free(guest);
		turn_away(fd, "421 4.3.2 too many connections, come back later\r\n");
		return;
	}
	must(pthread_attr_init(&attr) == 0 && pthread_attr_setstacksize(&attr, STACK) == 0 &&
	     pthread_attr_setdetachstate(&attr, PTHREAD_CREATE_DETACHED) == 0);
	if (pthread_create(&thread, &attr, guest_main, guest) != 0) {
		log_error("inlet", "inlet %s: no thread for a connection: the system's limit is reached", door->id);
		leave(guest);
	}
	pthread_attr_destroy(&attr);
}

/* ---------------------------------------------------------------- a door */

static void *door_main(void *arg)
{
	struct door *door = arg;

	while (!atomic_load(&door->stopping)) {
		struct pollfd fds[2] = {{.fd = door->fd, .events = POLLIN}, {.fd = door->wake, .events = POLLIN}};
		int fd;

		if (poll(fds, 2, -1) < 0 || !(fds[0].revents & POLLIN))
			continue;
		fd = accept4(door->fd, NULL, NULL, SOCK_CLOEXEC);
		if (fd >= 0)
			admit(door, fd);
		else if (errno == EMFILE || errno == ENFILE)
			poll(&fds[1], 1, 100); /* until others have closed theirs */
	}
	return NULL;
}

/* What of the record a door stands on. */
static char *fingerprint_of(const struct inlet *inlet)
{
	struct buf text CLEANUP(buf_done) = BUF_INIT(KIB(4));

	buf_printf(&text, "%s %lld %lld %lld %lld %lld", inlet->listen, (long long)inlet->socket_mode,
	           (long long)inlet->connections, (long long)inlet->recipients, (long long)inlet->max_message_mb,
	           (long long)inlet->timeout_s);
	return buf_take(&text);
}

static int open_door(struct inlets *inlets, const struct inlet *inlet, struct error *err)
{
	int fd = inlet_listen(inlet, err);
	struct door *door;

	if (fd < 0)
		return fd;
	door = mem_new(1, sizeof *door);
	*door = (struct door){.inlets = inlets,
	                      .id = mem_strdup(inlet->id),
	                      .listen = mem_strdup(inlet->listen),
	                      .fingerprint = fingerprint_of(inlet),
	                      .connections = inlet->connections,
	                      .recipients = inlet->recipients,
	                      .max_bytes = inlet->max_message_mb * 1024 * 1024,
	                      .timeout_ms = (int)SECONDS_MS(inlet->timeout_s),
	                      .fd = fd,
	                      .wake = eventfd(0, EFD_CLOEXEC)};
	must(door->wake >= 0);
	pthread_mutex_init(&door->lock, NULL);
	pthread_cond_init(&door->gone, NULL);
	must(pthread_create(&door->thread, NULL, door_main, door) == 0);
	map_set(inlets->doors, str_of(door->id), door);
	return 0;
}

/* Clients that wait for nothing but their next command hear the end at once; a mail under way is finished. */
static void close_door(struct door *door)
{
	uint64_t one = 1;

	atomic_store(&door->stopping, true);
	must(write(door->wake, &one, sizeof one) == sizeof one);
	pthread_join(door->thread, NULL);
	close(door->fd);
	inlet_unlink(door->listen);
	pthread_mutex_lock(&door->lock);
	for (struct guest *guest = door->guests; guest; guest = guest->next)
		shutdown(guest->fd, SHUT_RD);
	while (door->guest_count)
		pthread_cond_wait(&door->gone, &door->lock);
	pthread_mutex_unlock(&door->lock);
	close(door->wake);
	pthread_mutex_destroy(&door->lock);
	pthread_cond_destroy(&door->gone);
	free(door->id);
	free(door->listen);
	free(door->fingerprint);
	free(door);
}

/* ---------------------------------------------------------------- all of them */

struct inlets *inlets_new(const struct inlets_options *options)
{
	struct inlets *inlets = mem_new(1, sizeof *inlets);

	inlets->options = *options;
	inlets->doors = map_new();
	if (gethostname(inlets->name, sizeof inlets->name - 1) < 0 || !inlets->name[0])
		snprintf(inlets->name, sizeof inlets->name, "localhost");
	return inlets;
}

struct leaving {
	const struct setup *setup; /* NULL: all are to go */
	struct door *found;
};

static void find_leaving(void *ctx, struct str id UNUSED, void *value)
{
	struct leaving *leaving = ctx;
	struct door *door = value;
	const struct inlet *inlet = leaving->setup ? setup_inlet(leaving->setup, door->id) : NULL;
	char *now CLEANUP(freep) = inlet && inlet->enabled ? fingerprint_of(inlet) : NULL;

	if (!now || strcmp(now, door->fingerprint) != 0)
		leaving->found = door;
}

static void close_leaving(struct inlets *inlets, const struct setup *setup)
{
	for (;;) {
		struct leaving leaving = {.setup = setup};

		map_each(inlets->doors, find_leaving, &leaving);
		if (!leaving.found)
			return;
		map_set(inlets->doors, str_of(leaving.found->id), NULL);
		if (setup)
			states_drop(inlets->options.states, "inlet", leaving.found->id);
		close_door(leaving.found);
	}
}

void inlets_apply(struct inlets *inlets, const struct setup *setup)
{
	const void *const *list;
	size_t n = setup_list(setup, &inlet_type, &list);

	close_leaving(inlets, setup);
	if (inlets->any_failed && clock_mono_ms() < inlets->retry_at)
		return;
	inlets->any_failed = false;
	for (size_t i = 0; i < n; i++) {
		const struct inlet *inlet = list[i];
		struct error err;

		if (!inlet->enabled || map_get(inlets->doors, str_of(inlet->id)))
			continue;
		if (open_door(inlets, inlet, &err) == 0) {
			log_info("inlet", "inlet %s listens at %s", inlet->id, inlet->listen);
			states_set(inlets->options.states, "inlet", inlet->id, "waiting", NULL, 0);
			continue;
		}
		log_error("inlet", "%s", err.text);
		states_set(inlets->options.states, "inlet", inlet->id, "failed", &err, RETRY_MS);
		inlets->any_failed = true;
		inlets->retry_at = clock_mono_ms() + RETRY_MS;
	}
}

void inlets_free(struct inlets *inlets)
{
	if (!inlets)
		return;
	close_leaving(inlets, NULL);
	map_free(inlets->doors);
	free(inlets);
}
