/* Counters side by side, and their text. */
#include "metrics.h"

#include <pthread.h>
#include <stdio.h>

#include "test.h"

static void *count_many(void *arg UNUSED)
{
	char name[24];

	for (int i = 0; i < 20000; i++) {
		snprintf(name, sizeof name, "account-%d", i % 100);
		metric_count(METRIC_MESSAGES_SENT, 1, name, "sent");
	}
	return NULL;
}

static void threads_lose_no_count(void **state UNUSED)
{
	pthread_t threads[4];

	for (size_t i = 0; i < ARRAY_LEN(threads); i++)
		must(pthread_create(&threads[i], NULL, count_many, NULL) == 0);
	for (size_t i = 0; i < ARRAY_LEN(threads); i++)
		pthread_join(threads[i], NULL);
	assert_int_equal(metric_get(METRIC_MESSAGES_SENT, (const char *[]){"account-0", "sent"}), 800);
	assert_int_equal(metric_get(METRIC_MESSAGES_SENT, (const char *[]){"account-99", "sent"}), 800);
}

static void too_many_names_are_others(void **state UNUSED)
{
	char name[24];

	for (int i = 0; i < METRIC_MAX_SERIES + 500; i++) {
		snprintf(name, sizeof name, "kind-%d", i);
		metric_count(METRIC_EVENTS, 1, name);
	}
	assert_int_equal(metric_get(METRIC_EVENTS, (const char *[]){"kind-0"}), 1);
	assert_int_equal(metric_get(METRIC_EVENTS, (const char *[]){"other"}), 500);
}

static bool has_line(const struct buf *out, const char *line)
{
	return str_find(buf_str(out), str_of(line)) >= 0;
}

static void the_text_is_prometheus_own(void **state UNUSED)
{
	struct buf out CLEANUP(buf_done) = BUF_INIT(MIB(4));

	metric_count(METRIC_REPORTS, 3, "a\"b\\c\nd", "bounced");
	metric_count(METRIC_COMMIT_UNITS, 7, NULL);
	metric_observe(METRIC_CASE_LATENCY, 70, "support");
	metric_observe(METRIC_CASE_LATENCY, 100, "support");
	metric_observe(METRIC_CASE_LATENCY, 101, "support");
	metric_observe(METRIC_CASE_LATENCY, 99999999, "support");
	metrics_write(&out, NULL, NULL);
	metrics_begin(&out, "x", "gauge", "An x");
	metrics_gauge(&out, "x", 1.5, "k", "v");
	metrics_gauge(&out, "x", 2, NULL);
	assert_false(out.failed);
	assert_true(has_line(&out, "# TYPE hauspost_delivery_reports_total counter\n"));
	assert_true(
	        has_line(&out, "hauspost_delivery_reports_total{account=\"a\\\"b\\\\c\\nd\",kind=\"bounced\"} 3\n"));
	assert_true(has_line(&out, "\nhauspost_store_commit_units_total 7\n"));
	assert_true(has_line(&out, "hauspost_case_latency_seconds_bucket{account=\"support\",le=\"0.1\"} 2\n"));
	assert_true(has_line(&out, "hauspost_case_latency_seconds_bucket{account=\"support\",le=\"0.25\"} 3\n"));
	assert_true(has_line(&out, "hauspost_case_latency_seconds_bucket{account=\"support\",le=\"3600\"} 3\n"));
	assert_true(has_line(&out, "hauspost_case_latency_seconds_bucket{account=\"support\",le=\"+Inf\"} 4\n"));
	assert_true(has_line(&out, "hauspost_case_latency_seconds_sum{account=\"support\"} 100000.27\n"));
	assert_true(has_line(&out, "hauspost_case_latency_seconds_count{account=\"support\"} 4\n"));
	assert_true(has_line(&out, "\nx{k=\"v\"} 1.5\nx 2\n"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	        cmocka_unit_test(threads_lose_no_count),
	        cmocka_unit_test(too_many_names_are_others),
	        cmocka_unit_test(the_text_is_prometheus_own),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
