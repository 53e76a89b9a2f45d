/* From an address to the first case: found provider → sign-in and test → what becomes of mail → first mail. */
import { useEffect, useRef, useState } from "preact/hooks";
import { json } from "../api/client";
import { asProblem } from "../api/problem";
import { invalidate, useQuery } from "../api/query";
import { listRecords } from "../api/records";
import type { Document, List } from "../api/views";
import { schemaOf, blank, type Schema } from "../forms/schema";
import { Button, ButtonLink } from "../ui/button";
import { CheckField, Field, PasswordField, SelectField, TextField } from "../ui/field";
import { Icon } from "../ui/icon";
import { Badge, Card, Notice, PageHead, Skeleton } from "../ui/page";
import { listProviders } from "./account";
import { portOf, type Provider, type SideName } from "./account-connection";
import { TestResult, useConnectionTest } from "./connection-test";
import { Logo } from "./logo";
import { saveAll, type Plan } from "./wizard-save";

const titles = ["Address", "Sign-in", "Mail", "First mail"];

interface Detection {
	address: string;
	source: string;
	provider: string | null;
	known: boolean;
	setup: { accounts?: Record<string, Document>; providers?: Record<string, Document> } | null;
	steps: { step: string; outcome: string; text: string; took_ms: number }[];
	todo: string[];
}

function Progress({ step }: { step: number }) {
	return (
		<ol class="progress" aria-label="Steps">
			{titles.map((title, i) => (
				<li key={title} aria-current={i === step ? "step" : undefined} class={i < step ? "is-done" : ""}>
					<span class="progress-mark num">{i < step ? <Icon name="check" size={16} label="Done" /> : i + 1}</span>
					{title}
				</li>
			))}
		</ol>
	);
}

/* ---------------------------------------------------------------- 1: the address */

function AddressStep({ onFound }: { onFound: (address: string, found: Detection) => void }) {
	const [address, setAddress] = useState("");
	const [error, setError] = useState("");
	const [busy, setBusy] = useState(false);
	const look = async (event: Event) => {
		event.preventDefault();
		setBusy(true);
		setError("");
		try {
			onFound(address.trim(), await json<Detection>("/api/v1/detect", { method: "POST", body: { address: address.trim() } }));
		} catch (reason) {
			setError(asProblem(reason).detail.replace(/^address: /, "This "));
		}
		setBusy(false);
	};
	return (
		<Card title="Which mailbox?" lead="Its provider and servers are looked up: in the built-in list, in the DNS, and where providers publish them.">
			<form class="form" onSubmit={look}>
				<TextField label="Address" name="address" type="email" autoComplete="off" autoFocus required placeholder="support@example.com" value={address} onValue={setAddress} error={error} />
				<div class="row">
					<Button type="submit" look="primary" busy={busy}>
						Look it up
					</Button>
					{busy && <span class="quiet">This takes up to fifteen seconds.</span>}
				</div>
			</form>
		</Card>
	);
}

/* ---------------------------------------------------------------- 2: servers, password, test */

interface Account {
	document: Document;
	provider: Provider | undefined;
}

function side(document: Document, name: SideName): Document {
	return (document[name] ?? {}) as Document;
}

/* The found set-up on the schema's presets. A provider that isn't known gives its servers to the account itself. */
function accountOf(address: string, found: Detection, schema: Schema, providers: Provider[]): Account {
	const document = blank(schema);
	const given = Object.entries(found.setup?.accounts ?? {})[0];
	const own = Object.values(found.setup?.providers ?? {})[0] as Document | undefined;
	document.id = given?.[0] ?? address.toLowerCase().replace(/[^a-z0-9]+/g, "-");
	document.name = address;
	for (const name of ["send", "receive"] as const) document[name] = { ...side(document, name), ...(given ? side(given[1], name) : {}) };
	document.send = { ...side(document, "send"), address };
	document.receive = { ...side(document, "receive"), use_sender_login: true };
	if (found.known) document.provider = found.provider ?? "";
	else
		for (const name of ["send", "receive"] as const) {
			const server = own ? side(own, name) : {};
			const protocol = String(server.protocol ?? (name === "send" ? "smtp" : "imap"));
			const security = String(server.security ?? (name === "send" ? "starttls" : "tls"));
			document[name] = { ...side(document, name), protocol, host: server.host ?? "", port: Number(server.port) || portOf(protocol, security), security };
		}
	if (own && own.login === "address") document.send = { ...side(document, "send"), user: address };
	return { document, provider: found.known ? providers.find((each) => each.id === found.provider) : undefined };
}

const securities: [string, string][] = [
	["tls", "TLS from the start"],
	["starttls", "STARTTLS"],
	["none", "None (insecure)"],
];

function ServerFields({ document, name, label, onChange }: { document: Document; name: SideName; label: string; onChange: (document: Document) => void }) {
	const now = side(document, name);
	const set = (change: Document) => onChange({ ...document, [name]: { ...now, ...change } });
	return (
		<fieldset class="section is-inner">
			<legend>{label}</legend>
			<div class="server-fields">
				<TextField label="Server" required value={String(now.host ?? "")} onValue={(host) => set({ host: host.trim() })} placeholder={name === "send" ? "smtp.example.com" : "imap.example.com"} />
				<SelectField
					label="Security"
					value={String(now.security)}
					options={securities}
					onValue={(security) => set({ security, port: portOf(String(now.protocol), security) })}
				/>
				<Field label="Port">{(marks) => <input {...marks} class="input num" type="number" min={1} max={65535} value={String(now.port || "")} onInput={(event) => set({ port: Number(event.currentTarget.value) || 0 })} />}</Field>
			</div>
		</fieldset>
	);
}

function SignInStep({ account, found, onChange, onDone, onBack }: {
	account: Account;
	found: Detection;
	onChange: (account: Account) => void;
	onDone: () => void;
	onBack: () => void;
}) {
	const test = useConnectionTest();
	const [worked, setWorked] = useState(false);
	const { document, provider } = account;
	const send = side(document, "send");
	const profiles = useQuery<List<Document>>("authentication_profiles", () => listRecords("authentication_profiles"));
	const oauth = provider?.oauth?.required || provider?.receive?.protocol === "graph";
	const change = (next: Document) => {
		setWorked(false);
		onChange({ ...account, document: next });
	};
	const setSend = (more: Document) => change({ ...document, send: { ...send, ...more } });
	const run = async (event: Event) => {
		event.preventDefault();
		setWorked(await test.run(document));
	};
	const profileItems = profiles.data?.items ?? [];
	return (
		<Card
			title={
				<span class="row">
					{provider && <Logo provider={provider} />}
					{provider ? provider.name : found.source === "nothing" ? "We didn’t find its servers" : "Servers found"}
				</span>
			}
			lead={provider ? `${String(send.address)} is a mailbox there.` : found.source === "nothing" ? "Ask whoever runs the mailbox, and type them here." : "Look whether they are right."}
		>
			<form class="form" onSubmit={run}>
				{!provider && (
					<>
						<ServerFields document={document} name="receive" label="Receiving (IMAP)" onChange={change} />
						<ServerFields document={document} name="send" label="Sending (SMTP)" onChange={change} />
					</>
				)}
				{found.todo.length > 0 && (
					<Notice tone="info" title="First, at the provider">
						<ul class="bullets">
							{found.todo.map((text) => (
								<li key={text}>{text}</li>
							))}
						</ul>
						{provider && /^https:/.test(provider.help_url) && (
							<a href={provider.help_url} target="_blank" rel="noreferrer noopener">
								What {provider.name} says about it
							</a>
						)}
					</Notice>
				)}
				<div class="fields">
					<TextField
						label="User ID"
						autoComplete="off"
						value={String(send.user ?? "")}
						placeholder={provider && provider.login !== "typed" ? String(send.address) : ""}
						help={provider && provider.login !== "typed" ? "Empty: taken from the address" : "Often the whole address"}
						onValue={(user) => setSend({ user })}
					/>
					{oauth ? (
						<SelectField
							label="Sign-in profile"
							value={String(send.profile ?? "")}
							options={[["", "Choose …"], ...profileItems.map((item): [string, string] => [String(item.id), String(item.name || item.id)])]}
							onValue={(profile) => setSend({ profile, password: "" })}
						/>
					) : (
						<PasswordField label={provider?.app_password === "needed" ? "App password" : "Password"} autoComplete="new-password" value={String(send.password ?? "")} onValue={(password) => setSend({ password })} />
					)}
				</div>
				{oauth && !profileItems.length && profiles.data && (
					<Notice tone="warn" title="A sign-in profile is needed" actions={<ButtonLink small href="#/authentication_profiles/new">New profile</ButtonLink>}>
						{provider?.name} takes tokens instead of passwords. Make the profile first, then come back.
					</Notice>
				)}
				<TestResult test={test} onSetting={() => undefined} />
				<div class="row">
					{worked ? (
						<Button look="primary" onClick={onDone}>
							It works: go on
						</Button>
					) : (
						<Button type="submit" look="primary" busy={test.running}>
							Test it
						</Button>
					)}
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

/* ---------------------------------------------------------------- 3: what becomes of mail */

function MailStep({ plan, onPlan, onSaved, onBack }: { plan: Plan; onPlan: (plan: Plan) => void; onSaved: () => void; onBack: () => void }) {
	const rules = useQuery<List<Document>>("rules", () => listRecords("rules"));
	const [problem, setProblem] = useState("");
	const [busy, setBusy] = useState(false);
	const made = useRef(new Set<string>());
	const set = (change: Partial<Plan>) => onPlan({ ...plan, ...change });
	const save = async (event: Event) => {
		event.preventDefault();
		setBusy(true);
		setProblem("");
		try {
			await saveAll(plan, made.current);
			invalidate("accounts", "listeners", "rules", "case_types", "templates", "status");
			onSaved();
		} catch (reason) {
			setProblem(asProblem(reason).detail);
		}
		setBusy(false);
	};
	const items = rules.data?.items ?? [];
	return (
		<Card title="What becomes of its mail?" lead="All of it can be changed later.">
			<form class="form" onSubmit={save}>
				{problem && (
					<Notice tone="bad" title="This couldn't be saved">
						{problem}
					</Notice>
				)}
				<div class="fields">
					<TextField label="Name" required value={plan.name} onValue={(name) => set({ name })} help="What the account and the listener are called" />
					<TextField label="Folder" required value={plan.folder} onValue={(folder) => set({ folder })} help="Which is read; the inbox, as a rule" />
				</div>
				<SelectField
					label="Service rule"
					value={plan.rule}
					onValue={(rule) => set({ rule })}
					options={[["", "A new one: open a case for each conversation"], ...items.map((item): [string, string] => [String(item.id), String(item.name || item.id)])]}
				/>
				{!plan.rule && (
					<div class="fields">
						<TextField label="Case numbers" class="input mono" required value={plan.mask} onValue={(mask) => set({ mask })} help="{year} and {number:5} are filled in: SUP-2026-00001" />
						<div />
						<CheckField label="Answer each new case automatically" help="“We have received your message”, with the case’s number" value={plan.answers} onValue={(answers) => set({ answers })} />
						<CheckField label="Only mail from now on" help="What lies in the folder already isn’t read" value={plan.onlyNew} onValue={(onlyNew) => set({ onlyNew })} />
					</div>
				)}
				<div class="row">
					<Button type="submit" look="primary" busy={busy}>
						Save and start
					</Button>
					<Button look="quiet" onClick={onBack}>
						Back
					</Button>
				</div>
			</form>
		</Card>
	);
}

/* ---------------------------------------------------------------- 4: the first mail */

interface Case {
	id: number;
	number: string;
	subject: string;
}

const LOOK_MS = 1500;

function FirstMailStep({ address, account }: { address: string; account: string }) {
	const [found, setFound] = useState<Case | null>(null);
	const began = useRef(new Date(Date.now() - 5000).toISOString());
	useEffect(() => {
		if (found) return undefined;
		const timer = setInterval(async () => {
			const list = await json<List<Case & { created_at?: string; opened_at?: string }>>(`/api/v1/cases?account=${encodeURIComponent(account)}&limit=1`).catch(() => null);
			const first = list?.items[0];
			if (first && (first.created_at ?? first.opened_at ?? began.current) >= began.current) setFound(first);
		}, LOOK_MS);
		return () => clearInterval(timer);
	}, [found]);
	return (
		<Card>
			<div class="empty" aria-live="polite">
				<span class="empty-icon">
					<Icon name={found ? "check" : "mail"} size={28} />
				</span>
				{found ? (
					<>
						<h2>The first case is here</h2>
						<p class="empty-text">
							<strong>{found.number}</strong> {found.subject}
						</p>
						<div class="empty-actions">
							<ButtonLink look="primary" href={`#/cases/${found.id}`}>
								Open it
							</ButtonLink>
							<ButtonLink href="#/">To the overview</ButtonLink>
						</div>
					</>
				) : (
					<>
						<h2>Now send a mail to {address}</h2>
						<p class="empty-text">From any other mailbox. It shows up here as soon as the listener has read it; waiting isn’t needed, everything is saved.</p>
						<Badge tone="info">
							<span class="spinner" aria-hidden="true" /> Listening
						</Badge>
						<div class="empty-actions">
							<ButtonLink href={`#/listeners/${encodeURIComponent(account)}`}>See the listener</ButtonLink>
							<ButtonLink look="quiet" href="#/">
								To the overview
							</ButtonLink>
						</div>
					</>
				)}
			</div>
		</Card>
	);
}

/* ---------------------------------------------------------------- the page */

export default function Wizard() {
	const [step, setStep] = useState(0);
	const [schema, setSchema] = useState<Schema | null>(null);
	const [found, setFound] = useState<Detection | null>(null);
	const [account, setAccount] = useState<Account | null>(null);
	const [plan, setPlan] = useState<Plan | null>(null);
	const providers = useQuery<Provider[]>("catalogue", listProviders);
	useEffect(() => void schemaOf("accounts").then(setSchema), []);
	const take = (address: string, detection: Detection) => {
		const made = accountOf(address, detection, schema!, providers.data ?? []);
		const name = address.split("@")[0]!;
		setFound(detection);
		setAccount(made);
		setPlan({ account: made.document, name: name.charAt(0).toUpperCase() + name.slice(1), folder: "INBOX", rule: "", mask: `${name.replace(/[^a-z]/gi, "").slice(0, 3).toUpperCase() || "C"}-{year}-{number:5}`, answers: true, onlyNew: true });
		setStep(1);
	};
	return (
		<>
			<PageHead title="Set up a mailbox" back={{ href: "#/accounts", label: "Accounts" }} />
			<Progress step={step} />
			<div class="wizard">
				{!schema || providers.loading ? (
					<Skeleton rows={3} height={64} />
				) : step === 0 || !account || !plan || !found ? (
					<AddressStep onFound={take} />
				) : step === 1 ? (
					<SignInStep
						account={account}
						found={found}
						onChange={setAccount}
						onBack={() => setStep(0)}
						onDone={() => {
							setPlan({ ...plan, account: account.document });
							setStep(2);
						}}
					/>
				) : step === 2 ? (
					<MailStep plan={plan} onPlan={setPlan} onBack={() => setStep(1)} onSaved={() => setStep(3)} />
				) : (
					<FirstMailStep address={found.address} account={String(account.document.id)} />
				)}
			</div>
		</>
	);
}
