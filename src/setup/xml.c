/* See xml.h. */
#include "setup/xml.h"

#include <expat.h>

struct reading {
	XML_Parser parser;
	const struct xml_events *events;
	struct error *err;
	int result; /* what an event failed with */
	int depth;
	size_t elements;
};

static void parser_done(struct reading *reading)
{
	XML_ParserFree(reading->parser);
}

static void stop(struct reading *reading, int result)
{
	reading->result = result;
	XML_StopParser(reading->parser, XML_FALSE);
}

static void refuse(struct reading *reading, const char *what)
{
	stop(reading, fail(reading->err, E_INVALID, RETRY_NEVER, "line %lu: %s",
	                   (unsigned long)XML_GetCurrentLineNumber(reading->parser), what));
}

/* ---------------------------------------------------------------- events; after a failure expat may still send some */

static void XMLCALL on_start(void *ctx, const XML_Char *name, const XML_Char **attributes)
{
	struct reading *reading = ctx;
	const struct xml_events *events = reading->events;
	int r;

	if (reading->result < 0)
		return;
	if (++reading->depth > (events->max_depth ? events->max_depth : 32)) {
		refuse(reading, "elements are nested too deeply");
		return;
	}
	if (++reading->elements > (events->max_elements ? events->max_elements : 10000)) {
		refuse(reading, "there are too many elements");
		return;
	}
	r = events->start
	            ? events->start(events->ctx, name, (const char *const *)attributes, reading->depth, reading->err)
	            : 0;
	if (r < 0)
		stop(reading, r);
}

static void XMLCALL on_end(void *ctx, const XML_Char *name)
{
	struct reading *reading = ctx;
	const struct xml_events *events = reading->events;
	int r;

	if (reading->result < 0)
		return;
	r = events->end ? events->end(events->ctx, name, reading->depth, reading->err) : 0;
	reading->depth--;
	if (r < 0)
		stop(reading, r);
}

static void XMLCALL on_text(void *ctx, const XML_Char *text, int n)
{
	struct reading *reading = ctx;
	const struct xml_events *events = reading->events;
	int r;

	if (reading->result < 0)
		return;
	r = events->text ? events->text(events->ctx, str_new(text, (size_t)n), reading->err) : 0;
	if (r < 0)
		stop(reading, r);
}

static void XMLCALL on_doctype(void *ctx, const XML_Char *name UNUSED, const XML_Char *system_id UNUSED,
                               const XML_Char *public_id UNUSED, int has_internal_subset UNUSED)
{
	refuse(ctx, "a document type (<!DOCTYPE>) is not permitted");
}

/* ---------------------------------------------------------------- reading */

int xml_read(struct str text, const struct xml_events *events, struct error *err)
{
	struct reading reading CLEANUP(parser_done) = {.events = events, .err = err};

	if (text.n > XML_MAX_BYTES)
		return fail(err, E_INVALID, RETRY_NEVER, "is longer than %zu KiB", XML_MAX_BYTES / 1024);
	reading.parser = XML_ParserCreate(NULL);
	must(reading.parser);
	XML_SetUserData(reading.parser, &reading);
	XML_SetElementHandler(reading.parser, on_start, on_end);
	XML_SetCharacterDataHandler(reading.parser, on_text);
	XML_SetStartDoctypeDeclHandler(reading.parser, on_doctype);
	if (XML_Parse(reading.parser, text.n ? text.p : "", (int)text.n, 1) == XML_STATUS_OK && reading.result >= 0)
		return 0;
	if (reading.result < 0)
		return reading.result;
	return fail(err, E_INVALID, RETRY_NEVER, "line %lu: is not well-formed XML: %s",
	            (unsigned long)XML_GetCurrentLineNumber(reading.parser),
	            XML_ErrorString(XML_GetErrorCode(reading.parser)));
}

const char *xml_attribute(const char *const *attributes, const char *name)
{
	for (; *attributes; attributes += 2)
		if (strcmp(attributes[0], name) == 0)
			return attributes[1];
	return NULL;
}
