/* What lists and pages of each kind of record are called, and what they show. */
import type { ComponentChildren } from "preact";
import type { AlertState, Document, PartState } from "../api/views";
import { useQuery } from "../api/query";
import { json } from "../api/client";
import type { IconName } from "../ui/icon";
import { Badge, type Tone } from "../ui/page";
import type { Column } from "../ui/table";
import { Time } from "../ui/time";

export interface KindText {
	icon: IconName;
	label: string;
	plural: string;
	lead: string;
	right: string;
	add: string;
	emptyTitle: string;
	emptyText: ComponentChildren;
	columns: Column<Document>[];
}

const text = (value: unknown) => (typeof value === "string" ? value : "");

export function NameCell({ document, small }: { document: Document; small?: ComponentChildren }) {
	const id = text(document.id);
	const name = text(document.name);
	return (
		<span class="two-lines">
			<span>{name || id}</span>
			<small>{small ?? (name ? id : "")}</small>
		</span>
	);
}

const nameColumn: Column<Document> = { key: "name", label: "Name", cell: (d) => <NameCell document={d} /> };

function LinkTo({ kind, id }: { kind: string; id: string }) {
	if (!id) return <span class="quiet">–</span>;
	return <span data-kind={kind}>{id}</span>;
}

/* ---------------------------------------------------------------- states */

const stateWords: Record<string, [string, Tone]> = {
	idle: ["Idle", "ok"],
	connecting: ["Connecting", "info"],
	connected: ["Connected", "ok"],
	waiting: ["Waiting for mail", "ok"],
	reading: ["Reading", "info"],
	throttled: ["Throttled", "warn"],
	"auth-failed": ["Sign-in refused", "bad"],
	failed: ["Failed", "bad"],
	paused: ["Paused", "calm"],
	stopped: ["Stopped", "calm"],
	off: ["Off", "calm"],
};

export function StateBadge({ state }: { state: string | undefined }) {
	if (!state) return <Badge>Unknown</Badge>;
	const [word, tone] = stateWords[state] ?? [state.charAt(0).toUpperCase() + state.slice(1).replace(/-/g, " "), "calm"];
	return (
		<Badge tone={tone as Tone} dot>
			{word}
		</Badge>
	);
}

export function useListenerState(id: string) {
	return useQuery<PartState>(`listeners/${id}/state`, () => json(`/api/v1/listeners/${encodeURIComponent(id)}/state`));
}

export function ListenerBadge({ id, enabled }: { id: string; enabled: boolean }) {
	const query = useListenerState(id);
	if (!enabled && !query.data) return <StateBadge state="off" />;
	return <span class="badge-slot">{query.data ? <StateBadge state={query.data.state} /> : query.problem ? <Badge>Unknown</Badge> : null}</span>;
}

export function useAlertState(id: string) {
	return useQuery<AlertState>(`alerts/${id}/state`, () => json(`/api/v1/alerts/${encodeURIComponent(id)}/state`));
}

/* What an alert is like in one word. */
export function AlertStanding({ state }: { state: AlertState }) {
	if (!state.enabled) return <Badge>Off</Badge>;
	if (state.sender_fails) return <Badge tone="bad">Can't send</Badge>;
	if (state.failing.length) return <Badge tone="warn">{state.failing.length === 1 ? "One thing fails" : `${state.failing.length} things fail`}</Badge>;
	return <Badge tone="ok">All is well</Badge>;
}

function AlertBadge({ id }: { id: string }) {
	const query = useAlertState(id);
	return <span class="badge-slot">{query.data ? <AlertStanding state={query.data} /> : query.problem ? <Badge>Unknown</Badge> : null}</span>;
}

function AlertMailed({ id }: { id: string }) {
	const query = useAlertState(id);
	return <span class="badge-slot">{query.data && <Time at={query.data.mailed_at} />}</span>;
}

export function onOff(value: unknown): ComponentChildren {
	return value === false ? <Badge>Off</Badge> : <Badge tone="ok">On</Badge>;
}

/* ---------------------------------------------------------------- the kinds */

const count = (value: unknown) => (Array.isArray(value) ? value.length : 0);
const plural = (n: number, one: string, many: string) => `${n} ${n === 1 ? one : many}`;

const grants: Record<string, string> = {
	"client-credentials": "Application",
	password: "Password",
	"jwt-bearer": "Service account",
	"authorization-code": "A person signs in",
	"refresh-token": "Refresh token",
};

export const kinds: Record<string, KindText> = {
	listeners: {
		icon: "listener",
		label: "Listener",
		plural: "Listeners",
		lead: "A listener reads one folder of an account and hands each mail to a service rule.",
		right: "listeners.manage",
		add: "New listener",
		emptyTitle: "Nothing is listening yet",
		emptyText: "A listener reads a folder of an account. Without one, no mail is fetched and no case is opened.",
		columns: [
			nameColumn,
			{ key: "state", label: "State", cell: (d) => <ListenerBadge id={text(d.id)} enabled={d.enabled !== false} /> },
			{ key: "account", label: "Account", cell: (d) => <LinkTo kind="accounts" id={text(d.account)} /> },
			{ key: "folder", label: "Folder", least: 1, cell: (d) => (d.source === "inlet" ? "Inlet" : text(d.folder) || "INBOX") },
			{ key: "rule", label: "Service rule", least: 2, cell: (d) => <LinkTo kind="rules" id={text(d.rule)} /> },
		],
	},
	rules: {
		icon: "rule",
		label: "Service rule",
		plural: "Service rules",
		lead: "What becomes of a mail: a case, a filed message or nothing; and which answer goes out.",
		right: "rules.manage",
		add: "New rule",
		emptyTitle: "No service rule yet",
		emptyText: "A rule looks at each mail, opens a case or files it, and may answer with a template. Listeners name the rule they follow.",
		columns: [
			nameColumn,
			{ key: "branches", label: "Branches", right: true, cell: (d) => count(d.branches) },
			{ key: "responses", label: "Responses", right: true, least: 2, cell: (d) => count(d.responses) },
		],
	},
	case_types: {
		icon: "type",
		label: "Case type",
		plural: "Case types",
		lead: "How cases of a kind are numbered, which statuses they go through, and what is kept of them.",
		right: "rules.manage",
		add: "New case type",
		emptyTitle: "No case type yet",
		emptyText: "A case type says how cases are numbered (SUP-2026-00042) and which statuses they have. Service rules open cases of a type.",
		columns: [
			nameColumn,
			{ key: "mask", label: "Numbers", cell: (d) => <code>{text(d.number_mask)}</code> },
			{ key: "statuses", label: "Statuses", least: 2, cell: (d) => (count(d.statuses) ? plural(count(d.statuses), "status", "statuses") : "Open, resolved") },
			{ key: "fields", label: "Fields", least: 2, right: true, cell: (d) => count(d.fields) },
		],
	},
	templates: {
		icon: "template",
		label: "Template",
		plural: "Templates",
		lead: "Texts of answers, with placeholders that are filled from the case.",
		right: "rules.manage",
		add: "New template",
		emptyTitle: "No template yet",
		emptyText: "Templates are what automatic answers say, and what replies from a case may begin with.",
		columns: [
			nameColumn,
			{ key: "subject", label: "Subject", cell: (d) => text(d.subject) },
			{ key: "html", label: "Form", least: 2, cell: (d) => (text(d.html) ? "Text and HTML" : "Text") },
		],
	},
	blocks: {
		icon: "block",
		label: "Block list entry",
		plural: "Block list",
		lead: "Senders that get no automatic answer, or whose mail is ignored.",
		right: "rules.manage",
		add: "New entry",
		emptyTitle: "Nobody is blocked",
		emptyText: "Block an address, a word before the @ (such as noreply) or a whole domain. Loops and bounces are caught without it.",
		columns: [
			{ key: "value", label: "Value", cell: (d) => <NameCell document={{ id: d.id!, name: d.value! }} /> },
			{ key: "kind", label: "Kind", cell: (d) => ({ address: "Address", part: "Part", domain: "Domain" })[text(d.kind)] ?? "" },
			{ key: "action", label: "Action", cell: (d) => ({ "no-answer": "No automatic answer", ignore: "Ignored", cancel: "Cancelled case" })[text(d.action)] ?? "" },
			{ key: "enabled", label: "State", least: 2, cell: (d) => onOff(d.enabled) },
		],
	},
	inlets: {
		icon: "inlet",
		label: "Inlet",
		plural: "Inlets",
		lead: "Where a mail server on this machine hands mail in, by LMTP, instead of a mailbox being read.",
		right: "listeners.manage",
		add: "New inlet",
		emptyTitle: "No inlet",
		emptyText: "With an inlet, Postfix or another mail server delivers straight to Hauspost. Most set-ups read mailboxes and need none.",
		columns: [
			nameColumn,
			{ key: "listen", label: "Listens at", cell: (d) => <code>{text(d.listen)}</code> },
			{ key: "enabled", label: "State", cell: (d) => onOff(d.enabled) },
		],
	},
	authentication_profiles: {
		icon: "key",
		label: "Sign-in profile",
		plural: "Sign-in profiles",
		lead: "OAuth 2.0 instead of passwords: where accounts at Microsoft 365, Google and others get their tokens from.",
		right: "accounts.manage",
		add: "New profile",
		emptyTitle: "No sign-in profile yet",
		emptyText: "Microsoft 365 and Google take OAuth tokens rather than passwords. A profile holds the application's registration; accounts refer to it.",
		columns: [
			nameColumn,
			{ key: "template", label: "Provider", cell: (d) => ({ microsoft: "Microsoft 365", "microsoft-graph": "Microsoft Graph", google: "Google", yahoo: "Yahoo", fastmail: "Fastmail" })[text(d.template)] ?? "Own endpoints" },
			{ key: "grant", label: "In whose name", cell: (d) => grants[text(d.grant)] ?? text(d.grant) },
		],
	},
	keystores: {
		icon: "keystore",
		label: "Keystore",
		plural: "Keystores",
		lead: "Keys and certificates for S/MIME, DKIM and private certificate authorities.",
		right: "accounts.manage",
		add: "New keystore",
		emptyTitle: "No keystore yet",
		emptyText: "Upload a PKCS #12, JKS or PEM file to sign and decrypt mail, or to trust a certificate authority of your own.",
		columns: [nameColumn],
	},
	webhooks: {
		icon: "webhook",
		label: "Webhook",
		plural: "Webhooks",
		lead: "Addresses of other programs that are told when something happens, signed after the Standard Webhooks form.",
		right: "webhooks.manage",
		add: "New webhook",
		emptyTitle: "No webhook yet",
		emptyText: "A webhook tells another program of new cases, mail and failures. Deliveries are signed, tried again for days, and can be replayed.",
		columns: [
			nameColumn,
			{ key: "url", label: "Address", cell: (d) => <code>{text(d.url)}</code> },
			{ key: "enabled", label: "State", cell: (d) => onOff(d.enabled) },
		],
	},
	alerts: {
		icon: "warn",
		label: "Alert",
		plural: "Alerts",
		lead: "Who is told by mail when something needs a person, such as a mailbox that can't be read, and when it works again.",
		right: "webhooks.manage",
		add: "New alert",
		emptyTitle: "No alert yet",
		emptyText:
			"An alert mails people when something needs one: a mailbox can't be read, a letter can't be sent, a certificate runs out. Name who is told and the account that sends; the first mail comes at once, what follows comes together.",
		columns: [
			nameColumn,
			{ key: "to", label: "To", cell: (d) => ((d.to ?? []) as string[]).join(", ") },
			{ key: "state", label: "State", cell: (d) => <AlertBadge id={text(d.id)} /> },
			{ key: "mailed", label: "Last mail", least: 1, cell: (d) => <AlertMailed id={text(d.id)} /> },
			{ key: "account", label: "Sent by", least: 2, cell: (d) => text(d.account) },
		],
	},
	operators: {
		icon: "people",
		label: "Operator",
		plural: "Operators",
		lead: "People who may sign in here, what they may do, and whose mail they see.",
		right: "operators.manage",
		add: "New operator",
		emptyTitle: "No operators",
		emptyText: "Add the people who work with mail or look after it.",
		columns: [
			nameColumn,
			{ key: "roles", label: "Roles", cell: (d) => ((d.roles ?? []) as string[]).map((role) => role.replace(/-/g, " ")).join(", ") || <span class="quiet">None</span> },
			{ key: "accounts", label: "Accounts", least: 2, cell: (d) => (count(d.accounts) ? plural(count(d.accounts), "account", "accounts") : "All") },
			{ key: "disabled", label: "State", least: 2, cell: (d) => (d.disabled ? <Badge tone="warn">Disabled</Badge> : <Badge tone="ok">Active</Badge>) },
		],
	},
	identity_providers: {
		icon: "lock",
		label: "Identity provider",
		plural: "Single sign-on",
		lead: "Where operators may sign in instead of typing a password here, by OpenID Connect.",
		right: "operators.manage",
		add: "New identity provider",
		emptyTitle: "No identity provider yet",
		emptyText: "With one, people sign in with the account of their organisation (Microsoft Entra, Keycloak, Google and others).",
		columns: [
			nameColumn,
			{ key: "issuer", label: "Issuer", cell: (d) => <code>{text(d.issuer)}</code> },
			{ key: "disabled", label: "State", least: 2, cell: (d) => onOff(!d.disabled) },
		],
	},
	providers: {
		icon: "provider",
		label: "Provider",
		plural: "Providers",
		lead: "Servers, ports and ways to sign in of mail providers; accounts refer to them.",
		right: "providers.manage",
		add: "New provider",
		emptyTitle: "No provider of your own",
		emptyText: "The well-known ones are built in.",
		columns: [nameColumn],
	},
	accounts: {
		icon: "account",
		label: "Account",
		plural: "Accounts",
		lead: "Mailboxes that are read, and addresses that mail is sent from.",
		right: "accounts.manage",
		add: "New account",
		emptyTitle: "No account yet",
		emptyText: "An account is a mailbox with the address mail is sent from. Type an address, and the wizard finds its servers.",
		columns: [nameColumn],
	},
};
