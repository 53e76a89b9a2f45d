/* Whom a mailbox of one's own is shared with, and what they may do with it. */
import { useState } from "preact/hooks";
import { json } from "../api/client";
import { asProblem } from "../api/problem";
import { invalidate, useQuery } from "../api/query";
import { listRecords } from "../api/records";
import type { Document, List, Mailbox } from "../api/views";
import { may } from "../app/session";
import { AddFrom, GrantRows, type Grant } from "../forms/grants";
import { useRoles } from "../forms/picks";
import { Button } from "../ui/button";
import { Dialog } from "../ui/dialog";
import { PasswordField, TextField } from "../ui/field";
import { Notice } from "../ui/page";
import { say } from "../ui/toast";

type Share = Mailbox["shares"][number];

/* Operators by name, for who may see them; the others type their colleague's ID. */
function AddOperator({ taken, onAdd }: { taken: string[]; onAdd: (operator: string) => void }) {
	const [typed, setTyped] = useState("");
	const query = useQuery<List<Document>>(may("operators.manage") ? "operators" : null, () => listRecords("operators"));
	const left = (query.data?.items ?? []).filter((item) => !taken.includes(String(item.id)));
	if (may("operators.manage"))
		return left.length ? <AddFrom label="Add somebody" options={left.map((item) => [String(item.id), String(item.name ? `${item.name} (${item.id})` : item.id)])} onAdd={onAdd} /> : null;
	const add = () => {
		const id = typed.trim();
		if (id && !taken.includes(id)) onAdd(id);
		setTyped("");
	};
	return (
		<div class="inline-form">
			<TextField
				label="Add somebody"
				help="What they sign in with"
				autoComplete="off"
				autocapitalize="off"
				spellcheck={false}
				value={typed}
				onValue={setTyped}
				onKeyDown={(event) => {
					if (event.key !== "Enter") return;
					event.preventDefault();
					add();
				}}
			/>
			<Button disabled={!typed.trim()} onClick={add}>
				Add
			</Button>
		</div>
	);
}

export function ShareDialog({ mailbox, onClose }: { mailbox: Mailbox; onClose: () => void }) {
	const [shares, setShares] = useState<Share[]>(mailbox.shares);
	const [errors, setErrors] = useState<Record<string, string>>({});
	const [busy, setBusy] = useState(false);
	const roles = useRoles().data?.items ?? [];
	const change = (next: Share[]) => {
		setShares(next);
		setErrors({});
	};
	const add = (who: Partial<Share>) => change([...shares, { operator: "", role: "", send: false, manage: false, ...who }]);
	const save = async () => {
		setBusy(true);
		setErrors({});
		try {
			await json(`/api/v1/mailboxes/${encodeURIComponent(mailbox.id)}`, { method: "PATCH", body: { share: true, shares } });
			invalidate("mailboxes");
			say(shares.length ? "It is shared as you said." : "It is yours alone.");
			onClose();
		} catch (reason) {
			const problem = asProblem(reason);
			const path = problem.path || (/^([a-z0-9/_]+): /.exec(problem.detail)?.[1] ?? "");
			const at = /shares\/(\d+)/.exec(path)?.[1];
			setErrors({ [at ?? ""]: problem.detail.replace(/^[a-z0-9/_-]+: /i, "") });
		}
		setBusy(false);
	};
	const grants = shares.map((share, i): Grant => ({
		key: `${share.operator}/${share.role}/${i}`,
		label: share.operator || (roles.find((role) => role.name === share.role)?.label ?? share.role),
		small: share.operator ? "" : "Everybody with this role",
		send: share.send,
		manage: share.manage,
		error: errors[String(i + 1)],
	}));
	const leftRoles = roles.filter((role) => !shares.some((share) => share.role === role.name));
	return (
		<Dialog
			title={`Share ${mailbox.address || mailbox.id}`}
			onClose={onClose}
			footer={
				<>
					<Button onClick={onClose}>Cancel</Button>
					<Button look="primary" busy={busy} onClick={save}>
						Save
					</Button>
				</>
			}
		>
			<div class="stack">
				<p class="quiet">Whoever is named here reads its mail and cases. Send: writes in its name. Manage: changes its settings and password.</p>
				{errors[""] && <Notice tone="bad">{errors[""]}</Notice>}
				{grants.length ? (
					<GrantRows
						label="Shared with"
						grants={grants}
						onChange={(at, what, on) => change(shares.map((share, i) => (i === at ? { ...share, [what]: on } : share)))}
						onRemove={(at) => change(shares.filter((_, i) => i !== at))}
					/>
				) : (
					<p>Nobody but you.</p>
				)}
				<AddOperator taken={shares.map((share) => share.operator)} onAdd={(operator) => add({ operator })} />
				{leftRoles.length > 0 && <AddFrom label="Add everybody with a role" options={leftRoles.map((role) => [role.name, role.label])} onAdd={(role) => add({ role })} />}
			</div>
		</Dialog>
	);
}

export function PasswordDialog({ mailbox, onClose }: { mailbox: Mailbox; onClose: () => void }) {
	const [password, setPassword] = useState("");
	const [error, setError] = useState("");
	const [busy, setBusy] = useState(false);
	const save = async (event: Event) => {
		event.preventDefault();
		setBusy(true);
		setError("");
		try {
			await json(`/api/v1/mailboxes/${encodeURIComponent(mailbox.id)}`, { method: "PATCH", body: { password } });
			invalidate("mailboxes");
			say("The new password is used from now on.");
			onClose();
		} catch (reason) {
			setError(asProblem(reason).detail.replace(/^password: /, ""));
		}
		setBusy(false);
	};
	return (
		<Dialog title={`Password of ${mailbox.address || mailbox.id}`} onClose={onClose}>
			<form class="form" onSubmit={save}>
				<PasswordField label="New password" data-first="" help="The one that its provider knows" autoComplete="off" required value={password} onValue={setPassword} error={error} />
				<div class="row">
					<Button type="submit" look="primary" busy={busy}>
						Save
					</Button>
				</div>
			</form>
		</Dialog>
	);
}
