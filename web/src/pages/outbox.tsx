/* What waits to be sent, was sent, or could not be; and the addresses that get no mail. */
import { useState } from "preact/hooks";
import { json, raw } from "../api/client";
import { useAsking } from "../api/live";
import { invalidate, useQuery } from "../api/query";
import type { List, OutboxRow, Status, Suppression } from "../api/views";
import { href, place } from "../app/router";
import { may, session } from "../app/session";
import { Button } from "../ui/button";
import { confirmDanger, Dialog } from "../ui/dialog";
import { TextField } from "../ui/field";
import { Badge, Card, Empty, Failed, Notice, PageHead, Skeleton } from "../ui/page";
import { Table } from "../ui/table";
import { Time } from "../ui/time";
import { say, sayProblem } from "../ui/toast";
import { Chip, Choice, FilterBar, LetterState, Pager, StateTabs, useFilters, useLast, useNames, usePaged, type StateTab } from "./flow";
import { meaning } from "./flow-words";

const ASK_MS = 10_000;

const kindWords: Record<string, string> = { answer: "Automatic", message: "By a person", alert: "Alert" };

export function recipientsOf(row: OutboxRow): string {
	const all = row.recipients.map((recipient) => recipient.address);
	return all.length > 2 ? `${all[0]} and ${all.length - 1} more` : all.join(", ");
}

/* The one thing that somebody who looks at a list wants to know of a mail. */
function Saying({ row }: { row: OutboxRow }) {
	if (row.waits_for === "automatic-mail") return <small>automatic mail is switched off</small>;
	if (row.state === "later" && row.next_try_at)
		return (
			<small>
				next try <Time at={row.next_try_at} />
			</small>
		);
	const bad = row.recipients.find((recipient) => ["failed", "bounced", "suppressed"].includes(recipient.state));
	if (row.state === "sent" && bad) return <small>not to {bad.address}</small>;
	if (row.state === "uncertain") return <small>the connection broke at the last moment</small>;
	if (row.state === "suppressed") return <small>the address gets no mail</small>;
	if (row.state === "sent" || row.state === "cancelled" || row.state === "queued") return null;
	const said = bad ?? row;
	return <small>{meaning({ code: said.code, reply: said.reply, status: bad?.status ?? "", reason: bad?.reason ?? "" }) || said.reply}</small>;
}

function Letters() {
	const filters = useFilters("state", "account", "kind", "case");
	const paged = usePaged<OutboxRow>("outbox", filters);
	const status = useQuery<Status>(may("listeners.read") && session.value?.oversees ? "status" : null, () => json("/api/v1/status")).data;
	const accounts = useNames("accounts");
	useAsking(paged.again, ASK_MS);
	const shown = useLast(paged.data);
	const tabs: StateTab[] = [
		{ state: "", label: "All" },
		{ state: "waiting", label: "Waiting", count: status?.outbox.waiting },
		{ state: "sending", label: "Being sent" },
		{ state: "sent", label: "Sent" },
		{ state: "undelivered", label: "Not delivered" },
		{ state: "uncertain", label: "Uncertain", count: status?.outbox.uncertain, isBad: true },
		{ state: "cancelled", label: "Cancelled" },
	];
	return (
		<>
			<StateTabs tabs={tabs} name="state" filters={filters} label="State" />
			<FilterBar isAny={!!(filters.account || filters.kind || filters.case)} names={["account", "kind", "case"]}>
				<Choice name="account" label="Account" all="All accounts" options={accounts} filters={filters} />
				<Choice name="kind" label="Kind" all="All kinds" options={[["message", "Written by people"], ["answer", "Automatic answers"], ["alert", "Alerts"]]} filters={filters} />
				{filters.case && <Chip name="case">Of one case</Chip>}
			</FilterBar>
			{status && !status.automatic_mail && (
				<Notice tone="warn" title="Automatic mail is switched off">
					Automatic answers wait here until it is switched on: <code>hauspost automatic-mail on</code>. What people write goes out as ever.
				</Notice>
			)}
			{filters.state === "uncertain" && (
				<Notice tone="info">
					The connection broke after these were handed over and before the server said that it has them. They may have arrived; so that nobody gets a mail twice, somebody has to say
					whether they are sent again.
				</Notice>
			)}
			{paged.problem && !paged.data ? (
				<Failed problem={paged.problem} again={paged.again} />
			) : !shown ? (
				<Skeleton rows={8} height={62} />
			) : !shown.items.length ? (
				<NoLetters filtered={Object.keys(filters).length > 0} state={filters.state ?? ""} />
			) : (
				<>
					<div class={paged.data ? undefined : "is-old"} aria-busy={!paged.data}>
						<Table
							label="Outbox"
							items={shown.items}
							id={(row) => row.id}
							href={(row) => `#/outbox/${row.id}`}
							columns={[
								{
									key: "mail",
									label: "Mail",
									cell: (row) => (
										<span class="two-lines">
											<span>{row.subject || "(no subject)"}</span>
											<small>to {recipientsOf(row)}</small>
										</span>
									),
								},
								{
									key: "state",
									label: "State",
									bare: true,
									width: "17rem",
									cell: (row) => (
										<span class="state-cell">
											<LetterState state={row.state} />
											<Saying row={row} />
										</span>
									),
								},
								{ key: "account", label: "Account", least: 1, cell: (row) => row.account },
								{ key: "kind", label: "Kind", least: 1, cell: (row) => <span class="quiet">{kindWords[row.kind] ?? row.kind}</span> },
								{ key: "at", label: "Written", right: true, width: "9rem", cell: (row) => <Time at={row.created_at} /> },
							]}
						/>
					</div>
					<Pager paged={paged} filters={filters} />
				</>
			)}
		</>
	);
}

const teach: Record<string, [string, string]> = {
	waiting: ["Nothing waits", "What is written goes out at once. What a server can't take now waits here for its next try."],
	sending: ["Nothing is on its way", "A mail is here for the moment in which it is handed over."],
	undelivered: ["Everything was delivered", "Mail that was refused, came back or was held back stands here, with what the other side said."],
	uncertain: ["Nothing is uncertain", "Where a connection breaks in the last moment, nobody knows whether the mail arrived. Such mail waits here for a person."],
	cancelled: ["Nothing was cancelled", "Mail that still waits can be stopped on its page."],
};

function NoLetters({ filtered, state }: { filtered: boolean; state: string }) {
	const [title, text] = teach[state] ?? (filtered ? ["Nothing fits", "No mail of the outbox fits these filters."] : ["Nothing was sent yet", "Answers to cases, automatic or written by people, and new mail go out from here. Each stays listed with what became of it."]);
	return (
		<Card flush>
			<Empty icon="outbox" title={title}>
				{text}
			</Empty>
		</Card>
	);
}

/* ---------------------------------------------------------------- suppressions */

const whys: Record<string, string> = { "hard-bounce": "Mail came back for good", "soft-bounce": "Mail came back again and again", complaint: "The recipient called it spam", manual: "Somebody said so" };

function Adding({ onClose }: { onClose: () => void }) {
	const [address, setAddress] = useState("");
	const [note, setNote] = useState("");
	const [error, setError] = useState("");
	const [busy, setBusy] = useState(false);
	const add = async () => {
		setBusy(true);
		try {
			await raw("/api/v1/suppressions", { method: "POST", body: { address: address.trim(), note } });
			say(`${address.trim()} gets no more mail.`);
			invalidate("suppressions");
			onClose();
		} catch (reason) {
			setError(reason instanceof Error ? reason.message : String(reason));
		}
		setBusy(false);
	};
	return (
		<Dialog
			title="Send no more mail to an address"
			onClose={onClose}
			footer={
				<>
					<Button onClick={onClose}>Leave it</Button>
					<Button look="primary" busy={busy} disabled={!address.trim()} onClick={add}>
						Suppress it
					</Button>
				</>
			}
		>
			<div class="stack is-tight">
				<TextField label="Address" data-first="" value={address} error={error} onValue={setAddress} help="Mail to it is held back, of every account, until it is taken off the list." />
				<TextField label="Note" optional value={note} onValue={setNote} />
			</div>
		</Dialog>
	);
}

function Suppressions() {
	const query = useQuery<List<Suppression>>("suppressions", () => json("/api/v1/suppressions?limit=500"));
	const [adding, setAdding] = useState(false);
	const manages = may("outbox.manage");
	useAsking(query.again, ASK_MS * 3);
	const lift = async (item: Suppression) => {
		const isSure = await confirmDanger(`Send mail to ${item.address} again?`, "If the address is still bad, mail to it comes back, and that harms how other servers see you.", "Send mail again");
		if (!isSure) return;
		try {
			await raw(`/api/v1/suppressions/${encodeURIComponent(item.address)}${item.account ? `?account=${encodeURIComponent(item.account)}` : ""}`, { method: "DELETE" });
			say(`${item.address} gets mail again.`);
			invalidate("suppressions");
		} catch (reason) {
			sayProblem(reason);
		}
	};
	return (
		<>
			<div class="spread-row">
				<p class="lead">Addresses whose mail came back, who complained, or whom somebody put here. They get nothing until they write themselves or are taken off.</p>
				{manages && session.value?.oversees && (
					<Button icon="plus" onClick={() => setAdding(true)} data-key="n">
						Add an address
					</Button>
				)}
			</div>
			{query.problem && !query.data ? (
				<Failed problem={query.problem} again={query.again} />
			) : !query.data ? (
				<Skeleton rows={4} />
			) : !query.data.items.length ? (
				<Card flush>
					<Empty icon="block" title="Every address gets its mail">
						When mail to an address comes back for good, it is put here by itself, so that your server keeps its good name.
					</Empty>
				</Card>
			) : (
				<Table
					label="Suppressed addresses"
					items={query.data.items}
					id={(item) => `${item.address}/${item.account}`}
					columns={[
						{
							key: "address",
							label: "Address",
							cell: (item) => (
								<span class="two-lines">
									<span>{item.address}</span>
									{item.note && <small>{item.note}</small>}
								</span>
							),
						},
						{
							key: "why",
							label: "Why",
							cell: (item) => (
								<span class="two-lines">
									<span>{whys[item.reason] ?? item.reason}</span>
									{(item.status || item.class) && <small>{meaning({ code: 0, reply: "", status: item.status, reason: item.class })}</small>}
								</span>
							),
						},
						{ key: "account", label: "For", least: 2, cell: (item) => item.account || "All accounts" },
						{ key: "until", label: "Until", least: 1, cell: (item) => (item.active ? <Time at={item.until} fallback="For good" /> : <Badge>Over</Badge>) },
						{ key: "since", label: "Since", right: true, cell: (item) => <Time at={item.since} /> },
					]}
					actions={
						manages
							? (item) => (
									<Button small look="quiet" onClick={() => lift(item)}>
										Take off
									</Button>
								)
							: undefined
					}
				/>
			)}
			{adding && <Adding onClose={() => setAdding(false)} />}
		</>
	);
}

export default function Outbox() {
	const isList = place.value.query.get("list") === "suppressed";
	return (
		<>
			<PageHead
				title="Outbox"
				lead="Everything that goes out: what waits, what was taken by the next server, and what came back."
				actions={
					<nav class="switch" aria-label="What is shown">
						<a href={href("/outbox")} aria-current={isList ? undefined : "page"}>
							Mail
						</a>
						<a href={href("/outbox", { list: "suppressed" })} aria-current={isList ? "page" : undefined}>
							Suppressed addresses
						</a>
					</nav>
				}
			/>
			{isList ? <Suppressions /> : <Letters />}
		</>
	);
}
