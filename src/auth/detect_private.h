/* What the files of detection share. */
#ifndef AUTH_DETECT_PRIVATE_H
#define AUTH_DETECT_PRIVATE_H

#include "auth/detect.h"

struct search {
	const struct detect_options *options;
	struct arena *arena;
	struct detection *found;
};

void detect_add_step(struct search *search, enum detect_source source, enum detect_outcome outcome, int64_t began_ms,
                     struct str text);
void detect_add_todo(struct search *search, struct str text);

/* A record made of JSON, or the known provider with the same servers. `json` is the caller's. */
int detect_take_record(struct search *search, enum detect_source source, json_t *json, struct error *err) NODISCARD;

/* The questions about SRV, to be asked with others, and what their answers lead to. */
#define DETECT_SRV_QUESTIONS 6
void detect_srv_ask(struct search *search, struct dns_question questions[DETECT_SRV_QUESTIONS]);
void detect_srv_take(struct search *search, const struct dns_answer answers[DETECT_SRV_QUESTIONS], int64_t began_ms);

void detect_autoconfig(struct search *search);

#endif
