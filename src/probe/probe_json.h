/* What a test of an account tells, for programs: one JSON object for each step, fault and result, as `hauspost test
 * --json` and the API give them. The caller owns them. */
#ifndef PROBE_PROBE_JSON_H
#define PROBE_PROBE_JSON_H

#include "probe/probe.h"

/* {"account", "side": "sender" or "receiver", "step", "status": "ok", "warning" or "failed", "text", "details", "ms"}
 */
json_t *probe_step_json(const char *account, const struct probe_step *step) NODISCARD;

/* {"account", "side", "step", "cause", "title", "error", "said", "setting", "cure", "hints"} */
json_t *probe_fault_json(const char *account, const struct probe_fault *fault) NODISCARD;

/* {"account", "trace"} */
json_t *probe_trace_json(const char *account, const char *line) NODISCARD;

/* {"account", "side", "ok", "result", "ms"} */
json_t *probe_result_json(const char *account, bool sends, const struct probe_result *result) NODISCARD;

#endif
