/* What the server says where something fails (RFC 9457), as an Error. */
export class Problem extends Error {
	constructor(
		readonly status: number,
		readonly detail: string,
		/* Of the field that is wrong: "send/port"; "" where it is none. */
		readonly path: string = "",
		/* The error's word: "invalid", "conflict", "not-found" … */
		readonly code: string = "",
		/* "never", "later", "now" */
		readonly retry: string = "",
	) {
		super(detail);
	}
}

function text(value: unknown): string {
	return typeof value === "string" ? value : "";
}

export function problemOf(status: number, body: unknown): Problem {
	const p = (body && typeof body === "object" ? body : {}) as Record<string, unknown>;
	const detail = text(p.detail) || text(p.title) || plain(status);
	return new Problem(status, detail, text(p.path), text(p.code), text(p.retry));
}

function plain(status: number): string {
	if (status === 0) return "The server can't be reached. Is Hauspost running?";
	if (status === 401) return "Your session has ended: sign in again.";
	if (status === 403) return "You don't have the right to do this.";
	if (status === 404) return "This doesn't exist, or it isn't yours to see.";
	if (status === 412) return "Somebody else has changed this meanwhile.";
	return `The server answered with ${status}.`;
}

export function asProblem(reason: unknown): Problem {
	if (reason instanceof Problem) return reason;
	if (reason instanceof TypeError) return new Problem(0, plain(0));
	return new Problem(0, reason instanceof Error ? reason.message : String(reason));
}
