/* Who is signed in, and what they may do. */
import { computed, effect, signal } from "@preact/signals";
import { api, lostSession, setCsrf, value } from "../api/client";
import { asProblem, type Problem } from "../api/problem";
import { forgetAll } from "../api/query";
import type { Session } from "../api/views";

/* undefined: not asked yet; null: nobody. */
export const session = signal<Session | null | undefined>(undefined);
export const sessionProblem = signal<Problem | null>(null);

/* What the server says to whoever isn't signed in: ways to do so. */
export const offers = signal<Session | null>(null);

function take(found: Session | null): void {
	const isSignedIn = !!found && found.signed_in;
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

export async function signOut(): Promise<void> {
	await api.DELETE("/api/v1/session", {});
	forgetAll();
	take(null);
	await askSession();
}

const rights = computed(() => new Set(session.value?.rights ?? []));

export function may(right: string): boolean {
	return right === "" || right === "signed" || rights.value.has(right);
}

export function mayAny(...wanted: string[]): boolean {
	return wanted.some(may);
}

effect(() => {
	if (lostSession.value > 0 && session.peek()) {
		forgetAll();
		take(null);
	}
});
