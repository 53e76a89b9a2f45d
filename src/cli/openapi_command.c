/* hauspost openapi: the description of the API. */
#include "cli/cli.h"

#include "api/openapi.h"

static int run_openapi(struct cli *cli, int argc, char **argv)
{
	struct router *router CLEANUP(router_freep) = NULL;

	if (argc > 1)
		return cli_usage(cli, &openapi_command, "openapi takes no arguments, not '%s'", argv[1]);
	router = router_new();
	cli_print_json(openapi_document(router));
	return EXIT_OK;
}

const struct command openapi_command = {
        .name = "openapi",
        .arguments = "",
        .summary = "Print the description of the REST API (OpenAPI 3.1)",
        .help = "The same that a running hauspost serves at /api/v1/openapi.json.\n",
        .run = run_openapi,
};
