/* One mail of the outbox: its recipients with what the servers said, its history, and what can be done about it. */
import { useState } from "preact/hooks";
import { json } from "../api/client";
import { useAsking } from "../api/live";
import { useQuery } from "../api/query";
import type { CloudEvent, List, OutboxRow } from "../api/views";
import { may } from "../app/session";
import { Button } from "../ui/button";
import { Card, Facts, Failed, Notice, PageHead, Skeleton, type Tone } from "../ui/page";
import { Time } from "../ui/time";
import { Exact, LetterState, Timeline, type Moment } from "./flow";
import { againLabel, askAgain, askStop, isTheirsToStop, mayGoAgain, sendAgain, stop, stopLabel, type Mailing } from "./letter-doing";
import { MailText } from "./mail-text";
import { meaning } from "./flow-words";

const ASK_MS = 5000;

type Recipient = OutboxRow["recipients"][number];

/* ---------------------------------------------------------------- what can be done */

function Actions({ row }: { row: OutboxRow }) {
	const [busy, setBusy] = useState("");
	const mail: Mailing = { outbox: row.id, state: row.state, written_by: row.written_by, recipients: row.recipients };
	const run = async (name: string, ask: (mail: Mailing) => Promise<boolean>, act: (mail: Mailing) => Promise<void>) => {
		if (!(await ask(mail))) return;
		setBusy(name);
		await act(mail);
		setBusy("");
	};
	return (
		<>
			{may("outbox.manage") && mayGoAgain(mail) && (
				<Button look={row.state === "later" ? "plain" : "primary"} icon="restart" busy={busy === "again"} onClick={() => run("again", askAgain, sendAgain)}>
					{againLabel(mail)}
				</Button>
			)}
			{isTheirsToStop(mail) && (
				<Button icon="stop" busy={busy === "stop"} onClick={() => run("stop", askStop, stop)}>
					{stopLabel(mail)}
				</Button>
			)}
		</>
	);
}

/* ---------------------------------------------------------------- recipients */

function RecipientLine({ recipient }: { recipient: Recipient }) {
	const isHeldBack = recipient.state === "suppressed";
	/* While it is tried again, the reason is why it would be given up. */
	const words = isHeldBack ? "" : meaning(recipient.state === "later" ? { code: recipient.code, reply: recipient.reply } : recipient);
	const said = isHeldBack ? "" : recipient.diagnostic || [recipient.code || "", recipient.reply].filter(Boolean).join(" ");
	return (
		<li class="recipient">
			<div class="recipient-head">
				<strong>{recipient.address}</strong>
				<LetterState state={recipient.state} />
			</div>
			{words && !["sent", "delivered"].includes(recipient.state) && <p>{words}</p>}
			{isHeldBack && (
				<p>
					Nothing was sent to this address: it is among the <a href="#/outbox?list=suppressed">suppressed addresses</a>
					{meaning(recipient) ? ` (${meaning(recipient).replace(/\.$/, "").toLowerCase()})` : ""}.
				</p>
			)}
			{said && (
				<p class="said">
					<span class="quiet">{recipient.diagnostic ? `${recipient.mta || "The report"} says` : "The server said"}</span> <code>{said}</code>
				</p>
			)}
			{recipient.reported_at && (
				<p class="quiet">
					A report came <Time at={recipient.reported_at} />
					{recipient.report && may("cases.read") ? (
						<>
							: <a href={`/api/v1/messages/${recipient.report}/raw`}>as a file</a>
						</>
					) : null}
				</p>
			)}
		</li>
	);
}

/* ---------------------------------------------------------------- history */

const told: Record<string, [string, Moment["icon"], Tone]> = {
	"message.written": ["Written", "edit", "calm"],
	"outbox.requeued": ["Put into the queue once more", "restart", "info"],
	"outbox.cancelled": ["Cancelled", "stop", "calm"],
	"outbox.sent": ["Taken by the next server", "check", "ok"],
	"outbox.delayed": ["Waits for long", "clock", "warn"],
	"outbox.failed": ["Given up", "bad", "bad"],
	"outbox.suppressed": ["Held back: its recipients get no mail", "block", "bad"],
	"outbox.uncertain": ["The connection broke; whether it arrived isn't known", "warn", "warn"],
	"outbox.copy-failed": ["The copy for the Sent folder couldn't be filed", "warn", "warn"],
	"mail.bounced": ["It came back", "bad", "bad"],
	"mail.delayed": ["A report says it is late", "clock", "warn"],
	"mail.delivered": ["A report says it was delivered", "ok", "ok"],
	"mail.complaint": ["The recipient called it spam", "warn", "bad"],
};

function momentOf(event: CloudEvent): Moment {
	const kind = event.type.replace(/^hauspost\./, "");
	const data = event.data as Record<string, unknown>;
	const [text, icon, tone] = told[kind]!;
	const by = data.author ? ` by ${String(data.author)}` : "";
	const detail = [data.address, data.diagnostic ?? data.reason].filter(Boolean).join(": ");
	return { at: event.time, text: text + by, icon, tone, detail: detail || undefined };
}

function momentsOf(row: OutboxRow, events: CloudEvent[]): Moment[] {
	const list = events.map(momentOf);
	const knows = (kind: string) => events.some((event) => event.type === `hauspost.${kind}`);
	if (!knows("message.written")) list.unshift({ at: row.created_at, text: row.kind === "message" ? "Written" : "Written automatically", icon: "edit" });
	if (row.sent_at && !knows("outbox.sent")) list.push({ at: row.sent_at, text: "Taken by the next server", icon: "check", tone: "ok" });
	if (row.state === "later") {
		list.push({
			at: null,
			text: row.tries === 1 ? "Tried once" : `Tried ${row.tries} times`,
			icon: "history",
			tone: "warn",
			detail: meaning(row) || row.reply || undefined,
		});
		list.push({ at: row.next_try_at, text: "Next try", icon: "clock", ahead: true });
	}
	if (row.state === "queued") list.push({ at: null, text: row.waits_for ? "Waits until automatic mail is switched on" : "Waits for its turn", icon: "clock", ahead: true });
	if (row.state === "failed" && !knows("outbox.failed")) list.push({ at: null, text: "Given up", icon: "bad", tone: "bad", detail: row.reply });
	return list.sort((a, b) => (a.at && b.at ? Date.parse(a.at) - Date.parse(b.at) : 0));
}

const kinds = "outbox.*,mail.*,message.written";

function History({ row }: { row: OutboxRow }) {
	const where = row.case ? `case=${row.case}` : `account=${encodeURIComponent(row.account)}`;
	const query = useQuery<List<CloudEvent>>(may("events.read") ? `outbox/${row.id}/events` : null, () => json(`/api/v1/events?${where}&kind=${kinds}&limit=500`));
	const mine = (query.data?.items ?? []).filter((event) => {
		const data = event.data as { outbox?: number; message_id?: number };
		return event.type.replace(/^hauspost\./, "") in told && (data.outbox === row.id || (data.outbox === undefined && data.message_id === row.message));
	});
	return (
		<Card title="History">
			<Timeline moments={momentsOf(row, mine.reverse())} />
		</Card>
	);
}

/* ---------------------------------------------------------------- the page */

const notes: Record<string, [Tone, string, string]> = {
	uncertain: ["warn", "It isn't known whether it arrived", "The connection broke after the mail was handed over and before the server said that it has it. It isn't sent again by itself, so that nobody gets it twice."],
	suppressed: ["bad", "It was not sent", "Its recipients are on the list of addresses that get no mail. Sending it again takes them off the list."],
	failed: ["bad", "It could not be sent", "It isn't tried any more."],
	bounced: ["bad", "It came back", "A server further on could not deliver it."],
};

const copies: Record<string, string> = { due: "Waits to be filed", filing: "Being filed", done: "Filed", failed: "Could not be filed" };

export default function Letter({ at }: { at: Record<string, string> }) {
	const id = at.id!;
	const query = useQuery<OutboxRow>(`outbox/${id}`, () => json(`/api/v1/outbox/${encodeURIComponent(id)}`));
	const row = query.data;
	useAsking(query.again, ASK_MS, row?.state === "sending" ? 1000 : 0);
	const back = { href: "#/outbox", label: "Outbox" };
	if (!row)
		return (
			<>
				<PageHead title="Mail" back={back} />
				{query.problem ? <Failed problem={query.problem} again={query.again} /> : <Skeleton rows={5} height={64} />}
			</>
		);
	const note = row.waits_for ? (["warn", "It waits until automatic mail is switched on", "hauspost automatic-mail on"] as const) : notes[row.state];
	return (
		<>
			<PageHead title={row.subject || "(no subject)"} back={back} badge={<LetterState state={row.state} />} actions={<Actions row={row} />} />
			{note && (
				<Notice tone={note[0]} title={note[1]}>
					{note[2]}
				</Notice>
			)}
			<div class="columns">
				<div class="stack">
					<Card title={row.recipients.length === 1 ? "Recipient" : `${row.recipients.length} recipients`}>
						<ul class="recipients">
							{row.recipients.map((recipient) => (
								<RecipientLine key={recipient.address} recipient={recipient} />
							))}
						</ul>
					</Card>
					<MailText id={row.message} />
				</div>
				<div class="stack is-aside">
					<Card title="Mail">
						<Facts
							items={[
								!!row.case && may("cases.read") && ["Case", <a href={`#/cases/${row.case}`}>Open its case</a>],
								["Account", may("accounts.read") ? <a href={`#/accounts/${encodeURIComponent(row.account)}`}>{row.account}</a> : row.account],
								["From", row.from],
								["Kind", row.kind === "answer" ? "Automatic answer" : row.kind === "alert" ? "An alert to administrators" : "Written by a person"],
								["Written", <Exact at={row.created_at} />],
								!!row.written_by && ["By", row.written_by],
								!!row.sent_at && ["Sent", <Exact at={row.sent_at} />],
								["Tries", <span class="num">{row.tries}</span>],
								row.copy_state in copies && ["Copy in Sent", `${copies[row.copy_state]}${row.copy_reason ? `: ${row.copy_reason}` : ""}`],
								["Message-ID", <code class="break">{row.message_id}</code>],
							]}
						/>
					</Card>
					<History row={row} />
				</div>
			</div>
		</>
	);
}
