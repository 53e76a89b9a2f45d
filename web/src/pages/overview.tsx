/* The first page: does mail flow, what needs a person, and for a new mail room, how to begin. */
import { json } from "../api/client";
import { useQuery } from "../api/query";
import type { Status } from "../api/views";
import { may, session } from "../app/session";
import { ButtonLink } from "../ui/button";
import { Icon, type IconName } from "../ui/icon";
import { Badge, Card, Failed, PageHead, Skeleton } from "../ui/page";
import { Table } from "../ui/table";
import { Time } from "../ui/time";
import { useAsking } from "../api/live";
import { FlowCharts } from "./flow-charts";
import { StateBadge } from "./kinds";
import { Needs, useNeeds } from "./needs";

const ASK_MS = 5000;
/* While events tell of what fails; what they don't tell (a listener that connects) is seen a little later. */
const LIVE_ASK_MS = 15_000;

function Figure({ label, value, href, bad }: { label: string; value: number; href?: string; bad?: boolean }) {
	const inside = (
		<>
			<span class={`figure-value num${bad && value ? " is-bad" : ""}`}>{value.toLocaleString("en")}</span>
			<span class="quiet">{label}</span>
		</>
	);
	return href ? (
		<a class="figure" href={href}>
			{inside}
		</a>
	) : (
		<div class="figure">{inside}</div>
	);
}

function Begin() {
	const steps: [IconName, string, string][] = [
		["account", "Type an address", "Its provider and servers are found; you add the password, or sign in there."],
		["play", "See it work", "Every step of the connection is tried and explained."],
		["rule", "Say what becomes of mail", "A case with a number, an answer to the sender, or both."],
	];
	return (
		<Card title="Set up the first mailbox" lead="From an address to the first case in about two minutes.">
			<ol class="begin">
				{steps.map(([icon, title, text]) => (
					<li key={title}>
						<span class="empty-icon">
							<Icon name={icon} size={24} />
						</span>
						<strong>{title}</strong>
						<span class="quiet">{text}</span>
					</li>
				))}
			</ol>
			<div class="row">
				<ButtonLink look="primary" icon="wand" href="#/wizard">
					Begin
				</ButtonLink>
				<ButtonLink look="quiet" href="#/setup-file">
					Take over a set-up file
				</ButtonLink>
			</div>
		</Card>
	);
}

/* It counts what the list below names. What ails the mail room but nobody here sees the reason of is the server's count. */
function State({ status, needs }: { status: Status; needs: number }) {
	const n = needs || (status.ok ? 0 : status.problems);
	if (n) return <Badge tone="warn" dot>{`${n} ${n === 1 ? "needs" : "need"} a person`}</Badge>;
	if (!status.inlets.length && status.listeners.every((part) => part.state === "off")) return <Badge dot>Nothing is read</Badge>;
	return (
		<Badge tone="ok" dot>
			All well
		</Badge>
	);
}

/* Is mail flowing? In one sentence. */
function flows(status: Status, needs: number): string {
	const wanted = status.listeners.filter((part) => part.state !== "off");
	const working = wanted.filter((part) => part.ok);
	const paused = wanted.filter((part) => part.state === "paused");
	if (!wanted.length) return "No mail comes in: no listener is switched on.";
	if (!working.length && paused.length === wanted.length) return "No mail comes in: every listener is stopped.";
	if (!working.length) return "Mail doesn't flow: no listener can read its mailbox.";
	if (working.length < wanted.length - paused.length)
		return `Mail flows through ${working.length} of ${wanted.length} listeners; the others can't read their mailboxes.`;
	if (status.senders.some((part) => !part.ok && part.error)) return "Mail comes in, but not every account can send.";
	if (paused.length) return `Mail flows; ${paused.length === 1 ? "one listener is" : `${paused.length} listeners are`} stopped.`;
	return needs ? "Mail flows. A few things need a person." : "Mail flows, and nothing needs you.";
}

export default function Overview() {
	const sees = may("listeners.read");
	const query = useQuery<Status>(sees ? "status" : null, () => json("/api/v1/status"));
	const status = query.data;
	const needs = useNeeds(status);
	const name = (session.value?.name || session.value?.operator || "").split(" ")[0];
	useAsking(query.again, ASK_MS, LIVE_ASK_MS);
	const isNew = !!status && !status.listeners.length && !status.inlets.length && may("accounts.manage");
	return (
		<>
			<PageHead
				title="Overview"
				lead={status ? (isNew ? `Welcome, ${name}. Nothing is set up yet.` : flows(status, needs.length)) : sees ? "Looking whether mail flows …" : `Welcome, ${name}.`}
				badge={status && !isNew && <State status={status} needs={needs.length} />}
			/>
			{!sees ? (
				<Card>
					<p>Your cases and mailboxes are in the menu.</p>
				</Card>
			) : query.problem && !status ? (
				<Failed problem={query.problem} again={query.again} />
			) : !status ? (
				<Skeleton rows={4} height={72} />
			) : isNew ? (
				<Begin />
			) : (
				<>
					<div class="figures">
						<Figure label="Waiting in the outbox" value={status.outbox.waiting} href="#/outbox?state=waiting" />
						<Figure label="Sending failed since yesterday" value={status.outbox.failed_today} href="#/outbox?state=undelivered" bad />
						<Figure label="Parked mail" value={status.incoming.parked} href="#/ledger?state=parked" bad />
						<Figure label="Held back" value={status.incoming.held} href="#/ledger?state=held" bad />
					</div>
					<Needs needs={needs} />
					<FlowCharts />
					<section class="stack is-tight">
						<h2>Listeners</h2>
						<Table
							label="Listeners"
							items={status.listeners}
							id={(part) => part.id}
							href={(part) => `#/listeners/${encodeURIComponent(part.id)}`}
							columns={[
								{ key: "id", label: "Listener", cell: (part) => part.id },
								{ key: "account", label: "Account", least: 2, cell: (part) => part.account },
								{ key: "state", label: "State", cell: (part) => <StateBadge state={part.state} /> },
								{ key: "since", label: "Since", cell: (part) => <Time at={part.since} fallback="–" /> },
							]}
						/>
					</section>
				</>
			)}
		</>
	);
}
