/* Who is signed in, and what they may do. */
import { computed, effect, signal } from "@preact/signals";
import { api, lostSession, otherSession, setCsrf, value } from "../api/client";
import { asProblem, type Problem } from "../api/problem";
import { forgetAll } from "../api/query";
import type { Session } from "../api/views";
import { sayProblem } from "../ui/toast";

/* undefined: not asked yet; null: nobody. */
export const session = signal<Session | null | undefined>(undefined);
export const sessionProblem = signal<Problem | null>(null);

/* What the server says to whoever isn't signed in: ways to do so. */
export const offers = signal<Session | null>(null);

/* What else is kept of an operator, to be forgotten at the end of it. */
export const onForget = new Set<() => void>();

function forget(): void {
	forgetAll();
	onForget.forEach((run) => run());
}

/* Says to the other windows of this browser who came or went: they share the cookie. */
type Word = { kind: "in" | "out"; operator: string };

const windows = "BroadcastChannel" in window ? new BroadcastChannel("hauspost.session") : null;
let owner = "";

function take(found: Session | null): void {
	const isSignedIn = !!found && found.signed_in;
	if (isSignedIn && found.operator !== owner) {
		if (owner) forget();
		owner = found.operator;
	}
	if (isSignedIn && found.operator !== session.peek()?.operator) windows?.postMessage({ kind: "in", operator: owner } satisfies Word);
	session.value = isSignedIn ? found : null;
	if (!isSignedIn) offers.value = found;
	setCsrf(found?.csrf ?? "");
}

export async function askSession(): Promise<void> {
	try {
		take(await value(api.GET("/api/v1/session", {})));
		sessionProblem.value = null;
	} catch (reason) {
		const problem = asProblem(reason);
		sessionProblem.value = problem.status === 401 ? null : problem;
		if (problem.status === 401) take(null);
	}
}

/* A problem with the path "code" asks for the code. */
export async function signIn(operator: string, password: string, code: string): Promise<void> {
	take(await value(api.POST("/api/v1/session", { body: { operator, password, code } })));
}

async function leave(): Promise<void> {
	forget();
	sessionStorage.clear();
	take(null);
	await askSession();
}

export async function signOut(): Promise<void> {
	const operator = session.peek()?.operator ?? "";
	try {
		await value(api.DELETE("/api/v1/session", {}));
	} catch (reason) {
		/* 401: it has ended already. */
		if (asProblem(reason).status !== 401) {
			sayProblem(reason);
			return;
		}
	}
	windows?.postMessage({ kind: "out", operator } satisfies Word);
	await leave();
}

const rights = computed(() => new Set(session.value?.rights ?? []));

export function may(right: string): boolean {
	return right === "" || right === "signed" || rights.value.has(right);
}

export function mayAny(...wanted: string[]): boolean {
	return wanted.some(may);
}

function hear(word: Word): void {
	if (word.kind === "out" && word.operator === session.peek()?.operator) void leave();
	/* Nobody here, somebody else, or the same with another session, whose token changes must bear. */
	if (word.kind === "in") void askSession();
}

if (windows) windows.onmessage = (message) => hear(message.data as Word);

/* A page that was put to sleep has heard nothing. */
document.addEventListener("visibilitychange", () => {
	if (!document.hidden && session.peek() === null) void askSession();
});

effect(() => {
	if (otherSession.value > 0) void askSession();
});

effect(() => {
	if (lostSession.value > 0 && session.peek()) {
		forgetAll();
		take(null);
	}
});
