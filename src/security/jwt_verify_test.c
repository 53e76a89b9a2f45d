/* Signed tokens of others: RFC 7515's examples, and what must not pass. */
#include "security/jwt_verify.h"

#include "base/buf.h"
#include "security/jwt.h"

#include "base/test.h"

/* RFC 7515 appendix A.2 and A.3. */
static const char rs256_jwks[] =
        "{\"keys\": [{\"kty\": \"RSA\", \"n\": "
        "\"ofgWCuLjybRlzo0tZWJjNiuSfb4p4fAkd_wWJcyQoTbji9k0l8W26mPddxHmfHQp-Vaw-4qPCJrcS2mJPMEzP1Pt0Bm4d4QlL-"
        "yRT-SFd2lZS-pCgNMsD1W_YpRPEwOWvG6b32690r2jZ47soMZo9wGzjb_7OMg0LOL-bSf63kpaSHSXndS5z5rexMdbBYUsLA9e-"
        "KXBdQOS-UTo7WTBEMa2R2CapHg665xsmtdVMTBQY4uDZlxvb3qCo5ZwKh9kG4LT6_I5IhlJH7aGhyxXFvUK-DWNmoudF8NAco9_"
        "h9iaGNj8q2ethFkMLs91kzk2PAcDTW9gb54h4FRWyuXpoQ\", "
        "\"e\": \"AQAB\"}]}";
static const char rs256_token[] =
        "eyJhbGciOiJSUzI1NiJ9."
        "eyJpc3MiOiJqb2UiLA0KICJleHAiOjEzMDA4MTkzODAsDQogImh0dHA6Ly9leGFtcGxlLmNvbS9pc19yb290Ijp0cnVlfQ."
        "cC4hiUPoj9Eetdgtv3hF80EGrhuB__dzERat0XF9g2VtQgr9PJbu3XOiZj5RZmh7AAuHIm4Bh-0Qc_lF5YKt_"
        "O8W2Fp5jujGbds9uJdbF9CUAr7t1"
        "dnZcAcQjbKBYNX4BAynRFdiuB--f_nZLgrnbyTyWzO75vRK5h6xBArLIARNPvkSjtQBMHlb1L07Qe7K0GarZRmB_eSN9383LcOLn6_dO--"
        "xi12jzDwu"
        "sC-eOkHWEsqtFZESc6BfI7noOPqvhJ1phCnvWh6IeYI2w9QOYEUipUTI8np6LbgGY9Fs98rqVt5AXLIhWkWywlVmtVrBp0igcN_"
        "IoypGlUPQGe77Rw";
static const char es256_jwks[] = "{\"keys\": [{\"kty\": \"EC\", \"crv\": \"P-256\", \"kid\": \"ec\", \"use\": \"sig\", "
                                 "\"x\": \"f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU\", "
                                 "\"y\": \"x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0\"}]}";
static const char es256_token[] =
        "eyJhbGciOiJFUzI1NiJ9."
        "eyJpc3MiOiJqb2UiLA0KICJleHAiOjEzMDA4MTkzODAsDQogImh0dHA6Ly9leGFtcGxlLmNvbS9pc19yb290Ijp0cnVlfQ."
        "DtEhU3ljbEg8L38VWAfUAqOyKAM6-Xx-F4GawxaepmXFCgfTjDxw5djxLa8ISlSApmWQxfKTUJqPP3-Kg6NU1Q";

static int verify(const char *token, const char *jwks, json_t **ret_claims, struct error *err)
{
	json_t *keys CLEANUP(json_decrefp) = json_loads(jwks, 0, NULL);

	assert_non_null(keys);
	return jwt_verify(str_of(token), keys, ret_claims, err);
}

static void examples_of_rfc_7515_hold(void **state UNUSED)
{
	static const char *const cases[][2] = {{rs256_token, rs256_jwks}, {es256_token, es256_jwks}};
	struct error err;

	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		json_t *claims CLEANUP(json_decrefp) = NULL;

		assert_ok(verify(cases[i][0], cases[i][1], &claims, &err), &err);
		assert_string_equal(json_string_value(json_object_get(claims, "iss")), "joe");
	}
}

/* {"alg":"none"}, and {"alg":"HS256"} with the public key as secret, are how such checks were fooled. */
static void other_algorithms_are_refused(void **state UNUSED)
{
	static const char *const headers[] = {"{\"alg\":\"none\"}", "{\"alg\":\"HS256\"}", "{\"alg\":\"RS512\"}", "{}",
	                                      "{\"alg\":\"RS256\",\"crit\":[\"exp\"],\"exp\":1}"};
	json_t *claims = NULL;
	struct error err;

	for (size_t i = 0; i < ARRAY_LEN(headers); i++) {
		struct buf token CLEANUP(buf_done) = BUF_INIT(KIB(4));

		base64url_encode(&token, str_of(headers[i]));
		buf_add_cstr(&token, strchr(rs256_token, '.'));
		assert_int_equal(verify(buf_cstr(&token), rs256_jwks, &claims, &err), E_UNSUPPORTED);
	}
}

static void what_was_changed_is_refused(void **state UNUSED)
{
	json_t *claims = NULL;
	struct error err;
	size_t dot = (size_t)(strchr(es256_token, '.') - es256_token);
	char token[sizeof es256_token];

	memcpy(token, es256_token, sizeof token);
	token[dot + 5] ^= 1;
	assert_int_equal(verify(token, es256_jwks, &claims, &err), E_AUTH);
	memcpy(token, es256_token, sizeof token);
	token[sizeof token - 10] = token[sizeof token - 10] == 'A' ? 'B' : 'A';
	assert_int_equal(verify(token, es256_jwks, &claims, &err), E_AUTH);
	assert_int_equal(verify(es256_token, rs256_jwks, &claims, &err), E_NOT_FOUND);
	assert_int_equal(verify(rs256_token, "{\"keys\": []}", &claims, &err), E_NOT_FOUND);
	assert_int_equal(verify(rs256_token, "{}", &claims, &err), E_NOT_FOUND);
}

static void what_is_no_token_is_none(void **state UNUSED)
{
	static const char *const cases[] = {"",       ".", "..", "a.b.c", "a.b", "a.b.c.d", "eyJhbGciOiJSUzI1NiJ9..x",
	                                    "e30.e30"};
	json_t *claims = NULL;
	struct error err;

	for (size_t i = 0; i < ARRAY_LEN(cases); i++)
		assert_int_equal(verify(cases[i], rs256_jwks, &claims, &err), E_INVALID);
}

/* A key that is too small, for another use, by another name. */
static void only_keys_that_are_meant_are_tried(void **state UNUSED)
{
	static const char *const jwks[] = {
	        "{\"keys\": [{\"kty\": \"EC\", \"crv\": \"P-256\", \"use\": \"enc\", \"x\": "
	        "\"f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU\", \"y\": "
	        "\"x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0\"}]}",
	        "{\"keys\": [{\"kty\": \"EC\", \"crv\": \"P-256\", \"x\": \"AAAA\", \"y\": \"AAAA\"}]}",
	        "{\"keys\": [{\"kty\": \"RSA\", \"n\": \"AQAB\", \"e\": \"AQAB\"}, 5, null, {\"kty\": 7}]}",
	        /* not on the curve */
	        "{\"keys\": [{\"kty\": \"EC\", \"crv\": \"P-256\", \"x\": "
	        "\"f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU\", \"y\": "
	        "\"f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU\"}]}",
	};
	json_t *claims = NULL;
	struct error err;

	for (size_t i = 0; i < ARRAY_LEN(jwks); i++)
		assert_int_equal(verify(es256_token, jwks[i], &claims, &err), E_NOT_FOUND);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	        cmocka_unit_test(examples_of_rfc_7515_hold),          cmocka_unit_test(other_algorithms_are_refused),
	        cmocka_unit_test(what_was_changed_is_refused),        cmocka_unit_test(what_is_no_token_is_none),
	        cmocka_unit_test(only_keys_that_are_meant_are_tried),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
