/* `hauspost list keystores`: what each holds. Never a key. */
#ifndef CLI_KEYSTORE_LIST_H
#define CLI_KEYSTORE_LIST_H

#include "cli/cli.h"

/* Prints the keystores of cli->setup; returns the exit code. */
int list_keystores(const struct cli *cli);

/* One of them; 0. */
int show_keystore(const struct cli *cli, const struct keystore_record *record);

#endif
