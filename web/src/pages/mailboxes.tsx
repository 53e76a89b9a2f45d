/* One's own mailboxes: typed address and password, or a sign-in at the provider; the provider is recognised. */
import { useState } from "preact/hooks";
import { json, raw } from "../api/client";
import { asProblem } from "../api/problem";
import { invalidate, useQuery } from "../api/query";
import type { Consent, List, Mailbox, MailboxNeed } from "../api/views";
import { Button } from "../ui/button";
import { confirmDanger, Dialog } from "../ui/dialog";
import { PasswordField, TextField } from "../ui/field";
import { Badge, Card, Empty, Notice, PageHead } from "../ui/page";
import { QueryTable } from "../ui/table";
import { say, sayProblem } from "../ui/toast";

function NewMailbox({ onClose }: { onClose: () => void }) {
	const [address, setAddress] = useState("");
	const [password, setPassword] = useState("");
	const [found, setFound] = useState<MailboxNeed | null>(null);
	const [errors, setErrors] = useState<Record<string, string>>({});
	const [busy, setBusy] = useState(false);
	const refuse = (reason: unknown) => {
		const problem = asProblem(reason);
		setErrors({ [["address", "password"].includes(problem.path) ? problem.path : ""]: problem.detail.replace(/^(address|password): /, "") });
	};
	const signsIn = found?.needs === "sign-in";
	const submit = async (event: Event) => {
		event.preventDefault();
		setBusy(true);
		setErrors({});
		try {
			if (!found) setFound(await json<MailboxNeed>("/api/v1/mailboxes/detect", { method: "POST", body: { address: address.trim() } }));
			else {
				const made = await json<Mailbox>("/api/v1/mailboxes", { method: "POST", body: { address: address.trim(), password: signsIn ? "" : password, profile: signsIn ? found.profiles[0] : "" } });
				if (made.profile) {
					const consent = await json<Consent>(`/api/v1/authentication_profiles/${encodeURIComponent(made.profile)}/consent`, { method: "POST" });
					if (/^https?:/.test(consent.url)) location.assign(consent.url);
				}
				say("The mailbox is set up.");
				invalidate("mailboxes");
				onClose();
			}
		} catch (reason) {
			refuse(reason);
		}
		setBusy(false);
	};
	const provider = found?.name || found?.provider;
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
						<Notice tone={!provider || (signsIn && !found.profiles.length) ? "warn" : "ok"} title={provider ? `A mailbox at ${provider}` : "The provider isn’t known here"}>
							{found.note && <p>{found.note}</p>}
							{!provider && "Ask whoever manages providers to add it."}
							{signsIn && !found.profiles.length && "It wants a sign-in that an administrator has to set up first (a sign-in profile)."}
							{/^https:/.test(found.help_url) && (
								<a href={found.help_url} target="_blank" rel="noreferrer noopener">
									What the provider says
								</a>
							)}
						</Notice>
						{!signsIn && <PasswordField label={found.needs === "app-password" ? "App password" : "Password"} help={found.needs === "app-password-with-2fa" ? "With two-step verification: an app password" : undefined} required autoComplete="off" value={password} onValue={setPassword} error={errors.password} />}
					</>
				)}
				<div class="row">
					<Button type="submit" look="primary" busy={busy}>
						{!found ? "Go on" : signsIn ? `Sign in with ${provider}` : "Set it up"}
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
		if (!(await confirmDanger(`Remove ${mailbox.address || mailbox.id}?`, "It isn’t read any more. The mailbox itself, at its provider, stays as it is.", "Remove it"))) return;
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
					{ key: "whose", label: "Whose", cell: (mailbox) => <Badge tone={mailbox.own ? "calm" : "info"}>{mailbox.own ? "Yours" : mailbox.owner ? `Shared by ${mailbox.owner}` : "Shared"}</Badge> },
					{
						key: "may",
						label: "You may",
						least: 2,
						cell: (mailbox) => ["read", mailbox.send && "send", mailbox.manage && "manage"].filter(Boolean).join(", "),
					},
					{ key: "shares", label: "Shared with", least: 1, cell: (mailbox) => mailbox.shares.map((share) => share.operator || share.role).join(", ") || <span class="quiet">Nobody</span> },
				]}
				actions={(mailbox) =>
					mailbox.own && (
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
