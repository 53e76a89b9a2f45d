/* Requests to the server. `api` is typed by our OpenAPI description; `value()` turns its answers into the body, or
 * throws a Problem. The CSRF token of the session goes with every change. */
import createClient, { type Middleware } from "openapi-fetch";
import { signal } from "@preact/signals";
import type { paths } from "./types";
import { Problem, problemOf } from "./problem";

let csrf = "";
/* Counts up when the server says that nobody is signed in any more. */
export const lostSession = signal(0);
/* Counts up when the server names another operator than this window knows. */
export const otherSession = signal(0);

export function setCsrf(token: string): void {
	csrf = token;
}

const middleware: Middleware = {
	onRequest({ request }) {
		if (csrf && request.method !== "GET") request.headers.set("X-Hauspost-Csrf", csrf);
		return request;
	},
	onResponse({ response, schemaPath }) {
		if (response.status === 401 && schemaPath !== "/api/v1/session") lostSession.value++;
		return undefined;
	},
};

export const api = createClient<paths>({ baseUrl: location.origin, credentials: "same-origin" });
api.use(middleware);

export async function value<T>(asked: Promise<{ data?: T; error?: unknown; response: Response }>): Promise<T> {
	const { data, error, response } = await asked;
	if (!response.ok) throw problemOf(response.status, error);
	return data as T;
}

export interface Raw {
	method?: string;
	body?: unknown;
	headers?: Record<string, string>;
	signal?: AbortSignal;
}

/* For paths that are put together at run time (the kinds of records) and for what isn't JSON. */
export async function raw(path: string, options: Raw = {}): Promise<Response> {
	const method = options.method ?? "GET";
	const headers: Record<string, string> = { Accept: "application/json", ...options.headers };
	const isBlob = options.body instanceof Blob || typeof options.body === "string";
	if (options.body !== undefined && !isBlob) headers["Content-Type"] = "application/json";
	if (csrf && method !== "GET") headers["X-Hauspost-Csrf"] = csrf;
	const response = await fetch(path, {
		method,
		headers,
		credentials: "same-origin",
		signal: options.signal ?? null,
		body: options.body === undefined ? null : isBlob ? (options.body as BodyInit) : JSON.stringify(options.body),
	});
	if (response.ok) return response;
	if (response.status === 401) lostSession.value++;
	throw problemOf(response.status, await response.json().catch(() => null));
}

export async function json<T>(path: string, options: Raw = {}): Promise<T> {
	const response = await raw(path, options);
	return (response.status === 204 ? undefined : await response.json()) as T;
}

/* A stream of JSON objects, one a line; ends when the server ends it. */
export async function lines<T>(path: string, options: Raw, each: (item: T) => void): Promise<void> {
	const response = await raw(path, { ...options, headers: { Accept: "application/x-ndjson", ...options.headers } });
	const reader = response.body!.getReader();
	const decoder = new TextDecoder();
	let rest = "";
	for (;;) {
		const { done, value: bytes } = await reader.read();
		rest += decoder.decode(bytes, { stream: !done });
		const whole = rest.split("\n");
		rest = done ? "" : whole.pop()!;
		for (const line of whole) if (line.trim()) each(parse<T>(line));
		if (done) return;
	}
}

function parse<T>(line: string): T {
	try {
		return JSON.parse(line) as T;
	} catch {
		throw new Problem(0, "The server sent a line that isn't JSON.");
	}
}
