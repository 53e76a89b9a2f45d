/* The wizard's first two steps: whose mailbox it is, and how one gets in. */
import { useMemo, useState } from "preact/hooks";
import { json } from "../api/client";
import { asProblem } from "../api/problem";
import { useQuery } from "../api/query";
import { listRecords } from "../api/records";
import type { Document, List } from "../api/views";
import { Folded } from "../forms/record-form";
import { Button, ButtonLink } from "../ui/button";
import { CheckField, Field, PasswordField, SelectField, TextField } from "../ui/field";
import { Icon } from "../ui/icon";
import { Card, Notice } from "../ui/page";
import { followSecurity, portOf, type Provider, type SideName } from "./account-connection";
import { TestResult, useConnectionTest } from "./connection-test";
import { Logo } from "./logo";
import { atProvider, change, draft, side, withSide, type Detection } from "./wizard-draft";

/* ---------------------------------------------------------------- 1: the address */

export function AddressStep({ onFound, onExisting }: { onFound: (address: string, found: Detection) => void; onExisting: (account: Document) => void }) {
	const { address } = draft.value;
	const [error, setError] = useState("");
	const [busy, setBusy] = useState(false);
	const [existing, setExisting] = useState<Document | null>(null);
	const look = async (event: Event) => {
		event.preventDefault();
		const wanted = address.trim();
		setBusy(true);
		setError("");
		try {
			const accounts = await listRecords("accounts");
			const there = accounts.items.find((item) => String(side(item, "send").address ?? "").toLowerCase() === wanted.toLowerCase());
			setExisting(there ?? null);
			if (!there) onFound(wanted, await json<Detection>("/api/v1/detect", { method: "POST", body: { address: wanted } }));
		} catch (reason) {
			setError(asProblem(reason).detail.replace(/^address: /, "This "));
		}
		setBusy(false);
	};
	return (
		<Card title="Which mailbox?" lead="Its provider and servers are looked up: in the built-in list, in the DNS, and where providers publish them.">
			<form class="form" onSubmit={look}>
				<TextField
					label="Address"
					name="address"
					type="email"
					autoComplete="off"
					autoFocus
					required
					placeholder="support@example.com"
					value={address}
					onValue={(text) => {
						change({ address: text });
						setExisting(null);
					}}
					error={error}
				/>
				{existing && (
					<Notice
						tone="info"
						title="There is an account for this address"
						actions={
							<>
								<Button small look="primary" onClick={() => onExisting(existing)}>
									Listen to another folder of it
								</Button>
								<ButtonLink small href={`#/accounts/${encodeURIComponent(String(existing.id))}`}>
									Open the account
								</ButtonLink>
							</>
						}
					>
						It is called “{String(existing.name || existing.id)}”: a second one would give each mail two cases.
					</Notice>
				)}
				<div class="row">
					<Button type="submit" look="primary" busy={busy}>
						Look it up
					</Button>
					<span class="quiet" aria-live="polite">
						{busy ? "This takes up to fifteen seconds." : ""}
					</span>
				</div>
			</form>
		</Card>
	);
}

/* ---------------------------------------------------------------- 2: whose servers */

const FEW_PROVIDERS = 11;

/* What most mailboxes are at comes first, behind one's own. */
const common = ["microsoft365", "google-workspace", "gmail", "outlook", "icloud", "yahoo", "gmx", "webde", "t-online", "ionos", "fastmail"];

function rank(provider: Provider): number {
	const at = common.indexOf(provider.id);
	return provider.own ? -1 : at < 0 ? common.length : at;
}

function ProviderPicker({ providers, onTake }: { providers: Provider[]; onTake: (provider: Provider | undefined) => void }) {
	const [wanted, setWanted] = useState("");
	const sorted = useMemo(() => providers.slice().sort((a, b) => rank(a) - rank(b)), [providers]);
	const fits = sorted.filter((each) => `${each.name} ${each.id} ${each.domains.join(" ")}`.toLowerCase().includes(wanted.trim().toLowerCase()));
	return (
		<div class="stack is-tight">
			<TextField label="Which provider?" type="search" placeholder="Name or domain" value={wanted} onValue={setWanted} />
			<ul class="provider-picks">
				<li>
					<button type="button" class="provider-pick" onClick={() => onTake(undefined)}>
						<span class="logo" aria-hidden="true">
							<Icon name="edit" size={18} />
						</span>
						<span>Servers I type myself</span>
					</button>
				</li>
				{fits.slice(0, FEW_PROVIDERS).map((each) => (
					<li key={each.id}>
						<button type="button" class="provider-pick" onClick={() => onTake(each)}>
							<Logo provider={each} />
							<span>{each.name || each.id}</span>
						</button>
					</li>
				))}
			</ul>
			<p class="quiet" aria-live="polite">
				{fits.length > FEW_PROVIDERS ? `${fits.length - FEW_PROVIDERS} more: type a part of the name.` : ""}
			</p>
		</div>
	);
}

const securities: [string, string][] = [
	["tls", "TLS from the start"],
	["starttls", "STARTTLS"],
	["none", "None (insecure)"],
];

function ServerFields({ document, name, label, onChange }: { document: Document; name: SideName; label: string; onChange: (document: Document) => void }) {
	const now = side(document, name);
	const set = (more: Document) => onChange(withSide(document, name, more));
	return (
		<fieldset class="section is-inner">
			<legend>{label}</legend>
			<div class="server-fields">
				<TextField
					label="Server"
					data-path={`${name}/host`}
					required
					autoComplete="off"
					spellcheck={false}
					value={String(now.host ?? "")}
					onValue={(host) => set({ host: host.trim() })}
					placeholder={name === "send" ? "smtp.example.com" : "imap.example.com"}
				/>
				<SelectField label="Security" data-path={`${name}/security`} value={String(now.security)} options={securities} onValue={(security) => onChange(followSecurity(document, name, security))} />
				<Field label="Port">
					{(marks) => (
						<input
							{...marks}
							class="input num"
							type="number"
							inputMode="numeric"
							min={1}
							max={65535}
							data-path={`${name}/port`}
							value={String(now.port || "")}
							placeholder={String(portOf(String(now.protocol), String(now.security)))}
							onInput={(event) => set({ port: Number(event.currentTarget.value) || 0 })}
						/>
					)}
				</Field>
			</div>
			{now.security === "none" && (
				<CheckField
					label="Send the password without encryption"
					help="Everybody on the way can read it: for servers on this machine alone"
					value={now.allow_insecure_login === true}
					onValue={(allow) => set({ allow_insecure_login: allow })}
				/>
			)}
			<Folded label="Certificate" open={!!(now.tls as Document | undefined)?.truststore}>
				<TextField
					label="CA certificates"
					class="input mono"
					data-path={`${name}/tls/truststore`}
					help="The path of a PEM file, or a keystore's ID; empty: those of the system"
					value={String((now.tls as Document | undefined)?.truststore ?? "")}
					onValue={(truststore) => set({ tls: { ...(now.tls as Document), truststore } })}
				/>
			</Folded>
		</fieldset>
	);
}

/* ---------------------------------------------------------------- who signs in */

function Login({ document, provider, onChange }: { document: Document; provider: Provider | undefined; onChange: (document: Document) => void }) {
	const send = side(document, "send");
	const set = (more: Document) => onChange(withSide(document, "send", more));
	const profiles = useQuery<List<Document>>("authentication_profiles", () => listRecords("authentication_profiles"));
	const items = profiles.data?.items ?? [];
	const oauth = provider?.oauth?.required || provider?.receive?.protocol === "graph";
	const derived = !!provider && provider.login !== "typed";
	return (
		<>
			<div class="fields">
				<TextField
					label="User ID"
					data-path="send/user"
					autoComplete="off"
					spellcheck={false}
					value={String(send.user ?? "")}
					placeholder={derived ? String(send.address) : ""}
					help={derived ? "Empty: taken from the address" : "Often the whole address"}
					onValue={(user) => set({ user })}
				/>
				{oauth ? (
					<SelectField
						label="Sign-in profile"
						data-path="send/profile"
						value={String(send.profile ?? "")}
						options={[["", "Choose …"], ...items.map((item): [string, string] => [String(item.id), String(item.name || item.id)])]}
						onValue={(profile) => set({ profile, password: "" })}
					/>
				) : (
					<PasswordField
						label={provider?.app_password === "needed" ? "App password" : "Password"}
						data-path="send/password"
						autoComplete="new-password"
						help={provider?.app_password === "with-2fa" ? "With two-step verification: an app password" : undefined}
						value={String(send.password ?? "")}
						onValue={(password) => set({ password })}
					/>
				)}
			</div>
			{oauth && !items.length && profiles.data && (
				<Notice tone="warn" title="A sign-in profile is needed" actions={<ButtonLink small href="#/authentication_profiles/new">New profile</ButtonLink>}>
					{provider?.name} takes tokens instead of passwords. Make the profile first; what you have typed here stays.
				</Notice>
			)}
		</>
	);
}

function Todo({ found, provider }: { found: Detection; provider: Provider | undefined }) {
	/* The help's address stands below as a link. */
	const todo = provider?.id === found.provider ? found.todo.filter((text) => !provider?.help_url || !text.includes(provider.help_url)) : [];
	if (!todo.length) return null;
	return (
		<Notice tone="info" title="First, at the provider">
			<ul class="bullets">
				{todo.map((text) => (
					<li key={text}>{text.charAt(0).toUpperCase() + text.slice(1)}</li>
				))}
			</ul>
			{provider && /^https:/.test(provider.help_url) && (
				<a href={provider.help_url} target="_blank" rel="noreferrer noopener">
					What {provider.name} says about it
				</a>
			)}
		</Notice>
	);
}

/* "accounts/a/receive/port": the field, where this step has it. */
function showSetting(setting: string): void {
	const path = setting.replace(/^accounts\/[^/]+\//, "").replace(/^receive\/(user|password|profile)$/, "send/$1");
	const field = document.querySelector<HTMLElement>(`[data-path="${CSS.escape(path)}"]`);
	const box = field?.closest("details");
	if (box) box.open = true;
	field?.scrollIntoView({ block: "center" });
	field?.focus();
}

export function SignInStep({ providers, onDone, onBack }: { providers: Provider[]; onDone: () => void; onBack: () => void }) {
	const test = useConnectionTest();
	const { found, account, tested } = draft.value;
	const [picking, setPicking] = useState(false);
	const provider = providers.find((each) => each.id === account!.provider);
	const worked = !!tested && JSON.stringify(tested) === JSON.stringify(account);
	const unknown = !provider && found!.source === "nothing";
	const run = async (event: Event) => {
		event.preventDefault();
		if (worked) return onDone();
		const asked = account!;
		if (await test.run(asked)) change({ tested: asked });
	};
	const take = (taken: Provider | undefined) => {
		change({ account: atProvider(account!, taken) });
		setPicking(false);
	};
	return (
		<Card
			title={
				<span class="row">
					{provider && <Logo provider={provider} />}
					{provider ? provider.name || provider.id : unknown ? "We didn’t find its servers" : "Its servers"}
				</span>
			}
			lead={provider ? `${draft.value.address} is a mailbox there.` : unknown ? "Choose its provider, or ask whoever runs the mailbox and type them here." : "Look whether they are right."}
			actions={
				<Button small aria-expanded={picking} onClick={() => setPicking(!picking)}>
					{provider ? "Another provider" : "Choose a provider"}
				</Button>
			}
		>
			{picking && <ProviderPicker providers={providers} onTake={take} />}
			<form class="form" onSubmit={run}>
				{!provider && (
					<>
						<ServerFields document={account!} name="receive" label="Receiving (IMAP)" onChange={(account) => change({ account })} />
						<ServerFields document={account!} name="send" label="Sending (SMTP)" onChange={(account) => change({ account })} />
					</>
				)}
				<Todo found={found!} provider={provider} />
				<Login document={account!} provider={provider} onChange={(account) => change({ account })} />
				<TestResult test={test} onSetting={showSetting} />
				<div class="row">
					<Button type="submit" look="primary" busy={test.running} icon={worked ? "check" : undefined}>
						{worked ? "It works: go on" : "Test it"}
					</Button>
					<Button look="quiet" onClick={onBack}>
						Back
					</Button>
					{!worked && !test.running && test.lines.length > 0 && (
						<Button look="quiet" onClick={onDone}>
							Go on all the same
						</Button>
					)}
				</div>
			</form>
		</Card>
	);
}
