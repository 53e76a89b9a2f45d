/* Where we are: the address behind the '#', so that the server has one page to give. "#/accounts/support?tab=log" */
import { signal } from "@preact/signals";

export interface Place {
	path: string;
	query: URLSearchParams;
}

function read(): Place {
	const hash = location.hash.replace(/^#/, "") || "/";
	const mark = hash.indexOf("?");
	return {
		path: mark < 0 ? hash : hash.slice(0, mark),
		query: new URLSearchParams(mark < 0 ? "" : hash.slice(mark + 1)),
	};
}

export const place = signal<Place>(read());

/* Asked before a form with changes is left; answers whether we may go. */
type Guard = () => Promise<boolean>;
let guard: Guard | null = null;
let shown = location.hash;

export function guardLeaving(ask: Guard | null): void {
	guard = ask;
}

window.addEventListener("hashchange", async () => {
	const wanted = location.hash;
	if (guard) {
		history.replaceState(null, "", shown || "#/");
		if (!(await guard())) return;
		guard = null;
		history.pushState(null, "", wanted);
	}
	shown = location.hash;
	place.value = read();
});

window.addEventListener("beforeunload", (event) => {
	if (guard) event.preventDefault();
});

export function href(path: string, query?: Record<string, string | undefined>): string {
	const set = Object.entries(query ?? {}).filter((pair): pair is [string, string] => !!pair[1]);
	return "#" + path + (set.length ? "?" + new URLSearchParams(set).toString() : "");
}

export function go(path: string, query?: Record<string, string | undefined>): void {
	location.hash = href(path, query).slice(1);
}

/* Without a new entry in the browser's history: filters of a list. */
export function setQuery(change: Record<string, string | undefined>): void {
	const query: Record<string, string | undefined> = {};
	place.value.query.forEach((value, key) => (query[key] = value));
	history.replaceState(null, "", href(place.value.path, { ...query, ...change }));
	shown = location.hash;
	place.value = read();
}

/* "/accounts/:id" on "/accounts/support" gives {id: "support"}; null where it doesn't fit. */
export function match(pattern: string, path: string): Record<string, string> | null {
	const want = pattern.split("/");
	const have = path.split("/");
	const found: Record<string, string> = {};
	if (want.length !== have.length) return null;
	for (let i = 0; i < want.length; i++) {
		const w = want[i]!;
		const h = have[i]!;
		if (w.startsWith(":") && h) found[w.slice(1)] = decodeURIComponent(h);
		else if (w !== h) return null;
	}
	return found;
}
