/* Writing: an answer, a forwarded mail, a new one. What a template makes of it is shown as the server fills it. */
import type { ComponentChildren } from "preact";
import { useEffect, useLayoutEffect, useRef, useState } from "preact/hooks";
import { json, raw } from "../api/client";
import { fileIcon } from "../api/mail";
import { asProblem, Problem } from "../api/problem";
import { invalidate } from "../api/query";
import type { Case, Desk, Letter, Message, Preview } from "../api/views";
import { Button, IconButton } from "../ui/button";
import { CheckField, Field, SelectField, TextField } from "../ui/field";
import { Icon } from "../ui/icon";
import { Notice } from "../ui/page";
import { size } from "../ui/short";
import { say } from "../ui/toast";
import { cancelMail } from "./case-message";
import { dropDraft, keepDraft, newKey, readFile, readFiles, type Draft, type NewFile } from "./draft";
import "../style/case.css";
import "../style/composer.css";

const FILES_MAX = 20e6;
const PREVIEW_MS = 300;

interface ComposerProps {
	/* Stands above the recipients. */
	above?: ComponentChildren;
	/* Where the draft is kept: a case's number, or "new". */
	place: string;
	draft: Draft;
	item?: Case;
	messages?: Message[];
	desk: Desk | undefined;
	onChange: (draft: Draft) => void;
	onDone: (sent: Letter | null) => void;
}

/* ---------------------------------------------------------------- what the server says of it */

const list = (text: string): string[] => (text.trim() ? [text.trim()] : []);

const previewPath = (item: Case) => `/api/v1/cases/${encodeURIComponent(item.number)}/preview`;

/* To whom, from where and about what an answer goes. */
function usePreset(item: Case | undefined, draft: Draft, onRecipients: (to: string) => void): Preview | null {
	const [preset, setPreset] = useState<Preview | null>(null);
	useEffect(() => {
		setPreset(null);
		if (!item || draft.kind === "new") return undefined;
		let gone = false;
		json<Preview>(previewPath(item), { method: "POST", body: { message: draft.message } }).then(
			(found) => {
				if (gone) return;
				setPreset(found);
				if (draft.kind === "reply") onRecipients(found.to.join(", "));
			},
			() => undefined,
		);
		return () => {
			gone = true;
		};
	}, [item?.number, draft.kind, draft.message]);
	return preset;
}

/* Filled with what the template's text is made of: in a case by the mail that is answered, else by what is typed. */
function wishOf(item: Case | undefined, draft: Draft): { path: string; body: Record<string, unknown> } {
	const { template, text } = draft;
	if (item) return { path: previewPath(item), body: { template, text, message: draft.message } };
	return { path: "/api/v1/mail/preview", body: { template, text, account: draft.account, from: draft.from, to: list(draft.to), subject: draft.subject.trim() } };
}

function useFilled(item: Case | undefined, draft: Draft): { filled: Preview | null; problem: string } {
	const [filled, setFilled] = useState<Preview | null>(null);
	const [problem, setProblem] = useState("");
	const isNew = draft.kind === "new";
	useEffect(() => {
		if ((isNew ? !draft.account : !item) || !draft.template || draft.kind === "forward") {
			setFilled(null);
			setProblem("");
			return undefined;
		}
		let gone = false;
		const timer = setTimeout(() => {
			const { path, body } = wishOf(item, draft);
			json<Preview>(path, { method: "POST", body }).then(
				(found) => {
					if (gone) return;
					setFilled(found);
					setProblem("");
				},
				(reason) => !gone && setProblem(asProblem(reason).detail),
			);
		}, PREVIEW_MS);
		return () => {
			gone = true;
			clearTimeout(timer);
		};
	}, [item?.number, draft.template, draft.text, draft.message, draft.kind, ...(isNew ? [draft.account, draft.from, draft.to, draft.subject] : ["", "", "", ""])]);
	return { filled, problem };
}

/* ---------------------------------------------------------------- sending */

function bodyOf(draft: Draft, files: NewFile[], preset: Preview | null): Record<string, unknown> {
	const isPreset = draft.kind === "reply" && (!draft.to.trim() || draft.to.trim() === preset?.to.join(", "));
	const body: Record<string, unknown> = {
		text: draft.text,
		cc: list(draft.cc),
		bcc: list(draft.bcc),
		attachments: files.map(({ name, type, content }) => ({ name, type, content })),
		idempotency_key: draft.key,
	};
	if (!isPreset) body.to = list(draft.to);
	if (draft.from) body.from = draft.from;
	if (draft.subject.trim()) body.subject = draft.subject.trim();
	if (draft.status) body.close_as_status = draft.status;
	if (draft.kind !== "new") body.message = draft.message;
	if (draft.template && draft.kind !== "forward") body.template = draft.template;
	if (draft.kind === "reply") body.quote = draft.quote;
	if (draft.kind === "forward") body.as = draft.as;
	if (draft.kind === "new") {
		body.account = draft.account;
		if (draft.case_type) body.case_type = draft.case_type;
	}
	return body;
}

/* Tells one version of a mail from another. */
function print(body: unknown): string {
	const text = JSON.stringify(body);
	let hash = 0x811c9dc5;
	for (let i = 0; i < text.length; i++) hash = Math.imul(hash ^ text.charCodeAt(i), 0x01000193);
	return `${text.length}.${hash >>> 0}`;
}

interface Sent {
	letter: Letter;
	/* It went out with an earlier try whose answer didn't come. */
	isOld: boolean;
}

async function send(item: Case | undefined, kind: Draft["kind"], body: Record<string, unknown>): Promise<Sent> {
	const path = item ? `/api/v1/cases/${encodeURIComponent(item.number)}/${kind}` : "/api/v1/mail";
	const response = await raw(path, { method: "POST", body });
	return { letter: (await response.json()) as Letter, isOld: response.headers.get("Idempotent-Replayed") === "true" };
}

function oldVersion({ case_number: number }: Letter): Problem {
	const where = number ? ` (case ${number})` : "";
	return new Problem(0, `An earlier try has sent this mail already${where}, perhaps without your last changes: look at what went out. What stands here is kept; sending it now sends another mail.`);
}

/* ---------------------------------------------------------------- the parts */

interface FilesProps {
	files: NewFile[];
	onFiles: (change: (files: NewFile[]) => NewFile[]) => void;
	/* How many reads have begun (1) or ended (-1). */
	onReading: (change: 1 | -1) => void;
}

const sizeOf = (list: { size: number }[]) => list.reduce((sum, file) => sum + file.size, 0);

function Files({ files, onFiles, onReading }: FilesProps) {
	const input = useRef<HTMLInputElement>(null);
	const coming = useRef(0);
	const [problem, setProblem] = useState("");
	const add = async (list: Iterable<File>) => {
		const chosen = [...list];
		const added = sizeOf(chosen);
		const total = sizeOf(files) + coming.current + added;
		setProblem(total > FILES_MAX ? `All files together may have ${size(FILES_MAX)}; these have ${size(total)}.` : "");
		if (total > FILES_MAX || !chosen.length) return;
		coming.current += added;
		onReading(1);
		try {
			const read = await Promise.all(chosen.map(readFile));
			onFiles((before) => [...before, ...read]);
		} catch {
			setProblem(`${chosen.length === 1 ? chosen[0]!.name : "One of the files"} couldn’t be read. Is it a folder, or was it changed meanwhile?`);
		}
		coming.current -= added;
		onReading(-1);
	};
	return (
		<div
			class="composer-files"
			onDragOver={(event) => event.preventDefault()}
			onDrop={(event) => {
				event.preventDefault();
				if (event.dataTransfer) void add(event.dataTransfer.files);
			}}
		>
			<Button small look="quiet" icon="attachment" onClick={() => input.current!.click()}>
				Attach files
			</Button>
			<input
				ref={input}
				type="file"
				multiple
				hidden
				aria-label="Files to attach"
				onChange={(event) => {
					if (event.currentTarget.files) void add(event.currentTarget.files);
					event.currentTarget.value = "";
				}}
			/>
			{files.map((file, i) => (
				<span key={i} class="chip">
					<Icon name={fileIcon(file.type)} size={16} />
					<span>{file.name}</span>
					<span class="quiet num">{size(file.size)}</span>
					<button type="button" aria-label={`Take ${file.name} away`} onClick={() => onFiles((before) => before.filter((one) => one !== file))}>
						<Icon name="close" size={16} />
					</button>
				</span>
			))}
			{problem && <span class="field-error">{problem}</span>}
		</div>
	);
}

function TemplatePreview({ filled, problem, onTake }: { filled: Preview | null; problem: string; onTake: () => void }) {
	if (problem) return <Notice tone="bad">{problem}</Notice>;
	if (!filled) return null;
	return (
		<section class="template-preview" aria-label="Preview">
			<header>
				<span class="quiet">This is what will be sent</span>
				<Button small look="quiet" icon="edit" onClick={onTake}>
					Edit this text
				</Button>
			</header>
			<strong>{filled.subject}</strong>
			<div class="case-text">{filled.text}</div>
			{filled.empty.length > 0 && (
				<p class="quiet">
					{filled.empty.every((name) => name.startsWith("contact.")) ? "Empty until it is said who gets it: " : "Empty, since there is no case or mail to fill it from: "}
					{filled.empty.map((name, i) => (
						<>
							{i > 0 && ", "}
							<code>{name}</code>
						</>
					))}
				</p>
			)}
		</section>
	);
}

/* Others who got the mail and would like the answer, too. */
function others(message: Message | undefined, item: Case | undefined, preset: Preview | null): string[] {
	if (!message || message.direction !== "in") return [];
	const known = new Set([...(item?.from ?? []), ...(preset?.to ?? []), preset?.from ?? "", message.from].map((address) => address.toLowerCase()));
	const found = `${message.to}, ${message.cc}`.match(/[^\s<>,;"]+@[^\s<>,;"]+/g) ?? [];
	return [...new Set(found)].filter((address) => !known.has(address.toLowerCase()) && !known.has(address.toLowerCase().replace(/\+[^@]*@/, "@")));
}

const titles = { reply: "Reply", forward: "Forward", new: "New mail" };

export function Composer({ above, place, draft, item, messages, desk, onChange, onDone }: ComposerProps) {
	const [files, setFiles] = useState<NewFile[]>(() => readFiles(place));
	const [more, setMore] = useState(!!(draft.cc || draft.bcc || draft.kind === "new"));
	const [problem, setProblem] = useState<Problem | null>(null);
	const [busy, setBusy] = useState(false);
	const [reads, setReads] = useState(0);
	const box = useRef<HTMLFormElement>(null);
	const latest = useRef(draft);
	latest.current = draft;
	/* Not into the hands of who is about to type there; left empty, it is the preset anyway. */
	const isInTo = () => document.activeElement === box.current?.querySelector("[name=to]");
	const preset = usePreset(item, draft, (to) => !latest.current.to && !isInTo() && onChange({ ...latest.current, to }));
	const { filled, problem: unfilled } = useFilled(item, draft);
	const set = (change: Partial<Draft>) => {
		const next = { ...draft, ...change };
		keepDraft(place, next, files);
		onChange(next);
	};
	/* Discarded, sent or put away: a file that has been read only then isn't its draft's any more. */
	const isOver = useRef(false);
	useLayoutEffect(() => () => void (isOver.current = true), []);
	/* Kept at once: the page may be left before it is drawn. */
	const changeFiles = (change: (files: NewFile[]) => NewFile[]) => {
		if (isOver.current) return;
		setFiles((before) => {
			const after = change(before);
			keepDraft(place, latest.current, after);
			return after;
		});
	};
	/* At once, too: what is typed behind the key that opened it belongs here. */
	useLayoutEffect(() => {
		if (draft.kind !== "new") box.current!.scrollIntoView({ block: "nearest" });
		box.current!.querySelector<HTMLElement>(draft.kind === "reply" ? "textarea" : "[name=to]")?.focus({ preventScroll: draft.kind === "new" });
	}, [draft.kind, draft.message]);
	const message = messages?.find((one) => one.id === draft.message) ?? messages?.filter((one) => one.direction === "in").at(-1);
	const alsoTo = draft.kind === "reply" ? others(message, item, preset) : [];
	const faultOf = (...paths: string[]) => (problem && paths.some((path) => problem.path === path || problem.path.startsWith(`${path}/`) || problem.detail.startsWith(`${path}/`) || problem.detail.startsWith(`${path}:`)) ? problem.detail : null);
	/* Onto what is written by now: the fields stay open while it is sent. */
	const setLatest = (change: Partial<Draft>) => {
		latest.current = { ...latest.current, ...change };
		keepDraft(place, latest.current, files);
		onChange(latest.current);
	};
	const submit = async () => {
		if (busy || reads) return;
		setBusy(true);
		setProblem(null);
		const body = bodyOf(draft, files, preset);
		const version = print(body);
		if (!draft.tried) setLatest({ tried: version });
		try {
			const { letter, isOld } = await send(item, draft.kind, body);
			invalidate("cases", "outbox");
			if (isOld && draft.tried && draft.tried !== version) {
				setLatest({ key: newKey(), tried: "" });
				throw oldVersion(letter);
			}
			dropDraft(place);
			say("The mail is on its way.", { label: "Cancel it", run: () => void cancelMail(letter.outbox) });
			onDone(letter);
		} catch (reason) {
			const found = asProblem(reason);
			/* A first try that was refused has sent nothing. */
			if (!draft.tried && found.status >= 400 && found.status < 500) setLatest({ tried: "" });
			setProblem(found);
			setBusy(false);
		}
	};
	const from = item ? item.from : (desk?.accounts.find((account) => account.id === draft.account)?.from ?? []);
	const statuses = item?.statuses ?? desk?.case_types.find((type) => type.id === draft.case_type)?.statuses ?? [];
	const isEmpty = !draft.text.trim() && !draft.template && draft.kind !== "forward";
	const general = problem && !faultOf("to", "cc", "bcc", "subject", "text", "template") ? problem.detail : "";
	const take = () => filled && set({ text: filled.text, subject: filled.subject, template: "" });
	return (
		<form
			ref={box}
			class="card composer"
			aria-label={titles[draft.kind]}
			onSubmit={(event) => {
				event.preventDefault();
				void submit();
			}}
			onKeyDown={(event) => {
				if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) {
					event.preventDefault();
					if (!isEmpty) void submit();
				}
			}}
		>
			{draft.kind !== "new" && (
				<header class="composer-head">
					<Icon name={draft.kind === "reply" ? "reply" : "forward"} />
					<h2>{titles[draft.kind]}</h2>
					<IconButton
						icon="close"
						label="Put away"
						onClick={() => {
							if (!draft.text.trim() && !files.length) dropDraft(place);
							onDone(null);
						}}
					/>
				</header>
			)}
			{above}
			<Line>
				<TextField
					label="To"
					name="to"
					autoComplete="off"
					spellcheck={false}
					placeholder={draft.kind === "reply" ? (preset?.to.join(", ") ?? "") : "ann@example.com, Bo Berg <bo@example.com>"}
					value={draft.to}
					error={faultOf("to")}
					onValue={(to) => set({ to })}
				/>
				{!more && (
					<Button look="quiet" small onClick={() => setMore(true)}>
						Cc, subject
					</Button>
				)}
			</Line>
			{alsoTo.length > 0 && !draft.cc && (
				<p class="also">
					<span class="quiet">{alsoTo.join(", ")} got the mail, too.</span>{" "}
					<button
						type="button"
						class="link"
						onClick={() => {
							setMore(true);
							set({ cc: alsoTo.join(", ") });
						}}
					>
						Answer all
					</button>
				</p>
			)}
			{more && (
				<>
					<div class="fields">
						<TextField label="Cc" name="cc" optional autoComplete="off" spellcheck={false} value={draft.cc} error={faultOf("cc")} onValue={(cc) => set({ cc })} />
						<TextField label="Bcc" name="bcc" optional autoComplete="off" spellcheck={false} value={draft.bcc} error={faultOf("bcc")} onValue={(bcc) => set({ bcc })} />
					</div>
					<TextField
						label="Subject"
						name="subject"
						value={draft.subject}
						placeholder={draft.kind !== "forward" && filled ? filled.subject : draft.kind === "reply" ? (preset?.subject ?? "") : draft.kind === "forward" && message ? `Fwd: ${message.subject}` : ""}
						error={faultOf("subject")}
						onValue={(subject) => set({ subject })}
					/>
				</>
			)}
			<Field label="Text" error={faultOf("text", "template")}>
				{(marks) => <textarea {...marks} name="text" class="input composer-text" value={draft.text} onInput={(event) => set({ text: event.currentTarget.value })} />}
			</Field>
			<TemplatePreview filled={filled} problem={unfilled} onTake={take} />
			<Files files={files} onFiles={changeFiles} onReading={(change) => setReads((n) => n + change)} />
			<div class="composer-options">
				{draft.kind !== "forward" && (desk?.templates.length ?? 0) > 0 && (
					<SelectField
						label="Template"
						name="template"
						value={draft.template}
						onValue={(template) => set({ template })}
						options={[["", "None"], ...(desk?.templates ?? []).map((one): [string, string] => [one.id, one.name])]}
					/>
				)}
				{draft.kind !== "new" && from.length > 1 && (
					<SelectField label="From" name="from" value={draft.from || preset?.from || from[0]!} onValue={(address) => set({ from: address })} options={from.map((address): [string, string] => [address, address])} />
				)}
				{statuses.length > 0 && (
					<SelectField
						label="Then set the status"
						name="status"
						value={draft.status}
						onValue={(status) => set({ status })}
						options={[["", "Leave it"], ...statuses.map((status): [string, string] => [status.id, status.name || status.id])]}
					/>
				)}
				{draft.kind === "forward" && (
					<SelectField
						label="The mail goes"
						name="as"
						value={draft.as}
						onValue={(as) => set({ as: as as Draft["as"] })}
						options={[
							["inline", "Below the text, with its files"],
							["attachment", "As a file, as it came"],
						]}
					/>
				)}
			</div>
			{draft.kind === "reply" && <CheckField label="Quote the mail below" value={draft.quote} onValue={(quote) => set({ quote })} />}
			{general && <Notice tone="bad">{general}</Notice>}
			<footer class="composer-foot">
				<Button type="submit" look="primary" icon="send" busy={busy} disabled={isEmpty || reads > 0} aria-keyshortcuts="Control+Enter">
					Send
				</Button>
				<span class="quiet composer-hint">
					{reads > 0 ? (
						"Reading the files…"
					) : (
						<>
							<kbd>Ctrl</kbd> <kbd>Enter</kbd>
						</>
					)}
				</span>
				<span class="spread" />
				<Button
					look="quiet"
					icon="trash"
					onClick={() => {
						isOver.current = true;
						dropDraft(place);
						onDone(null);
					}}
				>
					Discard
				</Button>
			</footer>
		</form>
	);
}

function Line({ children }: { children: ComponentChildren }) {
	return <div class="composer-line">{children}</div>;
}
