/* See migrations.h. Conventions: times are Unix ms (BIGINT), 0 or NULL where they didn't happen; ids come from
 * db_new_id(), one series for all tables; booleans are BIGINT 0 or 1; states are words, so that a person with an SQL
 * shell can read them. */
#include "store/migrations.h"

#include "base/base.h"

static const char foundation[] =
        /* Every version of every set-up record; the newest has is_current = 1. */
        "CREATE TABLE record ("
        " kind TEXT NOT NULL, id TEXT NOT NULL, revision BIGINT NOT NULL,"
        " document TEXT NOT NULL," /* JSON, secrets sealed; '' where this version is a deletion */
        " author TEXT NOT NULL, at BIGINT NOT NULL, is_current BIGINT NOT NULL,"
        " PRIMARY KEY (kind, id, revision)) {CLUSTERED};"
        "CREATE UNIQUE INDEX record_current ON record (kind, id) WHERE is_current = 1;"

        /* Sequences: case numbers without gaps, the count of set-up changes. */
        "CREATE TABLE counter (name TEXT NOT NULL PRIMARY KEY, value BIGINT NOT NULL) {CLUSTERED};"

        /* Facts about the store itself: the key of its fingerprints. */
        "CREATE TABLE meta (name TEXT NOT NULL PRIMARY KEY, value TEXT NOT NULL) {CLUSTERED};"

        /* Where reading a folder stands. */
        "CREATE TABLE folder ("
        " id {ID} PRIMARY KEY, account TEXT NOT NULL, name TEXT NOT NULL,"
        " uidvalidity BIGINT NOT NULL DEFAULT 0, uid BIGINT NOT NULL DEFAULT 0,"
        " read_at BIGINT NOT NULL DEFAULT 0," /* last complete look at the server */
        " careful BIGINT NOT NULL DEFAULT 0," /* a run is under way, or ended without saying so: read one by one */
        " UNIQUE (account, name));"

        /* One row for each message on a server (or handed to `ingest`: folder_id and uid NULL). */
        "CREATE TABLE ledger ("
        " id {ID} PRIMARY KEY, listener TEXT NOT NULL, folder_id BIGINT, uidvalidity BIGINT, uid BIGINT,"
        " state TEXT NOT NULL,"   /* received, failed, parked, committed, acknowledged */
        " outcome TEXT NOT NULL," /* created, updated, reopened, filed, discarded, duplicate, seen-before, too-large,
                                     gone; '' until decided */
        " answer TEXT NOT NULL,"  /* what became of the automatic answer: queued, or why there is none */
        " category TEXT NOT NULL, reason TEXT NOT NULL," /* of the last failure */
        " tries BIGINT NOT NULL, next_try_at BIGINT,"
        " message_id BIGINT, case_id BIGINT, duplicate_of BIGINT," /* duplicate_of: ledger row */
        " message_ident TEXT NOT NULL, content_key BIGINT NOT NULL, content_hash {BLOB},"
        " size BIGINT NOT NULL,"
        " received_at BIGINT NOT NULL, parsed_at BIGINT, mapped_at BIGINT, activity_at BIGINT, response_at BIGINT,"
        " committed_at BIGINT, acknowledged_at BIGINT, parked_at BIGINT,"
        " UNIQUE (folder_id, uidvalidity, uid));"
        "CREATE INDEX ledger_content ON ledger (content_key);"
        "CREATE INDEX ledger_unacknowledged ON ledger (folder_id, uid) WHERE state = 'committed';"
        "CREATE INDEX ledger_waiting ON ledger (next_try_at) WHERE state = 'failed' OR state = 'received';"
        "CREATE INDEX ledger_parked ON ledger (parked_at) WHERE state = 'parked';"

        "CREATE TABLE contact (id {ID} PRIMARY KEY, name TEXT NOT NULL, created_at BIGINT NOT NULL);"
        "CREATE TABLE contact_address ("
        " address TEXT NOT NULL PRIMARY KEY, contact_id BIGINT NOT NULL REFERENCES contact (id)) {CLUSTERED};" /* lower
                                                                                                                  case
                                                                                                                */

        "CREATE TABLE cases ("
        " id {ID} PRIMARY KEY, type TEXT NOT NULL, number TEXT NOT NULL UNIQUE, status TEXT NOT NULL, resolved_at "
        "BIGINT,"
        " subject TEXT NOT NULL, contact_id BIGINT REFERENCES contact (id), account TEXT NOT NULL,"
        " previous_id BIGINT,"   /* the older case this one follows */
        " fields TEXT NOT NULL," /* JSON object of texts */
        " created_at BIGINT NOT NULL, updated_at BIGINT NOT NULL, message_count BIGINT NOT NULL);"
        "CREATE INDEX cases_updated ON cases (updated_at);"

        "CREATE TABLE message ("
        " id {ID} PRIMARY KEY, direction TEXT NOT NULL,"                       /* in, out */
        " case_id BIGINT, account TEXT NOT NULL, message_ident TEXT NOT NULL," /* without <> */
        " from_address TEXT NOT NULL, from_name TEXT NOT NULL, to_text TEXT NOT NULL, subject TEXT NOT NULL,"
        " automatic TEXT NOT NULL," /* what kind of automatic mail; 'none' for a person's */
        " date BIGINT NOT NULL, created_at BIGINT NOT NULL, size BIGINT NOT NULL,"
        " evidence TEXT NOT NULL," /* why it belongs to this case, one line per finding */
        " body_text TEXT NOT NULL);"
        "CREATE INDEX message_ident ON message (message_ident) WHERE case_id IS NOT NULL;"
        "CREATE INDEX message_case ON message (case_id, id);"

        /* The message as it came or went, zstd-compressed in pieces; the first piece has its own table, which is all
           most need. */
        "CREATE TABLE raw (message_id {ID} PRIMARY KEY, pieces BIGINT NOT NULL, data {BLOB} NOT NULL);"
        "CREATE TABLE raw_piece ("
        " message_id BIGINT NOT NULL, piece BIGINT NOT NULL, data {BLOB} NOT NULL, PRIMARY KEY (message_id, piece));"

        "CREATE TABLE attachment ("
        " message_id BIGINT NOT NULL, position BIGINT NOT NULL, part TEXT NOT NULL, name TEXT NOT NULL, type TEXT NOT "
        "NULL,"
        " size BIGINT NOT NULL, content_ident TEXT NOT NULL, disposition TEXT NOT NULL,"
        " PRIMARY KEY (message_id, position)) {CLUSTERED};"

        "CREATE TABLE outbox ("
        " id {ID} PRIMARY KEY, account TEXT NOT NULL, message_id BIGINT NOT NULL, case_id BIGINT,"
        " kind TEXT NOT NULL,"      /* answer (automatic), message */
        " answer_to TEXT NOT NULL," /* an automatic answer's addressee, lower case, for its budget */
        " envelope_from TEXT NOT NULL,"
        " state TEXT NOT NULL," /* queued, sending, later, sent, failed, uncertain, cancelled */
        " tries BIGINT NOT NULL, next_try_at BIGINT NOT NULL, claim TEXT NOT NULL,"
        " code BIGINT NOT NULL, reply TEXT NOT NULL, created_at BIGINT NOT NULL, sent_at BIGINT,"
        " idempotency_key TEXT UNIQUE);"
        "CREATE INDEX outbox_due ON outbox (account, next_try_at) WHERE state = 'queued' OR state = 'later';"
        "CREATE INDEX outbox_sending ON outbox (claim) WHERE state = 'sending';"
        "CREATE INDEX outbox_budget ON outbox (answer_to, created_at) WHERE kind = 'answer';"
        "CREATE TABLE outbox_recipient ("
        " outbox_id BIGINT NOT NULL, position BIGINT NOT NULL, address TEXT NOT NULL, state TEXT NOT NULL,"
        " code BIGINT NOT NULL, reply TEXT NOT NULL, PRIMARY KEY (outbox_id, position)) {CLUSTERED};"

        "CREATE TABLE event ("
        " id {ID} PRIMARY KEY, at BIGINT NOT NULL, kind TEXT NOT NULL," /* case.created, message.parked, outbox.failed …
                                                                         */
        " case_id BIGINT, message_id BIGINT, data TEXT NOT NULL);"      /* JSON */
        "CREATE INDEX event_case ON event (case_id) WHERE case_id IS NOT NULL;";

static const char smime[] =
        /* What was found of S/MIME in an incoming mail: JSON, '' where there was nothing. */
        "ALTER TABLE message ADD COLUMN smime TEXT NOT NULL DEFAULT '';";

static const char bounces[] =
        /* What a report said of a recipient. State: queued, later, sent, failed, uncertain; delayed, delivered, bounced
           by a report; suppressed. */
        "ALTER TABLE outbox_recipient ADD COLUMN status TEXT NOT NULL DEFAULT '';"     /* 5.1.1 (RFC 3463) */
        "ALTER TABLE outbox_recipient ADD COLUMN reason TEXT NOT NULL DEFAULT '';"     /* userunknown … */
        "ALTER TABLE outbox_recipient ADD COLUMN diagnostic TEXT NOT NULL DEFAULT '';" /* the server's words */
        "ALTER TABLE outbox_recipient ADD COLUMN mta TEXT NOT NULL DEFAULT '';"        /* who reports */
        "ALTER TABLE outbox_recipient ADD COLUMN reported_at BIGINT;"
        "ALTER TABLE outbox_recipient ADD COLUMN report_id BIGINT;" /* the message that was the report */
        "CREATE INDEX outbox_recipient_address ON outbox_recipient (LOWER(address));"
        "ALTER TABLE outbox ADD COLUMN warned_at BIGINT;" /* that it waits for long was told then */
        "CREATE INDEX outbox_message ON outbox (message_id);"
        "CREATE INDEX message_ours ON message (message_ident) WHERE direction = 'out';"

        /* Addresses that get no mail. A row that isn't active remembers what was: bounces counted, a lifted one. */
        "CREATE TABLE suppression ("
        " address TEXT NOT NULL," /* lower case */
        " account TEXT NOT NULL," /* '' is all */
        " reason TEXT NOT NULL,"  /* hard-bounce, soft-bounce, complaint, manual */
        " class TEXT NOT NULL, status TEXT NOT NULL, note TEXT NOT NULL," /* class: userunknown …; note: words */
        " message_id BIGINT,"                                             /* the report */
        " since BIGINT NOT NULL, until BIGINT,"                           /* until: NULL is for ever */
        " count BIGINT NOT NULL, counted_from BIGINT NOT NULL,"           /* bounces, and the first one's time */
        " active BIGINT NOT NULL, author TEXT NOT NULL,"
        " PRIMARY KEY (address, account)) {CLUSTERED};";

static const char answering[] =
        /* Why no answer went out, as a code; '' where one did, or where nothing was decided. */
        "ALTER TABLE ledger ADD COLUMN answer_code TEXT NOT NULL DEFAULT '';"
        "CREATE INDEX ledger_answer_code ON ledger (answer_code, id) WHERE answer_code <> '';"

        /* A circuit breaker for each correspondent and each case: see intake/breaker.h. */
        "CREATE TABLE breaker ("
        " scope TEXT NOT NULL, name TEXT NOT NULL," /* 'address' and the address, lower case; 'case' and its id */
        " state TEXT NOT NULL,"                     /* closed, open, half-open */
        " reason TEXT NOT NULL,"                    /* what opened it, in words */
        " level BIGINT NOT NULL,"                   /* how often it opened in a row */
        " open_until BIGINT NOT NULL,"
        " letters BIGINT NOT NULL, since BIGINT NOT NULL," /* answers within the day that began at `since` */
        " memory TEXT NOT NULL," /* the last mails that were answered: time, delay, likeness */
        " updated_at BIGINT NOT NULL,"
        " PRIMARY KEY (scope, name)) {CLUSTERED};"
        "CREATE INDEX breaker_updated ON breaker (state, updated_at);"

        /* The tokens of our mails, each bound to its recipient: see cases/thread_token.h. */
        "CREATE TABLE thread_token ("
        " token TEXT NOT NULL PRIMARY KEY, case_id BIGINT NOT NULL, message_id BIGINT NOT NULL, address TEXT NOT NULL)"
        " {CLUSTERED};"
        /* Roots of Thread-Index, base64 of 22 bytes. */
        "CREATE TABLE thread_root (root TEXT NOT NULL PRIMARY KEY, case_id BIGINT NOT NULL) {CLUSTERED};"
        /* Who has a part in a case: wrote into it, was written to, or was brought in by one who had. */
        "CREATE TABLE case_participant ("
        " case_id BIGINT NOT NULL, address TEXT NOT NULL, PRIMARY KEY (case_id, address)) {CLUSTERED};"
        "CREATE INDEX case_participant_address ON case_participant (address, case_id);"
        "INSERT INTO case_participant (case_id, address)"
        " SELECT DISTINCT case_id, LOWER(SUBSTR(from_address, 1, 320)) FROM message"
        " WHERE case_id IS NOT NULL AND direction = 'in' AND from_address <> '';";

/* Who mail is from, and mail that waits for a person. */
static const char senders[] =
        "CREATE TABLE authentication ("
        " message_id {ID} PRIMARY KEY,"
        " result TEXT NOT NULL,"    /* authenticated, unauthenticated, unknown */
        " document TEXT NOT NULL);" /* JSON: signatures, SPF, DMARC, reasons */
        "CREATE TABLE held ("
        " ledger_id {ID} PRIMARY KEY, case_id BIGINT," /* the case it wanted to join */
        " at BIGINT NOT NULL, decision TEXT NOT NULL," /* '' as long as nobody has decided; released, discarded */
        " decided_at BIGINT);"
        "CREATE INDEX ledger_held ON ledger (id) WHERE state = 'held';";
/* What became of a message: for the page of its conversation. */
static const char conversation[] =
        "CREATE INDEX ledger_of_message ON ledger (message_id) WHERE message_id IS NOT NULL;";

/* Numbers for messages of servers that have only names for them: see receive/names.h. */
static const char names[] =
        "CREATE TABLE named_folder ("
        " folder_id {ID} PRIMARY KEY,"
        " source TEXT NOT NULL," /* protocol, user and server: another one's names mean something else */
        " uidvalidity BIGINT NOT NULL, last_uid BIGINT NOT NULL,"
        " cursor_text TEXT NOT NULL);" /* what the server calls the state of the last look; '' none */
        "CREATE TABLE named ("
        " folder_id BIGINT NOT NULL, uid BIGINT NOT NULL, name TEXT NOT NULL, PRIMARY KEY (folder_id, uid))"
        " {CLUSTERED};"
        "CREATE UNIQUE INDEX named_name ON named (folder_id, name);";

/* Running day by day: who asked us to slow down, what a person paused, how each part stands, what was sent of a
 * provider's allowance. */
static const char operation[] =
        "CREATE TABLE throttle ("
        " account TEXT NOT NULL PRIMARY KEY, until_at BIGINT NOT NULL,"
        " level BIGINT NOT NULL," /* how often in a row */
        " since BIGINT NOT NULL, reason TEXT NOT NULL) {CLUSTERED};"
        "CREATE TABLE pause ("
        " kind TEXT NOT NULL, id TEXT NOT NULL," /* listener, account */
        " author TEXT NOT NULL, at BIGINT NOT NULL, PRIMARY KEY (kind, id)) {CLUSTERED};"
        "CREATE TABLE status ("
        " kind TEXT NOT NULL, id TEXT NOT NULL," /* listener, sender; process: its claim */
        " state TEXT NOT NULL, since BIGINT NOT NULL, error TEXT NOT NULL, error_at BIGINT NOT NULL,"
        " next_try_at BIGINT NOT NULL, updated_at BIGINT NOT NULL, PRIMARY KEY (kind, id)) {CLUSTERED};"
        /* What an account has sent and fetched in each ten minutes (slot: Unix ms of its begin). */
        "CREATE TABLE traffic ("
        " account TEXT NOT NULL, slot BIGINT NOT NULL, messages BIGINT NOT NULL, recipients BIGINT NOT NULL,"
        " bytes BIGINT NOT NULL, received_bytes BIGINT NOT NULL,"
        " PRIMARY KEY (account, slot)) {CLUSTERED};"
        /* For `hauspost status`. */
        "CREATE INDEX event_outbox_failed ON event (at) WHERE kind = 'outbox.failed';"
        "CREATE INDEX outbox_uncertain ON outbox (id) WHERE state = 'uncertain';";

/* Certificates of those we write to, and what was warned of. */
static const char certificates[] =
        "CREATE TABLE certificate ("
        " address TEXT NOT NULL,"     /* lower case */
        " fingerprint TEXT NOT NULL," /* SHA-256, hexadecimal */
        " subject TEXT NOT NULL, issuer TEXT NOT NULL, serial TEXT NOT NULL,"
        " valid_from BIGINT NOT NULL, expires_at BIGINT NOT NULL,"
        " source TEXT NOT NULL,"                     /* mail, person */
        " message_id BIGINT, since BIGINT NOT NULL," /* the signed mail it came with; when */
        " der {BLOB} NOT NULL,"
        " truststore TEXT NOT NULL," /* that vouched for the mail's signature; '' the system's, or a person's */
        " PRIMARY KEY (address, fingerprint, truststore)) {CLUSTERED};"
        "CREATE INDEX certificate_expiry ON certificate (expires_at);"
        /* What runs out was told at so many days before; see auth/expiry.h. */
        "CREATE TABLE expiry_warning ("
        " what TEXT NOT NULL PRIMARY KEY, expires_at BIGINT NOT NULL, days BIGINT NOT NULL, at BIGINT NOT NULL)"
        " {CLUSTERED};";

/* OAuth tokens: see store/tokens.h. Row by row they are changed in place, so each process sees the others'. */
static const char tokens[] = "CREATE TABLE token ("
                             " profile TEXT NOT NULL, subject TEXT NOT NULL," /* subject: whose; '' the profile's own */
                             " sealed TEXT NOT NULL,"                         /* access and refresh token */
                             " generation BIGINT NOT NULL,"                   /* counts what was stored */
                             " expires_at BIGINT NOT NULL, renewed_at BIGINT NOT NULL,"
                             " refresh_expires_at BIGINT NOT NULL, has_refresh BIGINT NOT NULL,"
                             " fault TEXT NOT NULL, fault_at BIGINT NOT NULL, fault_is_final BIGINT NOT NULL,"
                             " lease_by TEXT NOT NULL, lease_until BIGINT NOT NULL," /* who is asking for new ones */
                             " PRIMARY KEY (profile, subject)) {CLUSTERED};";

/* Copies of what was sent, for the Sent folder. */
static const char sent_copies[] = "CREATE TABLE sent_copy ("
                                  " outbox_id {ID} PRIMARY KEY, account TEXT NOT NULL,"
                                  " state TEXT NOT NULL," /* due, filing, done, failed */
                                  " tries BIGINT NOT NULL, next_try_at BIGINT NOT NULL, reason TEXT NOT NULL);"
                                  "CREATE INDEX sent_copy_due ON sent_copy (account, next_try_at)"
                                  " WHERE state = 'due' OR state = 'filing';";

/* Lists of cases and of the outbox, page by page, each walk along an index. */
static const char mail_pages[] = "DROP INDEX cases_updated;"
                                 "CREATE INDEX cases_updated ON cases (updated_at, id);"
                                 "CREATE INDEX cases_account ON cases (account, updated_at, id);"
                                 "CREATE INDEX cases_status ON cases (status, updated_at, id);"
                                 "CREATE INDEX contact_address_contact ON contact_address (contact_id);"
                                 "CREATE INDEX outbox_trouble ON outbox (state, id)"
                                 " WHERE state = 'failed' OR state = 'bounced' OR state = 'suppressed';";

/* The full-text index: see store/search.h. */
static const char search_sqlite[] =
        "CREATE VIRTUAL TABLE search USING fts5 (subject, sender, recipients, body, marks, content = '',"
        " tokenize = 'unicode61 remove_diacritics 0');";
static const char search_postgresql[] = "CREATE TABLE search_doc (id BIGINT PRIMARY KEY, words TSVECTOR NOT NULL);"
                                        "CREATE INDEX search_words ON search_doc USING GIN (words);";

/* Who signs in, and how. What lets somebody in is kept as a hash (hexadecimal SHA-256 of random tokens) or sealed. */
static const char operators[] =
        "CREATE TABLE operator_credential ("
        " operator TEXT NOT NULL PRIMARY KEY,"
        " password_hash TEXT NOT NULL, password_at BIGINT NOT NULL," /* Argon2id with its parameters; '' none */
        " factor TEXT NOT NULL, factor_pending TEXT NOT NULL,"       /* TOTP's key, sealed; '' none */
        " factor_step BIGINT NOT NULL) {CLUSTERED};"                 /* of the last code used */
        "CREATE TABLE recovery_code ("
        " operator TEXT NOT NULL, hash TEXT NOT NULL, used_at BIGINT NOT NULL, PRIMARY KEY (operator, hash))"
        " {CLUSTERED};"
        "CREATE TABLE session ("
        " id {ID} PRIMARY KEY, token_hash TEXT NOT NULL UNIQUE, operator TEXT NOT NULL,"
        " method TEXT NOT NULL," /* password, second-factor, recovery-code, oidc, link */
        " created_at BIGINT NOT NULL, seen_at BIGINT NOT NULL, expires_at BIGINT NOT NULL,"
        " address TEXT NOT NULL, agent TEXT NOT NULL);"
        "CREATE INDEX session_operator ON session (operator);"
        "CREATE INDEX session_expiry ON session (expires_at);"
        "CREATE TABLE api_token ("
        " id {ID} PRIMARY KEY, token_hash TEXT NOT NULL UNIQUE, prefix TEXT NOT NULL,"
        " operator TEXT NOT NULL, name TEXT NOT NULL,"
        " rights TEXT NOT NULL,"   /* names with spaces between; '' all of the operator's */
        " accounts TEXT NOT NULL," /* ids with spaces between; '' all of the operator's */
        " created_by TEXT NOT NULL, created_at BIGINT NOT NULL, expires_at BIGINT NOT NULL," /* 0: never */
        " used_at BIGINT NOT NULL, used_from TEXT NOT NULL);"
        "CREATE INDEX api_token_operator ON api_token (operator);"
        "CREATE TABLE sign_in_attempt ("
        " scope TEXT NOT NULL, name TEXT NOT NULL," /* operator, address */
        " failures BIGINT NOT NULL, last_at BIGINT NOT NULL, until_at BIGINT NOT NULL, PRIMARY KEY (scope, name))"
        " {CLUSTERED};"
        "CREATE INDEX sign_in_attempt_last ON sign_in_attempt (last_at);"
        "CREATE TABLE sign_in_link ("
        " token_hash TEXT NOT NULL PRIMARY KEY, operator TEXT NOT NULL," /* '': the first administrator */
        " created_by TEXT NOT NULL, created_at BIGINT NOT NULL, expires_at BIGINT NOT NULL) {CLUSTERED};"
        /* Sign-ins and what is done to operators' credentials; changes of records are in `record`. */
        "CREATE TABLE audit ("
        " id {ID} PRIMARY KEY, at BIGINT NOT NULL, author TEXT NOT NULL,"
        " action TEXT NOT NULL, object TEXT NOT NULL," /* sign-in.failed …; whom or what it is about */
        " detail TEXT NOT NULL, address TEXT NOT NULL, agent TEXT NOT NULL);"
        "CREATE INDEX audit_at ON audit (at);"
        "CREATE INDEX audit_object ON audit (object, at);";

/* Events get numbers and accounts; webhooks and what is owed to them; counts for charts. */
static const char events[] =
        "ALTER TABLE event ADD COLUMN number BIGINT;" /* given by store/events.h after the fact; NULL: not yet */
        "ALTER TABLE event ADD COLUMN account TEXT NOT NULL DEFAULT '';" /* '' until it has a number, or nobody's */
        "ALTER TABLE event ADD COLUMN author TEXT NOT NULL DEFAULT '';"  /* '' the program */
        "CREATE UNIQUE INDEX event_number ON event (number) WHERE number IS NOT NULL;"
        "CREATE INDEX event_unnumbered ON event (at, id) WHERE number IS NULL;"

        /* What is owed to webhooks: one row for each webhook and event. */
        "CREATE TABLE delivery ("
        " id {ID} PRIMARY KEY, webhook TEXT NOT NULL, event_number BIGINT NOT NULL, event_kind TEXT NOT NULL,"
        " state TEXT NOT NULL,"                                /* queued, sending, later, delivered, failed */
        " tries BIGINT NOT NULL, next_try_at BIGINT NOT NULL," /* while it is sent: when it counts as interrupted */
        " status BIGINT NOT NULL, reason TEXT NOT NULL," /* of the last try: HTTP's status, 0 none; what went wrong */
        " created_at BIGINT NOT NULL, done_at BIGINT,"
        " UNIQUE (webhook, event_number));"
        "CREATE INDEX delivery_due ON delivery (webhook, next_try_at) WHERE state IN ('queued', 'later', 'sending');"
        "CREATE INDEX delivery_list ON delivery (webhook, id);"
        "CREATE INDEX delivery_done ON delivery (done_at) WHERE done_at IS NOT NULL;"
        "CREATE TABLE delivery_try ("
        " delivery_id BIGINT NOT NULL, try BIGINT NOT NULL, at BIGINT NOT NULL, duration_ms BIGINT NOT NULL,"
        " status BIGINT NOT NULL, reason TEXT NOT NULL, answer TEXT NOT NULL," /* answer: its first bytes */
        " PRIMARY KEY (delivery_id, try)) {CLUSTERED};"
        /* How an endpoint does. */
        "CREATE TABLE webhook_state ("
        " webhook TEXT NOT NULL PRIMARY KEY, failing_since BIGINT NOT NULL," /* 0: it works */
        " failures BIGINT NOT NULL, next_try_at BIGINT NOT NULL,"            /* in a row; not before */
        " delivered_at BIGINT NOT NULL, failed_at BIGINT NOT NULL, reason TEXT NOT NULL,"
        " disabled_at BIGINT NOT NULL) {CLUSTERED};" /* by itself; a new revision of the record enables it */

        /* Counts for charts: see store/statistics.h. */
        "CREATE TABLE statistic ("
        " step BIGINT NOT NULL, series TEXT NOT NULL, slot BIGINT NOT NULL, name TEXT NOT NULL, value BIGINT NOT NULL,"
        " PRIMARY KEY (step, series, slot, name)) {CLUSTERED};";

/* The audit trail is read by time. */
static const char audit[] = "CREATE INDEX record_at ON record (at, kind, id, revision);";

/* One index tells whose a Message-ID is, with ours first; one took the place of two. */
static const char message_idents[] = "DROP INDEX message_ident; DROP INDEX message_ours;"
                                     "CREATE INDEX message_ident ON message (message_ident, direction);";

/* Where reading a folder broke off with nothing had, and how often in a row: what one process tells the next. */
static const char stalls[] = "ALTER TABLE folder ADD COLUMN stall_uidvalidity BIGINT NOT NULL DEFAULT 0;"
                             "ALTER TABLE folder ADD COLUMN stall_uid BIGINT NOT NULL DEFAULT 0;"
                             "ALTER TABLE folder ADD COLUMN stall_times BIGINT NOT NULL DEFAULT 0;";

/* Until now a row said that it is on its way, and not for whom. */
static const char recipients_in_flight[] =
        "UPDATE outbox_recipient SET state = 'sending' WHERE (state = 'queued' OR state = 'later') AND outbox_id IN "
        "(SELECT id FROM outbox WHERE state = 'sending');";

/* What is said on connections that a person wants to look at; see store/traces.h. */
static const char traces[] = "CREATE TABLE trace ("
                             " kind TEXT NOT NULL, id TEXT NOT NULL, author TEXT NOT NULL, since BIGINT NOT NULL,"
                             " until_at BIGINT NOT NULL, size BIGINT NOT NULL, PRIMARY KEY (kind, id)) {CLUSTERED};"
                             "CREATE TABLE trace_part ("
                             " kind TEXT NOT NULL, id TEXT NOT NULL, begins_at BIGINT NOT NULL, bytes BIGINT NOT NULL,"
                             " body TEXT NOT NULL, PRIMARY KEY (kind, id, begins_at)) {CLUSTERED};";

/* Whose turn it is in a case: that of whom didn't write last. What machines wrote doesn't count. */
static const char waiting[] =
        "ALTER TABLE cases ADD COLUMN waits_for TEXT NOT NULL DEFAULT 'us';" /* us, contact */
        "UPDATE cases SET waits_for = 'contact' WHERE id IN ("
        " SELECT m.case_id FROM message m WHERE m.direction = 'out' AND m.automatic = 'none' AND m.case_id IS NOT NULL"
        " AND NOT EXISTS (SELECT 1 FROM message n WHERE n.case_id = m.case_id AND n.id > m.id"
        " AND n.direction = 'in' AND n.automatic = 'none'));"
        "CREATE INDEX cases_waiting ON cases (waits_for, updated_at, id) WHERE resolved_at IS NULL;"
        "CREATE INDEX cases_waiting_account ON cases (account, waits_for, updated_at, id) WHERE resolved_at IS NULL;";

/* Alerts by mail: see store/alerts.h. */
static const char alerts[] =
        "CREATE TABLE alert_item ("
        " alert TEXT NOT NULL, batch BIGINT NOT NULL, kind TEXT NOT NULL, subject TEXT NOT NULL, account TEXT NOT NULL,"
        " number BIGINT NOT NULL, count BIGINT NOT NULL, at BIGINT NOT NULL, last_at BIGINT NOT NULL,"
        " began_at BIGINT NOT NULL, data TEXT NOT NULL," /* began_at: of a recovery, since when it failed; else 0 */
        " PRIMARY KEY (alert, batch, kind, subject)) {CLUSTERED};" /* batch 0: in no mail yet; 1: in the one being
                                                                      written */
        /* What failed and was told, or will be. */
        "CREATE TABLE alert_failure ("
        " alert TEXT NOT NULL, kind TEXT NOT NULL, subject TEXT NOT NULL, since BIGINT NOT NULL,"
        " PRIMARY KEY (alert, kind, subject)) {CLUSTERED};"
        "CREATE TABLE alert_state ("
        " alert TEXT NOT NULL PRIMARY KEY, mailed_at BIGINT NOT NULL, mails BIGINT NOT NULL) {CLUSTERED};";

/* Lists of the outbox and the ledger, each a walk along an index (store/pages.c). */
static const char lists[] =
        "CREATE INDEX outbox_account ON outbox ((account || ''), id);"
        "CREATE INDEX outbox_written ON outbox (kind, id) WHERE kind = 'message' OR kind = 'alert';"
        "DROP INDEX outbox_trouble;"
        "CREATE INDEX outbox_trouble ON outbox (state, id)"
        " WHERE state = 'failed' OR state = 'bounced' OR state = 'suppressed' OR state = 'cancelled';"
        "CREATE INDEX ledger_listener ON ledger ((listener || ''), id);"
        "CREATE INDEX ledger_category ON ledger (category, id) WHERE category <> '';";

/* A part that is paused or throttled now may have failed before, which was told, and its end wasn't. */
static const char failing_parts[] =
        "ALTER TABLE status ADD COLUMN failing BIGINT NOT NULL DEFAULT 0;" /* 1: told as failed, and not as working */
        "UPDATE status SET failing = 1 WHERE state IN ('failed', 'auth-failed');";

/* Whose mail is whose in the outbox: the mails of each alert, so that whoever looks after it sees what became of them;
 * which operator wrote a mail, who may stop it while it waits ("": nobody, or before it was noted). */
static const char whose_mail[] = "CREATE TABLE alert_mail ("
                                 " alert TEXT NOT NULL, outbox_id BIGINT NOT NULL,"
                                 " PRIMARY KEY (alert, outbox_id)) {CLUSTERED};"
                                 "ALTER TABLE outbox ADD COLUMN operator_id TEXT NOT NULL DEFAULT '';";

/* What SQL calls lower case isn't the same in both databases beyond ASCII: see base/mail_address.h. */
static const char address_keys[] = "ALTER TABLE outbox_recipient ADD COLUMN address_key TEXT NOT NULL DEFAULT '';"
                                   "UPDATE outbox_recipient SET address_key = LOWER(address);"
                                   "DROP INDEX outbox_recipient_address;"
                                   "CREATE INDEX outbox_recipient_key ON outbox_recipient (address_key);";

/* What a deleted webhook was owed goes piece by piece; another of its name begins with a key of its own. */
static const char webhook_keys[] =
        "CREATE TABLE webhook_key (webhook TEXT NOT NULL PRIMARY KEY, key TEXT NOT NULL) {CLUSTERED};" /* else its id */
        "CREATE TABLE webhook_gone (key TEXT NOT NULL PRIMARY KEY) {CLUSTERED};";

const struct migration migrations[] = {
        {1, "foundation", foundation},
        {2, "bounces", bounces},
        {3, "answering", answering},
        {4, "smime", smime},
        {5, "senders", senders},
        {6, "conversation", conversation},
        {7, "names", names},
        {8, "operation", operation},
        {9, "certificates", certificates},
        {10, "tokens", tokens},
        {11, "sent-copies", sent_copies},
        {12, "operators", operators},
        {13, "events", events},
        {14, "mail-pages", mail_pages, search_sqlite, search_postgresql},
        {15, "audit", audit},
        {16, "message-idents", message_idents},
        {17, "stalls", stalls},
        {18, "recipients-in-flight", recipients_in_flight},
        {19, "traces", traces},
        {20, "waiting", waiting},
        {21, "alerts", alerts},
        {22, "lists", lists},
        {23, "failing-parts", failing_parts},
        {24, "whose-mail", whose_mail},
        {25, "address-keys", address_keys},
        {26, "webhook-keys", webhook_keys},
};

const size_t migration_count = ARRAY_LEN(migrations);
