/* The process as a keeper of secrets: passwords, keys and mail are in its memory, and shall not get from there to a
 * disk. */
#ifndef SECURITY_PROCESS_H
#define SECURITY_PROCESS_H

/* No core dump, neither as a file nor to a collector (RLIMIT_CORE alone doesn't stop a core_pattern that is a pipe),
 * and no other process of the same user may attach or read the memory. Once, at the beginning. */
void process_keep_secrets(void);

#endif
