/* See change.h. */
#include "api/change.h"

#include "base/clock.h"
#include "store/audit.h"

struct change {
	struct work work;
	const struct request *request;
	int (*run)(const struct request *request, struct db *db, void *ctx, struct error *err);
	void *ctx;
};

static int run_change(struct work *work, struct db *db, struct error *err)
{
	struct change *change = (struct change *)work;

	return change->run(change->request, db, change->ctx, err);
}

int request_change(struct request *request,
                   int (*run)(const struct request *request, struct db *db, void *ctx, struct error *err), void *ctx,
                   struct error *err)
{
	struct change change = {.work.run = run_change, .request = request, .run = run, .ctx = ctx};

	return store_do(request->store, &change.work, err);
}

int request_audit(const struct request *request, struct db *db, const char *author, const char *action,
                  const char *object, const char *detail, struct error *err)
{
	const char *agent = request_header(request, "User-Agent");
	struct audit_entry entry = {.at = clock_now_ms(),
	                            .author = *author ? author : request->caller.author,
	                            .action = action,
	                            .object = object,
	                            .detail = detail,
	                            .address = request->client ? request->client : "",
	                            .agent = agent ? agent : ""};

	return audit_add(db, &entry, err);
}
