/* Records of the set-up, of whatever kind: read with their revision, changed only if that is still the newest. */
import { invalidate } from "./query";
import { json, raw } from "./client";
import { Problem, problemOf } from "./problem";
import type { Document, List } from "./views";

export interface Revised {
	document: Document;
	/* As ETag: "\"7\""; "" where the server gave none. */
	revision: string;
}

const path = (kind: string, id?: string) => `/api/v1/${kind}${id === undefined ? "" : "/" + encodeURIComponent(id)}`;

export async function listRecords<T = Document>(kind: string, query = ""): Promise<List<T>> {
	const all: List<T> = { items: [], next: null };
	let cursor = "";
	/* Set-ups are small: all pages, up to a bound. */
	for (let page = 0; page < 10; page++) {
		const list = await json<List<T>>(`${path(kind)}?limit=500${query}${cursor && "&cursor=" + encodeURIComponent(cursor)}`);
		all.items.push(...list.items);
		if (!list.next) break;
		cursor = list.next;
	}
	return all;
}

export async function getRecord(kind: string, id: string): Promise<Revised> {
	const response = await raw(path(kind, id));
	return { document: (await response.json()) as Document, revision: response.headers.get("ETag") ?? "" };
}

async function send(method: string, where: string, document: Document, headers: Record<string, string>): Promise<Revised> {
	const response = await raw(where, { method, body: document, headers });
	const text = await response.text();
	return { document: text ? (JSON.parse(text) as Document) : document, revision: response.headers.get("ETag") ?? "" };
}

export async function createRecord(kind: string, document: Document): Promise<Revised> {
	const saved = await send("POST", path(kind), document, {});
	invalidate(kind);
	return saved;
}

/* `revision` "*": whatever is there is replaced. */
export async function replaceRecord(kind: string, id: string, document: Document, revision: string): Promise<Revised> {
	const saved = await send("PUT", path(kind, id), document, { "If-Match": revision || "*" });
	invalidate(kind);
	return saved;
}

export async function deleteRecord(kind: string, id: string, revision = "*"): Promise<void> {
	await raw(path(kind, id), { method: "DELETE", headers: { "If-Match": revision || "*" } });
	invalidate(kind);
}

export function isConflict(problem: Problem): boolean {
	return problem.status === 412 || problem.code === "conflict";
}

export { problemOf };
