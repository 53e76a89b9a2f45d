/* One's own mailboxes: typed address and password, or a sign-in at the provider; the provider is recognised. */
import { useEffect, useState } from "preact/hooks";
import { json, raw } from "../api/client";
import { asProblem } from "../api/problem";
import { useAsking } from "../api/live";
import { invalidate, useQuery } from "../api/query";
import type { Consent, List, Mailbox, MailboxNeed } from "../api/views";
import { place, setQuery } from "../app/router";
import { may } from "../app/session";
import { Button } from "../ui/button";
import { confirmDanger, Dialog } from "../ui/dialog";
import { PasswordField, TextField } from "../ui/field";
import { Menu } from "../ui/menu";
import { Badge, Card, Empty, Notice, PageHead } from "../ui/page";
import { QueryTable } from "../ui/table";
import { say, sayProblem } from "../ui/toast";
import { StateBadge } from "./kinds";
import { PasswordDialog, ShareDialog } from "./share";
import "../style/people.css";

/* To the provider's page, and from there back to ours. */
async function askConsent(profile: string): Promise<void> {
	const consent = await json<Consent>(`/api/v1/authentication_profiles/${encodeURIComponent(profile)}/consent`, { method: "POST" });
	if (/^https?:/.test(consent.url)) location.assign(consent.url);
}

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
				invalidate("mailboxes");
				if (made.profile) await askConsent(made.profile);
				else {
					say("The mailbox is set up.");
					onClose();
				}
				return;
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

/* What comes back from the provider: "#/mailboxes?consent=…" */
const consents: Record<string, { tone: "warn" | "bad"; title: string; text: string }> = {
	denied: { tone: "warn", title: "You didn’t agree", text: "Without your consent the mailbox isn’t read. Sign in whenever you want it to be." },
	failed: { tone: "bad", title: "The sign-in didn’t work", text: "Try again; if it stays so, the program’s log has the reason: ask an administrator." },
	state: { tone: "bad", title: "This sign-in doesn’t count", text: "It wasn’t begun in this browser, was used already, or took longer than ten minutes. Begin it again." },
};

function ConsentSaid() {
	const said = place.value.query.get("consent");
	useEffect(() => {
		if (said !== "done") return;
		setQuery({ consent: undefined });
		say("You are signed in with the provider. The mailbox is read from now on.");
	}, [said]);
	const words = said && Object.hasOwn(consents, said) ? consents[said] : undefined;
	if (!words) return null;
	return (
		<Notice tone={words.tone} title={words.title} actions={<Button small onClick={() => setQuery({ consent: undefined })}>Close</Button>}>
			{words.text}
		</Notice>
	);
}

const LOOK_MS = 5000;

/* Whether its mail is read, and what its owner can do where it isn't. */
function MailboxState({ mailbox, onSignIn, onPassword }: { mailbox: Mailbox; onSignIn: () => void; onPassword: () => void }) {
	const { state, works, error } = mailbox;
	if (!state) return <span class="quiet">–</span>;
	if (works || !error) return <StateBadge state={state} />;
	if (state !== "auth-failed")
		return (
			<span class="two-lines">
				<span>
					<StateBadge state={state} />
				</span>
				<small>{error.replace(/^listener [^:]+: /, "")}</small>
			</span>
		);
	return (
		<span class="row is-close">
			<Badge tone="bad" dot>
				{mailbox.profile ? "Not signed in" : "Password refused"}
			</Badge>
			{mailbox.profile && mailbox.own && (
				<Button small icon="key" onClick={onSignIn}>
					Sign in again
				</Button>
			)}
			{!mailbox.profile && mailbox.manage && (
				<Button small icon="key" onClick={onPassword}>
					Another password
				</Button>
			)}
		</span>
	);
}

export default function Mailboxes() {
	const [adding, setAdding] = useState(false);
	const query = useQuery<List<Mailbox>>("mailboxes", () => json("/api/v1/mailboxes"));
	useAsking(query.again, LOOK_MS, LOOK_MS);
	const [sharing, setSharing] = useState<Mailbox | null>(null);
	const [renewing, setRenewing] = useState<Mailbox | null>(null);
	const consent = async (mailbox: Mailbox) => {
		try {
			await askConsent(mailbox.profile);
		} catch (reason) {
			sayProblem(reason);
		}
	};
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
	const add = may("mailboxes.own") && (
		<Button look="primary" icon="plus" data-key="n" onClick={() => setAdding(true)}>
			Add a mailbox
		</Button>
	);
	return (
		<>
			<PageHead title="My mailboxes" lead="Mailboxes that are yours, and those that are shared with you." actions={!!query.data?.items.length && add} />
			<ConsentSaid />
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
					{
						key: "state",
						label: "State",
						cell: (mailbox) => (
							<MailboxState
								mailbox={mailbox}
								onSignIn={() => void consent(mailbox)}
								onPassword={() => setRenewing(mailbox)}
							/>
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
				actions={(mailbox) => (
					<span class="row is-close is-end">
						{mailbox.own && (
							<Button small look="quiet" icon="people" onClick={() => setSharing(mailbox)}>
								Share
							</Button>
						)}
						{(mailbox.own || mailbox.manage) && (
							<Menu
								label={`More about ${mailbox.address || mailbox.id}`}
								items={[
									mailbox.profile
										? { label: "Sign in with the provider", icon: "key", disabled: !mailbox.own, run: () => void consent(mailbox) }
										: { label: "Another password", icon: "key", run: () => setRenewing(mailbox) },
									...(mailbox.own ? [null, { label: "Remove", icon: "trash" as const, danger: true, run: () => void remove(mailbox) }] : []),
								]}
							/>
						)}
					</span>
				)}
				empty={
					<Card flush>
						<Empty icon="mailbox" title="No mailbox yet" actions={add}>
							{add ? "Type your address; the provider is recognised, and you sign in or give the password." : "None is shared with you, and your roles don’t let you add one of your own."}
						</Empty>
					</Card>
				}
			/>
			{sharing && <ShareDialog mailbox={sharing} onClose={() => setSharing(null)} />}
			{renewing && <PasswordDialog mailbox={renewing} onClose={() => setRenewing(null)} />}
			{adding && <NewMailbox onClose={() => setAdding(false)} />}
		</>
	);
}
