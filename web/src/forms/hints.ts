/* What the record tables don't say and a good form knows: words for people, what fields belong together, what can wait
 * behind "More settings". A field without a hint is shown all the same, so that new ones need nothing here. */
import type { Document } from "../api/views";
import { kindsOfAlerts, kindsOfEvents } from "../pages/event-words";

export interface Group {
	title?: string;
	lead?: string;
	/* Paths with '/'; a section's name stands for all of its fields. */
	fields: string[];
	/* Folded away until it is asked for. */
	folded?: string;
}

export interface FieldHint {
	label?: string;
	help?: string;
	placeholder?: string;
	whole?: boolean;
	mono?: boolean;
	tall?: boolean;
	/* Read from a file: as it is, or in base64. */
	upload?: "text" | "base64";
	accept?: string;
	words?: Record<string, string>;
	/* Few words side by side instead of in a list. */
	choices?: boolean;
	suggestions?: string[];
	/* Makes a new value of a secret, which is shown then to be taken along. */
	make?: () => string;
	/* Chosen from what the server has. */
	pick?: "roles" | "rights";
	/* Accounts with what is allowed on each. */
	grants?: boolean;
	/* Left out while this is false. `around` is the document, or the list's entry the field stands in. */
	when?: (around: Document) => boolean;
	/* Of a list's entry. */
	entryTitle?: (entry: Document, index: number) => string;
	addLabel?: string;
}

export const securityWords = {
	tls: "TLS from the start",
	starttls: "STARTTLS",
	none: "None (insecure)",
};

function randomBase64(bytes: number): string {
	return btoa(String.fromCharCode(...crypto.getRandomValues(new Uint8Array(bytes))));
}

/* For every kind of record; a key "kinds:path" wins over "path". List entries' fields are named without their index. */
export const hints: Record<string, FieldHint> = {
	security: { words: securityWords },
	"send/security": { words: securityWords },
	"receive/security": { words: securityWords },
	"pop3/security": { words: securityWords },
	"send/protocol": { words: { smtp: "SMTP", graph: "Microsoft Graph" } },
	"receive/protocol": { words: { imap: "IMAP", pop3: "POP3", graph: "Microsoft Graph", maildir: "Maildir on this machine" } },
	login: { words: { typed: "Typed for each account", "local-part": "What stands before the @", address: "The whole address", "local-part.domain": "The address with a dot for the @" } },

	"listeners:source": { words: { mailbox: "The account's mailbox", inlet: "What a mail server hands in" }, help: "Where the mail comes from" },
	"listeners:enabled": { help: "It starts with the program" },
	"listeners:folder": { when: (d) => d.source !== "inlet" },
	"listeners:addresses": { placeholder: "support@example.com", when: (d) => d.source === "inlet" },
	"listeners:after": { words: { leave: "Leave it as it is", seen: "Mark it as read", delete: "Delete it", move: "Move it to a folder" } },
	"listeners:after_folder": { when: (d) => d.after === "move" },
	"listeners:duplicates": { words: { ignore: "Ignore it", handle: "Handle it once more" } },
	"listeners:automatic": { words: { file: "Store it", discard: "Discard it", handle: "Handle it by the rule" } },
	"listeners:verify_senders": { words: { off: "Don't", results: "Believe trusted servers", on: "Also look up DKIM and DMARC" } },
	"listeners:trusted_authserv_ids": { placeholder: "mx.example.com" },
	"listeners:since": { placeholder: "2026-11-21" },

	"authentication_profiles:template": { words: { none: "None: everything is said here", microsoft: "Microsoft 365 (IMAP, POP3, SMTP)", "microsoft-graph": "Microsoft 365 (Graph)", google: "Google", yahoo: "Yahoo", fastmail: "Fastmail" } },
	"authentication_profiles:tenant": { placeholder: "contoso.onmicrosoft.com", when: (d) => String(d.template).startsWith("microsoft") },
	"authentication_profiles:grant": { words: { "client-credentials": "The application itself (client credentials)", password: "A user's password", "jwt-bearer": "A signed assertion (service account)", "authorization-code": "A person signs in (authorization code)", "refresh-token": "A refresh token that is typed" } },
	"authentication_profiles:client_authentication": { words: { post: "Client secret, in the request", basic: "Client secret, as HTTP Basic", certificate: "A certificate's key", none: "None (public client)" } },
	"authentication_profiles:client_secret": { when: (d) => d.client_authentication === "post" || d.client_authentication === "basic" },
	"authentication_profiles:secret_expires_at": { placeholder: "2027-01-31", when: (d) => d.client_authentication === "post" || d.client_authentication === "basic" },
	"authentication_profiles:keystore": { when: (d) => d.client_authentication === "certificate" || d.grant === "jwt-bearer" },
	"authentication_profiles:key_alias": { when: (d) => d.client_authentication === "certificate" || d.grant === "jwt-bearer" },
	"authentication_profiles:user": { when: (d) => d.grant === "password" },
	"authentication_profiles:password": { when: (d) => d.grant === "password" },
	"authentication_profiles:issuer": { when: (d) => d.grant === "jwt-bearer" },
	"authentication_profiles:subject": { when: (d) => d.grant === "jwt-bearer" },
	"authentication_profiles:service_account": { upload: "text", accept: ".json,application/json", when: (d) => d.grant === "jwt-bearer", help: "Google's key file as it was downloaded (JSON)" },
	"authentication_profiles:refresh_token": { when: (d) => d.grant === "refresh-token" },
	"authentication_profiles:authorization_endpoint": { when: (d) => d.grant === "authorization-code" },

	"keystores:content": { upload: "base64", accept: ".p12,.pfx,.jks,.pem,.crt,.cer,.key,.der,.p7b", help: "A PKCS #12, JKS or PEM file with keys, certificates or both" },

	"case_types:number_mask": { placeholder: "SUP-{year}-{number:5}", mono: true },
	"case_types:old_masks": { mono: true },
	"case_types:statuses": { addLabel: "Add a status", entryTitle: (e) => String(e.name || e.id || "New status") },
	"case_types:fields": { label: "", addLabel: "Add a field", entryTitle: (e) => String(e.name || e.id || "New field") },
	"case_types:fields/choices": { when: (e) => e.type === "choice" },
	"case_types:strangers": { words: { answers: "Joins if it answers a mail of ours", join: "Joins the case", separate: "Opens a case of its own" } },

	"templates:text": { tall: true, whole: true },
	"templates:html": { tall: true, mono: true, whole: true },
	"templates:subject": { whole: true },

	"blocks:kind": { words: { address: "A whole address", part: "A word before the @", domain: "A domain and those below it" } },
	"blocks:action": { words: { "no-answer": "No automatic answer", ignore: "Ignore the mail", cancel: "Make it a cancelled case" } },
	"blocks:note": { whole: true },

	"inlets:listen": { placeholder: "127.0.0.1:2424", mono: true },

	"operators:roles": { pick: "roles" },
	"operators:rights": { pick: "rights" },
	"operators:accounts": { label: "", grants: true },

	"providers:logo": { upload: "base64", accept: "image/png,image/jpeg,image/svg+xml,.svg", help: "PNG, JPEG or SVG of at most 64 KiB" },
	"providers:app_password": { words: { no: "No", needed: "Always", "with-2fa": "With two-step verification" } },
	"providers:domains": { placeholder: "example.com" },
	"providers:mx": { placeholder: "mx.example.com" },

	"webhooks:secret": { make: () => "whsec_" + randomBase64(32), help: "whsec_ and 24 to 64 bytes in base64: what the receiver checks the signature with" },
	"webhooks:rotated_at": { when: () => false },
	"webhooks:headers": { addLabel: "Add a header", entryTitle: (e) => String(e.name || "New header") },
	"webhooks:events": { placeholder: "case.created", suggestions: kindsOfEvents.filter((kind) => !kind.endsWith(".test")) },
	"alerts:events": {
		placeholder: "listener.failed",
		suggestions: kindsOfAlerts,
		help: "Kinds of events, such as listener.failed or outbox.*; none: what needs a person. message.filed is never told: an alert's own mail can cause it.",
	},
	"alerts:to": { placeholder: "ops@example.com" },
	"alerts:accounts": { placeholder: "support" },
	"webhooks:url": { whole: true, placeholder: "https://example.com/hooks/hauspost" },
};

export function hintOf(kind: string, path: string): FieldHint {
	return hints[`${kind}:${path}`] ?? hints[path] ?? hints[path.slice(path.lastIndexOf("/") + 1)] ?? {};
}

/* How the fields of a kind are laid out; what isn't named comes at the end. */
export const layouts: Record<string, Group[]> = {
	listeners: [
		{ fields: ["name", "id"] },
		{ title: "What it reads", fields: ["account", "source", "folder", "addresses", "since"] },
		{ title: "What it does", fields: ["rule", "operator", "after", "after_folder", "failed_folder", "automatic", "duplicates", "enabled"] },
		{ title: "Senders", lead: "Whether a sender is who it claims to be.", fields: ["verify_senders", "trusted_authserv_ids"] },
		{ folded: "Timing and limits", fields: ["idle", "idle_minutes", "poll_interval_s", "batch", "messages_per_run", "max_message_mb", "oversize_template", "tries", "retry_minutes", "backoff_s", "longest_backoff_s"] },
	],
	authentication_profiles: [
		{ fields: ["name", "id"] },
		{ title: "Provider", fields: ["template", "tenant", "grant"] },
		{ title: "This application, as the provider knows it", fields: ["client_id", "client_authentication", "client_secret", "secret_expires_at", "keystore", "key_alias"] },
		{ title: "In whose name", fields: ["user", "password", "issuer", "subject", "service_account", "refresh_token"] },
		{ folded: "Endpoints and scopes", fields: ["token_endpoint", "authorization_endpoint", "scopes", "audience", "resource", "allow_private_network", "truststore", "timeout_s"] },
	],
	keystores: [{ fields: ["name", "id"] }, { title: "File", fields: ["content", "password", "key_password"] }],
	case_types: [
		{ fields: ["name", "id"] },
		{ title: "Numbers", lead: "Every case has one; it stands in subjects and leads answers to their case.", fields: ["number_mask", "old_masks"] },
		{ title: "Statuses", fields: ["statuses", "initial_status", "reopened_status", "cancelled_status"] },
		{ title: "Who may join, and when it opens again", fields: ["strangers", "reopen_days"] },
		{ title: "Fields", lead: "What is kept of a mail beside its text; service rules fill them.", fields: ["fields"] },
	],
	templates: [{ fields: ["name", "id"] }, { title: "Message", fields: ["subject", "text", "html"] }],
	blocks: [{ fields: ["id", "kind", "value", "action", "note", "enabled"] }],
	inlets: [{ fields: ["name", "id"] }, { title: "Where it listens", fields: ["listen", "socket_mode", "enabled"] }, { folded: "Limits", fields: ["connections", "recipients", "max_message_mb", "timeout_s"] }],
	providers: [
		{ fields: ["name", "id", "domains", "mx", "login", "logo"] },
		{ title: "Receiving", fields: ["receive"] },
		{ title: "Sending", fields: ["send"] },
		{ title: "Passwords and OAuth", fields: ["app_password", "oauth"] },
		{ folded: "POP3 beside it", fields: ["pop3"] },
		{ folded: "Folders", fields: ["files_sent", "folders"] },
		{ folded: "Limits", fields: ["limits"] },
		{ folded: "Help for people", fields: ["help_url", "note"] },
	],
	webhooks: [
		{ fields: ["name", "id", "url", "enabled"] },
		{ title: "What it is told of", lead: "Kinds of events, and of which accounts; none here: all.", fields: ["events", "accounts"] },
		{ title: "Signing", lead: "By it the receiver knows that an event comes from here.", fields: ["secret"] },
		{ folded: "Other keys", fields: ["old_secret", "private_key"] },
		{ folded: "Headers and time-out", fields: ["headers", "timeout_s"] },
	],
	alerts: [
		{ fields: ["name", "id", "enabled"] },
		{ title: "The mail", fields: ["to", "account", "other_account", "interval_minutes", "recovered"] },
		{ title: "Of what", lead: "Kinds of events, and of which accounts; none here: whatever needs a person.", fields: ["events", "accounts"] },
	],
	identity_providers: [
		{ fields: ["name", "id", "disabled"] },
		{ title: "Provider", lead: "Register this program there with the address /api/v1/session/oidc/callback of this server.", fields: ["issuer", "client_id", "client_secret"] },
		{ title: "Whom it lets in", fields: ["match_email"] },
		{ folded: "Details", fields: ["scopes", "allow_private_network", "truststore", "timeout_s"] },
	],
	operators: [
		{ fields: ["name", "id", "email", "disabled"] },
		{ title: "What they may do", fields: ["roles", "rights"] },
		{ title: "Whose mail", fields: ["accounts"] },
		{ folded: "OpenID Connect", fields: ["oidc_subject"] },
	],
};
