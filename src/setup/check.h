/* Checks of single values that several resource types share. Each returns NULL or what was expected, as `check` of
 * a field does. */
#ifndef SETUP_CHECK_H
#define SETUP_CHECK_H

/* A DNS name or an IP address, without scheme, port and brackets. */
const char *check_host(const char *value);

/* local@domain as one address, without a display name. */
const char *check_address(const char *value);

/* A record's id. */
const char *check_id(const char *value);

/* "/etc/ssl/our-ca.pem" */
const char *check_absolute_path(const char *value);

/* A path as above, or a keystore's id (there must be one: see keystores_check()). */
const char *check_truststore(const char *value);

/* "https://example.com/help", without spaces, quotes and <>. */
const char *check_https_url(const char *value);

/* "*", "word.*", "word.word"; which kinds of events there are is store/event_kinds.h's to say, for what is new
 * (event_names.h). */
const char *check_event_filter(const char *value);

/* A PCRE2 pattern that compiles. The answer lives until the thread's next call. */
const char *check_pattern(const char *value);

#endif
