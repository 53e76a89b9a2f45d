/* Address → page. Pages are chunks of their own, fetched when they are first opened and, once the first page stands,
 * ahead of time. */
import type { ComponentType } from "preact";

export type Parameters = Record<string, string>;
export type Page = ComponentType<{ at: Parameters }>;

interface Route {
	pattern: string;
	load: () => Promise<{ default: Page }>;
	at?: Parameters;
}

const records = () => import("../pages/records");
const record = () => import("../pages/record");

const kinds = ["listeners", "case_types", "templates", "blocks", "inlets", "authentication_profiles", "keystores", "webhooks", "alerts", "operators", "identity_providers"];

export const routes: Route[] = [
	{ pattern: "/", load: () => import("../pages/overview") },
	{ pattern: "/wizard", load: () => import("../pages/wizard") },
	{ pattern: "/accounts", load: () => import("../pages/accounts") },
	{ pattern: "/accounts/new", load: () => import("../pages/account") },
	{ pattern: "/accounts/:id", load: () => import("../pages/account") },
	{ pattern: "/providers", load: () => import("../pages/providers") },
	{ pattern: "/providers/new", load: record, at: { kind: "providers" } },
	{ pattern: "/providers/:id", load: record, at: { kind: "providers" } },
	{ pattern: "/rules", load: records, at: { kind: "rules" } },
	{ pattern: "/rules/new", load: () => import("../pages/rule") },
	{ pattern: "/rules/:id", load: () => import("../pages/rule") },
	...kinds.flatMap((kind) => [
		{ pattern: `/${kind}`, load: records, at: { kind } },
		{ pattern: `/${kind}/new`, load: record, at: { kind } },
		{ pattern: `/${kind}/:id`, load: record, at: { kind } },
	]),
	{ pattern: "/expiring", load: () => import("../pages/expiring") },
	{ pattern: "/tokens", load: () => import("../pages/tokens") },
	{ pattern: "/audit", load: () => import("../pages/audit") },
	{ pattern: "/mailboxes", load: () => import("../pages/mailboxes") },
	{ pattern: "/setup-file", load: () => import("../pages/setup-file") },
	{ pattern: "/cases", load: () => import("../pages/cases") },
	{ pattern: "/cases/:id", load: () => import("../pages/case") },
	{ pattern: "/mail/new", load: () => import("../pages/mail-new") },
	{ pattern: "/search", load: () => import("../pages/search") },
	{ pattern: "/profile", load: () => import("../pages/profile") },
	{ pattern: "/outbox", load: () => import("../pages/outbox") },
	{ pattern: "/outbox/:id", load: () => import("../pages/letter") },
	{ pattern: "/ledger", load: () => import("../pages/ledger") },
	{ pattern: "/ledger/:id", load: () => import("../pages/ledger-row") },
	{ pattern: "/events", load: () => import("../pages/events") },
];
