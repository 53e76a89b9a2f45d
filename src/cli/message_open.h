/* `hauspost message open`: encrypted mail, opened with a key that came later. */
#ifndef CLI_MESSAGE_OPEN_H
#define CLI_MESSAGE_OPEN_H

#include "cli/cli.h"

/* Those ids, or without any all that are closed. Returns the exit code. */
int message_open(struct cli *cli, int count, char **ids);

#endif
