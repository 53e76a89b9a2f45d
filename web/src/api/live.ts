/* What happens, as it happens: one stream of events (GET /api/v1/events) for all windows of this browser. The window
 * that holds a Web Lock has the stream and tells the others by a BroadcastChannel, since HTTP/1.1 gives a browser no
 * more than six connections; a window that nobody sees gives it away. Where there are no Web Locks (plain http from
 * another machine) each window that is seen has a stream of its own.
 *
 * Events spoil what query.ts has read (live-keys.ts), bunched: in a storm every page is read once a second. A stream
 * that breaks goes on behind the last event; where that can't be, everything in use is read anew. A store that was put
 * back from a backup has other events under these numbers, or none yet: then all of it begins anew, too. */
import { useEffect, useRef } from "preact/hooks";
import { signal } from "@preact/signals";
import { json, lostSession, otherSession } from "./client";
import { spoiltBy, type LiveEvent } from "./live-keys";
import { invalidate, invalidateAll, invalidateLists } from "./query";

export type { LiveEvent } from "./live-keys";

/* off: no right to follow events; pages ask now and then. */
export type Link = "off" | "connecting" | "live" | "lost";
export const link = signal<Link>("off");

/* Counts up when a listener or a sender stands otherwise: connections come and go without events. */
const statesMoved = signal(0);

const QUICK_MS = 60;
const BUNCH_MS = 1000;
const SLOW_BUNCH_MS = 5000;
/* So long a stream may be gone before it is said: it ends every ten minutes by itself. */
const LOST_MS = 3000;
const LONGEST_BACKOFF_MS = 30_000;
const HIDDEN_MS = 5000;
/* Behind it, reading everything anew is less than going through all events. */
const RESUME_MS = 60_000;

/* ---------------------------------------------------------------- what events change */

function bunch(pause: number, run: (keys: string[]) => void): (keys: string[]) => void {
	const wanted = new Set<string>();
	let timer = 0;
	let last = 0;
	return (keys) => {
		keys.forEach((key) => wanted.add(key));
		if (timer || !wanted.size) return;
		timer = window.setTimeout(
			() => {
				timer = 0;
				last = Date.now();
				const due = [...wanted];
				wanted.clear();
				run(due);
			},
			Math.max(QUICK_MS, last + pause - Date.now()),
		);
	};
}

const spoilTrees = bunch(BUNCH_MS, (keys) => invalidate(...keys));
const spoilLists = bunch(BUNCH_MS, (keys) => invalidateLists(...keys));
const spoilSlow = bunch(SLOW_BUNCH_MS, (keys) => invalidateLists(...keys));

const followers = new Set<(event: LiveEvent) => void>();
let lastId = 0;
let lastAt = 0;
/* When the last one happened. */
let lastTime = "";

function take(event: LiveEvent): void {
	const id = Number(event.id);
	if (id <= lastId) return;
	lastId = id;
	lastAt = Date.now();
	lastTime = event.time;
	const spoilt = spoiltBy(event);
	spoilTrees(spoilt.trees);
	spoilLists(spoilt.lists);
	spoilSlow(spoilt.slow);
	followers.forEach((tell) => tell(event));
}

/* ---------------------------------------------------------------- between the windows */

type Word = { kind: "event"; event: LiveEvent } | { kind: "link"; link: Link; last: number } | { kind: "anew"; last: number } | { kind: "states" } | { kind: "who" };

let channel: BroadcastChannel | null = null;
let leads = false;

function tellAll(word: Word): void {
	channel?.postMessage(word);
}

function setLink(now: Link): void {
	link.value = now;
	if (leads) tellAll({ kind: "link", link: now, last: lastId });
}

function anew(): void {
	invalidateAll();
	tellAll({ kind: "anew", last: lastId });
}

function hear(word: Word): void {
	if (word.kind === "who" && leads) tellAll({ kind: "link", link: link.value, last: lastId });
	if (leads || word.kind === "who") return;
	if (word.kind === "event") take(word.event);
	else if (word.kind === "states") statesMoved.value++;
	else {
		if (word.last !== lastId) lastAt = 0;
		lastId = word.last;
		if (word.kind === "anew") invalidateAll();
		else link.value = word.link;
	}
}

/* ---------------------------------------------------------------- the stream */

let source: EventSource | null = null;
let lostTimer = 0;
let retryTimer = 0;
let failures = 0;

function connect(): void {
	const resumes = lastId > 0 && Date.now() - lastAt < RESUME_MS;
	let goesOn = resumes;
	if (!resumes) lastId = 0;
	source = new EventSource(`/api/v1/events${resumes ? `?after=${lastId}` : ""}`);
	source.onopen = () => {
		clearTimeout(lostTimer);
		lostTimer = 0;
		failures = 0;
		/* States of connections change without events, and a server that was gone has others. */
		if (!goesOn || link.value === "lost") anew();
		if (goesOn) void beSure();
		goesOn = lastId > 0;
		setLink("live");
	};
	source.onmessage = (message) => {
		const event = JSON.parse(message.data as string) as LiveEvent;
		take(event);
		tellAll({ kind: "event", event });
	};
	source.addEventListener("gap", anew);
	source.addEventListener("restored", (message) => restored((JSON.parse(message.data as string) as { last: number }).last));
	source.addEventListener("states", () => {
		statesMoved.value++;
		tellAll({ kind: "states" });
	});
	source.onerror = failed;
}

function restored(last: number): void {
	lastId = last;
	lastAt = Date.now();
	lastTime = "";
	anew();
}

/* A store that was put back may have as many events again: is the last one that was seen still that one? */
async function beSure(): Promise<void> {
	const id = lastId;
	const time = lastTime;
	if (!id || !time) return;
	const found = await json<{ items: LiveEvent[] }>(`/api/v1/events?after=${id - 1}&limit=1`).catch(() => null);
	const is = found?.items[0];
	if (found && (Number(is?.id) !== id || is?.time !== time)) restored(0);
}

/* The browser comes back by itself (with Last-Event-ID), but for answers that say that it must not. */
function failed(): void {
	if (!lostTimer) lostTimer = window.setTimeout(() => setLink("lost"), LOST_MS);
	if (source?.readyState !== EventSource.CLOSED) return;
	source = null;
	const pause = Math.min(1000 * 2 ** failures++, LONGEST_BACKOFF_MS);
	retryTimer = window.setTimeout(() => void comeBack(), pause * (0.5 + Math.random() / 2));
}

/* An EventSource doesn't say why it was refused. */
async function comeBack(): Promise<void> {
	const who = await json<{ signed_in?: boolean; operator?: string }>("/api/v1/session").catch(() => null);
	if (who && who.signed_in === false) lostSession.value++;
	else if (who && following && who.operator !== operatorOf(following)) otherSession.value++;
	else if (leads && !source) connect();
}

function disconnect(): void {
	clearTimeout(lostTimer);
	clearTimeout(retryTimer);
	lostTimer = 0;
	source?.close();
	source = null;
}

/* ---------------------------------------------------------------- who has the stream */

let giveUp: (() => void) | null = null;

function begin(): void {
	leads = true;
	connect();
}

function join(name: string): void {
	channel = new BroadcastChannel(name);
	channel.onmessage = (message) => hear(message.data as Word);
	link.value = "connecting";
	if (!navigator.locks) {
		giveUp = () => undefined;
		begin();
		return;
	}
	tellAll({ kind: "who" });
	const wait = new AbortController();
	let release: (() => void) | null = null;
	giveUp = () => (release ? release() : wait.abort());
	navigator.locks
		.request(name, { signal: wait.signal }, () => {
			if (wait.signal.aborted) return undefined;
			begin();
			return new Promise<void>((resolve) => (release = resolve));
		})
		.catch(() => undefined);
}

function leave(): void {
	disconnect();
	leads = false;
	giveUp?.();
	giveUp = null;
	channel?.close();
	channel = null;
}

/* ---------------------------------------------------------------- begin and end */

const PREFIX = "hauspost.live.";
const operatorOf = (name: string): string => name.slice(PREFIX.length);

let following = "";
let hiddenTimer = 0;

document.addEventListener("visibilitychange", () => {
	clearTimeout(hiddenTimer);
	if (!following) return;
	if (document.hidden) {
		hiddenTimer = window.setTimeout(leave, HIDDEN_MS);
	} else if (!channel) {
		join(following);
		/* Another window may have the stream: what came meanwhile isn't told again. */
		invalidateAll();
	}
});

/* `operator`: windows of somebody else are told nothing. */
export function startLive(operator: string): void {
	stopLive();
	following = PREFIX + operator;
	if (!document.hidden) join(following);
}

export function stopLive(): void {
	clearTimeout(hiddenTimer);
	following = "";
	leave();
	lastId = 0;
	link.value = "off";
}

/* ---------------------------------------------------------------- for pages */

/* Each event as it comes. */
export function useEvents(each: (event: LiveEvent) => void): void {
	const latest = useRef(each);
	latest.current = each;
	useEffect(() => {
		const tell = (event: LiveEvent) => latest.current(event);
		followers.add(tell);
		return () => void followers.delete(tell);
	}, []);
}

/* Asks again when states of connections change; every `otherwise` ms where nobody tells of it. */
export function useStates(again: () => void, otherwise: number): void {
	const latest = useRef(again);
	latest.current = again;
	const seen = useRef(statesMoved.value);
	const moved = statesMoved.value;
	useEffect(() => {
		if (seen.current !== moved) latest.current();
		seen.current = moved;
	}, [moved]);
	useAsking(again, otherwise);
}

/* Asks again now and then: every `otherwise` ms while no events come, every `live` ms while they do (0: then never). */
export function useAsking(again: () => void, otherwise: number, live = 0): void {
	const latest = useRef(again);
	latest.current = again;
	const pause = link.value === "live" ? live : otherwise;
	useEffect(() => {
		if (!pause) return undefined;
		const timer = setInterval(() => !document.hidden && latest.current(), pause);
		return () => clearInterval(timer);
	}, [pause]);
}
