/* See detect.h: what apply takes. */
#include "auth/detect.h"

/* "support" of support@example.com; what an id can't hold becomes '-'. */
static struct str account_id(struct arena *arena, const char *address)
{
	struct str local = str_slice(str_of(address), 0, (size_t)str_find_char(str_of(address), '@'));
	char *id = arena_cstr(arena, str_slice(local, 0, 64));

	for (char *p = id; *p; p++)
		*p = is_alpha(*p) || is_digit(*p) || *p == '_' || (*p == '.' && p > id) ? ascii_lower(*p) : '-';
	return id[0] == '-' ? arena_printf(arena, "mail%.60s", id) : str_of(id);
}

static json_t *provider_json(const struct provider *provider)
{
	json_t *json = NULL;
	struct error err;

	/* A record without secrets can always be written. */
	must(record_write(&provider_type, provider, "", SECRETS_OMITTED, false, NULL, &json, &err) == 0);
	json_object_del(json, "id");
	return json;
}

static void set_login(json_t *section, const struct provider *p, bool needs_user, const char *address)
{
	if (needs_user)
		json_object_set_new(section, "user", json_string(address));
	if (p->oauth.required)
		json_object_set_new(section, "profile", json_string(p->oauth.template_name));
	else
		json_object_set_new(section, "password", json_pack("{s:s}", "env", "MAIL_PASSWORD"));
}

static json_t *account_json(const struct detection *d)
{
	const struct provider *p = d->provider;
	bool receives = p->receive.enabled, sends = p->send.enabled, typed = p->login == LOGIN_TYPED;
	json_t *send = json_pack("{s:s}", "address", d->address), *receive = json_object();

	if (sends)
		set_login(send, p, typed, d->address);
	else
		json_object_set_new(send, "enabled", json_false());
	if (!receives)
		json_object_set_new(receive, "enabled", json_false());
	else if (sends)
		json_object_set_new(receive, "use_sender_login", json_true());
	else
		set_login(receive, p, typed, d->address);
	return json_pack("{s:s, s:s, s:o, s:o}", "name", d->address, "provider", p->id, "send", send, "receive",
	                 receive);
}

json_t *detect_document(const struct detection *detection)
{
	struct arena *arena CLEANUP(arena_freep) = arena_new();
	json_t *document;

	if (!detection->provider)
		return NULL;
	document = json_object();
	if (!detection->is_known)
		json_object_set_new(document, provider_type.plural,
		                    json_pack("{s:o}", detection->provider->id, provider_json(detection->provider)));
	json_object_set_new(document, account_type.plural,
	                    json_pack("{s:o}", account_id(arena, detection->address).p, account_json(detection)));
	return document;
}

/* ---------------------------------------------------------------- for programs */

const char *detect_outcome_word(enum detect_outcome outcome)
{
	static const char *const words[] = {"found", "none", "failed"};

	return words[outcome];
}

static json_t *steps_json(const struct detection *d)
{
	json_t *steps = json_array();

	for (size_t i = 0; i < d->step_count; i++)
		json_array_append_new(
		        steps, json_pack("{s:s, s:s, s:o, s:I}", "step", detect_source_word(d->steps[i].source),
		                         "outcome", detect_outcome_word(d->steps[i].outcome), "text",
		                         json_text(d->steps[i].text), "took_ms", (json_int_t)d->steps[i].took_ms));
	return steps;
}

json_t *detect_json(const struct detection *d, json_t *document)
{
	json_t *todo = json_array();

	for (size_t i = 0; i < d->todo_count; i++)
		json_array_append_new(todo, json_text(d->todo[i]));
	return json_pack("{s:s, s:s, s:s?, s:b, s:O?, s:o, s:o}", "address", d->address, "source",
	                 detect_source_word(d->source), "provider", d->provider ? d->provider->id : NULL, "known",
	                 (int)d->is_known, "setup", document, "steps", steps_json(d), "todo", todo);
}
