/* A token of strangers: the first line is a key set, what follows the token. */
#include "security/jwt_verify.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct str token = str_new(data, size), keys = STR("");
	json_t *claims CLEANUP(json_decrefp) = NULL, *jwks CLEANUP(json_decrefp) = NULL;
	struct error err;

	str_split(&token, '\n', &keys);
	jwks = json_loadb(keys.n ? keys.p : "", keys.n, 0, NULL);
	if (jwt_verify(token, jwks, &claims, &err) == 0)
		must(json_is_object(claims));
	return 0;
}
