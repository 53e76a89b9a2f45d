/* An alert: what it watches in words, what fails now, its mails and what became of them, and a test. */
import type { ComponentChildren } from "preact";
import { useState } from "preact/hooks";
import { json, raw } from "../api/client";
import { useAsking } from "../api/live";
import { invalidate, useQuery } from "../api/query";
import type { AlertState, List, OutboxRow } from "../api/views";
import { may } from "../app/session";
import type { Editor } from "../forms/record-form";
import { Button } from "../ui/button";
import { Icon, type IconName } from "../ui/icon";
import { Card, Facts, Failed, Notice, Skeleton } from "../ui/page";
import { Table } from "../ui/table";
import { Time } from "../ui/time";
import { say, sayProblem } from "../ui/toast";
import { eventIcon, eventWords } from "./event-words";
import { LetterState } from "./flow";
import { meaning } from "./flow-words";
import { AlertStanding, useAlertState } from "./kinds";
import "../style/alert.css";

const ASK_MS = 10_000;
const UNDELIVERED = new Set(["failed", "bounced", "suppressed", "uncertain"]);

/* ---------------------------------------------------------------- what it watches */

/* By the kind that told of it: whose page shows it. */
const places: Record<string, [string, string, IconName]> = {
	"listener.failed": ["listeners", "can't read its mailbox", "listener"],
	"sender.failed": ["accounts", "can't send", "account"],
	"inlet.failed": ["inlets", "can't be opened", "inlet"],
	"loop.opened": ["", "gets no automatic answers", "restart"],
	"account.throttled": ["accounts", "has to slow down", "account"],
};

function Failing({ state }: { state: AlertState }) {
	if (!state.failing.length) return null;
	return (
		<ul class="alert-failing" aria-label="What fails now">
			{state.failing.map((item) => {
				const [place, words, icon] = places[item.kind] ?? ["", eventWords(item.kind), eventIcon(item.kind)];
				return (
					<li key={`${item.kind}/${item.subject}`}>
						<Icon name={icon} size={18} />
						<span>
							{place ? <a href={`#/${place}/${encodeURIComponent(item.subject)}`}>{item.subject}</a> : <strong>{item.subject}</strong>} {words}
						</span>
						<Time at={item.since} />
					</li>
				);
			})}
		</ul>
	);
}

const list = new Intl.ListFormat("en", { type: "conjunction" });

/* Of the record as it is stored: what is being typed isn't watched yet. */
function Watches({ editor, state }: { editor: Editor; state: AlertState }) {
	const stored = editor.form.base;
	const to = (stored.to ?? []) as string[];
	const accounts = (stored.accounts ?? []) as string[];
	const minutes = Number(stored.interval_minutes ?? 15);
	return (
		<div class="alert-watches">
			<p>
				{list.format(to)} {to.length === 1 ? "is" : "are"} told of this{accounts.length > 0 && <> where it concerns {list.format(accounts)}</>}
				{stored.recovered !== false && ", and when what failed works again"}: the first mail comes at once, then at most one in {minutes === 1 ? "a minute" : `${minutes} minutes`}.
			</p>
			{state.watches.length === 0 ? (
				<Notice tone="warn" title="It watches nothing">
					None of the events that it names exists.
				</Notice>
			) : (
				<ul>
					{state.watches.map((kind) => (
						<li key={kind} title={kind}>
							<Icon name={eventIcon(kind)} size={16} />
							{eventWords(kind)}
						</li>
					))}
				</ul>
			)}
		</div>
	);
}

/* ---------------------------------------------------------------- its mails */

function undelivered(row: OutboxRow): string {
	const bad = row.recipients.find((recipient) => UNDELIVERED.has(recipient.state));
	if (!bad && !UNDELIVERED.has(row.state)) return "";
	const said = bad ?? row;
	const words = meaning({ code: said.code, reply: said.reply, status: bad?.status ?? "", reason: bad?.reason ?? "" });
	return [bad?.address, words || said.reply].filter(Boolean).join(": ");
}

function Mails({ query }: { query: ReturnType<typeof useMails> }) {
	if (query.problem && !query.data)
		return (
			<div class="inset">
				<Failed problem={query.problem} again={query.again} />
			</div>
		);
	if (!query.data) return <Skeleton rows={3} />;
	if (!query.data.items.length)
		return <p class="inset quiet">No mail went out yet. “Send a test” shows whether it arrives before it has to.</p>;
	return (
		<Table
			label="Mails"
			items={query.data.items}
			id={(row) => row.id}
			href={(row) => (may("outbox.read") ? `#/outbox/${row.id}` : undefined)}
			columns={[
				{ key: "subject", label: "Mail", cell: (row) => row.subject.replace(/^\[Hauspost\] /, "") },
				{
					key: "state",
					label: "State",
					bare: true,
					width: "17rem",
					cell: (row) => (
						<span class="state-cell">
							<LetterState state={row.state} />
							<small>{undelivered(row)}</small>
						</span>
					),
				},
				{ key: "by", label: "Sent by", least: 1, cell: (row) => row.account },
				{ key: "at", label: "Written", right: true, width: "9rem", cell: (row) => <Time at={row.created_at} /> },
			]}
		/>
	);
}

const useMails = (id: string) => useQuery<List<OutboxRow>>(`alerts/${id}/mails`, () => json(`/api/v1/alerts/${encodeURIComponent(id)}/mails?limit=20`));

/* ---------------------------------------------------------------- the page */

function Warning({ state, mails }: { state: AlertState; mails: OutboxRow[] }) {
	const last = mails[0];
	if (!state.enabled) return <Notice tone="info">It is switched off: nobody is told of anything.</Notice>;
	if (state.sender_fails)
		return (
			<Notice tone="bad" title="Nobody can be told at the moment">
				Account <a href={`#/accounts/${encodeURIComponent(state.sender)}`}>{state.sender}</a> can't send. Mail waits until it can; name another account below to be told meanwhile.
			</Notice>
		);
	if (last && undelivered(last))
		return (
			<Notice tone="warn" title="The last mail didn't reach everybody">
				{undelivered(last)}
			</Notice>
		);
	return null;
}

export function AlertPanel({ editor }: { editor: Editor }) {
	const [busy, setBusy] = useState(false);
	const query = useAlertState(editor.id);
	const mails = useMails(editor.id);
	useAsking(() => (query.again(), mails.again()), ASK_MS);
	const state = query.data;
	const tryIt = async () => {
		setBusy(true);
		try {
			await raw(`/api/v1/alerts/${encodeURIComponent(editor.id)}/test`, { method: "POST" });
			say("A test mail is on its way.");
			invalidate("alerts");
		} catch (reason) {
			sayProblem(reason);
		}
		setBusy(false);
	};
	if (query.problem && !state) return <Failed problem={query.problem} again={query.again} />;
	if (!state) return <Skeleton rows={4} height={64} />;
	const next: ComponentChildren = (
		<>
			<Time at={state.next_at} />, with {state.waiting === 1 ? "one thing" : `${state.waiting} things`}
		</>
	);
	return (
		<>
			<Card
				title={
					<span class="row">
						State <AlertStanding state={state} />
					</span>
				}
			>
				<Warning state={state} mails={mails.data?.items ?? []} />
				<Failing state={state} />
				<Facts
					items={[
						["Last mail", <Time at={state.mailed_at} />],
						["Mails so far", state.mails],
						!!state.next_at && ["Next mail", next],
						["Sent by", <a href={`#/accounts/${encodeURIComponent(state.sender)}`}>{state.sender}</a>],
					]}
				/>
			</Card>
			<Card title="What it watches">
				<Watches editor={editor} state={state} />
			</Card>
			<Card
				title="Mails"
				flush
				actions={
					<Button small busy={busy} disabled={!state.enabled} onClick={tryIt}>
						Send a test
					</Button>
				}
			>
				<Mails query={mails} />
			</Card>
		</>
	);
}
