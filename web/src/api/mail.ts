/* Cases and mail as the pages show them: reading, and the words for what the API says in codes. */
import type { IconName } from "../ui/icon";
import type { Tone } from "../ui/page";
import { json } from "./client";
import { useQuery, type Query } from "./query";
import type { CaseSummary, Desk, List, Message } from "./views";

export const useDesk = (): Query<Desk> => useQuery<Desk>("cases?desk", () => json("/api/v1/desk"));

/* Everything up to `wanted` items, page by page: what was opened by "Show more" stays open when the list is read anew. */
export async function upTo<T>(path: string, wanted: number): Promise<List<T>> {
	const all: List<T> = { items: [], next: null };
	let cursor = "";
	while (all.items.length < wanted) {
		const limit = Math.min(500, wanted - all.items.length);
		const list = await json<List<T>>(`${path}${path.includes("?") ? "&" : "?"}limit=${limit}${cursor && "&cursor=" + encodeURIComponent(cursor)}`);
		all.items.push(...list.items);
		all.next = list.next;
		if (!list.next) break;
		cursor = list.next;
	}
	return all;
}

/* ---------------------------------------------------------------- people */

export function personOf(name: string, address: string): string {
	return name.trim() || address || "Unknown sender";
}

export const contactOf = (item: Pick<CaseSummary, "contact_name" | "contact_address">): string => personOf(item.contact_name, item.contact_address);

/* ---------------------------------------------------------------- delivery */

export interface StateText {
	label: string;
	tone: Tone;
	/* It may still change by itself. */
	moving?: boolean;
}

const states: Record<string, StateText> = {
	queued: { label: "Waiting", tone: "info", moving: true },
	later: { label: "Tried again later", tone: "warn", moving: true },
	sending: { label: "Being sent", tone: "info", moving: true },
	sent: { label: "Sent", tone: "ok" },
	delivered: { label: "Delivered", tone: "ok" },
	delayed: { label: "Delayed", tone: "warn" },
	uncertain: { label: "Uncertain", tone: "warn" },
	failed: { label: "Failed", tone: "bad" },
	bounced: { label: "Came back", tone: "bad" },
	suppressed: { label: "Held back: suppressed", tone: "bad" },
	cancelled: { label: "Cancelled", tone: "calm" },
};

export function stateText(state: string): StateText {
	return states[state] ?? { label: state, tone: "calm" };
}

/* What became of the whole mail: the worst that any recipient met with says it. */
export function fateOf(message: Message): string {
	for (const bad of ["bounced", "failed", "suppressed", "delayed"]) if (message.recipients.some((recipient) => recipient.state === bad)) return bad;
	return message.state;
}

/* ---------------------------------------------------------------- files */

export function fileIcon(type: string): IconName {
	if (type.startsWith("image/")) return "picture";
	if (/zip|compressed|tar|rar/.test(type)) return "archive";
	if (/calendar/.test(type)) return "calendar";
	if (/rfc822/.test(type)) return "mail";
	if (/pdf|word|text|document|sheet|excel|presentation/.test(type)) return "document";
	return "attachment";
}

/* Pictures that the API gives for showing (and nothing else of a mail). */
export const isPicture = (type: string): boolean => /^image\/(png|jpe?g|gif|webp)$/.test(type);

/* ---------------------------------------------------------------- kinds of mail */

const automatic: Record<string, string> = {
	"auto-reply": "automatic reply",
	"out-of-office": "out of office",
	"delivery-report": "delivery report",
	"read-receipt": "read receipt",
	complaint: "complaint report",
	list: "mailing list",
	newsletter: "newsletter",
	generated: "written by a machine",
	loop: "it went round in a circle",
	own: "our own mail",
};

export function automaticText(kind: string): string {
	return automatic[kind] ?? kind.replace(/-/g, " ");
}

const outcomes: Record<string, string> = {
	created: "It opened this case",
	updated: "It joined this case",
	reopened: "It joined this case and opened it again",
	filed: "It was kept with the case, which didn’t change by it",
	discarded: "It was discarded",
	duplicate: "It had come before",
};

export const outcomeText = (outcome: string): string => outcomes[outcome] ?? outcome;
