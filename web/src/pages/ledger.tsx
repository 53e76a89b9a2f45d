/* Every mail that came in, and what became of it. */
import { json } from "../api/client";
import { useAsking } from "../api/live";
import { useQuery } from "../api/query";
import type { LedgerRow, Status } from "../api/views";
import { may, session } from "../app/session";
import { ButtonLink } from "../ui/button";
import { Card, Empty, Failed, Notice, PageHead, Skeleton } from "../ui/page";
import { Table } from "../ui/table";
import { Time } from "../ui/time";
import { Chip, Choice, FilterBar, MailState, Pager, StateTabs, useFilters, useLast, useNames, usePaged, type StateTab } from "./flow";
import { categories, noAnswers } from "./flow-words";

const ASK_MS = 10_000;

function Saying({ row }: { row: LedgerRow }) {
	if (row.state === "failed")
		return (
			<small>
				next try <Time at={row.next_try_at} fallback="soon" />
			</small>
		);
	if (row.state === "held" && row.wanted_case) return <small>wants to join {row.wanted_case}</small>;
	if (row.state === "parked" || row.state === "held") return <small>{categories[row.category]?.[0] ?? row.category}</small>;
	return null;
}

const teach: Record<string, [string, string]> = {
	parked: ["Nothing is parked", "Mail that can't be handled is set aside here with its reason, so that it holds up no other, and can be tried again once the reason is gone."],
	held: ["Nothing is held", "Mail whose sender may not be who he says waits here for a person, where the listener verifies senders."],
	failed: ["Nothing is to be tried again", "Where handling fails for the moment, the mail is tried again by itself and stands here until then."],
	received: ["Nothing is being handled", "Mail is here for the moment in which it is read."],
};

function NoMail({ filters }: { filters: Record<string, string> }) {
	const isAny = Object.keys(filters).length > 0;
	const [title, text] = teach[filters.state ?? ""] ?? (isAny ? ["Nothing fits", "No mail fits these filters."] : ["No mail came in yet", "As soon as a listener reads its first mail, it stands here with everything that was decided about it."]);
	return (
		<Card flush>
			<Empty
				icon="ledger"
				title={title}
				actions={
					!isAny && may("listeners.read") ? (
						<ButtonLink icon="listener" href="#/listeners">
							To the listeners
						</ButtonLink>
					) : undefined
				}
			>
				{text}
			</Empty>
		</Card>
	);
}

export default function Ledger() {
	const filters = useFilters("state", "listener", "category", "no_answer", "case", "message");
	const paged = usePaged<LedgerRow>("ledger", filters);
	const status = useQuery<Status>(session.value?.oversees ? "status" : null, () => json("/api/v1/status")).data;
	const listeners = useNames("listeners");
	useAsking(paged.again, ASK_MS);
	const shown = useLast(paged.data);
	const tabs: StateTab[] = [
		{ state: "", label: "All" },
		{ state: "done", label: "Handled" },
		{ state: "parked", label: "Parked", count: status?.incoming.parked, isBad: true },
		{ state: "held", label: "Held", count: status?.incoming.held, isBad: true },
		{ state: "failed", label: "Tried again", count: status?.incoming.retrying },
		{ state: "received", label: "Being handled" },
	];
	return (
		<>
			<PageHead title="Ledger" lead="Every mail that came in, what became of it, and why. Nothing is ever left out." />
			<StateTabs tabs={tabs} name="state" filters={filters} label="State" />
			<FilterBar isAny={!!(filters.listener || filters.category || filters.no_answer || filters.case || filters.message)} names={["listener", "category", "no_answer", "case", "message"]}>
				<Choice name="listener" label="Listener" all="All listeners" options={listeners} filters={filters} />
				{(filters.state === "parked" || filters.state === "held" || filters.category) && (
					<Choice name="category" label="Reason" all="Any reason" options={Object.entries(categories).map(([code, [text]]) => [code, text])} filters={filters} />
				)}
				{(filters.state === "done" || !filters.state || filters.no_answer) && (
					<Choice name="no_answer" label="Answer" all="Answered or not" options={Object.entries(noAnswers).map(([code, text]) => [code, `None: ${text}`])} filters={filters} />
				)}
				{filters.case && <Chip name="case">Of one case</Chip>}
				{filters.message && <Chip name="message">Of one message</Chip>}
			</FilterBar>
			{paged.problem && !paged.data ? (
				<Failed problem={paged.problem} again={paged.again} />
			) : !shown ? (
				<Skeleton rows={8} height={62} />
			) : !shown.items.length ? (
				<NoMail filters={filters} />
			) : (
				<>
					{paged.problem && <Notice tone="warn">{paged.problem.detail}</Notice>}
					<div class={paged.data ? undefined : "is-old"} aria-busy={!paged.data}>
						<Table
							label="Ledger"
							items={shown.items}
							id={(row) => row.id}
							href={(row) => `#/ledger/${row.id}`}
							columns={[
								{
									key: "mail",
									label: "Mail",
									cell: (row) => (
										<span class="two-lines">
											<span>{row.subject || "(no subject)"}</span>
											<small>{row.from ? `from ${row.from}` : row.message_id || "not read"}</small>
										</span>
									),
								},
								{
									key: "state",
									label: "What became of it",
									bare: true,
									width: "17rem",
									cell: (row) => (
										<span class="state-cell">
											<MailState state={row.state} outcome={row.outcome} />
											<Saying row={row} />
										</span>
									),
								},
								{ key: "listener", label: "Listener", least: 1, cell: (row) => row.listener },
								{ key: "at", label: "Came in", right: true, width: "9rem", cell: (row) => <Time at={row.received_at} /> },
							]}
						/>
					</div>
					<Pager paged={paged} filters={filters} />
				</>
			)}
		</>
	);
}
