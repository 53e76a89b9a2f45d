/* What was typed into the wizard: it outlives going back and forth, and a look at another page, until it is saved or
 * somebody else signs in. Kept in memory alone: there is a password in it. */
import { effect, signal } from "@preact/signals";
import { session } from "../app/session";
import type { Document, Provider } from "../api/views";
import { blank, type Schema } from "../forms/schema";
import { portOf, type SideName } from "./account-connection";
import type { Plan } from "./wizard-save";

export interface Detection {
	address: string;
	source: string;
	provider: string | null;
	known: boolean;
	setup: { accounts?: Record<string, Document>; providers?: Record<string, Document> } | null;
	steps: { step: string; outcome: string; text: string; took_ms: number }[];
	todo: string[];
}

export interface Draft {
	step: number;
	address: string;
	found: Detection | null;
	account: Document | null;
	/* The account as it stood when its test ended well. */
	tested: Document | null;
	plan: Plan | null;
}

const nothing: Draft = { step: 0, address: "", found: null, account: null, tested: null, plan: null };

export const draft = signal<Draft>(nothing);

export function change(more: Partial<Draft>): void {
	draft.value = { ...draft.value, ...more };
}

export function startOver(): void {
	draft.value = nothing;
}

let owner = "";
effect(() => {
	const who = session.value?.operator ?? "";
	if (who !== owner) startOver();
	owner = who;
});

/* ---------------------------------------------------------------- what a look-up makes of it */

export function side(document: Document, name: SideName): Document {
	return (document[name] ?? {}) as Document;
}

export function withSide(document: Document, name: SideName, more: Document): Document {
	return { ...document, [name]: { ...side(document, name), ...more } };
}

function slug(address: string): string {
	const [local, domain] = address.toLowerCase().split("@");
	const words = `${local} ${domain?.split(".")[0] ?? ""}`;
	return words.replace(/[^a-z0-9]+/g, "-").replace(/^-+|-+$/g, "").slice(0, 60) || "mailbox";
}

/* Servers that the account has of its own: found ones, else the usual ports of servers that have to be typed. */
function ownServers(document: Document, own: Document | undefined): Document {
	let next: Document = { ...document, provider: "" };
	for (const name of ["send", "receive"] as const) {
		const server = own ? side(own, name) : {};
		const protocol = String(server.protocol ?? (name === "send" ? "smtp" : "imap"));
		const security = String(server.security ?? (name === "send" ? "starttls" : "tls"));
		next = withSide(next, name, { protocol, host: server.host ?? "", port: Number(server.port) || portOf(protocol, security), security });
	}
	return next;
}

export function accountOf(address: string, found: Detection, schema: Schema, providers: Provider[]): Document {
	const given = Object.values(found.setup?.accounts ?? {})[0];
	const own = Object.values(found.setup?.providers ?? {})[0] as Document | undefined;
	let document = blank(schema);
	document.id = slug(address);
	for (const name of ["send", "receive"] as const) document = withSide(document, name, given ? side(given, name) : {});
	document = withSide(withSide(document, "send", { address }), "receive", { use_sender_login: true });
	const known = found.known ? providers.find((each) => each.id === found.provider) : undefined;
	if (known) return atProvider(document, known);
	return withSide(ownServers(document, own), "send", { user: own ? (own.login === "address" ? address : side(document, "send").user!) : address });
}

/* Somebody says where the mailbox is: `provider` undefined: at servers that are typed. What was typed for sign-in stays. */
export function atProvider(document: Document, provider: Provider | undefined): Document {
	if (!provider) return withSide(ownServers(document, undefined), "send", { user: side(document, "send").address ?? "" });
	let next: Document = { ...document, provider: provider.id };
	for (const name of ["send", "receive"] as const) {
		const server = provider[name];
		next = withSide(next, name, {
			enabled: server?.enabled !== false,
			protocol: server?.protocol ?? (name === "send" ? "smtp" : "imap"),
			security: server?.security ?? "tls",
			host: "",
			port: 0,
			allow_insecure_login: false,
		});
	}
	return withSide(next, "send", { user: provider.login === "typed" ? side(next, "send").user! : "" });
}

export function planOf(address: string): Plan {
	const local = address.split("@")[0]!;
	const name = local.replace(/[._-]+/g, " ").trim() || local;
	return {
		name: name.charAt(0).toUpperCase() + name.slice(1),
		folder: "INBOX",
		rule: "",
		caseType: "",
		mask: `${local.replace(/[^a-z]/gi, "").slice(0, 3).toUpperCase() || "C"}-{year}-{number:5}`,
		answers: true,
		template: "",
		answer: answerText,
		onlyNew: true,
		existing: "",
		id: "",
	};
}

const answerText = `Dear {{contact.name}},

thank you for your message. We have received it as {{case.number}} and will come back to you.

Please keep the number in the subject when you write to us about it.
`;
