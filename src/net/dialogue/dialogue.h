/* clang-format off */
/* Dialogues: the other side of a protocol, played from a script, for tests only. One file holds many:
 *
 *	== refused-login: The password is wrong
 *	with: two messages          a note to the test (any number)
 *	outcome: auth never         what the test is to find (any number)
 *	S: 220 mail.example ready   sends the line and CRLF
 *	C: EHLO <*>                 the client must send this line; <*> is any text
 *	S-raw: 250-mail.example\r\n250 AUTH PLAIN\r\n
 *	                            sends these bytes; escapes are \r \n \t \\ \xHH
 *	C: AUTH PLAIN <*>
 *	S: 535 5.7.8 No
 *
 * Each line is one step, played in order; empty lines and lines that begin with # are skipped. A line may be indented.
 *
 *	C: <tag> LOGIN <*>   <tag>, <tag1>, <tagB> ...: the word (letters, digits) that stands there is kept under this name,
 *	S: <tag> OK          and sent where the name is used again. In C: lines a name is always kept anew
 *	C-raw: bytes         exactly these bytes must come, escapes as above
 *	C-bytes: N           N bytes, whatever they are
 *	C-until: text        lines are skipped up to and with this one ("." for the end of a mail)
 *	S-bytes: N           sends N bytes of filler
 *	S-mail: N            sends a mail of exactly N bytes in CRLF lines (N at least 64)
 *	tls: KIND            shakes hands (also "starttls") with a certificate of KIND: good (if none is named), expired, other-host,
 *	                     self-signed, or "old": a good one, but the server speaks TLS 1.0 only
 *	sni: NAME            the client named this server in the handshake before ("-": none)
 *	cut                  ends the connection, in order, without TLS close-notify; what the client still sends is ignored
 *	reset                ends it with RST (over a socket pair: closes)
 *	silence              says nothing more, ignores what is sent, keeps the connection until the client closes
 *	deaf                 reads nothing more, so that the client's writes come to a stop, until player_finish() is called
 *	accept               waits until the client has closed and takes its next connection (with player_listen() only)
 *
 * At the end of the script the client must close without sending more. The player notes the first difference: file, line, what was
 * expected and what came. It waits 5 s for each step: the client's deadlines must be shorter (tens of milliseconds).
 *
 *	struct dialogue_set *set CLEANUP(dialogue_set_freep) = dialogue_set_load(DIALOGUES);
 *	struct player *player = player_pair(dialogue_find(set, "refused-login"), NULL, &fd);
 *	struct stream *s = stream_of_fd(fd, 50);
 *	... the code under test, then stream_close(s) ...
 *	player_finish(player);                   fails the test where the dialogue was not kept
 */
/* clang-format on */
#ifndef NET_DIALOGUE_H
#define NET_DIALOGUE_H

#include "base/arena.h"
#include "net/dialogue/certificates.h"

struct dialogue;
struct dialogue_set;
struct player;

/* Reads a file, or text that stands in the test; a fault in it ends the test program with a message. */
struct dialogue_set *dialogue_set_load(const char *path) NODISCARD;
struct dialogue_set *dialogue_set_parse(const char *file_name, const char *text) NODISCARD;
void dialogue_set_free(struct dialogue_set *set);
DEFINE_CLEANUP(struct dialogue_set *, dialogue_set_free)

size_t dialogue_count(const struct dialogue_set *set);
const struct dialogue *dialogue_at(const struct dialogue_set *set, size_t i);
const struct dialogue *dialogue_find(const struct dialogue_set *set,
                                     const char *name); /* ends the program where it is missing */

const char *dialogue_name(const struct dialogue *dialogue);
/* The value of the n-th "with:" or "outcome:" line; NULL behind the last. */
const char *dialogue_with(const struct dialogue *dialogue, size_t n);
const char *dialogue_outcome(const struct dialogue *dialogue, size_t n);

/* Bytes from text with the escapes of S-raw, NUL-terminated, for notes that need them; false on an unknown escape. */
bool dialogue_unescape(struct arena *arena, struct str text, struct str *ret_bytes) NODISCARD;

/* Plays on a thread of its own over one end of a socket pair; *ret_fd is the client's end (owned). `certificates` may
 * be NULL where no TLS is played; the set and they must live until player_finish(). */
struct player *player_pair(const struct dialogue *dialogue, const struct certificates *certificates,
                           int *ret_fd) NODISCARD;

/* Plays behind a listener on 127.0.0.1 (the name localhost reaches it, too); *ret_port is its port. */
struct player *player_listen(const struct dialogue *dialogue, const struct certificates *certificates,
                             int *ret_port) NODISCARD;

/* Waits for the end of the dialogue and frees the player. The client must have closed. Fails the cmocka test on a
 * difference. */
void player_finish(struct player *player);

/* As player_finish(), but hands the difference over instead: "" where there is none. */
void player_finish_text(struct player *player, char *ret_text, size_t size);

#endif
