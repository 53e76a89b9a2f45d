/* What a form is made of: the JSON Schema that our record tables give (see api/schema.json, made by `npm run types`). */
import type { Document, Value } from "../api/views";

export interface Schema {
	title?: string;
	description?: string;
	type?: string | string[];
	properties?: Record<string, Schema>;
	required?: string[];
	enum?: string[];
	default?: Value;
	minimum?: number;
	maximum?: number;
	anyOf?: { minimum?: number; maximum?: number; const?: number }[];
	items?: Schema;
	additionalProperties?: boolean | Schema;
	minLength?: number;
	maxLength?: number;
	minItems?: number;
	pattern?: string;
	format?: string;
	"x-refers-to"?: string;
	"x-multiline"?: boolean;
	"x-secret"?: boolean;
}

export type Kind = "text" | "multiline" | "number" | "switch" | "words" | "secret" | "section" | "list" | "texts" | "pairs" | "reference" | "time" | "json";

let all: Promise<Record<string, Schema>> | null = null;

export function schemaOf(plural: string): Promise<Schema> {
	all ??= import("../api/schema.json").then((module) => module.default as unknown as Record<string, Schema>);
	return all.then((schemas) => schemas[plural] ?? { type: "object", properties: {} });
}

export function kindOf(schema: Schema): Kind {
	const type = Array.isArray(schema.type) ? schema.type[0] : schema.type;
	if (schema["x-secret"]) return "secret";
	if (schema["x-refers-to"]) return "reference";
	if (schema.enum) return "words";
	if (schema.format === "date-time") return "time";
	if (type === "string") return schema["x-multiline"] ? "multiline" : "text";
	if (type === "integer" || type === "number") return "number";
	if (type === "boolean") return "switch";
	if (type === "array") return schema.items?.type === "object" ? "list" : "texts";
	if (type === "object") return schema.properties ? "section" : "pairs";
	return "json";
}

/* What a field is worth that isn't in the document. */
export function absent(schema: Schema): Value {
	if (schema.default !== undefined) return schema.default;
	switch (kindOf(schema)) {
		case "section":
			return blank(schema);
		case "list":
		case "texts":
			return [];
		case "pairs":
			return {};
		case "number":
			return 0;
		case "switch":
			return false;
		case "words":
			return schema.enum![0]!;
		case "time":
		case "json":
			return null;
		default:
			return "";
	}
}

export function blank(schema: Schema): Document {
	const document: Document = {};
	for (const [name, field] of Object.entries(schema.properties ?? {})) document[name] = absent(field);
	return document;
}

/* The number that stands for "as the provider has it", beside the bounds; undefined where there is none. */
export function automaticNumber(schema: Schema): number | undefined {
	const outside = schema.anyOf?.find((part) => part.const !== undefined)?.const;
	return outside;
}

export function bounds(schema: Schema): { low?: number; high?: number } {
	const part = schema.anyOf?.find((each) => each.maximum !== undefined) ?? schema;
	return { low: part.minimum, high: part.maximum };
}

/* ---------------------------------------------------------------- paths: ["send", "port"], lists by index from 0 */

export type Path = (string | number)[];

export function getAt(document: Value | undefined, path: Path): Value | undefined {
	let at: Value | undefined = document;
	for (const step of path) {
		if (at === null || typeof at !== "object") return undefined;
		at = (at as Record<string | number, Value>)[step];
	}
	return at;
}

export function setAt<T extends Value>(document: T, path: Path, value: Value): T {
	const [step, ...rest] = path;
	if (step === undefined) return value as T;
	if (Array.isArray(document)) {
		const copy = [...document];
		copy[step as number] = setAt((copy[step as number] ?? {}) as Value, rest, value);
		return copy as unknown as T;
	}
	const object = (document ?? {}) as Document;
	return { ...object, [step]: setAt((object[step] ?? {}) as Value, rest, value) } as unknown as T;
}

/* As the server names it in errors: lists are counted from 1. */
export function pathName(path: Path): string {
	return path.map((step) => (typeof step === "number" ? step + 1 : step)).join("/");
}

/* "create-case" → "Create case" */
export function humanWord(word: string): string {
	const text = word.replace(/[-_]/g, " ");
	return text.charAt(0).toUpperCase() + text.slice(1);
}
