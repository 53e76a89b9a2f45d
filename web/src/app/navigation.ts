/* The places of the Studio: side bar, palette and shortcuts are made of this one table. */
import type { IconName } from "../ui/icon";

export interface NavItem {
	path: string;
	label: string;
	icon: IconName;
	/* Any one of these rights is enough. */
	rights: string[];
	/* "g" and this letter lead there. */
	letter?: string;
	words?: string;
}

export interface NavGroup {
	label: string;
	items: NavItem[];
}

export const navigation: NavGroup[] = [
	{
		label: "Mail",
		items: [
			{ path: "/", label: "Overview", icon: "overview", rights: ["signed"], letter: "o", words: "dashboard home charts" },
			{ path: "/cases", label: "Cases", icon: "cases", rights: ["cases.read"], letter: "c", words: "conversations inbox" },
			{ path: "/outbox", label: "Outbox", icon: "outbox", rights: ["outbox.read"], letter: "x", words: "sending queue" },
			{ path: "/ledger", label: "Ledger", icon: "ledger", rights: ["listeners.read"], letter: "e", words: "handled mail parked held" },
			{ path: "/mailboxes", label: "My mailboxes", icon: "mailbox", rights: ["mailboxes.own"], letter: "m", words: "personal" },
		],
	},
	{
		label: "Mail room",
		items: [
			{ path: "/accounts", label: "Accounts", icon: "account", rights: ["accounts.read"], letter: "a", words: "mailboxes imap smtp pop" },
			{ path: "/listeners", label: "Listeners", icon: "listener", rights: ["listeners.read"], letter: "l", words: "receive" },
			{ path: "/rules", label: "Service rules", icon: "rule", rights: ["rules.read"], letter: "r", words: "conditions mapping responses" },
			{ path: "/case_types", label: "Case types", icon: "type", rights: ["rules.read"], letter: "t", words: "numbers statuses fields" },
			{ path: "/templates", label: "Templates", icon: "template", rights: ["rules.read"], words: "answers texts" },
			{ path: "/blocks", label: "Block list", icon: "block", rights: ["rules.read"], words: "senders ignore" },
			{ path: "/inlets", label: "Inlets", icon: "inlet", rights: ["listeners.read"], words: "lmtp postfix" },
		],
	},
	{
		label: "Connections",
		items: [
			{ path: "/providers", label: "Providers", icon: "provider", rights: ["accounts.read", "providers.manage"], letter: "p", words: "servers catalogue" },
			{ path: "/authentication_profiles", label: "Sign-in profiles", icon: "key", rights: ["accounts.read"], words: "authentication oauth microsoft google" },
			{ path: "/keystores", label: "Keystores", icon: "keystore", rights: ["accounts.read"], letter: "k", words: "certificates s/mime dkim" },
			{ path: "/expiring", label: "Expiry calendar", icon: "calendar", rights: ["accounts.read"], words: "certificates secrets run out" },
			{ path: "/webhooks", label: "Webhooks", icon: "webhook", rights: ["webhooks.manage"], letter: "w", words: "events deliveries" },
			{ path: "/alerts", label: "Alerts", icon: "warn", rights: ["webhooks.manage"], words: "mail administrators failures notify" },
		],
	},
	{
		label: "Administration",
		items: [
			{ path: "/operators", label: "Operators", icon: "people", rights: ["operators.manage"], letter: "u", words: "users roles rights" },
			{ path: "/identity_providers", label: "Single sign-on", icon: "lock", rights: ["operators.manage"], words: "openid connect oidc sso identity providers" },
			{ path: "/tokens", label: "API tokens", icon: "token", rights: ["signed"], words: "programs" },
			{ path: "/events", label: "Events", icon: "event", rights: ["events.read"], words: "log" },
			{ path: "/audit", label: "Audit trail", icon: "audit", rights: ["audit.read"], words: "changes who" },
			{ path: "/setup-file", label: "Set-up file", icon: "download", rights: ["operators.manage"], words: "yaml export import apply" },
		],
	},
];
