/* Trying a rule, as it stands in the form, with a mail: typed, uploaded or stored. It goes the whole way of one that
 * arrives, and nothing of it is kept. */
import { useId, useState } from "preact/hooks";
import { json } from "../api/client";
import { asProblem } from "../api/problem";
import { useQuery } from "../api/query";
import { listRecords } from "../api/records";
import type { Document, List } from "../api/views";
import type { Editor } from "../forms/record-form";
import { Button } from "../ui/button";
import { Field, SelectField, TextField } from "../ui/field";
import { Badge, Card, Facts, Notice } from "../ui/page";

interface Trial {
	state: string;
	outcome: string;
	case_number: string;
	fault: string;
	automatic: string;
	signs: string[];
	threading: string[];
	rule_run: boolean;
	branch: string;
	activity: string;
	case_type: string;
	values: { target: string; value: string; source: string }[];
	mapping_error: string;
	trace: string[];
	answered: boolean;
	answer_subject: string;
	answer_text: string;
	no_answer: string;
}

const outcomes: Record<string, string> = {
	created: "A case would be opened",
	updated: "A case would be joined",
	reopened: "A case would be opened again",
	filed: "The mail would be stored",
	discarded: "The mail would be discarded",
};

function Result({ trial }: { trial: Trial }) {
	const good = !trial.fault && !trial.mapping_error;
	return (
		<div class="stack is-tight">
			<Notice tone={good ? "ok" : "bad"} title={outcomes[trial.outcome] ?? (trial.outcome || trial.state)}>
				{trial.fault || trial.mapping_error}
			</Notice>
			<Facts
				items={[
					!!trial.case_number && ["Case", trial.case_number],
					!!trial.branch && ["Branch", trial.branch],
					!trial.rule_run && ["Rule", "It doesn’t come to the rule"],
					!!trial.automatic && trial.automatic !== "none" && ["Written by", <Badge tone="warn">{trial.automatic.replace(/-/g, " ")}</Badge>],
					...trial.values.map((item): [string, string] => [item.target, `${item.value} (from ${item.source})`]),
					["Answer", trial.answered ? trial.answer_subject : `None${trial.no_answer ? `: ${trial.no_answer.replace(/-/g, " ")}` : ""}`],
				]}
			/>
			{trial.answer_text && <pre class="report">{trial.answer_text}</pre>}
			{trial.trace.length + trial.threading.length > 0 && (
				<details class="more">
					<summary>Step by step</summary>
					<ol class="trace">
						{[...trial.threading, ...trial.trace].map((line, i) => (
							<li key={i}>{line}</li>
						))}
					</ol>
				</details>
			)}
		</div>
	);
}

async function base64(file: File): Promise<string> {
	const bytes = new Uint8Array(await file.arrayBuffer());
	let text = "";
	for (let i = 0; i < bytes.length; i += 0x8000) text += String.fromCharCode(...bytes.subarray(i, i + 0x8000));
	return btoa(text);
}

export function RuleTry({ editor }: { editor: Editor }) {
	const accounts = useQuery<List<Document>>("accounts", () => listRecords("accounts"));
	const [way, setWay] = useState("typed");
	const [account, setAccount] = useState("");
	const [mail, setMail] = useState({ from: "Ann <ann@customer.example>", subject: "", text: "" });
	const [raw, setRaw] = useState("");
	const [stored, setStored] = useState("");
	const [trial, setTrial] = useState<Trial | null>(null);
	const [problem, setProblem] = useState("");
	const [busy, setBusy] = useState(false);
	const name = useId();
	const items = accounts.data?.items ?? [];
	const chosen = account || String(items[0]?.id ?? "");
	const run = async () => {
		setBusy(true);
		setProblem("");
		const rule = { ...editor.form.document, id: editor.form.text(["id"]) || "trial" };
		const body = { rule, account: chosen, ...(way === "typed" ? { mail } : way === "uploaded" ? { raw } : { stored: Number(stored) || 0 }) };
		try {
			setTrial(await json<Trial>("/api/v1/rules/try", { method: "POST", body }));
		} catch (reason) {
			setTrial(null);
			setProblem(asProblem(reason).detail);
		}
		setBusy(false);
	};
	return (
		<Card title="Try it with a message" lead="As the rule stands here, saved or not. The mail goes the whole way, and nothing of it is kept or sent.">
			<div class="choices" role="radiogroup" aria-label="Which message">
				{[
					["typed", "Type one"],
					["uploaded", "Upload one"],
					["stored", "A stored one"],
				].map(([word, text]) => (
					<label key={word}>
						<input type="radio" name={name} checked={way === word} onChange={() => setWay(word!)} />
						{text}
					</label>
				))}
			</div>
			<div class="fields">
				<SelectField label="Account" value={chosen} onValue={setAccount} help="Whose mail it is" options={items.map((item): [string, string] => [String(item.id), String(item.name || item.id)])} />
				{way === "typed" && <TextField label="From" value={mail.from} onValue={(from) => setMail({ ...mail, from })} />}
				{way === "stored" && <TextField label="Message" inputMode="numeric" value={stored} onValue={setStored} help="Its number, as the ledger shows it" />}
				{way === "uploaded" && (
					<Field label="Mail (.eml)">
						{(marks) => (
							<input
								{...marks}
								class="input"
								type="file"
								accept=".eml,message/rfc822"
								onChange={async (event) => {
									const file = event.currentTarget.files?.[0];
									if (file) setRaw(await base64(file));
								}}
							/>
						)}
					</Field>
				)}
			</div>
			{way === "typed" && (
				<>
					<TextField label="Subject" value={mail.subject} onValue={(subject) => setMail({ ...mail, subject })} />
					<Field label="Text">
						{(marks) => <textarea {...marks} class="input" value={mail.text} onInput={(event) => setMail({ ...mail, text: event.currentTarget.value })} />}
					</Field>
				</>
			)}
			<div>
				<Button icon="play" busy={busy} disabled={!chosen || (way === "uploaded" && !raw)} onClick={run}>
					Try it
				</Button>
			</div>
			<div aria-live="polite">
				{problem && <Notice tone="bad">{problem}</Notice>}
				{trial && <Result trial={trial} />}
				{!items.length && accounts.data && <p class="quiet">An account is needed first.</p>}
			</div>
		</Card>
	);
}
