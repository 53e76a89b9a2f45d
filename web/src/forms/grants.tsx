/* Who may do what with a mailbox: rows with switches for sending and changing, and a list to add from. */
import type { ComponentChildren } from "preact";
import { useQuery } from "../api/query";
import { listRecords } from "../api/records";
import type { Document, List } from "../api/views";
import { IconButton } from "../ui/button";
import { FieldError, SelectField } from "../ui/field";
import type { PickPlace } from "./picks";

export interface Grant {
	key: string;
	label: string;
	small?: string;
	send: boolean;
	manage: boolean;
	error?: string;
}

interface RowsProps {
	label: string;
	grants: Grant[];
	disabled?: boolean;
	onChange: (index: number, what: "send" | "manage", on: boolean) => void;
	onRemove: (index: number) => void;
}

export function GrantRows({ label, grants, disabled, onChange, onRemove }: RowsProps) {
	if (!grants.length) return null;
	return (
		<ul class="grants" aria-label={label}>
			{grants.map((grant, i) => (
				<li key={grant.key}>
					<span class="two-lines">
						<strong>{grant.label}</strong>
						{grant.small && <small>{grant.small}</small>}
					</span>
					<span class="grant-ways" role="group" aria-label={`What is allowed with ${grant.label}`}>
						<label class="tick">
							<input type="checkbox" checked disabled />
							<span>Read</span>
						</label>
						{(["send", "manage"] as const).map((what) => (
							<label class="tick" key={what}>
								<input type="checkbox" checked={grant[what]} disabled={disabled} onChange={(event) => onChange(i, what, event.currentTarget.checked)} />
								<span>{what === "send" ? "Send" : "Manage"}</span>
							</label>
						))}
					</span>
					<IconButton icon="close" label={`Remove ${grant.label}`} disabled={disabled} onClick={() => onRemove(i)} />
					{grant.error && <FieldError>{grant.error}</FieldError>}
				</li>
			))}
		</ul>
	);
}

/* Takes what is chosen at once, and is empty again. */
export function AddFrom({ label, help, options, onAdd }: { label: string; help?: ComponentChildren; options: [string, string][]; onAdd: (value: string) => void }) {
	return (
		<SelectField
			label={label}
			help={help}
			value=""
			options={[["", "Choose …"], ...options]}
			onValue={(value) => value && onAdd(value)}
		/>
	);
}

function onlyOwn(roles: string[]): boolean {
	return roles.length > 0 && roles.every((role) => role === "mailbox-user");
}

/* The accounts of an operator. */
export function AccountGrants({ form, path, name, label, disabled }: PickPlace) {
	const query = useQuery<List<Document>>("accounts", () => listRecords("accounts"));
	const accounts = query.data?.items ?? [];
	const entries = (form.get(path) ?? []) as Document[];
	const roles = (form.get(["roles"]) ?? []) as string[];
	const set = (next: Document[]) => form.set(path, next);
	const nameOf = (id: string) => String(accounts.find((account) => account.id === id)?.name || id);
	const grants = entries.map((entry, i): Grant => {
		const id = String(entry.account ?? "");
		const error = Object.entries(form.errors).find(([at, text]) => text && at.startsWith(`${name}/${i + 1}`));
		return { key: `${id}/${i}`, label: nameOf(id), small: id, send: entry.send === true, manage: entry.manage === true, error: error?.[1] };
	});
	const left = accounts.filter((account) => !entries.some((entry) => entry.account === account.id));
	return (
		<div class="field is-whole stack is-tight" data-path={name}>
			<p class="quiet">
				{entries.length ? "The mail of these accounts alone, and their settings." : onlyOwn(roles) ? "None: only mailboxes of their own, and those that are shared with them." : "None: the mail of all accounts that are nobody’s own."}
			</p>
			{form.errors[name] && <FieldError>{form.errors[name]}</FieldError>}
			<GrantRows
				label={label || "Accounts"}
				grants={grants}
				disabled={disabled}
				onChange={(at, what, on) => set(entries.map((entry, i) => (i === at ? { ...entry, [what]: on } : entry)))}
				onRemove={(at) => set(entries.filter((_, i) => i !== at))}
			/>
			{!disabled && left.length > 0 && (
				<div class="add-from">
					<AddFrom label="Add an account" options={left.map((account) => [String(account.id), String(account.name ? `${account.name} (${account.id})` : account.id)])} onAdd={(id) => set([...entries, { account: id, send: false, manage: false }])} />
				</div>
			)}
		</div>
	);
}
