/* The socket of an inlet (private to this folder). */
#ifndef LISTEN_INLET_SOCKET_H
#define LISTEN_INLET_SOCKET_H

#include "base/error.h"
#include "setup/inlet.h"

/* Listens where the record says; returns the descriptor (close-on-exec, non-blocking). The socket file of a process
 * that is gone is replaced, that of one that lives is E_IN_USE. */
int inlet_listen(const struct inlet *inlet, struct error *err) NODISCARD;

/* Removes the socket's file, where it has one. */
void inlet_unlink(const char *listen);

#endif
