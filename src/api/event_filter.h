/* Which events a caller asks for, and which he may see: for the list and the stream. */
#ifndef API_EVENT_FILTER_H
#define API_EVENT_FILTER_H

#include "api/route.h"

struct event_filter;

/* Of `kind`, `account` and `case` in the query and of the caller's accounts. Lives on the heap: a stream outlasts its
 * request. E_INVALID for a kind that there isn't, E_NOT_FOUND for what isn't the caller's. */
int event_filter_new(const struct request *request, struct event_filter **ret_filter, struct error *err) NODISCARD;
void event_filter_free(struct event_filter *filter);
DEFINE_CLEANUP(struct event_filter *, event_filter_free)

int64_t event_filter_case(const struct event_filter *filter); /* 0: any */
bool event_filter_takes(const struct event_filter *filter, const char *kind, const char *account, int64_t case_id);

#endif
