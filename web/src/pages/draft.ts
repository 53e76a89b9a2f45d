/* What somebody is writing: kept for the tab, so that a reload or a look elsewhere costs nothing, nor a session that has
 * ended. Files are kept in memory alone. Signing out forgets all of it. */
import { onForget, session } from "../app/session";

export interface NewFile {
	name: string;
	type: string;
	content: string; /* base64 */
	size: number;
}

export interface Draft {
	kind: "reply" | "forward" | "new";
	/* The mail that is answered or forwarded; 0: the last that came in. */
	message: number;
	account: string;
	case_type: string;
	from: string;
	to: string;
	cc: string;
	bcc: string;
	subject: string;
	text: string;
	template: string;
	quote: boolean;
	as: "attachment" | "inline";
	status: string;
	/* The same draft is sent once, however often the button is pressed. */
	key: string;
	/* Which version of it was tried first under that key; "": none, or it is known that nothing was sent. */
	tried: string;
}

export function newKey(): string {
	return [...crypto.getRandomValues(new Uint8Array(12))].map((byte) => byte.toString(16).padStart(2, "0")).join("");
}

export function emptyDraft(kind: Draft["kind"], message = 0): Draft {
	return { kind, message, account: "", case_type: "", from: "", to: "", cc: "", bcc: "", subject: "", text: "", template: "", quote: kind === "reply", as: "inline", status: "", key: newKey(), tried: "" };
}

const name = (place: string) => `hauspost.draft.${session.peek()?.operator ?? ""}.${place}`;
const files = new Map<string, NewFile[]>();
onForget.add(() => files.clear());

export function readDraft(place: string): Draft | null {
	try {
		const kept = JSON.parse(sessionStorage.getItem(name(place)) ?? "null") as Draft | null;
		return kept && typeof kept.text === "string" ? { ...emptyDraft(kept.kind), ...kept } : null;
	} catch {
		return null;
	}
}

export const readFiles = (place: string): NewFile[] => files.get(name(place)) ?? [];

export function keepDraft(place: string, draft: Draft, added: NewFile[]): void {
	files.set(name(place), added);
	try {
		sessionStorage.setItem(name(place), JSON.stringify(draft));
	} catch {
		/* No room, or none allowed: it lives as long as the page. */
	}
}

export function dropDraft(place: string): void {
	files.delete(name(place));
	sessionStorage.removeItem(name(place));
}

export async function readFile(file: File): Promise<NewFile> {
	const bytes = new Uint8Array(await file.arrayBuffer());
	let text = "";
	for (let i = 0; i < bytes.length; i += 0x8000) text += String.fromCharCode(...bytes.subarray(i, i + 0x8000));
	return { name: file.name, type: file.type || "application/octet-stream", content: btoa(text), size: bytes.length };
}
