/* Single fields for pages that are put together by hand; forms of records come from forms/. */
import type { ComponentChildren, JSX } from "preact";
import { useId, useState } from "preact/hooks";
import { Icon } from "./icon";

export interface FieldProps {
	label: ComponentChildren;
	help?: ComponentChildren;
	error?: string | null;
	optional?: boolean;
}

interface Marks {
	id: string;
	"aria-describedby"?: string;
	"aria-invalid"?: "true";
}

/* Label, help and error around any input; `children` is given what ties them together. */
export function Field({ label, help, error, optional, children, whole }: FieldProps & {
	whole?: boolean;
	children: (marks: Marks) => ComponentChildren;
}) {
	const id = useId();
	const described = [error && `${id}-error`, help && `${id}-help`].filter(Boolean).join(" ");
	return (
		<div class={`field${whole ? " is-whole" : ""}`}>
			<label class="field-label" for={id}>
				{label}
				{optional && <span class="optional">optional</span>}
			</label>
			{children({ id, "aria-describedby": described || undefined, "aria-invalid": error ? "true" : undefined })}
			{error && <FieldError id={`${id}-error`}>{error}</FieldError>}
			{help && (
				<p class="field-help" id={`${id}-help`}>
					{help}
				</p>
			)}
		</div>
	);
}

export function FieldError({ id, children }: { id?: string; children: ComponentChildren }) {
	return (
		<p class="field-error" id={id}>
			<Icon name="warn" size={18} />
			<span>{children}</span>
		</p>
	);
}

type Input = Omit<JSX.InputHTMLAttributes<HTMLInputElement>, "label" | "value">;

export function TextField({ label, help, error, optional, value, onValue, ...rest }: FieldProps &
	Input & { value: string; onValue: (value: string) => void }) {
	return (
		<Field label={label} help={help} error={error} optional={optional}>
			{(marks) => (
				<input {...rest} {...marks} class="input" value={value} onInput={(event) => onValue(event.currentTarget.value)} />
			)}
		</Field>
	);
}

export function PasswordField({ label, help, error, value, onValue, ...rest }: FieldProps &
	Input & { value: string; onValue: (value: string) => void }) {
	const [shown, setShown] = useState(false);
	return (
		<Field label={label} help={help} error={error}>
			{(marks) => (
				<div class="with-button">
					<input
						{...rest}
						{...marks}
						class="input"
						type={shown ? "text" : "password"}
						autocapitalize="off"
						spellcheck={false}
						value={value}
						onInput={(event) => onValue(event.currentTarget.value)}
					/>
					<button
						type="button"
						class="icon-button"
						aria-pressed={shown}
						aria-label="Show what is typed"
						title="Show what is typed"
						onClick={() => setShown(!shown)}
					>
						<Icon name="eye" size={18} />
					</button>
				</div>
			)}
		</Field>
	);
}

export function SelectField({ label, help, error, value, onValue, options, ...rest }: FieldProps & {
	value: string;
	onValue: (value: string) => void;
	options: [string, string][];
} & Omit<JSX.SelectHTMLAttributes<HTMLSelectElement>, "label" | "value">) {
	return (
		<Field label={label} help={help} error={error}>
			{(marks) => (
				<select {...rest} {...marks} class="input" value={value} onChange={(event) => onValue(event.currentTarget.value)}>
					{options.map(([word, text]) => (
						<option key={word} value={word}>
							{text}
						</option>
					))}
				</select>
			)}
		</Field>
	);
}

export function CheckField({ label, help, error, value, onValue, disabled }: FieldProps & {
	value: boolean;
	onValue: (value: boolean) => void;
	disabled?: boolean;
}) {
	const id = useId();
	return (
		<label class="check field">
			<input
				type="checkbox"
				role="switch"
				checked={value}
				disabled={disabled}
				aria-describedby={help || error ? `${id}-help` : undefined}
				onChange={(event) => onValue(event.currentTarget.checked)}
			/>
			<span class="field-label">{label}</span>
			{error && <FieldError id={`${id}-help`}>{error}</FieldError>}
			{!error && help && (
				<span class="field-help" id={`${id}-help`}>
					{help}
				</span>
			)}
		</label>
	);
}
