/* Reading for pages: what was read is kept, shown at once when a page is opened again, and read anew behind it. What
 * has changed is named by its key's beginning: `invalidate("accounts")`. */
import { useEffect, useReducer, useRef } from "preact/hooks";
import { asProblem, type Problem } from "./problem";

interface Entry {
	data: unknown;
	problem: Problem | null;
	at: number;
	asking: Promise<void> | null;
	stale: boolean;
	fetcher: () => Promise<unknown>;
	users: Set<() => void>;
}

const entries = new Map<string, Entry>();
const FRESH_MS = 2000;
const MAX_ENTRIES = 200;

function entryOf(key: string, fetcher: () => Promise<unknown>): Entry {
	let entry = entries.get(key);
	if (!entry) {
		entry = { data: undefined, problem: null, at: 0, asking: null, stale: true, fetcher, users: new Set() };
		entries.set(key, entry);
		forgetOld();
	}
	entry.fetcher = fetcher;
	return entry;
}

function forgetOld(): void {
	if (entries.size <= MAX_ENTRIES) return;
	for (const [key, entry] of entries) {
		if (!entry.users.size) entries.delete(key);
		if (entries.size <= MAX_ENTRIES) return;
	}
}

function ask(entry: Entry): void {
	if (entry.asking) return;
	entry.stale = false;
	entry.asking = entry
		.fetcher()
		.then((data) => {
			entry.data = data;
			entry.problem = null;
		})
		.catch((reason: unknown) => {
			entry.problem = asProblem(reason);
		})
		.then(() => {
			entry.at = Date.now();
			entry.asking = null;
			entry.users.forEach((tell) => tell());
			if (entry.stale && entry.users.size) ask(entry);
		});
}

function renew(entry: Entry): void {
	if (entry.asking) entry.stale = true;
	else ask(entry);
}

export interface Query<T> {
	data: T | undefined;
	problem: Problem | null;
	loading: boolean;
	again: () => void;
	/* As again(); where it is being read, it is read once more, since something else is wanted now. */
	renew: () => void;
}

/* `key` null: nothing is asked for yet. */
export function useQuery<T>(key: string | null, fetcher: () => Promise<T>): Query<T> {
	const [, redraw] = useReducer((n: number) => n + 1, 0);
	const latest = useRef(fetcher);
	latest.current = fetcher;
	const entry = key === null ? null : entryOf(key, () => latest.current());
	useEffect(() => {
		if (!entry) return undefined;
		const tell = () => redraw(0);
		entry.users.add(tell);
		if (entry.stale || Date.now() - entry.at > FRESH_MS) ask(entry);
		return () => entry.users.delete(tell);
	}, [key]);
	return {
		data: entry?.data as T | undefined,
		problem: entry?.problem ?? null,
		loading: entry !== null && entry.data === undefined && !entry.problem,
		again: () => entry && ask(entry),
		renew: () => entry && renew(entry),
	};
}

/* What a change was answered with, which a read would bring, too. */
export function keep(key: string, data: unknown): void {
	const entry = entries.get(key);
	if (!entry) return;
	entry.data = data;
	entry.users.forEach((tell) => tell());
}

function spoil(isMeant: (key: string) => boolean): void {
	for (const [key, entry] of entries) {
		if (!isMeant(key)) continue;
		entry.stale = true;
		if (entry.users.size && !document.hidden) ask(entry);
	}
}

export function invalidate(...beginnings: string[]): void {
	spoil((key) => beginnings.some((b) => key === b || key.startsWith(b + "/") || key.startsWith(b + "?")));
}

/* The lists alone, not what is in them: "cases" and "cases?open=true", but not "cases/17". */
export function invalidateLists(...names: string[]): void {
	spoil((key) => names.some((name) => key === name || key.startsWith(name + "?")));
}

export function invalidateAll(): void {
	spoil(() => true);
}

/* What a window that nobody sees has missed is read when it is looked at again. */
document.addEventListener("visibilitychange", () => {
	if (document.hidden) return;
	for (const entry of entries.values()) if (entry.stale && entry.users.size) ask(entry);
});

/* At sign-out: nothing of the one before may be seen. */
export function forgetAll(): void {
	entries.clear();
}
