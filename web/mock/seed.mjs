// What the stand-in begins with.
const day = 86_400_000;
const at = (ms) => new Date(Date.now() + ms).toISOString();
const mask = "********";

const rights = [
	"providers.manage", "accounts.read", "accounts.manage", "listeners.read", "listeners.manage", "rules.read", "rules.manage", "cases.read", "cases.write", "mail.send", "mail.ingest",
	"outbox.read", "outbox.manage", "ledger.manage", "events.read", "webhooks.manage", "metrics.read", "operators.manage", "audit.read", "mailboxes.own",
];

function account(id, name, address, provider, extra = {}) {
	return {
		id, name, provider,
		send: { enabled: true, protocol: "smtp", address, aliases: [], display_name: name, user: "", password: mask, host: "", port: 0, security: "starttls", timeout_s: 0,
			tls: { lowest: "1.2", truststore: "", verify: true }, smime: { keystore: "", sign: true, encrypt: "never" }, dkim: { selector: "" }, advanced: {}, disabled_mechanisms: [], answers_per_hour: 3, sent_copy: "off", ...extra.send },
		receive: { enabled: true, protocol: "imap", use_sender_login: true, user: "", password: "", host: "", port: 0, security: "tls", timeout_s: 60, tls: { lowest: "1.2", truststore: "", verify: true }, smime: {}, advanced: {}, disabled_mechanisms: [], ...extra.receive },
	};
}

const map = (items) => new Map(items.map((document) => [document.id, { revision: 3, document }]));

const providers = [
	["microsoft365", "Microsoft 365", "outlook.office365.com", 993, "tls", "smtp.office365.com", 587, "starttls", "microsoft"],
	["gmail", "Gmail", "imap.gmail.com", 993, "tls", "smtp.gmail.com", 465, "tls", "google"],
	["fastmail", "Fastmail", "imap.fastmail.com", 993, "tls", "smtp.fastmail.com", 465, "tls", "fastmail"],
	["gmx", "GMX", "imap.gmx.net", 993, "tls", "mail.gmx.net", 587, "starttls", ""],
	["ionos", "IONOS", "imap.ionos.de", 993, "tls", "smtp.ionos.de", 465, "tls", ""],
	["mailbox-org", "mailbox.org", "imap.mailbox.org", 993, "tls", "smtp.mailbox.org", 465, "tls", ""],
].map(([id, name, host, port, security, shost, sport, ssec, template]) => ({
	id, name, domains: [], mx: [], login: "address",
	receive: { enabled: true, protocol: "imap", host, port, security }, pop3: { host: "", port: 0, security: "tls" },
	send: { enabled: true, protocol: "smtp", login: "same", host: shost, port: sport, security: ssec, timeout_s: 40 },
	oauth: { template, scopes: [], required: template === "microsoft" }, app_password: id === "gmail" ? "with-2fa" : "no", help_url: "", note: id === "gmail" ? "IMAP must be switched on in the settings of the mailbox." : "", logo: "", has_logo: false, own: false,
}));

export function seed() {
	const db = {
		nobody: { signed_in: false, needs_first: false, operator: "", rights: [], roles: [], accounts: [], csrf: "", providers: [{ id: "sso", name: "Example SSO", url: "/api/v1/session/oidc" }] },
		session: { signed_in: true, operator: "anna", name: "Anna Berger", rights, roles: ["administrator"], all_accounts: true, accounts: [], csrf: "x", second_factor: false, has_password: true, recovery_codes_left: 0, providers: [] },
		records: {
			accounts: map([
				account("support", "Support", "support@example.com", "", { send: { host: "mail.example.com", port: 587 }, receive: { host: "mail.example.com", port: 993 } }),
				account("sales", "Sales", "sales@example.com", "gmail"),
				account("billing", "Billing", "billing@contoso.example", "microsoft365", { receive: { protocol: "graph" }, send: { protocol: "graph", profile: "contoso", password: "" } }),
			]),
			providers: map([{ ...providers[5], id: "in-house", name: "In-house mail", own: true, receive: { ...providers[5].receive, host: "mail.example.com" }, domains: ["example.com"] }]),
			authentication_profiles: map([{ id: "contoso", name: "Contoso directory", template: "microsoft-graph", tenant: "contoso.example", grant: "authorization-code", client_id: "5f1c…", client_authentication: "post", client_secret: mask, secret_expires_at: "2027-01-12", scopes: [] }]),
			keystores: map([{ id: "smime", name: "S/MIME of support", content: mask, password: mask }]),
			listeners: map([
				{ id: "support", name: "Support inbox", account: "support", folder: "INBOX", rule: "support", enabled: true, idle: true, after: "seen" },
				{ id: "sales", name: "Sales inbox", account: "sales", folder: "INBOX", rule: "support", enabled: true },
				{ id: "billing", name: "", account: "billing", folder: "Invoices", rule: "billing", enabled: false },
			]),
			rules: map([
				{ id: "support", name: "Support", branches: [
					{ name: "Newsletters", when: [{ field: "header:List-Id", operator: "exists", value: "", not: false }], activity: "discard", case_type: "", map: [] },
					{ name: "Urgent", when: [{ field: "subject", operator: "contains", value: "urgent", not: false }, { field: "from-domain", operator: "is", value: "example.net", not: true }], activity: "create-case", case_type: "support", map: [{ target: "order", source: "regex:subject:Order (\\d+)", required: false }] },
					{ name: "Everything else", when: [], activity: "create-case", case_type: "support", map: [] },
				], responses: [{ when: "created", template: "received" }, { when: "default", template: "" }] },
				{ id: "billing", name: "Billing", branches: [{ name: "All", when: [], activity: "create-case", case_type: "support", map: [] }], responses: [] },
			]),
			case_types: map([{ id: "support", name: "Support request", number_mask: "SUP-{year}-{number:5}", old_masks: [], statuses: [{ id: "open", name: "Open", resolved: false }, { id: "done", name: "Done", resolved: true }], initial_status: "open", strangers: "answers", reopen_days: 30, fields: [{ id: "order", name: "Order number", type: "number", choices: [] }] }]),
			templates: map([{ id: "received", name: "We have received your mail", subject: "Re: {{message.subject}} [{{case.number}}]", text: "Dear {{contact.name}},\n\nthank you for your message. It is case {{case.number}}.\n", html: "" }]),
			blocks: map([]),
			inlets: map([]),
			webhooks: map([]),
			operators: map([
				{ id: "anna", name: "Anna Berger", email: "anna@example.com", disabled: false, roles: ["administrator"], rights: [], accounts: [], oidc_subject: "" },
				{ id: "ben", name: "Ben Okafor", email: "ben@example.com", disabled: false, roles: ["agent", "mailbox-user"], rights: [], accounts: [{ account: "support", send: true, manage: false }], oidc_subject: "" },
			]),
			tokens: map([]),
			mailboxes: map([]),
		},
		fixed: {
			"GET /api/v1/catalogue": { items: providers, next: null },
			"GET /api/v1/roles": { items: [
				{ name: "administrator", label: "Administrator", help: "Everything.", rights },
				{ name: "provider-manager", label: "Provider manager", help: "Providers and their servers.", rights: rights.slice(0, 2) },
				{ name: "listener-administrator", label: "Listener administrator", help: "Accounts, listeners and rules.", rights: rights.slice(1, 7) },
				{ name: "listener-observer", label: "Listener observer", help: "Sees what listeners do.", rights: ["listeners.read"] },
				{ name: "agent", label: "Agent", help: "Reads and answers cases.", rights: ["cases.read", "cases.write"] },
				{ name: "mailbox-user", label: "Mailbox user", help: "Own mailboxes only.", rights: ["mailboxes.own"] },
			], next: null },
			"GET /api/v1/expiring": { items: [
				{ kind: "secret", what: "authentication_profiles/contoso", text: "Client secret of Contoso directory", expires_at: at(21 * day), days: 21, used_by: "billing", is_signer: false },
				{ kind: "certificate", what: "keystores/smime/support", text: "CN=support@example.com", expires_at: at(-2 * day), days: -2, used_by: "support", is_signer: true },
				{ kind: "certificate", what: "keystores/smime/root", text: "CN=Example Root", expires_at: at(900 * day), days: 900, used_by: "", is_signer: false },
			], next: null },
			"GET /api/v1/audit": { items: [
				{ at: at(-3600_000), author: "anna", action: "update", kind: "account", id: "support", revision: 3, changes: ["send/port: 25 -> 587", "send/password: (changed)"] },
				{ at: at(-2 * day), author: "anna", action: "create", kind: "listener", id: "support", revision: 1, changes: [] },
			], next: null },
			"POST /api/v1/detect": (body) => body.address.endsWith("nowhere.example") ? { address: body.address, source: "nothing", provider: null, known: false, setup: null, steps: [], todo: [] } : { address: body.address, source: "domains", provider: "gmail", known: true, steps: [{ step: "domains", outcome: "found", text: "example.com is one of Gmail's", took_ms: 1 }], todo: ["Make an app password"],
				setup: { accounts: { "anna-example-com": { name: body.address, provider: "gmail", send: { address: body.address }, receive: { use_sender_login: true } } } } },
			"GET /api/v1/status": { ok: false, problems: 1, running: true, running_since: at(-86_000_000), automatic_mail: true, listeners: [{ id: "support", account: "support", state: "waiting", ok: true, since: at(-5e6), error: "", next_try_at: null }, { id: "sales", account: "sales", state: "auth-failed", ok: false, since: at(-5e5), error: "the server refuses the password: an app password is needed", next_try_at: at(6e5) }], senders: [], inlets: [], outbox: { waiting: 2, oldest_at: at(-60_000), uncertain: 0, failed_today: 0 }, incoming: { parked: 1, held: 0, retrying: 0 } },
			"GET /api/v1/rights": { items: rights.map((name) => ({ name, label: name })), next: null },
			"GET /api/v1/tokens": { items: [{ id: 1, operator: "anna", name: "Deploy", prefix: "hp_3fk2", rights: ["accounts.read"], accounts: [], created_by: "anna", created_at: at(-9 * day), expires_at: at(80 * day), used_at: at(-7200_000), used_from: "192.0.2.7" }], next: null },
			"POST /api/v1/tokens": { id: 2, name: "x", token: "hp_7Zt0_bQwxkq3m9d1s8vT0y5uRk2LhNcE" },
			"GET /api/v1/sessions": { items: [{ id: 1, current: true, method: "password", address: "192.0.2.4", agent: "Mozilla/5.0 (X11; Linux x86_64) Gecko Firefox/128.0", created_at: at(-3600_000), seen_at: at(-20_000), expires_at: at(day) }], next: null },
			"GET /api/v1/mailboxes": { items: [], next: null },
			"GET /api/v1/setup.yaml": "accounts: {}\n",
			"POST /api/v1/session/setup/check": { first: true, operator: "", name: "", expires_at: at(day) },
			"POST /api/v1/rules/try": { branch: 2, activity: "create-case", trace: [] },
		},
		sub: {
			"listeners/state": (id) => ({ id, state: id === "sales" ? "auth-failed" : id === "billing" ? "stopped" : "waiting", account: id, ok: id === "support", since: at(-5000_000), error_at: at(-90_000), error: id === "sales" ? "the server refuses the password: an app password is needed" : "", next_try_at: id === "sales" ? at(600_000) : null }),
			"accounts/history": { items: [], next: null },
			"keystores/entries": { id: "smime", name: "", fault: "", used_by: ["support"], entries: [{ alias: "support", subject: "CN=support@example.com", issuer: "CN=Example Root", expires_at: at(-2 * day), has_key: true, use: "sign, decrypt", addresses: ["support@example.com"] }, { alias: "root", subject: "CN=Example Root", issuer: "CN=Example Root", expires_at: at(900 * day), has_key: false, use: "trust", addresses: [] }] },
		},
		steps: (body) => [
			{ side: "receiver", step: "look-up", status: "ok", text: "mail.example.com is 192.0.2.25", details: [], ms: 12 },
			{ side: "receiver", step: "connection", status: "ok", text: "192.0.2.25, port 993", details: [], ms: 24 },
			{ side: "receiver", step: "TLS", status: "ok", text: "TLS 1.3, TLS_AES_256_GCM_SHA384", details: ["CN=mail.example.com, valid until 2027-03-01"], ms: 210 },
			{ side: "receiver", step: "log-in", status: "ok", text: "as support@example.com, SCRAM-SHA-256", details: [], ms: 80 },
			{ side: "receiver", ok: true, result: "IMAP (Connect using IMAPS)", ms: 326 },
			{ side: "sender", step: "look-up", status: "ok", text: "mail.example.com is 192.0.2.25", details: [], ms: 12 },
			{ side: "sender", step: "connection", status: "ok", text: "192.0.2.25, port 587", details: [], ms: 24 },
			{ side: "sender", step: "log-in", status: "failed", text: "535 5.7.8 authentication failed", details: [], ms: 320 },
			{ side: "sender", step: "log-in", cause: "app-password", title: "The server wants an app password", error: "535 5.7.8 Application-specific password required", said: "535 5.7.8 Application-specific password required", setting: "send/password", cure: "Make an app password in the provider's settings, and use it here instead of the usual one", hints: ["imap.example.com:993 answers with TLS"] },
			{ side: "sender", ok: false, result: "SMTP: failed at log-in", ms: 356 },
		],
	};
	return db;
}
