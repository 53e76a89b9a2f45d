/* One's own mailboxes: typed address and password, or a sign-in at the provider; the provider is recognised. */
import { useState } from "preact/hooks";
import { json, raw } from "../api/client";
import { asProblem } from "../api/problem";
import { invalidate, useQuery } from "../api/query";
import type { List } from "../api/views";
import { Button } from "../ui/button";
import { confirmDanger, Dialog } from "../ui/dialog";
import { PasswordField, TextField } from "../ui/field";
import { Badge, Card, Empty, Notice, PageHead } from "../ui/page";
import { QueryTable } from "../ui/table";
import { say, sayProblem } from "../ui/toast";
import { StateBadge } from "./kinds";

interface Mailbox {
	id: string;
	name?: string;
	address?: string;
	provider?: string;
	state?: string;
	own?: boolean;
	send?: boolean;
	manage?: boolean;
}

interface Found {
	provider?: string | null;
	name?: string;
	provider_name?: string;
	note?: string;
	/* Where a person signs in instead of typing a password. */
	oauth?: boolean;
	profile?: string;
	url?: string;
	needs_password?: boolean;
	app_password?: string;
	todo?: string[];
}

function NewMailbox({ onClose }: { onClose: () => void }) {
	const [address, setAddress] = useState("");
	const [password, setPassword] = useState("");
	const [found, setFound] = useState<Found | null>(null);
	const [errors, setErrors] = useState<Record<string, string>>({});
	const [busy, setBusy] = useState(false);
	const refuse = (reason: unknown) => {
		const problem = asProblem(reason);
		setErrors({ [["address", "password"].includes(problem.path) ? problem.path : ""]: problem.detail.replace(/^(address|password): /, "") });
	};
	const submit = async (event: Event) => {
		event.preventDefault();
		setBusy(true);
		setErrors({});
		try {
			if (!found) setFound(await json<Found>("/api/v1/mailboxes/detect", { method: "POST", body: { address: address.trim() } }));
			else {
				const made = await json<{ url?: string } | undefined>("/api/v1/mailboxes", { method: "POST", body: { address: address.trim(), password } });
				if (made?.url && /^https?:/.test(made.url)) location.assign(made.url);
				say("The mailbox is set up.");
				invalidate("mailboxes");
				onClose();
			}
		} catch (reason) {
			refuse(reason);
		}
		setBusy(false);
	};
	const provider = found?.provider_name ?? found?.name ?? found?.provider;
	return (
		<Dialog title="A mailbox of your own" onClose={onClose}>
			<form class="form" onSubmit={submit}>
				{errors[""] && <Notice tone="bad">{errors[""]}</Notice>}
				<TextField
					label="Your address"
					type="email"
					required
					data-first=""
					placeholder="anna@example.com"
					value={address}
					error={errors.address}
					onValue={(value) => {
						setAddress(value);
						setFound(null);
					}}
				/>
				{found && (
					<>
						<Notice tone={provider ? "ok" : "warn"} title={provider ? `A mailbox at ${provider}` : "The provider isn’t known here"}>
							{found.todo?.join(" ") || found.note || (provider ? "" : "Ask whoever manages providers to add it.")}
						</Notice>
						{!found.oauth && <PasswordField label={found.app_password && found.app_password !== "no" ? "App password" : "Password"} required autoComplete="off" value={password} onValue={setPassword} error={errors.password} />}
					</>
				)}
				<div class="row">
					<Button type="submit" look="primary" busy={busy}>
						{!found ? "Go on" : found.oauth ? `Sign in with ${provider}` : "Set it up"}
					</Button>
				</div>
			</form>
		</Dialog>
	);
}

export default function Mailboxes() {
	const [adding, setAdding] = useState(false);
	const query = useQuery<List<Mailbox>>("mailboxes", () => json("/api/v1/mailboxes"));
	const remove = async (mailbox: Mailbox) => {
		if (!(await confirmDanger(`Remove ${mailbox.address ?? mailbox.id}?`, "It isn’t read any more. The mailbox itself, at its provider, stays as it is.", "Remove it"))) return;
		try {
			await raw(`/api/v1/mailboxes/${encodeURIComponent(mailbox.id)}`, { method: "DELETE" });
			say("The mailbox is removed.");
			invalidate("mailboxes");
		} catch (reason) {
			sayProblem(reason);
		}
	};
	const add = (
		<Button look="primary" icon="plus" data-key="n" onClick={() => setAdding(true)}>
			Add a mailbox
		</Button>
	);
	return (
		<>
			<PageHead title="My mailboxes" lead="Mailboxes that are yours, and those that are shared with you." actions={!!query.data?.items.length && add} />
			<QueryTable
				query={query}
				label="My mailboxes"
				id={(mailbox) => mailbox.id}
				columns={[
					{
						key: "address",
						label: "Mailbox",
						cell: (mailbox) => (
							<span class="two-lines">
								<strong>{mailbox.address || mailbox.name || mailbox.id}</strong>
								<small>{mailbox.provider}</small>
							</span>
						),
					},
					{ key: "whose", label: "Whose", cell: (mailbox) => <Badge tone={mailbox.own === false ? "info" : "calm"}>{mailbox.own === false ? "Shared" : "Yours"}</Badge> },
					{ key: "state", label: "State", least: 2, cell: (mailbox) => (mailbox.state ? <StateBadge state={mailbox.state} /> : "–") },
				]}
				actions={(mailbox) =>
					mailbox.own !== false && (
						<Button small look="quiet" onClick={() => remove(mailbox)}>
							Remove
						</Button>
					)
				}
				empty={
					<Card flush>
						<Empty icon="mailbox" title="No mailbox yet" actions={add}>
							Type your address; the provider is recognised, and you sign in or give the password.
						</Empty>
					</Card>
				}
			/>
			{adding && <NewMailbox onClose={() => setAdding(false)} />}
		</>
	);
}
