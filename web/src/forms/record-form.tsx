/* The whole form of a record: laid out by its kind, saved with the revision it was read with, refused at the field that
 * is wrong. */
import type { ComponentChildren } from "preact";
import { useLayoutEffect, useRef, useState } from "preact/hooks";
import { asProblem, Problem } from "../api/problem";
import { createRecord, deleteRecord, getRecord, isConflict, replaceRecord, type Revised } from "../api/records";
import type { Document } from "../api/views";
import { Button, ButtonLink } from "../ui/button";
import { confirmDanger } from "../ui/dialog";
import { Icon } from "../ui/icon";
import { Card, Notice } from "../ui/page";
import { say, sayProblem } from "../ui/toast";
import { go, guardLeaving } from "../app/router";
import { askConflict, merged } from "./conflict";
import { Fields, SchemaField } from "./fields";
import { hintOf, layouts, type Group } from "./hints";
import { blank, kindOf, type Schema } from "./schema";
import { useForm, type Form } from "./state";
import "../style/people.css";

/* ---------------------------------------------------------------- editing one record */

export interface Editor {
	kind: string;
	/* "" while it is new. */
	id: string;
	schema: Schema;
	form: Form;
	busy: boolean;
	save: () => Promise<boolean>;
	remove: () => Promise<void>;
}

interface EditorOptions {
	kind: string;
	label: string;
	schema: Schema;
	/* null: a new one. */
	revised: Revised | null;
	/* What a new one begins with. */
	initial?: Document;
	onSaved?: (id: string, isNew: boolean) => void;
}

/* The schema's fields only, absent ones filled in: what may be sent back. */
function complete(schema: Schema, document: Document): Document {
	const whole = blank(schema);
	for (const [name, field] of Object.entries(schema.properties ?? {})) {
		const value = document[name];
		if (value === undefined || value === null) continue;
		whole[name] = kindOf(field) === "section" ? complete(field, value as Document) : value;
	}
	return whole;
}

function slug(text: string): string {
	return text
		.normalize("NFKD")
		.replace(/[\u0300-\u036f]/g, "")
		.toLowerCase()
		.replace(/[^a-z0-9]+/g, "-")
		.replace(/^-+|-+$/g, "")
		.slice(0, 64);
}

/* The API misses a content where a person has to choose a file. */
function inForm(kind: string, problem: Problem): Problem {
	if (kind !== "keystores" || !/(^|\/)content$/.test(problem.path || problem.detail.split(": ")[0]!) || !problem.detail.includes("is missing")) return problem;
	return new Problem(problem.status, "Choose a file: a PKCS #12, JKS or PEM file.", "content", problem.code, problem.retry);
}

export function useEditor({ kind, label, schema, revised, initial, onSaved }: EditorOptions): Editor {
	const form = useForm(revised ? complete(schema, revised.document) : { ...blank(schema), ...initial });
	const revision = useRef(revised?.revision ?? "");
	const [busy, setBusy] = useState(false);
	const id = revised ? String(revised.document.id) : "";

	const store = async (how: string, document = form.document): Promise<boolean> => {
		setBusy(true);
		try {
			const saved = id ? await replaceRecord(kind, id, document, how) : await createRecord(kind, document);
			revision.current = saved.revision;
			form.reset(complete(schema, saved.document), document);
			if (!id) guardLeaving(null);
			say(id ? "Saved." : `${label} created.`);
			onSaved?.(String(form.document.id), !id);
			return true;
		} catch (reason) {
			return await refused(reason);
		} finally {
			setBusy(false);
		}
	};

	const refused = async (reason: unknown): Promise<boolean> => {
		const problem = asProblem(reason);
		if (!id || !isConflict(problem)) {
			form.refuse(inForm(kind, problem), `${kind}/${id || form.text(["id"])}`);
			return false;
		}
		const now = await getRecord(kind, id).catch(() => null);
		if (!now) {
			form.refuse(new Problem(404, "Somebody has deleted this meanwhile."), "");
			return false;
		}
		const theirs = complete(schema, now.document);
		const answer = await askConflict(kind, id, form.base, form.document, theirs);
		if (answer === "stay") return false;
		const mine = merged(form.base, form.document, theirs);
		revision.current = now.revision;
		form.reset(theirs);
		if (answer === "theirs") return false;
		form.change(() => mine);
		return store(now.revision, mine);
	};

	const remove = async () => {
		const name = form.text(["name"]) || id;
		if (!(await confirmDanger(`Delete “${name}”?`, `The ${label.toLowerCase()} is gone then. Its history stays in the audit trail.`, "Delete"))) return;
		setBusy(true);
		try {
			await deleteRecord(kind, id, revision.current);
			guardLeaving(null);
			say(`${label} deleted.`);
			go(`/${kind}`);
		} catch (reason) {
			sayProblem(reason);
		}
		setBusy(false);
	};

	return { kind, id, schema, form, busy, save: () => store(revision.current), remove };
}

/* ---------------------------------------------------------------- what it looks like */

/* Name and ID: the ID follows the name until it is typed, and stays once it is stored. */
export function IdField({ editor }: { editor: Editor }) {
	const { form, schema, id } = editor;
	/* A new one may begin with an ID. */
	const typed = useRef(!!form.text(["id"]));
	const name = form.text(["name"]);
	useLayoutEffect(() => {
		if (id || typed.current || !("name" in (schema.properties ?? {}))) return;
		const wanted = slug(name);
		if (wanted !== form.text(["id"])) form.set(["id"], wanted);
	}, [name]);
	return (
		<div class="field" onInput={() => (typed.current = true)}>
			<SchemaField
				kind={editor.kind}
				form={form}
				path={["id"]}
				schema={schema.properties!.id!}
				required
				disabled={!!id}
				hint={{ mono: true, help: id ? "Set-up files and other records name it by this; it stays." : "How set-up files and other records name it" }}
			/>
		</div>
	);
}

function GroupFields({ editor, names, disabled }: { editor: Editor; names: string[]; disabled?: boolean }) {
	const { form, schema, kind } = editor;
	return (
		<div class="fields">
			{names.map((name) => {
				if (name === "id") return <IdField key={name} editor={editor} />;
				const path = name.split("/");
				const field = path.reduce<Schema | undefined>((at, step) => at?.properties?.[step], schema);
				if (!field) return null;
				/* A group of one section needs no frame of its own. */
				if (names.length === 1 && kindOf(field) === "section")
					return (
						<div key={name} class="is-whole" data-path={name}>
							<Fields kind={kind} form={form} path={path} schema={field} disabled={disabled} />
						</div>
					);
				const owner = path.slice(0, -1).reduce<Schema | undefined>((at, step) => at?.properties?.[step], schema);
				return (
					<SchemaField
						key={name}
						kind={kind}
						form={form}
						path={path}
						schema={field}
						required={owner?.required?.includes(path[path.length - 1]!) && kindOf(field) !== "section"}
						disabled={disabled}
					/>
				);
			})}
		</div>
	);
}

function groupsOf(kind: string, schema: Schema): Group[] {
	const all = Object.keys(schema.properties ?? {});
	const groups = layouts[kind] ?? [{ fields: all }];
	const named = new Set(groups.flatMap((group) => group.fields.map((field) => field.split("/")[0]!)));
	const rest = all.filter((name) => !named.has(name));
	return rest.length ? [...groups, { folded: "More settings", fields: rest }] : groups;
}

export function Folded({ label, children, open }: { label: string; children: ComponentChildren; open?: boolean }) {
	return (
		<details class="more" open={open}>
			<summary>
				<Icon name="right" size={16} />
				{label}
			</summary>
			<div class="more-body">{children}</div>
		</details>
	);
}

/* Whether any of its fields is shown now. */
function hasField({ kind, form }: Editor, group: Group): boolean {
	return group.fields.some((name) => hintOf(kind, name).when?.(form.document) !== false);
}

export function GroupCard({ editor, group, children, disabled }: { editor: Editor; group: Group; children?: ComponentChildren; disabled?: boolean }) {
	if (!hasField(editor, group)) return null;
	return (
		<Card title={group.title} lead={group.lead}>
			<GroupFields editor={editor} names={group.fields} disabled={disabled} />
			{children}
		</Card>
	);
}

/* Errors that no field of the form shows. */
export function FormErrors({ editor }: { editor: Editor }) {
	const { errors } = editor.form;
	const lost = Object.entries(errors).filter(([path, text]) => text && (!path || getFieldless(editor.schema, path)));
	if (!lost.length) return null;
	return (
		<Notice tone="bad" title="This can't be saved yet">
			{lost.map(([path, text]) => (
				<p key={path}>
					{path && <code>{path}</code>} {text}
				</p>
			))}
		</Notice>
	);
}

function getFieldless(schema: Schema, path: string): boolean {
	let at: Schema | undefined = schema;
	for (const step of path.split("/")) {
		if (!at) return true;
		at = /^\d+$/.test(step) && at.items ? at.items : (at.properties?.[step] ?? (typeof at.additionalProperties === "object" ? at.additionalProperties : undefined));
	}
	return !at;
}

export function SaveBar({ editor, back, children, readOnly }: { editor: Editor; back: string; children?: ComponentChildren; readOnly?: boolean }) {
	const { form, busy, id } = editor;
	useLayoutEffect(() => {
		const keys = (event: KeyboardEvent) => {
			if (!(event.ctrlKey || event.metaKey) || event.key !== "s") return;
			event.preventDefault();
			if (!busy && !readOnly) void editor.save();
		};
		window.addEventListener("keydown", keys);
		return () => window.removeEventListener("keydown", keys);
	});
	if (readOnly || (id && !form.isChanged)) return null;
	return (
		<div class="save-bar">
			<Button type="submit" look="primary" busy={busy}>
				{id ? "Save" : "Create"}
			</Button>
			{id ? (
				<Button look="quiet" onClick={form.restore}>
					Discard changes
				</Button>
			) : (
				<ButtonLink look="quiet" href={`#${back}`}>
					Cancel
				</ButtonLink>
			)}
			{children}
			<span class="spread quiet" aria-live="polite">
				{id ? "Not saved yet" : ""}
			</span>
		</div>
	);
}

export function RecordForm({ editor, back, readOnly, before, after }: {
	editor: Editor;
	back: string;
	readOnly?: boolean;
	before?: ComponentChildren;
	after?: ComponentChildren;
}) {
	const groups = groupsOf(editor.kind, editor.schema);
	const open = groups.filter((group) => !group.folded);
	const folded = groups.filter((group) => group.folded && hasField(editor, group));
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
			{before}
			{open.map((group) => (
				<GroupCard key={group.title ?? ""} editor={editor} group={group} disabled={readOnly} />
			))}
			{folded.length > 0 && (
				<div class="folded">
					{folded.map((group) => (
						<Folded key={group.folded} label={group.folded!}>
							<Card>
								<GroupFields editor={editor} names={group.fields} disabled={readOnly} />
							</Card>
						</Folded>
					))}
				</div>
			)}
			{after}
			<SaveBar editor={editor} back={back} readOnly={readOnly} />
		</form>
	);
}
