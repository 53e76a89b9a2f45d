/* See probe_json.h. */
#include "probe/probe_json.h"

static const char *side_word(bool sends)
{
	return sends ? "sender" : "receiver";
}

static json_t *json_list(const struct str *texts, size_t n)
{
	json_t *list = json_array();

	for (size_t i = 0; i < n; i++)
		json_array_append_new(list, json_text(texts[i]));
	return list;
}

json_t *probe_step_json(const char *account, const struct probe_step *step)
{
	static const char *const words[] = {"ok", "warning", "failed"};

	return json_pack("{s:s, s:s, s:s, s:s, s:o, s:o, s:f}", "account", account, "side", side_word(step->sends),
	                 "step", step->name, "status", words[step->status], "text", json_text(step->text), "details",
	                 json_list(step->details, step->detail_count), "ms", (double)step->took_us / 1000);
}

json_t *probe_fault_json(const char *account, const struct probe_fault *fault)
{
	const struct diagnosis *d = &fault->diagnosis;
	const struct cause_text *cause = cause_text(d->cause);

	return json_pack("{s:s, s:s, s:s, s:s, s:s, s:s, s:o, s:o, s:s, s:o}", "account", account, "side",
	                 side_word(fault->sends), "step", fault->step, "cause", cause->id, "title", cause->title,
	                 "error", fault->err.text, "said", json_text(d->said), "setting", json_text(fault->setting),
	                 "cure", cause->cure, "hints", json_list(d->hints, d->hint_count));
}

json_t *probe_trace_json(const char *account, const char *line)
{
	return json_pack("{s:s, s:o}", "account", account, "trace", json_text(str_of(line)));
}

json_t *probe_result_json(const char *account, bool sends, const struct probe_result *result)
{
	return json_pack("{s:s, s:s, s:b, s:o, s:f}", "account", account, "side", side_word(sends), "ok",
	                 (int)result->ok, "result", json_text(result->closing), "ms", (double)result->took_us / 1000);
}
