/* The wizard's last two steps: what becomes of the mail, and the first of it. */
import { useEffect, useRef, useState } from "preact/hooks";
import { json } from "../api/client";
import { useAsking } from "../api/live";
import { asProblem } from "../api/problem";
import { useQuery } from "../api/query";
import { listRecords } from "../api/records";
import type { Document, List, PartState } from "../api/views";
import { placeError } from "../forms/state";
import { Button, ButtonLink } from "../ui/button";
import { CheckField, Field, SelectField, TextField } from "../ui/field";
import { Icon } from "../ui/icon";
import { Card, Copyable, Notice } from "../ui/page";
import { StateBadge, useListenerState } from "./kinds";
import { change, draft, startOver } from "./wizard-draft";
import { saveAll, type Plan } from "./wizard-save";

/* ---------------------------------------------------------------- 3: what becomes of mail */

function useChoices(kind: string, first: string): [string, string][] {
	const query = useQuery<List<Document>>(kind, () => listRecords(kind));
	return [["", first], ...(query.data?.items ?? []).map((item): [string, string] => [String(item.id), String(item.name || item.id)])];
}

interface Part {
	plan: Plan;
	set: (more: Partial<Plan>) => void;
	errors: Record<string, string>;
}

/* As the first case would have it. */
function firstNumber(mask: string): string {
	const now = new Date();
	const parts: Record<string, string> = { year: String(now.getFullYear()), month: String(now.getMonth() + 1).padStart(2, "0"), day: String(now.getDate()).padStart(2, "0") };
	return mask.replace(/\{number(?::(\d+))?\}/, (_, width?: string) => "1".padStart(Math.min(Number(width ?? 1), 12), "0")).replace(/\{(year|month|day)\}/g, (_, name: string) => parts[name]!);
}

function NewRule({ plan, set, errors }: Part) {
	const types = useChoices("case_types", "A new one");
	const templates = useChoices("templates", "A new one");
	return (
		<fieldset class="section is-inner">
			<legend>The new rule</legend>
			<div class="fields">
				<SelectField label="Case type" value={plan.caseType} options={types} onValue={(caseType) => set({ caseType })} help="Which numbers, statuses and fields its cases have" />
				{!plan.caseType && (
					<TextField
						label="Case numbers"
						class="input mono"
						required
						spellcheck={false}
						value={plan.mask}
						onValue={(mask) => set({ mask })}
						error={errors.number_mask}
						help={`{year} and {number:5} are filled in: ${firstNumber(plan.mask)}`}
					/>
				)}
			</div>
			<CheckField label="Answer each new case automatically" help="“We have received your message”, with the case’s number" value={plan.answers} onValue={(answers) => set({ answers })} />
			{plan.answers && (
				<>
					{templates.length > 1 && <SelectField label="Answer" value={plan.template} options={templates} onValue={(template) => set({ template })} />}
					{!plan.template && (
						<Field label="Text of the answer" error={errors.text} help="{{contact.name}} and {{case.number}} are filled in">
							{(marks) => (
								<textarea {...marks} class="input" rows={7} value={plan.answer} onInput={(event) => set({ answer: event.currentTarget.value })} />
							)}
						</Field>
					)}
				</>
			)}
		</fieldset>
	);
}

const placed = ["name", "folder", "number_mask", "text"];

export function MailStep({ onSaved, onBack }: { onSaved: () => void; onBack: () => void }) {
	const plan = draft.value.plan!;
	const rules = useChoices("rules", "New: a case for each conversation");
	const [errors, setErrors] = useState<Record<string, string>>({});
	const [busy, setBusy] = useState(false);
	const set = (more: Partial<Plan>) => {
		change({ plan: { ...draft.value.plan!, ...more } });
		setErrors({});
	};
	const save = async (event: Event) => {
		event.preventDefault();
		if (busy) return;
		setBusy(true);
		setErrors({});
		try {
			await saveAll(plan, draft.value.account ?? {}, (id) => change({ plan: { ...plan, id } }));
			onSaved();
		} catch (reason) {
			const { path, text } = placeError(asProblem(reason), "");
			const last = path.split("/").pop()!;
			setErrors({ [placed.includes(last) ? last : ""]: placed.includes(last) ? text : asProblem(reason).detail });
		}
		setBusy(false);
	};
	return (
		<Card title="What becomes of its mail?" lead="All of it can be changed later.">
			<form class="form" onSubmit={save}>
				{errors[""] && (
					<Notice tone="bad" title="This couldn’t be saved, and nothing of it was">
						{errors[""]}
					</Notice>
				)}
				<div class="fields">
					<TextField label="Name" required value={plan.name} onValue={(name) => set({ name })} error={errors.name} help={plan.existing ? "What the listener is called" : "What account, listener and rule are called; in mail it stands beside the address"} />
					<TextField label="Folder" required value={plan.folder} onValue={(folder) => set({ folder })} error={errors.folder} help="Which is read; the inbox, as a rule" />
				</div>
				<SelectField label="Service rule" value={plan.rule} onValue={(rule) => set({ rule })} options={rules} />
				{!plan.rule && <NewRule plan={plan} set={set} errors={errors} />}
				<CheckField label="Only mail from today on" help="What came earlier and lies in the folder isn’t read" value={plan.onlyNew} onValue={(onlyNew) => set({ onlyNew })} />
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
	contact_name: string;
	contact_address: string;
	created_at: string | null;
}

/* Where no events come the case is asked for; of connecting and waiting listeners no events are written. */
const LOOK_MS = 2000;
const STATE_MS = 5000;
/* Clocks of browser and server differ a little. */
const SLACK_MS = 60_000;

function useFirstCase(account: string, wait: boolean): { first: Case | null; state: PartState | null } {
	const [first, setFirst] = useState<Case | null>(null);
	const began = useRef(wait ? new Date(Date.now() - SLACK_MS).toISOString() : "");
	const ask = `cases?sort=created&limit=1&account=${encodeURIComponent(account)}`;
	const cases = useQuery<List<Case>>(first ? null : ask, () => json(`/api/v1/${ask}`));
	const state = useListenerState(draft.value.plan!.id);
	useAsking(cases.again, LOOK_MS);
	useAsking(state.again, first ? 0 : LOOK_MS, first ? 0 : STATE_MS);
	const newest = cases.data?.items[0];
	useEffect(() => {
		if (newest && (newest.created_at ?? "") >= began.current) setFirst(newest);
	}, [newest]);
	/* Who has seen it and comes back begins anew. */
	useEffect(() => (first ? startOver : undefined), [first]);
	return { first, state: state.data ?? null };
}

function Found({ first, onAgain }: { first: Case; onAgain: () => void }) {
	return (
		<>
			<span class="empty-icon is-done">
				<Icon name="check" size={28} />
			</span>
			<h2>The first case is here</h2>
			<a class="first-case" href={`#/cases/${first.id}`}>
				<span class="first-case-number num">{first.number}</span>
				<strong>{first.subject || "(no subject)"}</strong>
				<span class="quiet">from {first.contact_name || first.contact_address || "somebody"}</span>
			</a>
			<div class="empty-actions">
				<ButtonLink look="primary" href={`#/cases/${first.id}`}>
					Open it
				</ButtonLink>
				<Button onClick={onAgain}>Set up another mailbox</Button>
				<ButtonLink look="quiet" href="#/">
					To the overview
				</ButtonLink>
			</div>
		</>
	);
}

export function FirstMailStep({ onAgain }: { onAgain: () => void }) {
	const { plan, address } = draft.value;
	const { first, state } = useFirstCase(plan!.existing || plan!.id, !!plan!.existing);
	const listener = `#/listeners/${encodeURIComponent(plan!.id)}`;
	const failed = !!state && !state.ok && !!state.error;
	return (
		<Card>
			<div class="empty first-mail" aria-live="polite">
				{first ? (
					<Found first={first} onAgain={onAgain} />
				) : (
					<>
						<span class="empty-icon">
							<Icon name="mail" size={28} />
						</span>
						<h2>Now send a mail to this address</h2>
						<Copyable text={address} label="Address" />
						<p class="empty-text">From any other mailbox. It shows up here as soon as it is read. You needn’t wait: everything is saved, and the listener goes on by itself.</p>
						{failed ? (
							<Notice tone="bad" title="The listener can’t read the mailbox" actions={<ButtonLink small href={listener}>Open the listener</ButtonLink>}>
								{state.error}
							</Notice>
						) : (
							<span class="row is-close">
								<StateBadge state={state?.state ?? "connecting"} /> <span class="quiet">Waiting for the first mail …</span>
							</span>
						)}
						<div class="empty-actions">
							<ButtonLink href={listener}>See the listener</ButtonLink>
							<Button look="quiet" onClick={onAgain}>
								Set up another mailbox
							</Button>
						</div>
					</>
				)}
			</div>
		</Card>
	);
}
