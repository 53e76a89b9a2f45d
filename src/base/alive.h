/* A name for this process that others can ask after: whoever took something for a time (a lease in the store) and died
 * needn't be waited for. */
#ifndef BASE_ALIVE_H
#define BASE_ALIVE_H

#include "base.h"

#define ALIVE_NAME_SIZE 160

/* The system's start, the namespace of process numbers, number, start, and a random word: never given twice. Needs
 * /proc; without it the name is random alone, and nobody ever says that its process is gone. */
void alive_name(char ret_name[ALIVE_NAME_SIZE]);

/* True only where the process of this name surely ended; false for those of other machines, containers and for text
 * that is no such name. */
bool alive_is_gone(const char *name);

#endif
