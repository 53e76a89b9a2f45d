/* The log's three forms. */
#include "log.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "str.h"
#include "test.h"

static char last[9000];

static void keep(enum log_level level UNUSED, const char *line)
{
	snprintf(last, sizeof last, "%s", line);
}

static bool shows(const char *text)
{
	return strstr(last, text) != NULL;
}

static void set_ids(const char *listener, const char *account, const char *message)
{
	log_set_context(listener);
	log_set_account(account);
	log_set_message(message);
}

static void a_line_says_what_it_concerns(void **state UNUSED)
{
	struct error err;

	log_set_sink(keep);
	assert_ok(log_set_format(LOG_TEXT, NULL, &err), &err);
	set_ids(NULL, NULL, NULL);
	log_warning("imap", "no\nanswer");
	assert_true(shows(" warning imap: no?answer"));
	set_ids("inbox", NULL, NULL);
	log_warning("imap", "x");
	assert_true(shows(" imap: [inbox] x"));
	set_ids("inbox", "support", "ledger/17");
	log_warning("imap", "x");
	assert_true(shows(" imap: [inbox account=support message=ledger/17] x"));
	set_ids("", "support", "");
	log_warning("outbox", "x");
	assert_true(shows(" outbox: [account=support] x"));
	log_set_sink(NULL);
}

static void json_is_json(void **state UNUSED)
{
	struct error err;

	log_set_sink(keep);
	assert_ok(log_set_format(LOG_JSON, NULL, &err), &err);
	set_ids("inbox", "support", "outbox/3");
	log_error("smtp", "a \"quoted\" \\ word\x01");
	assert_int_equal(last[0], '{');
	assert_true(shows("\",\"level\":\"error\",\"area\":\"smtp\",\"listener\":\"inbox\",\"account\":\"support\","
	                  "\"message\":\"outbox/3\",\"text\":\"a \\\"quoted\\\" \\\\ word?\"}"));
	assert_ok(log_set_format(LOG_TEXT, NULL, &err), &err);
	set_ids(NULL, NULL, NULL);
	log_set_sink(NULL);
}

static void the_journal_gets_fields(void **state UNUSED)
{
	char folder[] = "/tmp/hauspost-log-XXXXXX", got[2000];
	struct sockaddr_un address = {.sun_family = AF_UNIX};
	int fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	struct error err;
	ssize_t n;

	assert_non_null(mkdtemp(folder));
	snprintf(address.sun_path, sizeof address.sun_path, "%s/socket", folder);
	assert_int_equal(log_set_format(LOG_JOURNALD, address.sun_path, &err), E_CONNECT);
	assert_int_equal(bind(fd, (const struct sockaddr *)&address, sizeof address), 0);
	assert_ok(log_set_format(LOG_JOURNALD, address.sun_path, &err), &err);
	set_ids("inbox", "support", NULL);
	log_info("imap", "new mail");
	n = recv(fd, got, sizeof got - 1, 0);
	assert_true(n > 0);
	got[n] = '\0';
	assert_string_equal(got, "PRIORITY=6\nSYSLOG_IDENTIFIER=hauspost\nHAUSPOST_AREA=imap\nHAUSPOST_LISTENER=inbox\n"
	                         "HAUSPOST_ACCOUNT=support\nMESSAGE=new mail\n");
	assert_ok(log_set_format(LOG_TEXT, NULL, &err), &err);
	close(fd);
	unlink(address.sun_path);
	rmdir(folder);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	        cmocka_unit_test(a_line_says_what_it_concerns),
	        cmocka_unit_test(json_is_json),
	        cmocka_unit_test(the_journal_gets_fields),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
