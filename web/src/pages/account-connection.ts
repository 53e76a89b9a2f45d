/* How the fields of an account's connections follow each other: provider, protocol, security and port. */
import type { Document, Provider } from "../api/views";

export interface Server {
	enabled: boolean;
	protocol: string;
	host: string;
	port: number;
	security: string;
}

export type { Provider };

export type SideName = "send" | "receive";

/* By protocol and security. */
const ports: Record<string, Record<string, number>> = {
	smtp: { tls: 465, starttls: 587, none: 25 },
	imap: { tls: 993, starttls: 143, none: 143 },
	pop3: { tls: 995, starttls: 110, none: 110 },
};

const wellKnown = new Set(Object.values(ports).flatMap((bySecurity) => Object.values(bySecurity)));

export function portOf(protocol: string, security: string): number {
	return ports[protocol]?.[security] ?? (protocol === "graph" ? 443 : 0);
}

/* What the provider has for this side and protocol; null where it has no such server. */
export function providerServer(provider: Provider | undefined, side: SideName, protocol: string): Server | null {
	if (!provider) return null;
	const own = provider[side];
	if (own?.enabled === false) return null;
	if (own?.protocol === protocol && own.host)
		return { ...own, port: own.port || portOf(protocol, own.security) };
	if (side === "receive" && protocol === "pop3" && provider.pop3?.host)
		return { enabled: true, protocol, ...provider.pop3, port: provider.pop3.port || portOf("pop3", provider.pop3.security) };
	return null;
}

/* The protocols that may be chosen: Graph only where the provider offers it (or it is set already). */
export function protocolsOf(provider: Provider | undefined, side: SideName, current: string): string[] {
	const graph = provider && (provider[side]?.protocol === "graph" || provider.oauth?.template?.startsWith("microsoft"));
	const list = side === "send" ? ["smtp"] : ["imap", "pop3"];
	if (provider?.[side]?.protocol === "graph") list.splice(0, list.length);
	if (graph) list.push("graph");
	if (side === "receive" && !provider) list.push("maildir");
	return list.includes(current) ? list : [...list, current];
}

function section(document: Document, side: SideName): Document {
	return (document[side] ?? {}) as Document;
}

function withSection(document: Document, side: SideName, change: Document): Document {
	return { ...document, [side]: { ...section(document, side), ...change } };
}

/* A port that was typed stays; one that belongs to another security or protocol moves along. */
export function followSecurity(document: Document, side: SideName, security: string): Document {
	const now = section(document, side);
	const port = Number(now.port ?? 0);
	const moved = !port || wellKnown.has(port) ? portOf(String(now.protocol), security) : port;
	return withSection(document, side, { security, port: moved, ...(security !== "none" && { allow_insecure_login: false }) });
}

/* `provider`'s own server for the new protocol is used where it has one; else the port is the usual one. */
export function followProtocol(document: Document, side: SideName, protocol: string, provider?: Provider): Document {
	const now = section(document, side);
	const port = Number(now.port ?? 0);
	const security = protocol === "graph" ? "tls" : String(now.security);
	const host = protocol === "graph" ? "" : now.host!;
	const isOwn = protocol !== "graph" && (!!host || !providerServer(provider, side, protocol));
	return withSection(document, side, { protocol, security, host, port: !isOwn ? 0 : wellKnown.has(port) || !port ? portOf(protocol, security) : port });
}

/* Another provider: both sides take its servers; what was typed for the one before doesn't fit any more. */
export function followProvider(document: Document, provider: Provider | undefined, id: string): Document {
	let next: Document = { ...document, provider: id };
	if (!provider) {
		/* Graph is only there with a provider that has it. */
		if (section(next, "send").protocol === "graph") next = withSection(next, "send", { protocol: "smtp", security: "starttls", port: portOf("smtp", "starttls") });
		if (section(next, "receive").protocol === "graph") next = withSection(next, "receive", { protocol: "imap", security: "tls", port: portOf("imap", "tls") });
		return next;
	}
	for (const side of ["send", "receive"] as const) {
		const now = section(next, side);
		const wanted = protocolsOf(provider, side, "").find((word) => word === now.protocol) ?? provider[side]?.protocol ?? String(now.protocol);
		const server = providerServer(provider, side, wanted);
		next = withSection(next, side, {
			protocol: wanted,
			host: "",
			port: 0,
			security: server?.security ?? now.security!,
			...(provider[side]?.enabled === false && { enabled: false }),
		});
	}
	return next;
}

/* Other servers than the provider's: what it has is where typing begins; or back to it. */
export function ownServer(document: Document, side: SideName, server: Server | null): Document {
	return withSection(document, side, server ? { host: server.host, port: server.port, security: server.security } : { host: "", port: 0 });
}
