/* One field of a record's form, whatever its kind. */
import type { ComponentChildren } from "preact";
import { useId, useRef, useState } from "preact/hooks";
import type { Document, Value } from "../api/views";
import { useQuery } from "../api/query";
import { listRecords } from "../api/records";
import { Button, IconButton } from "../ui/button";
import { Field, FieldError } from "../ui/field";
import { Icon } from "../ui/icon";
import { AccountGrants } from "./grants";
import { hintOf, type FieldHint } from "./hints";
import { RightsField, RolesField } from "./picks";
import { automaticNumber, blank, bounds, humanWord, kindOf, pathName, type Path, type Schema } from "./schema";
import type { Form } from "./state";

const MASK = "********";

export interface Place {
	/* Plural: "accounts". */
	kind: string;
	form: Form;
	path: Path;
	schema: Schema;
	required?: boolean;
	/* Over what the tables of hints say. */
	hint?: FieldHint;
	disabled?: boolean;
}

interface Shown extends Place {
	hint: FieldHint;
	name: string;
	label: string;
	help: string | undefined;
	error: string | undefined;
}

/* "fields/2/choices" → "fields/choices" */
function hintPath(path: Path): string {
	return path.filter((step) => typeof step === "string").join("/");
}

function around(form: Form, path: Path): Document {
	for (let n = path.length - 1; n > 0; n--)
		if (typeof path[n - 1] === "number") return (form.get(path.slice(0, n)) ?? {}) as Document;
	return form.document;
}

export function SchemaField(place: Place) {
	const { kind, form, path, schema } = place;
	const hint = { ...hintOf(kind, hintPath(path)), ...place.hint };
	if (hint.when && !hint.when(around(form, path))) return null;
	const name = pathName(path);
	const shown: Shown = {
		...place,
		hint,
		name,
		label: hint.label ?? schema.title ?? humanWord(String(path[path.length - 1])),
		help: hint.help ?? schema.description,
		error: form.errors[name] || undefined,
	};
	switch (kindOf(schema)) {
		case "section":
			return <SectionField {...shown} />;
		case "list":
			return hint.grants ? <AccountGrants {...shown} /> : <ListField {...shown} />;
		case "texts":
			if (hint.pick) return hint.pick === "roles" ? <RolesField {...shown} /> : <RightsField {...shown} />;
			return <TextsField {...shown} />;
		case "pairs":
			return <PairsField {...shown} />;
		case "switch":
			return <SwitchField {...shown} />;
		case "words":
			return <WordsField {...shown} />;
		case "number":
			return <NumberField {...shown} />;
		case "secret":
			return <SecretField {...shown} />;
		case "reference":
			return <ReferenceField {...shown} />;
		case "multiline":
			return <MultilineField {...shown} />;
		case "json":
			return null;
		default:
			return hint.upload ? <UploadField {...shown} /> : <TextualField {...shown} />;
	}
}


/* ---------------------------------------------------------------- single values */

function TextualField(shown: Shown) {
	const { form, path, hint, schema } = shown;
	const list = useId();
	return (
		<Field label={shown.label} help={shown.help} error={shown.error} whole={hint.whole}>
			{(marks) => (
				<>
					<input
						{...marks}
						class={`input${hint.mono ? " mono" : ""}`}
						data-path={shown.name}
						value={form.text(path)}
						placeholder={hint.placeholder}
						maxLength={schema.maxLength}
						disabled={shown.disabled}
						required={shown.required}
						autoComplete="off"
						spellcheck={path[path.length - 1] === "name" || undefined}
						list={hint.suggestions ? list : undefined}
						onInput={(event) => form.set(path, event.currentTarget.value)}
					/>
					{hint.suggestions && (
						<datalist id={list}>
							{hint.suggestions.map((word) => (
								<option key={word} value={word} />
							))}
						</datalist>
					)}
				</>
			)}
		</Field>
	);
}

function MultilineField(shown: Shown) {
	const { form, path, hint } = shown;
	return (
		<Field label={shown.label} help={shown.help} error={shown.error} whole={hint.whole ?? true}>
			{(marks) => (
				<textarea
					{...marks}
					class={`input${hint.mono ? " mono" : ""}${hint.tall ? " is-tall" : ""}`}
					data-path={shown.name}
					value={form.text(path)}
					disabled={shown.disabled}
					required={shown.required}
					onInput={(event) => form.set(path, event.currentTarget.value)}
				/>
			)}
		</Field>
	);
}

function NumberField(shown: Shown) {
	const { form, path, schema } = shown;
	const automatic = automaticNumber(schema);
	const { low, high } = bounds(schema);
	const value = form.get(path);
	const text = value === automatic && automatic !== undefined ? "" : String(value ?? "");
	return (
		<Field label={shown.label} help={shown.help} error={shown.error}>
			{(marks) => (
				<input
					{...marks}
					class="input is-short num"
					type="number"
					inputMode="numeric"
					data-path={shown.name}
					min={low}
					max={high}
					step={1}
					value={text}
					placeholder={shown.hint.placeholder ?? (automatic !== undefined ? "automatic" : String(schema.default ?? ""))}
					disabled={shown.disabled}
					onInput={(event) => {
						const typed = event.currentTarget.value.trim();
						form.set(path, typed === "" ? (automatic ?? (schema.default as number) ?? 0) : Number(typed));
					}}
				/>
			)}
		</Field>
	);
}

function SwitchField(shown: Shown) {
	const { form, path, label, help, error } = shown;
	const id = useId();
	return (
		<label class="check field">
			<input
				type="checkbox"
				role="switch"
				data-path={shown.name}
				checked={form.get(path) === true}
				disabled={shown.disabled}
				aria-describedby={help || error ? id : undefined}
				onChange={(event) => form.set(path, event.currentTarget.checked)}
			/>
			<span class="field-label">{label}</span>
			{error ? <FieldError id={id}>{error}</FieldError> : help && <span class="field-help" id={id}>{help}</span>}
		</label>
	);
}

function WordsField(shown: Shown) {
	const { form, path, schema, hint } = shown;
	const words = schema.enum ?? [];
	const labelOf = (word: string) => hint.words?.[word] ?? humanWord(word);
	if (hint.choices) return <ChoicesField shown={shown} words={words} labelOf={labelOf} />;
	return (
		<Field label={shown.label} help={shown.help} error={shown.error}>
			{(marks) => (
				<select
					{...marks}
					class="input"
					data-path={shown.name}
					value={form.text(path)}
					disabled={shown.disabled}
					onChange={(event) => form.set(path, event.currentTarget.value)}
				>
					{words.map((word) => (
						<option key={word} value={word}>
							{labelOf(word)}
						</option>
					))}
				</select>
			)}
		</Field>
	);
}

function ChoicesField({ shown, words, labelOf }: { shown: Shown; words: string[]; labelOf: (word: string) => string }) {
	const { form, path } = shown;
	const id = useId();
	return (
		<div class="field" role="radiogroup" aria-labelledby={id}>
			<span class="field-label" id={id}>
				{shown.label}
			</span>
			<div class="choices" data-path={shown.name}>
				{words.map((word) => (
					<label key={word}>
						<input
							type="radio"
							name={id}
							checked={form.text(path) === word}
							disabled={shown.disabled}
							onChange={() => form.set(path, word)}
						/>
						{labelOf(word)}
					</label>
				))}
			</div>
			{shown.error && <FieldError>{shown.error}</FieldError>}
			{shown.help && <p class="field-help">{shown.help}</p>}
		</div>
	);
}

/* ---------------------------------------------------------------- secrets and files */

async function readFile(file: File, how: "text" | "base64"): Promise<string> {
	if (how === "text") return file.text();
	const bytes = new Uint8Array(await file.arrayBuffer());
	let text = "";
	for (let i = 0; i < bytes.length; i += 0x8000) text += String.fromCharCode(...bytes.subarray(i, i + 0x8000));
	return btoa(text);
}

/* A value that is there and hidden: only changing and removing it is offered. */
function SecretField(shown: Shown) {
	const { form, path, hint, schema } = shown;
	const before = useRef(form.text(path));
	const value = form.text(path);
	const [visible, setVisible] = useState(false);
	const isLong = (schema.maxLength ?? 0) > 4096;
	if (value === MASK)
		return (
			<div class="field" data-path={shown.name}>
				<span class="field-label">{shown.label}</span>
				<div class="row secret">
					<span class="secret-set">
						<Icon name="lock" size={16} /> Set, and kept secret
					</span>
					<Button small disabled={shown.disabled} onClick={() => form.set(path, "")}>
						Change
					</Button>
				</div>
				{shown.error && <FieldError>{shown.error}</FieldError>}
				{shown.help && <p class="field-help">{shown.help}</p>}
			</div>
		);
	if (hint.upload) return <UploadField {...shown} />;
	return (
		<Field label={shown.label} help={shown.help} error={shown.error} whole={isLong}>
			{(marks) => (
				<div class="with-button">
					{isLong ? (
						<textarea
							{...marks}
							class="input mono"
							data-path={shown.name}
							spellcheck={false}
							value={value}
							onInput={(event) => form.set(path, event.currentTarget.value)}
						/>
					) : (
						<input
							{...marks}
							class="input"
							type={visible ? "text" : "password"}
							data-path={shown.name}
							autoComplete="new-password"
							spellcheck={false}
							disabled={shown.disabled}
							value={value}
							onInput={(event) => form.set(path, event.currentTarget.value)}
						/>
					)}
					{!isLong && <IconButton icon="eye" label="Show what is typed" aria-pressed={visible} onClick={() => setVisible(!visible)} />}
					{hint.make && !value && (
						<Button
							onClick={() => {
								setVisible(true);
								form.set(path, hint.make!());
							}}
						>
							Make one
						</Button>
					)}
					{before.current === MASK && <Button onClick={() => form.set(path, MASK)}>Keep the old one</Button>}
				</div>
			)}
		</Field>
	);
}

function UploadField(shown: Shown) {
	const { form, path, hint, schema } = shown;
	const [name, setName] = useState("");
	const [problem, setProblem] = useState("");
	const input = useRef<HTMLInputElement>(null);
	const value = form.text(path);
	const take = async (file: File | undefined) => {
		if (!file) return;
		const text = await readFile(file, hint.upload!);
		if (schema.maxLength && text.length > schema.maxLength) return setProblem(`${file.name} is too large.`);
		setProblem("");
		setName(file.name);
		form.set(path, text);
	};
	return (
		<Field label={shown.label} help={shown.help} error={problem || shown.error}>
			{(marks) => (
				<div
					class="drop"
					data-path={shown.name}
					onDragOver={(event) => event.preventDefault()}
					onDrop={(event) => {
						event.preventDefault();
						void take(event.dataTransfer?.files[0]);
					}}
				>
					<input
						{...marks}
						ref={input}
						type="file"
						class="seen-only-by-readers"
						accept={hint.accept}
						onChange={(event) => void take(event.currentTarget.files?.[0])}
					/>
					<span>{name || (value ? "A file is set" : "No file yet")}</span>
					<Button small icon="upload" onClick={() => input.current?.click()}>
						Choose a file
					</Button>
					{value && (
						<Button small look="quiet" onClick={() => (setName(""), form.set(path, ""))}>
							Remove
						</Button>
					)}
				</div>
			)}
		</Field>
	);
}

/* ---------------------------------------------------------------- other records */

const plurals: Record<string, string> = {
	account: "accounts",
	rule: "rules",
	template: "templates",
	case_type: "case_types",
	keystore: "keystores",
	authentication_profile: "authentication_profiles",
	provider: "providers",
	operator: "operators",
	listener: "listeners",
};

interface Named {
	id: string;
	name?: string;
}

async function choicesOf(kind: string): Promise<Named[]> {
	const list = await listRecords<Named>(kind === "provider" ? "catalogue" : (plurals[kind] ?? kind + "s"));
	return list.items.slice().sort((a, b) => (a.name || a.id).localeCompare(b.name || b.id));
}

function ReferenceField(shown: Shown) {
	const { form, path, schema } = shown;
	const kind = schema["x-refers-to"]!;
	const plural = plurals[kind] ?? kind + "s";
	const query = useQuery<Named[]>(`${plural}/choices`, () => choicesOf(kind));
	const value = form.text(path);
	const items = query.data ?? [];
	const isKnown = !value || items.some((item) => item.id === value);
	return (
		<Field label={shown.label} help={shown.help} error={shown.error}>
			{(marks) => (
				<div class="with-button">
					<select
						{...marks}
						class="input"
						data-path={shown.name}
						value={value}
						disabled={shown.disabled}
						onChange={(event) => form.set(path, event.currentTarget.value)}
					>
						<option value="">{shown.required ? "Choose …" : "None"}</option>
						{!isKnown && <option value={value}>{query.data ? `${value} (doesn't exist)` : value}</option>}
						{items.map((item) => (
							<option key={item.id} value={item.id}>
								{item.name ? `${item.name} (${item.id})` : item.id}
							</option>
						))}
					</select>
					{value && isKnown && plural !== "operators" && (
						<a class="icon-button" href={`#/${plural}/${encodeURIComponent(value)}`} aria-label={`Open ${value}`} title={`Open ${value}`}>
							<Icon name="right" size={18} />
						</a>
					)}
				</div>
			)}
		</Field>
	);
}

/* ---------------------------------------------------------------- several values */

function TextsField(shown: Shown) {
	const { form, path, hint } = shown;
	const items = (form.get(path) ?? []) as string[];
	const errors = Object.entries(form.errors).filter(([name, text]) => text && (name === shown.name || name.startsWith(shown.name + "/")));
	return (
		<Field label={shown.label} help={shown.help} error={errors[0]?.[1]}>
			{(marks) => (
				<Chips marks={marks} name={shown.name} items={items} hint={hint} invalid={errors.length > 0} onItems={(next) => form.set(path, next)} />
			)}
		</Field>
	);
}

export function Chips({ marks, name, items, hint, invalid, onItems }: {
	marks: { id: string };
	name: string;
	items: string[];
	hint: FieldHint;
	invalid?: boolean;
	onItems: (items: string[]) => void;
}) {
	const [typed, setTyped] = useState("");
	const list = useId();
	const add = (text: string) => {
		const found = text.split(/[\s,;]+/).filter((word) => word && !items.includes(word));
		if (found.length) onItems([...items, ...found]);
		setTyped("");
	};
	return (
		<div class="chips" data-path={name} data-invalid={invalid}>
			{items.map((item, i) => (
				<span class="chip" key={item}>
					<span>{item}</span>
					<button type="button" aria-label={`Remove ${item}`} onClick={() => onItems(items.filter((_, k) => k !== i))}>
						<Icon name="close" size={14} />
					</button>
				</span>
			))}
			<input
				{...marks}
				value={typed}
				placeholder={items.length ? "" : hint.placeholder}
				list={hint.suggestions ? list : undefined}
				onInput={(event) => setTyped(event.currentTarget.value)}
				onKeyDown={(event) => {
					if ((event.key === "Enter" || event.key === "," || event.key === ";") && typed.trim()) {
						event.preventDefault();
						add(typed);
					} else if (event.key === "Backspace" && !typed && items.length) onItems(items.slice(0, -1));
				}}
				onPaste={(event) => {
					const text = event.clipboardData?.getData("text") ?? "";
					if (!/[\s,;]/.test(text)) return;
					event.preventDefault();
					add(typed + text);
				}}
				onBlur={() => add(typed)}
			/>
			{hint.suggestions && (
				<datalist id={list}>
					{hint.suggestions
						.filter((word) => !items.includes(word))
						.map((word) => (
							<option key={word} value={word} />
						))}
				</datalist>
			)}
		</div>
	);
}

function PairsField(shown: Shown) {
	const { form, path } = shown;
	const given = Object.entries((form.get(path) ?? {}) as Record<string, string>);
	/* Rows live here while keys are typed: an object has no place for two that are empty. */
	const [rows, setRows] = useState<[string, string][]>(given);
	const change = (next: [string, string][]) => {
		setRows(next);
		form.set(path, Object.fromEntries(next.filter(([key]) => key)) as Value);
	};
	const errors = Object.entries(form.errors).filter(([name, text]) => text && (name === shown.name || name.startsWith(shown.name + "/")));
	return (
		<div class="field is-whole" data-path={shown.name}>
			<span class="field-label">{shown.label}</span>
			{errors.map(([name, text]) => (
				<FieldError key={name}>{text}</FieldError>
			))}
			<div class="list-entries">
				{rows.map(([key, value], i) => (
					<div class="list-entry" key={i}>
						<input
							class="input mono"
							aria-label="Key"
							placeholder="Key"
							value={key}
							onInput={(event) => change(rows.map((row, k) => (k === i ? [event.currentTarget.value, row[1]] : row)))}
						/>
						<input
							class="input mono"
							aria-label={`Value of ${key || "the new key"}`}
							placeholder="Value"
							value={value}
							onInput={(event) => change(rows.map((row, k) => (k === i ? [row[0], event.currentTarget.value] : row)))}
						/>
						<IconButton icon="close" label={`Remove ${key || "this"}`} onClick={() => change(rows.filter((_, k) => k !== i))} />
					</div>
				))}
				<div>
					<Button small icon="plus" onClick={() => setRows([...rows, ["", ""]])}>
						Add
					</Button>
				</div>
			</div>
			{shown.help && <p class="field-help">{shown.help}</p>}
		</div>
	);
}

export function ListField(shown: Shown) {
	const { form, path, schema, hint } = shown;
	const items = (form.get(path) ?? []) as Document[];
	const entry = schema.items!;
	return (
		<div class="field is-whole" data-path={shown.name}>
			{shown.label && <span class="field-label">{shown.label}</span>}
			{shown.help && <p class="field-help">{shown.help}</p>}
			{shown.error && <FieldError>{shown.error}</FieldError>}
			<div class="list-entries">
				{items.map((item, i) => (
					<Entry
						key={i}
						title={hint.entryTitle?.(item, i) ?? `${i + 1}.`}
						index={i}
						count={items.length}
						onMove={(to) => form.set(path, moved(items, i, to))}
						onRemove={() => form.set(path, items.filter((_, k) => k !== i))}
					>
						<Fields {...shown} hint={undefined} schema={entry} path={[...path, i]} />
					</Entry>
				))}
				<div>
					<Button small icon="plus" disabled={shown.disabled} onClick={() => form.set(path, [...items, blank(entry)])}>
						{hint.addLabel ?? "Add"}
					</Button>
				</div>
			</div>
		</div>
	);
}

export function moved<T>(items: T[], from: number, to: number): T[] {
	const copy = [...items];
	const [item] = copy.splice(from, 1);
	copy.splice(to, 0, item!);
	return copy;
}

export function Entry({ title, index, count, onMove, onRemove, children, badge }: {
	title: ComponentChildren;
	index: number;
	count: number;
	onMove: (to: number) => void;
	onRemove: () => void;
	children: ComponentChildren;
	badge?: ComponentChildren;
}) {
	return (
		<div class="entry-card">
			<div class="entry-head">
				<h3>{title}</h3>
				{badge}
				<IconButton icon="up" label="Move up" disabled={index === 0} onClick={() => onMove(index - 1)} />
				<IconButton icon="down" label="Move down" disabled={index === count - 1} onClick={() => onMove(index + 1)} />
				<IconButton icon="trash" label="Remove" onClick={onRemove} />
			</div>
			{children}
		</div>
	);
}

/* ---------------------------------------------------------------- several fields */

function SectionField(shown: Shown) {
	return (
		<fieldset class="section is-inner is-whole" data-path={shown.name}>
			<legend>{shown.label}</legend>
			{shown.help && <p class="field-help">{shown.help}</p>}
			{shown.error && <FieldError>{shown.error}</FieldError>}
			<Fields {...shown} hint={undefined} />
		</fieldset>
	);
}

/* All fields of an object's schema, or those named. */
export function Fields({ only, ...place }: Omit<Place, "hint"> & { hint?: undefined; only?: string[] }) {
	const properties = place.schema.properties ?? {};
	const names = only ?? Object.keys(properties);
	return (
		<div class="fields">
			{names.map((name) => {
				const schema = properties[name];
				return (
					schema && (
						<SchemaField key={name} {...place} path={[...place.path, name]} schema={schema} required={place.schema.required?.includes(name)} />
					)
				);
			})}
		</div>
	);
}
