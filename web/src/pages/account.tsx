/* The account form, in the sections that manuals have for it. */
import { useRef } from "preact/hooks";
import { useQuery } from "../api/query";
import { listRecords } from "../api/records";
import type { Document } from "../api/views";
import { go, place } from "../app/router";
import { may, session } from "../app/session";
import { Fields, SchemaField } from "../forms/fields";
import { Folded, FormErrors, IdField, SaveBar, useEditor, type Editor } from "../forms/record-form";
import { blank, type Schema } from "../forms/schema";
import { Button } from "../ui/button";
import { Field, FieldError } from "../ui/field";
import { Card, Failed, Notice, PageHead, Skeleton } from "../ui/page";
import { History } from "./history";
import { useRecord } from "./record";
import { followProtocol, followProvider, followSecurity, ownServer, portOf, protocolsOf, providerServer, type Provider, type SideName } from "./account-connection";
import { TracePanel } from "./trace";
import { TestResult, useConnectionTest, type TestState } from "./connection-test";
import { Logo } from "./logo";

export async function listProviders(): Promise<Provider[]> {
	const list = await listRecords<Provider>("catalogue");
	return list.items.slice().sort((a, b) => (a.name || a.id).localeCompare(b.name || b.id));
}

interface Part {
	editor: Editor;
	provider: Provider | undefined;
	disabled: boolean;
}

const protocolWords: Record<string, string> = { smtp: "SMTP", imap: "IMAP", pop3: "POP3", graph: "Microsoft Graph", maildir: "Maildir on this machine" };

function sectionSchema(editor: Editor, side: SideName): Schema {
	return editor.schema.properties![side]!;
}

/* Some fields of a section, by name. */
function Some({ editor, side, names, disabled }: { editor: Editor; side: SideName; names: string[]; disabled: boolean }) {
	return <Fields kind="accounts" form={editor.form} path={[side]} schema={sectionSchema(editor, side)} only={names} disabled={disabled} />;
}

/* ---------------------------------------------------------------- connection */

function Choices({ label, name, value, words, onValue, disabled, error, help }: {
	label: string;
	name: string;
	value: string;
	words: [string, string][];
	onValue: (value: string) => void;
	disabled?: boolean;
	error?: string;
	help?: string;
}) {
	return (
		<div class="field is-whole" role="radiogroup" aria-label={label}>
			<span class="field-label" aria-hidden="true">
				{label}
			</span>
			<div class="choices" data-path={name}>
				{words.map(([word, text]) => (
					<label key={word}>
						<input type="radio" name={name} checked={value === word} disabled={disabled && value !== word} onChange={() => onValue(word)} />
						{text}
					</label>
				))}
			</div>
			{error && <FieldError>{error}</FieldError>}
			{help && <p class="field-help">{help}</p>}
		</div>
	);
}

function securityChoices(protocol: string): [string, string][] {
	const name = protocol === "smtp" ? "SMTPS" : protocol === "pop3" ? "POP3S" : "IMAPS";
	return [
		["tls", name],
		["starttls", protocol === "pop3" ? "STLS" : "STARTTLS"],
		["none", "None"],
	];
}

function Connection({ editor, provider, disabled, side }: Part & { side: SideName }) {
	const { form } = editor;
	const text = (name: string) => form.text([side, name]);
	const protocol = text("protocol");
	const offered = providerServer(provider, side, protocol);
	const isOwn = !!text("host") || !offered;
	const security = isOwn ? text("security") : offered.security;
	const host = isOwn ? text("host") : offered.host;
	const port = isOwn ? Number(form.get([side, "port"]) ?? 0) : offered.port;
	const protocols = protocolsOf(provider, side, protocol);
	if (protocol === "maildir")
		return (
			<>
				<Choices label="Protocol" name={`${side}/protocol`} value={protocol} words={protocols.map((word) => [word, protocolWords[word] ?? word])} disabled={disabled} onValue={(word) => form.change((d) => followProtocol(d, side, word, provider))} />
				<Some editor={editor} side={side} names={["path"]} disabled={disabled} />
			</>
		);
	return (
		<>
			{protocols.length > 1 && (
				<Choices
					label="Protocol"
					name={`${side}/protocol`}
					value={protocol}
					words={protocols.map((word) => [word, protocolWords[word] ?? word])}
					disabled={disabled}
					error={form.errors[`${side}/protocol`]}
					onValue={(word) => form.change((d) => followProtocol(d, side, word, provider))}
				/>
			)}
			{protocol === "graph" ? (
				<p class="quiet">Mail goes over Microsoft's own interface with a token: choose a sign-in profile above. No server or port is needed.</p>
			) : (
				<>
					<Choices
						label="Connection security"
						name={`${side}/security`}
						value={security}
						words={securityChoices(protocol)}
						disabled={disabled || !isOwn}
						error={form.errors[`${side}/security`]}
						onValue={(word) => isOwn && form.change((d) => followSecurity(d, side, word))}
					/>
					<div class="host-port">
						<Field label="Server" error={form.errors[`${side}/host`]}>
							{(marks) => (
								<input
									{...marks}
									class="input"
									data-path={`${side}/host`}
									value={host}
									readOnly={!isOwn || disabled}
									placeholder={side === "send" ? "smtp.example.com" : `${protocol === "pop3" ? "pop" : "imap"}.example.com`}
									autoComplete="off"
									spellcheck={false}
									onInput={(event) => form.set([side, "host"], event.currentTarget.value.trim())}
								/>
							)}
						</Field>
						<Field label="Port" error={form.errors[`${side}/port`]}>
							{(marks) => (
								<input
									{...marks}
									class="input num"
									type="number"
									inputMode="numeric"
									min={1}
									max={65535}
									data-path={`${side}/port`}
									value={port || ""}
									readOnly={!isOwn || disabled}
									placeholder={String(portOf(protocol, security))}
									onInput={(event) => form.set([side, "port"], Number(event.currentTarget.value) || 0)}
								/>
							)}
						</Field>
						{offered && !disabled && (
							<Button onClick={() => form.change((d) => ownServer(d, side, isOwn ? null : offered))}>
								{isOwn ? `Use ${provider!.name}’s server` : "Use another server"}
							</Button>
						)}
					</div>
					{!isOwn && <p class="field-help">{provider!.name} says where its servers are; they follow where it moves them.</p>}
					{security === "none" && (
						<Notice tone="warn" title="Nothing is encrypted">
							<Some editor={editor} side={side} names={["allow_insecure_login"]} disabled={disabled} />
						</Notice>
					)}
				</>
			)}
		</>
	);
}

/* ---------------------------------------------------------------- who signs in */

const loginHelp: Record<string, string> = {
	address: "Empty: the address",
	"local-part": "Empty: what stands before the @ of the address",
	"local-part.domain": "Empty: the address with a dot for the @",
};

function Credentials({ editor, provider, disabled, side }: Part & { side: SideName }) {
	const { form, schema } = editor;
	const graph = form.text([side, "protocol"]) === "graph";
	const profile = form.text([side, "profile"]);
	const onlyOauth = graph || provider?.oauth?.required;
	const properties = schema.properties![side]!.properties!;
	const field = (name: string, hint = {}) => (
		<SchemaField kind="accounts" form={form} path={[side, name]} schema={properties[name]!} disabled={disabled} hint={hint} />
	);
	return (
		<>
			<div class="fields">
				{field("user", { help: provider ? loginHelp[provider.login] : undefined, placeholder: provider?.login === "address" ? form.text(["send", "address"]) : "" })}
				{!profile && !onlyOauth && field("password")}
				{(profile || onlyOauth || provider?.oauth?.template || !provider) && field("profile", { label: "Sign-in profile", help: onlyOauth ? "This provider takes tokens alone" : "OAuth 2.0 tokens instead of a password" })}
			</div>
			{provider?.app_password && provider.app_password !== "no" && !profile && (
				<Notice tone="info" title={provider.app_password === "needed" ? "An app password is needed" : "With two-step verification: an app password"}>
					{provider.name} gives programs a password of their own.{" "}
					{/^https:/.test(provider.help_url) && (
						<a href={provider.help_url} target="_blank" rel="noreferrer noopener">
							How to get one
						</a>
					)}
				</Notice>
			)}
		</>
	);
}

/* ---------------------------------------------------------------- the cards */

function ProviderCard({ editor, provider, disabled, providers }: Part & { providers: Provider[] }) {
	const { form } = editor;
	const value = form.text(["provider"]);
	return (
		<Card title="Account provider">
			<div class="fields">
				<SchemaField kind="accounts" form={form} path={["name"]} schema={editor.schema.properties!.name!} disabled={disabled} hint={{ placeholder: "Support" }} />
				<IdField editor={editor} />
			</div>
			<Field label="Provider" error={form.errors.provider} help={provider?.note || "Fills in servers and ports. None: you say where they are."}>
				{(marks) => (
					<div class="with-button">
						{provider && <Logo provider={provider} />}
						<select
							{...marks}
							class="input"
							data-path="provider"
							value={value}
							disabled={disabled}
							onChange={(event) => {
								const id = event.currentTarget.value;
								form.change((d) => followProvider(d, providers.find((each) => each.id === id), id));
							}}
						>
							<option value="">None: servers of my own</option>
							{value && !provider && <option value={value}>{value}</option>}
							{providers.map((each) => (
								<option key={each.id} value={each.id}>
									{each.name || each.id}
								</option>
							))}
						</select>
					</div>
				)}
			</Field>
		</Card>
	);
}

function rest(schema: Schema, used: string[]): string[] {
	return Object.keys(schema.properties ?? {}).filter((name) => !used.includes(name));
}

const senderUsed = ["enabled", "protocol", "address", "aliases", "display_name", "reply_to", "user", "password", "profile", "host", "port", "security", "allow_insecure_login", "smime", "dkim"];
const receiverUsed = ["enabled", "protocol", "path", "use_sender_login", "user", "password", "profile", "host", "port", "security", "allow_insecure_login", "smime"];

function SenderCard(part: Part) {
	const { editor, disabled } = part;
	const { form } = editor;
	const schema = sectionSchema(editor, "send");
	const on = form.get(["send", "enabled"]) !== false;
	return (
		<Card title="Sender" actions={<EnabledSwitch editor={editor} side="send" label="Send mail" disabled={disabled} />}>
			{on ? (
				<>
					<fieldset class="section">
						<legend>Identity</legend>
						<Some editor={editor} side="send" names={["address", "display_name", "reply_to", "aliases"]} disabled={disabled} />
						<Credentials {...part} side="send" />
					</fieldset>
					<fieldset class="section">
						<legend>Connection</legend>
						<Connection {...part} side="send" />
					</fieldset>
					<Folded label="Message signing">
						<div class="stack">
							<Some editor={editor} side="send" names={["smime", "dkim"]} disabled={disabled} />
						</div>
					</Folded>
					<Folded label="Advanced">
						<Some editor={editor} side="send" names={rest(schema, senderUsed)} disabled={disabled} />
					</Folded>
				</>
			) : (
				<p class="quiet">This account only receives. Its address still stands for it:</p>
			)}
			{!on && <Some editor={editor} side="send" names={["address"]} disabled={disabled} />}
		</Card>
	);
}

function EnabledSwitch({ editor, side, label, disabled }: { editor: Editor; side: SideName; label: string; disabled: boolean }) {
	const { form } = editor;
	return (
		<label class="check">
			<input type="checkbox" role="switch" data-path={`${side}/enabled`} checked={form.get([side, "enabled"]) !== false} disabled={disabled} onChange={(event) => form.set([side, "enabled"], event.currentTarget.checked)} />
			<span class="field-label">{label}</span>
		</label>
	);
}

function ReceiverCard(part: Part) {
	const { editor, disabled } = part;
	const { form } = editor;
	const schema = sectionSchema(editor, "receive");
	const on = form.get(["receive", "enabled"]) !== false;
	const sender = form.get(["receive", "use_sender_login"]) === true;
	const isMaildir = form.text(["receive", "protocol"]) === "maildir";
	const change = (value: boolean) =>
		form.change((d) => ({ ...d, receive: { ...(d.receive as Document), use_sender_login: value, ...(value && { user: "", password: "", profile: "" }) } }));
	return (
		<Card title="Receiver" actions={<EnabledSwitch editor={editor} side="receive" label="Receive mail" disabled={disabled} />}>
			{on && (
				<>
					{!isMaildir && (
						<fieldset class="section">
							<legend>Identity</legend>
							<label class="check field">
								<input type="checkbox" role="switch" data-path="receive/use_sender_login" checked={sender} disabled={disabled} onChange={(event) => change(event.currentTarget.checked)} />
								<span class="field-label">Use sender's ID and password</span>
								<span class="field-help">And its sign-in profile</span>
							</label>
							{!sender && <Credentials {...part} side="receive" />}
						</fieldset>
					)}
					<fieldset class="section">
						<legend>Connection</legend>
						<Connection {...part} side="receive" />
					</fieldset>
					<Folded label="S/MIME">
						<Some editor={editor} side="receive" names={["smime"]} disabled={disabled} />
					</Folded>
					<Folded label="Advanced">
						<Some editor={editor} side="receive" names={rest(schema, receiverUsed)} disabled={disabled} />
					</Folded>
				</>
			)}
			{!on && <p class="quiet">This account only sends.</p>}
		</Card>
	);
}

function TestCard({ editor, test }: { editor: Editor; test: TestState }) {
	const show = (setting: string) => {
		const path = setting.replace(/^accounts\/[^/]+\//, "");
		const found = document.querySelector<HTMLElement>(`[data-path="${CSS.escape(path)}"]`);
		for (let box = found?.closest("details"); box; box = box.parentElement?.closest("details") ?? null) box.open = true;
		found?.scrollIntoView({ block: "center" });
		(found?.matches("input, select") ? found : found?.querySelector<HTMLElement>("input, select, button"))?.focus();
	};
	return (
		<Card title="Connectivity" lead="Tries what stands here, saved or not. No mail is sent or marked.">
			<div class="row">
				{test.running ? (
					<Button icon="stop" onClick={test.stop}>
						Stop
					</Button>
				) : (
					<Button icon="play" onClick={() => void test.run({ ...editor.form.document, id: editor.form.text(["id"]) || "new" })}>
						Test connectivity
					</Button>
				)}
			</div>
			<TestResult test={test} onSetting={show} />
		</Card>
	);
}

/* ---------------------------------------------------------------- the page */

function AccountForm({ editor, providers }: { editor: Editor; providers: Provider[] }) {
	const test = useConnectionTest();
	const manages = may("accounts.manage") || !!session.value?.accounts.some((account) => account.id === editor.id && account.manage);
	const part: Part = { editor, provider: providers.find((each) => each.id === editor.form.text(["provider"])), disabled: !manages };
	return (
		<form
			class="form"
			noValidate
			onSubmit={(event) => {
				event.preventDefault();
				void editor.save();
			}}
		>
			<FormErrors editor={editor} />
			<div class="columns">
				<div class="stack">
					<ProviderCard {...part} providers={providers} />
					<SenderCard {...part} />
					<ReceiverCard {...part} />
					{editor.id && may("accounts.manage") && <TracePanel kind="accounts" id={editor.id} />}
					{editor.id && <History kind="accounts" id={editor.id} />}
				</div>
				<div class="stack is-sticky">{manages && <TestCard editor={editor} test={test} />}</div>
			</div>
			<SaveBar editor={editor} back="/accounts" readOnly={!manages} />
		</form>
	);
}

function LoadedAccount({ loaded, providers }: { loaded: { schema: Schema; revised: Parameters<typeof useEditor>[0]["revised"] }; providers: Provider[] }) {
	const wanted = useRef(place.value.query.get("provider") ?? "");
	const initial = loaded.revised ? undefined : startOf(loaded.schema, providers, wanted.current);
	const editor = useEditor({
		kind: "accounts",
		label: "Account",
		schema: loaded.schema,
		revised: loaded.revised,
		initial,
		onSaved: (id, isNew) => isNew && go(`/accounts/${encodeURIComponent(id)}`),
	});
	const name = editor.id ? editor.form.text(["name"]) || editor.id : "New account";
	return (
		<>
			<PageHead
				title={name}
				back={{ href: "#/accounts", label: "Accounts" }}
				lead={editor.id ? editor.form.text(["send", "address"]) : undefined}
				actions={
					editor.id && may("accounts.manage") ? (
						<Button icon="trash" onClick={editor.remove}>
							Delete
						</Button>
					) : undefined
				}
			/>
			<AccountForm editor={editor} providers={providers} />
		</>
	);
}

function startOf(schema: Schema, providers: Provider[], wanted: string): Document {
	const provider = providers.find((each) => each.id === wanted);
	const sections = blank(schema);
	(sections.receive as Document).use_sender_login = true;
	return provider ? followProvider(sections, provider, wanted) : sections;
}

export default function AccountPage({ at }: { at: Record<string, string> }) {
	const id = at.id ?? "";
	const { loaded, problem, again } = useRecord("accounts", id);
	const providers = useQuery<Provider[]>("catalogue", listProviders);
	if (loaded && (providers.data || providers.problem)) return <LoadedAccount loaded={loaded} providers={providers.data ?? []} />;
	return (
		<>
			<PageHead title={id || "New account"} back={{ href: "#/accounts", label: "Accounts" }} />
			{problem ? <Failed problem={problem} again={again} /> : <Skeleton rows={8} height={64} />}
		</>
	);
}
