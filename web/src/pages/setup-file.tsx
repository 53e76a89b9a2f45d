/* The whole set-up as a file: taking it along, and taking one over after seeing what it would change. */
import { useState } from "preact/hooks";
import { json, raw } from "../api/client";
import { asProblem } from "../api/problem";
import { invalidate } from "../api/query";
import type { Applied } from "../api/views";
import { Button, ButtonLink } from "../ui/button";
import { Card, Notice, PageHead } from "../ui/page";
import { say } from "../ui/toast";
import { kinds } from "./kinds";

export default function SetupFile() {
	const [text, setText] = useState("");
	const [seen, setSeen] = useState<Applied | null>(null);
	const [problem, setProblem] = useState("");
	const [busy, setBusy] = useState("");
	const apply = async (dry: boolean) => {
		setBusy(dry ? "dry" : "apply");
		setProblem("");
		try {
			const applied = await json<Applied>(`/api/v1/setup${dry ? "?dry_run=true" : ""}`, { method: "POST", body: text, headers: { "Content-Type": "application/yaml" } });
			setSeen(applied);
			if (!dry) {
				say("The set-up file is taken over.");
				invalidate("catalogue", "audit", ...Object.keys(kinds));
			}
		} catch (reason) {
			setSeen(null);
			setProblem(asProblem(reason).detail);
		}
		setBusy("");
	};
	const take = async (file: File | undefined) => {
		if (!file) return;
		setText(await file.text());
		setSeen(null);
	};
	const download = async () => {
		const blob = await (await raw("/api/v1/setup.yaml", { headers: { Accept: "application/yaml" } })).blob();
		const link = document.createElement("a");
		link.href = URL.createObjectURL(blob);
		link.download = "setup.yaml";
		link.click();
		setTimeout(() => URL.revokeObjectURL(link.href), 10_000);
	};
	return (
		<>
			<PageHead title="Set-up file" lead="Everything that is set up, as one text file: for another machine, for version control, or to look at." />
			<Card title="Take it along" lead="Secrets are left out; they stay here.">
				<div>
					<Button icon="download" onClick={() => void download().catch((reason) => setProblem(asProblem(reason).detail))}>
						Download setup.yaml
					</Button>
				</div>
			</Card>
			<Card title="Take one over" lead="Records in the file are created or replaced; others stay. All of it or nothing.">
				{problem && (
					<Notice tone="bad" title="This file can't be taken over">
						{problem}
					</Notice>
				)}
				<label class="field">
					<span class="field-label">Set-up file (YAML)</span>
					<textarea
						class="input mono is-tall"
						spellcheck={false}
						placeholder={"accounts:\n  support:\n    name: Support"}
						value={text}
						onInput={(event) => {
							setText(event.currentTarget.value);
							setSeen(null);
						}}
						onDragOver={(event) => event.preventDefault()}
						onDrop={(event) => {
							event.preventDefault();
							void take(event.dataTransfer?.files[0]);
						}}
					/>
					<span class="field-help">Type or paste it here, or drop the file.</span>
				</label>
				<div class="row">
					<Button busy={busy === "dry"} disabled={!text.trim()} onClick={() => apply(true)}>
						See what would change
					</Button>
					<Button look="primary" busy={busy === "apply"} disabled={!seen?.dry_run || !seen.changed} onClick={() => apply(false)}>
						Take it over
					</Button>
				</div>
				{seen && (
					<div class="stack is-tight" aria-live="polite">
						<Notice tone={seen.changed ? "info" : "ok"} title={seen.changed ? `${seen.changed} ${seen.changed === 1 ? "record" : "records"} ${seen.dry_run ? "would change" : "changed"}` : "Nothing differs"} />
						{seen.report.length > 0 && <pre class="report">{seen.report.join("\n")}</pre>}
					</div>
				)}
				{seen && !seen.dry_run && (
					<div>
						<ButtonLink href="#/accounts">To the accounts</ButtonLink>
					</div>
				)}
			</Card>
		</>
	);
}
