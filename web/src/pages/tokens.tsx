/* Tokens for programs: what each may do, until when; a new one is shown once. */
import { useState } from "preact/hooks";
import { json, raw } from "../api/client";
import { asProblem } from "../api/problem";
import { invalidate, useQuery } from "../api/query";
import type { List, Right, Token } from "../api/views";
import { may, session } from "../app/session";
import { Button } from "../ui/button";
import { confirmDanger, Dialog } from "../ui/dialog";
import { CheckField, SelectField, TextField } from "../ui/field";
import { Badge, Card, Copyable, Empty, Notice, PageHead } from "../ui/page";
import { QueryTable } from "../ui/table";
import { Day, Time } from "../ui/time";
import { say, sayProblem } from "../ui/toast";

const DAY_MS = 86_400_000;

const lives: [string, string][] = [
	["30", "30 days"],
	["90", "90 days"],
	["365", "A year"],
	["", "For ever"],
];

function NewToken({ onClose }: { onClose: () => void }) {
	const rights = useQuery<List<Right>>("rights", () => json("/api/v1/rights"));
	const [name, setName] = useState("");
	const [days, setDays] = useState("90");
	const [chosen, setChosen] = useState<string[]>([]);
	const [accounts, setAccounts] = useState<string[]>([]);
	const [made, setMade] = useState<Token | null>(null);
	const [error, setError] = useState("");
	const [busy, setBusy] = useState(false);
	const own = new Set(session.value!.rights);
	const toggle = (list: string[], item: string, on: boolean) => (on ? [...list, item] : list.filter((each) => each !== item));
	const make = async () => {
		setBusy(true);
		setError("");
		try {
			const expires_at = days ? new Date(Date.now() + Number(days) * DAY_MS).toISOString() : null;
			setMade(await json<Token>("/api/v1/tokens", { method: "POST", body: { name: name.trim(), rights: chosen, accounts, expires_at } }));
			invalidate("tokens");
		} catch (reason) {
			setError(asProblem(reason).detail);
		}
		setBusy(false);
	};
	if (made)
		return (
			<Dialog title="The new token" onClose={onClose} footer={<Button look="primary" onClick={onClose}>Done</Button>}>
				<Notice tone="info" title="It is shown only now">
					Programs send it as <code>Authorization: Bearer …</code>
				</Notice>
				<Copyable text={made.token} label="Token" />
			</Dialog>
		);
	return (
		<Dialog
			title="New token"
			wide
			onClose={onClose}
			footer={
				<>
					<Button onClick={onClose}>Cancel</Button>
					<Button look="primary" busy={busy} disabled={!name.trim()} onClick={make}>
						Make it
					</Button>
				</>
			}
		>
			{error && <Notice tone="bad">{error}</Notice>}
			<div class="fields">
				<TextField label="What it is for" data-first="" required maxLength={100} value={name} onValue={setName} placeholder="Reports" />
				<SelectField label="Good for" value={days} onValue={setDays} options={lives} />
			</div>
			<fieldset class="section is-inner">
				<legend>Rights</legend>
				<p class="field-help">None chosen: all that you have.</p>
				<div class="fields">
					{(rights.data?.items ?? [])
						.filter((right) => own.has(right.name))
						.map((right) => (
							<CheckField key={right.name} label={right.label} value={chosen.includes(right.name)} onValue={(on) => setChosen(toggle(chosen, right.name, on))} />
						))}
				</div>
			</fieldset>
			{session.value!.accounts.length > 0 && (
				<fieldset class="section is-inner">
					<legend>Accounts</legend>
					<p class="field-help">None chosen: all that you see.</p>
					<div class="fields">
						{session.value!.accounts.map((account) => (
							<CheckField key={account.id} label={account.name || account.id} value={accounts.includes(account.id)} onValue={(on) => setAccounts(toggle(accounts, account.id, on))} />
						))}
					</div>
				</fieldset>
			)}
		</Dialog>
	);
}

export default function Tokens() {
	const [adding, setAdding] = useState(false);
	const everybody = may("operators.manage");
	const query = useQuery<List<Token>>("tokens", () => json(`/api/v1/tokens?limit=500${everybody ? "&all=true" : ""}`));
	const end = async (token: Token) => {
		if (!(await confirmDanger(`End the token “${token.name}”?`, "Programs that use it are refused from now on.", "End it"))) return;
		try {
			await raw(`/api/v1/tokens/${token.id}`, { method: "DELETE" });
			say("The token has ended.");
			invalidate("tokens");
		} catch (reason) {
			sayProblem(reason);
		}
	};
	const add = (
		<Button look="primary" icon="plus" data-key="n" onClick={() => setAdding(true)}>
			New token
		</Button>
	);
	return (
		<>
			<PageHead title="API tokens" lead="For programs that call the API: each with its own rights, accounts and end." actions={!!query.data?.items.length && add} />
			<QueryTable
				query={query}
				label="API tokens"
				id={(token) => token.id}
				columns={[
					{
						key: "name",
						label: "Token",
						cell: (token) => (
							<span class="two-lines">
								<strong>{token.name}</strong>
								<small class="mono">{token.prefix}…</small>
							</span>
						),
					},
					...(everybody ? [{ key: "operator", label: "Operator", cell: (token: Token) => token.operator }] : []),
					{ key: "rights", label: "Rights", least: 1, cell: (token) => (token.rights.length ? token.rights.join(", ") : "All of the operator’s") },
					{ key: "used", label: "Last used", least: 2, cell: (token) => <Time at={token.used_at} /> },
					{
						key: "expires",
						label: "Ends",
						cell: (token) => (token.expires_at ? Date.parse(token.expires_at) < Date.now() ? <Badge tone="bad">Over</Badge> : <Day at={token.expires_at} /> : "Never"),
					},
				]}
				actions={(token) => (
					<Button small look="quiet" onClick={() => end(token)}>
						End
					</Button>
				)}
				empty={
					<Card flush>
						<Empty icon="token" title="No token yet" actions={add}>
							A token lets a program use the API without your password. Give it only the rights and accounts it needs.
						</Empty>
					</Card>
				}
			/>
			{adding && <NewToken onClose={() => setAdding(false)} />}
		</>
	);
}
