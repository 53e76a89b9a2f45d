/* One mail that came in: step by step, why it stands where it does, and what can be done about it. */
import { useState } from "preact/hooks";
import { json, raw } from "../api/client";
import { useAsking } from "../api/live";
import { invalidate, useQuery } from "../api/query";
import type { LedgerRow } from "../api/views";
import { may } from "../app/session";
import { Button } from "../ui/button";
import { choose } from "../ui/dialog";
import { Card, Facts, Failed, Notice, PageHead, Skeleton } from "../ui/page";
import { size } from "../ui/short";
import { duration, Time } from "../ui/time";
import { say, sayProblem } from "../ui/toast";
import { Exact, MailState, Timeline, type Moment } from "./flow";
import { MailText } from "./mail-text";
import { categories, noAnswers } from "./flow-words";

const ASK_MS = 5000;

/* ---------------------------------------------------------------- what can be done */

interface Deed {
	path: string;
	title: string;
	text: string;
	label: string;
	said: string;
	danger?: boolean;
}

const tryAgain = (row: LedgerRow): Deed => ({
	path: `ledger/${row.id}/retry`,
	title: "Handle it again?",
	text: "It goes the whole way once more, with the rule as it is now. If the reason is still there, it comes back here.",
	label: "Try again",
	said: "It is handled again.",
});
const letPass = (row: LedgerRow): Deed => ({
	path: `held/${row.id}/release`,
	title: "Let it pass?",
	text: `It is handled as if its sender were verified${row.wanted_case ? `: it joins ${row.wanted_case}, and ${row.from} has a part in that case from then on` : ""}.`,
	label: "Release it",
	said: "It is released.",
});
const giveUp = (row: LedgerRow): Deed => ({
	path: `${row.state === "held" ? "held" : "ledger"}/${row.id}/discard`,
	title: "Give this mail up?",
	text: "No case is opened and nobody is answered. The mail itself stays in the store, and this page keeps what was decided.",
	label: "Discard it",
	said: "It is discarded.",
	danger: true,
});

function Actions({ row }: { row: LedgerRow }) {
	const [busy, setBusy] = useState("");
	const run = async (deed: Deed) => {
		const answer = await choose(deed.title, <p>{deed.text}</p>, [
			{ label: "Leave it", value: "no" },
			{ label: deed.label, value: "yes", look: deed.danger ? "danger" : "primary" },
		]);
		if (answer !== "yes") return;
		setBusy(deed.path);
		try {
			await raw(`/api/v1/${deed.path}`, { method: "POST" });
			say(deed.said);
		} catch (reason) {
			sayProblem(reason);
		}
		invalidate("ledger", "cases", "status");
		setBusy("");
	};
	if (!may("ledger.manage")) return null;
	const deeds = row.state === "held" ? [letPass(row), giveUp(row)] : row.state === "parked" || row.state === "failed" ? [tryAgain(row), giveUp(row)] : [];
	return (
		<>
			{deeds.map((deed) => (
				<Button key={deed.path} look={deed.danger ? "plain" : "primary"} icon={deed.danger ? "trash" : row.state === "held" ? "check" : "restart"} busy={busy === deed.path} onClick={() => run(deed)}>
					{deed.label}
				</Button>
			))}
		</>
	);
}

/* ---------------------------------------------------------------- the steps */

function stepsOf(row: LedgerRow): Moment[] {
	const isDone = row.state === "committed" || row.state === "acknowledged";
	const all: (Moment | false)[] = [
		{ at: row.received_at, text: "Received", icon: "inlet", tone: "ok" },
		!!row.parsed_at && { at: row.parsed_at, text: "Read and understood", icon: "mail", tone: "ok" },
		!!row.mapped_at && { at: row.mapped_at, text: "Fields filled by the rule", icon: "rule", tone: "ok" },
		!!row.activity_at && { at: row.activity_at, text: "Case found or opened", icon: "cases", tone: "ok" },
		!!row.response_at && { at: row.response_at, text: row.no_answer ? "No automatic answer" : "Automatic answer written", icon: "reply", tone: row.no_answer ? "calm" : "ok", detail: row.no_answer ? row.answer || noAnswers[row.no_answer] : undefined },
		!!row.parked_at && !isDone && { at: row.parked_at, text: row.state === "held" ? "Held for a person" : "Parked", icon: "warn", tone: row.state === "held" ? "warn" : "bad" },
		!!row.committed_at && { at: row.committed_at, text: row.outcome === "discarded" ? "Discarded for good" : "Handled for good", icon: "check", tone: "ok" },
		!!row.acknowledged_at && { at: row.acknowledged_at, text: row.uid ? "The mailbox was told" : "Done", icon: "ok", tone: "ok" },
		row.state === "failed" && { at: row.next_try_at, text: "Next try", icon: "clock", ahead: true },
	];
	return all.filter((moment): moment is Moment => !!moment);
}

/* ---------------------------------------------------------------- the page */

function Reason({ row }: { row: LedgerRow }) {
	if (!["parked", "held", "failed"].includes(row.state)) return null;
	const [title, advice] = categories[row.category] ?? [row.category, ""];
	return (
		<Notice tone={row.state === "parked" ? "bad" : "warn"} title={title}>
			<p>{row.reason}</p>
			{advice && <p class="advice">{advice}</p>}
			{row.category === "mapping" && may("rules.read") && (
				<p>
					<a href={`#/listeners/${encodeURIComponent(row.listener)}`}>The listener names its rule</a>
				</p>
			)}
		</Notice>
	);
}

export default function LedgerRowPage({ at }: { at: Record<string, string> }) {
	const id = at.id!;
	const query = useQuery<LedgerRow>(`ledger/${id}`, () => json(`/api/v1/ledger/${encodeURIComponent(id)}`));
	const row = query.data;
	useAsking(query.again, ASK_MS, row?.state === "received" ? 1000 : 0);
	const back = { href: "#/ledger", label: "Ledger" };
	if (!row)
		return (
			<>
				<PageHead title="Mail" back={back} />
				{query.problem ? <Failed problem={query.problem} again={query.again} /> : <Skeleton rows={5} height={64} />}
			</>
		);
	const whole = row.received_at && row.committed_at ? Date.parse(row.committed_at) - Date.parse(row.received_at) : NaN;
	return (
		<>
			<PageHead title={row.subject || "(no subject)"} back={back} badge={<MailState state={row.state} outcome={row.outcome} />} actions={<Actions row={row} />} />
			<Reason row={row} />
			<div class="columns">
				<div class="stack">
					<Card title="Step by step" lead={Number.isNaN(whole) ? undefined : `From the first byte to the end in ${duration(Math.max(0, whole))}.`}>
						<Timeline moments={stepsOf(row)} gaps />
					</Card>
					<MailText id={row.message} />
				</div>
				<div class="stack is-aside">
					<Card title="Mail">
						<Facts
							items={[
								!!row.case && may("cases.read") && ["Case", <a href={`#/cases/${row.case}`}>Open its case</a>],
								!!row.wanted_case && row.state === "held" && ["Wants to join", may("cases.read") ? <a href={`#/cases/${encodeURIComponent(row.wanted_case)}`}>{row.wanted_case}</a> : row.wanted_case],
								!!row.duplicate_of && ["The same as", <a href={`#/ledger/${row.duplicate_of}`}>this mail</a>],
								["From", row.from || "unknown"],
								["Listener", <a href={`#/listeners/${encodeURIComponent(row.listener)}`}>{row.listener}</a>],
								["Came in", <Exact at={row.received_at} />],
								row.tries > 0 && ["Tries", <span class="num">{row.tries}</span>],
								row.state === "failed" && ["Next try", <Time at={row.next_try_at} fallback="soon" />],
								["Size", <span class="num">{size(row.size)}</span>],
								!!row.uid && ["UID on the server", <span class="num">{row.uid}</span>],
								!!row.message_id && ["Message-ID", <code class="break">{row.message_id}</code>],
							]}
						/>
					</Card>
				</div>
			</div>
		</>
	);
}
