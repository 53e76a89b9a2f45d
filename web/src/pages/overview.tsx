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
import { StateBadge } from "./kinds";

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

export default function Overview() {
	const sees = may("listeners.read") || may("outbox.read") || may("metrics.read");
	const query = useQuery<Status>(sees ? "status" : null, () => json("/api/v1/status"));
	const status = query.data;
	const name = (session.value!.name || session.value!.operator).split(" ")[0];
	const isNew = status && !status.listeners.length && !status.inlets.length && may("accounts.manage");
	const troubled = [...(status?.listeners ?? []), ...(status?.senders ?? []), ...(status?.inlets ?? [])].filter((part) => !part.ok && part.error);
	return (
		<>
			<PageHead
				title="Overview"
				lead={status ? (isNew ? `Welcome, ${name}. Nothing is set up yet.` : status.ok ? "Mail flows." : "Something needs a person.") : `Welcome, ${name}.`}
				badge={status && !isNew && <Badge tone={status.ok ? "ok" : "warn"} dot>{status.ok ? "All well" : `${status.problems} ${status.problems === 1 ? "problem" : "problems"}`}</Badge>}
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
						<Figure label="Waiting in the outbox" value={status.outbox.waiting} href="#/outbox" />
						<Figure label="Sending failed since yesterday" value={status.outbox.failed_today} href="#/outbox" bad />
						<Figure label="Parked mail" value={status.incoming.parked} href="#/ledger" bad />
						<Figure label="Held back" value={status.incoming.held} href="#/ledger" bad />
					</div>
					{troubled.length > 0 && (
						<section class="stack is-tight">
							<h2>Needs a person</h2>
							<Table
								label="Needs a person"
								items={troubled}
								id={(part) => `${part.id}/${part.account}`}
								href={(part) => (status.listeners.includes(part) ? `#/listeners/${encodeURIComponent(part.id)}` : `#/accounts/${encodeURIComponent(part.account || part.id)}`)}
								columns={[
									{
										key: "id",
										label: "What",
										cell: (part) => (
											<span class="two-lines">
												<span>{part.id}</span>
												<small>{part.error}</small>
											</span>
										),
									},
									{ key: "state", label: "State", cell: (part) => <StateBadge state={part.state} /> },
									{ key: "next", label: "Next try", least: 2, cell: (part) => <Time at={part.next_try_at} fallback="–" /> },
								]}
							/>
						</section>
					)}
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
