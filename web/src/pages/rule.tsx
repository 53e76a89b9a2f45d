/* The editor of a service rule: branches with conditions and mapping, responses, and trying it with a message. */
import { useId } from "preact/hooks";
import { useQuery } from "../api/query";
import { listRecords } from "../api/records";
import type { Document, List } from "../api/views";
import { go } from "../app/router";
import { may } from "../app/session";
import { Entry, moved, SchemaField } from "../forms/fields";
import { FormErrors, IdField, SaveBar, useEditor, type Editor } from "../forms/record-form";
import { blank, pathName, type Path, type Schema } from "../forms/schema";
import { Button, IconButton } from "../ui/button";
import { FieldError } from "../ui/field";
import { Badge, Card, Failed, PageHead, Skeleton } from "../ui/page";
import { History } from "./history";
import { kinds } from "./kinds";
import { useRecord } from "./record";
import { RuleTry } from "./rule-try";

const sources = ["subject", "from", "from-name", "from-domain", "to", "cc", "reply-to", "date", "message-id", "body", "reply", "attachments", "size", "header:", "regex:subject:", "text:"];

const operators: [string, string][] = [
	["is", "is"],
	["contains", "contains"],
	["starts-with", "begins with"],
	["ends-with", "ends with"],
	["matches", "matches the pattern"],
	["exists", "is there"],
];

const activities: Record<string, string> = { "create-case": "Open a case, or join one", file: "Only store it", discard: "Discard it" };
const whens: Record<string, string> = {
	created: "A case was opened",
	updated: "A case was joined",
	"mapping-error": "A required value is missing",
	"security-error": "The sender isn't trusted",
	"service-error": "It couldn't be handled",
	default: "In all other cases",
};

interface Row {
	editor: Editor;
	path: Path;
	schema: Schema;
	disabled: boolean;
}

function errorsAt(editor: Editor, path: Path): string[] {
	const name = pathName(path);
	return Object.entries(editor.form.errors)
		.filter(([at, text]) => text && (at === name || at.startsWith(name + "/")))
		.map(([, text]) => text);
}

function SourceInput({ editor, path, label, disabled, list }: { editor: Editor; path: Path; label: string; disabled: boolean; list: string }) {
	return (
		<input
			class="input"
			aria-label={label}
			placeholder="subject"
			data-path={pathName(path)}
			list={list}
			value={editor.form.text(path)}
			disabled={disabled}
			aria-invalid={editor.form.errors[pathName(path)] ? "true" : undefined}
			spellcheck={false}
			onInput={(event) => editor.form.set(path, event.currentTarget.value)}
		/>
	);
}

function Condition({ editor, path, disabled, list, onRemove }: Omit<Row, "schema"> & { list: string; onRemove: () => void }) {
	const { form } = editor;
	const operator = form.text([...path, "operator"]);
	const negated = form.get([...path, "not"]) === true;
	return (
		<li class="rule-row" data-path={pathName(path)}>
			<SourceInput editor={editor} path={[...path, "field"]} label="What is looked at" disabled={disabled} list={list} />
			<select
				class="input"
				aria-label="Comparison"
				value={`${negated ? "!" : ""}${operator}`}
				disabled={disabled}
				onChange={(event) => {
					const word = event.currentTarget.value;
					form.change((d) => d);
					form.set(path, { ...(form.get(path) as Document), not: word.startsWith("!"), operator: word.replace("!", "") });
				}}
			>
				{operators.map(([word, text]) => (
					<option key={word} value={word}>
						{text}
					</option>
				))}
				{operators.map(([word, text]) => (
					<option key={"!" + word} value={"!" + word}>
						not: {text}
					</option>
				))}
			</select>
			{operator !== "exists" ? (
				<input
					class={`input${operator === "matches" ? " mono" : ""}`}
					aria-label="Compared with"
					data-path={pathName([...path, "value"])}
					value={form.text([...path, "value"])}
					disabled={disabled}
					aria-invalid={form.errors[pathName([...path, "value"])] ? "true" : undefined}
					onInput={(event) => form.set([...path, "value"], event.currentTarget.value)}
				/>
			) : (
				<span />
			)}
			<IconButton icon="close" label="Remove this condition" disabled={disabled} onClick={onRemove} />
			{errorsAt(editor, path).map((text) => (
				<FieldError key={text}>{text}</FieldError>
			))}
		</li>
	);
}

function MappingRow({ editor, path, disabled, list, targets, onRemove }: Omit<Row, "schema"> & { list: string; targets: string; onRemove: () => void }) {
	const { form } = editor;
	return (
		<li class="rule-row is-mapping" data-path={pathName(path)}>
			<input
				class="input"
				aria-label="Case field"
				placeholder="Case field"
				list={targets}
				data-path={pathName([...path, "target"])}
				value={form.text([...path, "target"])}
				disabled={disabled}
				onInput={(event) => form.set([...path, "target"], event.currentTarget.value)}
			/>
			<SourceInput editor={editor} path={[...path, "source"]} label="Where its value comes from" disabled={disabled} list={list} />
			<label class="check">
				<input type="checkbox" role="switch" checked={form.get([...path, "required"]) === true} disabled={disabled} onChange={(event) => form.set([...path, "required"], event.currentTarget.checked)} />
				<span class="field-label">Required</span>
			</label>
			<IconButton icon="close" label="Remove this value" disabled={disabled} onClick={onRemove} />
			{errorsAt(editor, path).map((text) => (
				<FieldError key={text}>{text}</FieldError>
			))}
		</li>
	);
}

function rows(editor: Editor, path: Path): Document[] {
	return (editor.form.get(path) ?? []) as Document[];
}

function without(items: Document[], i: number): Document[] {
	return items.filter((_, k) => k !== i);
}

function Branch({ editor, path, schema, disabled, caseTypes }: Row & { caseTypes: Document[] }) {
	const { form } = editor;
	const list = useId();
	const targets = useId();
	const when = rows(editor, [...path, "when"]);
	const map = rows(editor, [...path, "map"]);
	const fields = schema.properties!;
	const activity = form.text([...path, "activity"]);
	const caseType = caseTypes.find((type) => type.id === form.text([...path, "case_type"]));
	const setActivity = (word: string) =>
		form.set(path, { ...(form.get(path) as Document), activity: word, ...(word !== "create-case" && { case_type: "", map: [] }) });
	return (
		<div class="stack is-tight">
			<datalist id={list}>
				{sources.map((source) => (
					<option key={source} value={source} />
				))}
			</datalist>
			<datalist id={targets}>
				{((caseType?.fields ?? []) as Document[]).map((field) => (
					<option key={String(field.id)} value={String(field.id)}>
						{String(field.name ?? "")}
					</option>
				))}
			</datalist>
			<div class="fields">
				<SchemaField kind="rules" form={form} path={[...path, "name"]} schema={fields.name!} disabled={disabled} />
			</div>
			<div class="rule-part">
				<h4>If {when.length > 1 ? "all of these hold" : ""}</h4>
				{!when.length && <p class="quiet">Always: this branch takes every mail that reaches it.</p>}
				<ul class="rule-rows">
					{when.map((_, i) => (
						<Condition key={i} editor={editor} path={[...path, "when", i]} disabled={disabled} list={list} onRemove={() => form.set([...path, "when"], without(when, i))} />
					))}
				</ul>
				<div>
					<Button small icon="plus" disabled={disabled} onClick={() => form.set([...path, "when"], [...when, { ...blank(fields.when!.items!), field: "subject", operator: "contains" }])}>
						Add a condition
					</Button>
				</div>
			</div>
			<div class="rule-part">
				<h4>Then</h4>
				<div class="choices" role="radiogroup" aria-label="Service activity" data-path={pathName([...path, "activity"])}>
					{Object.entries(activities).map(([word, text]) => (
						<label key={word}>
							<input type="radio" name={`${list}-activity`} checked={activity === word} disabled={disabled} onChange={() => setActivity(word)} />
							{text}
						</label>
					))}
				</div>
				{activity === "create-case" && (
					<>
						<div class="fields">
							<SchemaField kind="rules" form={form} path={[...path, "case_type"]} schema={fields.case_type!} required disabled={disabled} hint={{ help: "" }} />
						</div>
						{map.length > 0 && <h4>Values of the case</h4>}
						<ul class="rule-rows">
							{map.map((_, i) => (
								<MappingRow key={i} editor={editor} path={[...path, "map", i]} disabled={disabled} list={list} targets={targets} onRemove={() => form.set([...path, "map"], without(map, i))} />
							))}
						</ul>
						<div>
							<Button small icon="plus" disabled={disabled} onClick={() => form.set([...path, "map"], [...map, blank(fields.map!.items!)])}>
								Fill a field of the case
							</Button>
						</div>
					</>
				)}
			</div>
		</div>
	);
}

function Branches({ editor, disabled }: { editor: Editor; disabled: boolean }) {
	const { form, schema } = editor;
	const branch = schema.properties!.branches!.items!;
	const branches = rows(editor, ["branches"]);
	const types = useQuery<List<Document>>("case_types", () => listRecords("case_types"));
	const first = types.data?.items[0]?.id;
	return (
		<Card title="Branches" lead="Tried from the top; the first whose conditions all hold says what becomes of the mail.">
			{form.errors.branches && <FieldError>{form.errors.branches}</FieldError>}
			<div class="list-entries" data-path="branches">
				{branches.map((item, i) => (
					<Entry
						key={i}
						title={`${i + 1}. ${String(item.name || activities[String(item.activity)] || "Branch")}`}
						badge={!((item.when ?? []) as unknown[]).length && i < branches.length - 1 ? <Badge tone="warn">What follows is never reached</Badge> : undefined}
						index={i}
						count={branches.length}
						onMove={(to) => form.set(["branches"], moved(branches, i, to))}
						onRemove={() => form.set(["branches"], without(branches, i))}
					>
						<Branch editor={editor} path={["branches", i]} schema={branch} disabled={disabled} caseTypes={types.data?.items ?? []} />
					</Entry>
				))}
			</div>
			{!disabled && (
				<div>
					<Button icon="plus" onClick={() => form.set(["branches"], [...branches, { ...blank(branch), activity: "create-case", case_type: first ?? "" }])}>
						Add a branch
					</Button>
				</div>
			)}
		</Card>
	);
}

function Responses({ editor, disabled }: { editor: Editor; disabled: boolean }) {
	const { form, schema } = editor;
	const response = schema.properties!.responses!.items!;
	const responses = rows(editor, ["responses"]);
	return (
		<Card title="Responses" lead="The first that fits what happened goes out. None: nobody is answered automatically.">
			<ul class="rule-rows" data-path="responses">
				{responses.map((_, i) => (
					<li class="rule-row is-response" key={i} data-path={pathName(["responses", i])}>
						<select class="input" aria-label="When" value={form.text(["responses", i, "when"])} disabled={disabled} onChange={(event) => form.set(["responses", i, "when"], event.currentTarget.value)}>
							{Object.entries(whens).map(([word, text]) => (
								<option key={word} value={word}>
									{text}
								</option>
							))}
						</select>
						<SchemaField kind="rules" form={form} path={["responses", i, "template"]} schema={response.properties!.template!} disabled={disabled} hint={{ label: "Template", help: "None: nothing is sent" }} />
						<IconButton icon="up" label="Move up" disabled={disabled || i === 0} onClick={() => form.set(["responses"], moved(responses, i, i - 1))} />
						<IconButton icon="close" label="Remove this response" disabled={disabled} onClick={() => form.set(["responses"], without(responses, i))} />
					</li>
				))}
			</ul>
			{!disabled && (
				<div>
					<Button icon="plus" small onClick={() => form.set(["responses"], [...responses, { when: responses.length ? "default" : "created", template: "" }])}>
						Add a response
					</Button>
				</div>
			)}
		</Card>
	);
}

function LoadedRule({ loaded }: { loaded: { schema: Schema; revised: Parameters<typeof useEditor>[0]["revised"] } }) {
	const editor = useEditor({
		kind: "rules",
		label: "Service rule",
		schema: loaded.schema,
		revised: loaded.revised,
		onSaved: (id, isNew) => isNew && go(`/rules/${encodeURIComponent(id)}`),
	});
	const disabled = !may("rules.manage");
	const { form, schema } = editor;
	return (
		<>
			<PageHead
				title={editor.id ? form.text(["name"]) || editor.id : "New service rule"}
				lead={editor.id ? undefined : kinds.rules!.lead}
				back={{ href: "#/rules", label: "Service rules" }}
				actions={
					editor.id && !disabled ? (
						<Button icon="trash" onClick={editor.remove}>
							Delete
						</Button>
					) : undefined
				}
			/>
			<form
				class="form"
				noValidate
				onSubmit={(event) => {
					event.preventDefault();
					void editor.save();
				}}
			>
				<FormErrors editor={editor} />
				<Card>
					<div class="fields">
						<SchemaField kind="rules" form={form} path={["name"]} schema={schema.properties!.name!} disabled={disabled} />
						<IdField editor={editor} />
					</div>
				</Card>
				<Branches editor={editor} disabled={disabled} />
				<Responses editor={editor} disabled={disabled} />
				<RuleTry editor={editor} />
				{editor.id && <History kind="rules" id={editor.id} />}
				<SaveBar editor={editor} back="/rules" readOnly={disabled} />
			</form>
		</>
	);
}

export default function RulePage({ at }: { at: Record<string, string> }) {
	const { loaded, problem, again } = useRecord("rules", at.id ?? "");
	if (loaded) return <LoadedRule loaded={loaded} />;
	return (
		<>
			<PageHead title={at.id || "New service rule"} back={{ href: "#/rules", label: "Service rules" }} />
			{problem ? <Failed problem={problem} again={again} /> : <Skeleton rows={6} height={96} />}
		</>
	);
}
