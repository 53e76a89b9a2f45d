/* intake: which texts are the work of the same machine. */
#include "intake/likeness.h"

#include "base/arena.h"

#include "base/test.h"

static const char responder[] =
        "Dear customer,\nthank you for your message. Your request was registered as ticket #84711 on 21.11.2026 at "
        "07:39. One of our colleagues will take care of it as soon as possible.\nThis mailbox is looked after from "
        "Monday to Friday between 8 and 17 o'clock.\nYour service team";

static void alike_is_what_a_machine_varies(void **state UNUSED)
{
	static const struct {
		const char *a, *b;
		bool is_alike;
	} cases[] = {
	        {responder, responder, true},
	        {responder,
	         "Dear customer,\nthank you for your message. Your request was registered as ticket #90002 on "
	         "02.12.2026 at "
	         "18:01. One of our colleagues will take care of it as soon as possible.\nThis mailbox is looked after "
	         "from "
	         "Monday to Friday between 8 and 17 o'clock.\nYour service team",
	         true},
	        {responder,
	         "Good morning Mrs Miller,\nthank you for your message. Your request was registered as ticket #1 on "
	         "1.1.2027. "
	         "One of our colleagues will take care of it as soon as possible.\nThis mailbox is looked after from "
	         "Monday to Friday between 8 and 17 o'clock.\nYour service team",
	         true},
	        {responder, "Dear customer, the printer on the second floor smokes again. Please send somebody.",
	         false},
	        {"", "", true},
	        {"", "thanks", false},
	        {"Ticket 123", "ticket 456!", true},
	        {"Thanks", "thanks.", true},
	        {"yes", "no", false},
	        {"Could you send me the invoice of March? I can't find it any more.",
	         "Could you tell me when somebody will be here tomorrow?", false},
	        {"Hello,\nthe second page is missing.\nRegards\nAnn Miller, Miller & Sons, 12 High Street",
	         "Hello,\nit works again since noon, thank you so much for the quick help with that old machine!\n"
	         "Regards\nAnn Miller, Miller & Sons, 12 High Street",
	         false},
	        {"\344\273\212\346\227\245\343\201\257\344\274\221\343\201\277\343\201\247\343\201\231\343\200\202123",
	         "\344\273\212\346\227\245\343\201\257\344\274\221\343\201\277\343\201\247\343\201\231\343\200\202456",
	         true},
	};

	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		struct likeness a = likeness_of(str_of(cases[i].a)), b = likeness_of(str_of(cases[i].b));
		int percent = likeness_compare(&a, &b);

		if ((percent >= LIKENESS_ALIKE) != cases[i].is_alike)
			print_error("%d %%: %s\n--\n%s\n", percent, cases[i].a, cases[i].b);
		assert_int_equal(percent >= LIKENESS_ALIKE, cases[i].is_alike);
		assert_int_equal(percent, likeness_compare(&b, &a));
	}
}

static void a_sketch_survives_being_stored(void **state UNUSED)
{
	struct buf text CLEANUP(buf_done) = BUF_INIT(KIB(1));
	struct likeness a = likeness_of(str_of(responder)), b;

	likeness_write(&a, &text);
	assert_true(likeness_read(buf_str(&text), &b));
	assert_int_equal(a.count, LIKENESS_MARKS);
	assert_memory_equal(&a, &b, sizeof a);
	assert_true(likeness_read(STR(""), &b));
	assert_int_equal(b.count, 0);
	assert_false(likeness_read(STR("0000000"), &b));
	assert_false(likeness_read(STR("0000000g"), &b));
	assert_false(likeness_read(STR("0000000200000001"), &b));
	buf_add(&text, STR("ffffffff"));
	assert_false(likeness_read(buf_str(&text), &b));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	        cmocka_unit_test(alike_is_what_a_machine_varies),
	        cmocka_unit_test(a_sketch_survives_being_stored),
	};

	return cmocka_run_group_tests_name("intake/likeness", tests, NULL, NULL);
}
