#include "mime/idna.h"

#include "base/test.h"

static void domains_become_ascii_where_that_is_enough(void **state UNUSED)
{
	static const struct {
		const char *address, *want;
	} cases[] = {
	        {"bob@example.com", "bob@example.com"},
	        {"bob@m\xc3\xbcller.de", "bob@xn--mller-kva.de"},
	        {"bob@M\xc3\x9cLLER.de", "bob@xn--mller-kva.de"},
	        {"bob@mu\xcc\x88ller.de", "bob@xn--mller-kva.de"},
	        {"bob@stra\xc3\x9f"
	         "e.de",
	         "bob@xn--strae-oqa.de"},
	        {"\"a@b\"@d\xc3\xb6rt.example", "\"a@b\"@xn--drt-sna.example"},
	        {"bob@\xe4\xbe\x8b\xe5\xad\x90\xe3\x80\x82\xe6\xb5\x8b\xe8\xaf\x95", "bob@xn--fsqu00a.xn--0zwm56d"},
	        {"j\xc3\xbcrgen@d\xc3\xb6rt.example", "j\xc3\xbcrgen@d\xc3\xb6rt.example"},
	        {"bob@\xe2\x80\xae.example", "bob@\xe2\x80\xae.example"},
	        {"bob@\xff.example", "bob@\xff.example"},
	        {"\xc3\xbc", "\xc3\xbc"},
	        {"", ""},
	};

	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		struct buf out CLEANUP(buf_done) = BUF_INIT(1000);

		buf_add(&out, STR("x"));
		idna_put_address(&out, str_of(cases[i].address));
		assert_str(str_slice(buf_str(&out), 1, out.n), cases[i].want);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	        cmocka_unit_test(domains_become_ascii_where_that_is_enough),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
