/* What happened, the newest first; while the page stands at its begin, new events come in at the top. */
import { useEffect, useState } from "preact/hooks";
import { link, useAsking, useEvents } from "../api/live";
import { invalidateLists } from "../api/query";
import type { CloudEvent, List } from "../api/views";
import { href } from "../app/router";
import { mayAny } from "../app/session";
import { Button } from "../ui/button";
import { Icon } from "../ui/icon";
import { Badge, Card, Copyable, Empty, Failed, PageHead, Skeleton } from "../ui/page";
import { ofItself } from "../ui/short";
import { Time } from "../ui/time";
import { Chip, Choice, Exact, FilterBar, Pager, useFilters, useLast, useNames, usePaged } from "./flow";
import { eventIcon, eventTone, eventWords, groups, kindsOfEvents } from "./event-words";
import "../style/events.css";

const ASK_MS = 10_000;
const MORE_AT_MOST = 999;

type Data = Record<string, unknown>;

/* ---------------------------------------------------------------- one event */

const labels: Record<string, string> = {
	account: "Account",
	address: "Address",
	author: "By",
	by: "By",
	case_id: "Case",
	case_number: "Case's number",
	category: "Category",
	days: "Days left",
	diagnostic: "What the report says",
	error: "Error",
	expires_at: "Ends",
	latency_ms: "After",
	ledger: "Ledger row",
	listener: "Listener",
	message_id: "Message",
	open_until: "Until",
	outbox: "Outbox row",
	recipients: "Recipients",
	tries: "Tries",
	until: "Until",
	used_by: "Used by",
};

function label(key: string): string {
	const words = key.replace(/_/g, " ");
	return labels[key] ?? words.charAt(0).toUpperCase() + words.slice(1);
}

const kindPaths: Record<string, string> = { account: "accounts", listener: "listeners", sender: "accounts", inlet: "inlets", webhook: "webhooks", ledger: "ledger", outbox: "outbox", case_id: "cases", case_number: "cases" };

function Value({ name, value }: { name: string; value: unknown }) {
	if (value === null || value === undefined || value === "") return <span class="quiet">–</span>;
	const where = kindPaths[name];
	if (where && typeof value !== "object") return <a href={`#/${where}/${encodeURIComponent(String(value))}`}>{String(value)}</a>;
	if (name === "latency_ms") return <span class="num">{(Number(value) / 1000).toLocaleString("en")} s</span>;
	if (/_at$|until$/.test(name) && typeof value === "string") return <Exact at={value} />;
	if (Array.isArray(value)) return <>{value.map((item, i) => <Part key={i} value={item} />)}</>;
	if (typeof value === "object") return <Part value={value} />;
	return <>{String(value)}</>;
}

/* One of a list: "ann@customer.test: sent, 250 2.0.0 ok" */
function Part({ value }: { value: unknown }) {
	if (!value || typeof value !== "object") return <span class="part">{String(value)}</span>;
	const { address, ...rest } = value as Data;
	const said = Object.values(rest).filter((item) => item !== "" && item !== null && item !== 0 && typeof item !== "object");
	return (
		<span class="part">
			{address ? `${String(address)}: ` : ""}
			{said.join(", ")}
		</span>
	);
}

function addresses(data: Data): string {
	const list = Array.isArray(data.recipients) ? data.recipients : [];
	return list.map((item) => (typeof item === "object" && item ? String((item as Data).address ?? "") : String(item))).join(", ");
}

/* "operator anna"; empty: it isn't about a record. */
function recordOf(data: Data): string {
	return data.kind && data.id ? `${String(data.kind).replace(/_/g, " ")} ${String(data.id)}` : "";
}

/* Each thing once, and in one line. */
function told(data: Data): Data {
	const { kind, id, by, case_id, ...rest } = data;
	const record = recordOf(data);
	return {
		...(record ? { record } : { kind, id }),
		...(by === data.author ? {} : { by }),
		...(data.case_number ? {} : { case_id }),
		...rest,
	};
}

/* What a reader wants to know without opening it. */
function summary(event: CloudEvent, data: Data): string {
	const first = (data.error && ofItself(String(data.error))) ?? data.text ?? data.diagnostic ?? data.reason ?? data.address ?? data.listener ?? data.sender ?? data.webhook;
	const record = recordOf(data);
	/* Where there is no better name it is a number; a record's name is said with its kind. */
	const subject = event.subject !== data.account && event.subject !== data.id && !/^\d+$/.test(event.subject) ? event.subject : "";
	return [subject, record || (first === event.subject ? "" : first), addresses(data)].filter(Boolean).map(String).join(" · ");
}

function EventLine({ event, isNew }: { event: CloudEvent; isNew: boolean }) {
	const kind = event.type.replace(/^hauspost\./, "");
	const data = (event.data ?? {}) as Data;
	const rest = Object.entries(told(data)).filter(([, value]) => value !== undefined);
	return (
		<li class={isNew ? "is-new" : ""}>
			<details class="event">
				<summary>
					<span class={`event-icon is-${eventTone(kind)}`}>
						<Icon name={eventIcon(kind)} size={18} />
					</span>
					<span class="event-text">
						<strong>{eventWords(kind)}</strong>
						<span>{summary(event, data)}</span>
					</span>
					<span class="event-side">
						{data.account ? <span class="event-account">{String(data.account)}</span> : null}
						<Time at={event.time} />
					</span>
					<Icon name="down" size={16} />
				</summary>
				<div class="event-open">
					<dl class="facts">
						{rest.map(([key, value]) => (
							<div key={key}>
								<dt>{label(key)}</dt>
								<dd>
									<Value name={key} value={value} />
								</dd>
							</div>
						))}
						<div>
							<dt>Kind</dt>
							<dd>
								<a href={href("/events", { kind })}>{kind}</a>
							</dd>
						</div>
						<div>
							<dt>When</dt>
							<dd>
								<Exact at={event.time} /> <span class="quiet">· number {event.id}</span>
							</dd>
						</div>
					</dl>
					<Copyable label="The event as webhooks get it" text={JSON.stringify(event)} />
				</div>
			</details>
		</li>
	);
}

/* ---------------------------------------------------------------- live */

/* Whether an event of the stream belongs to the list; what isn't known for sure the server decides. */
function fits(type: string, data: Data, filters: Record<string, string>): boolean {
	const kind = type.replace(/^hauspost\./, "");
	if (filters.kind && !(filters.kind.endsWith(".*") ? kind.startsWith(filters.kind.slice(0, -1)) : kind === filters.kind)) return false;
	return !filters.account || data.account === filters.account;
}

export default function Events() {
	const filters = useFilters("kind", "account", "case");
	const paged = usePaged<CloudEvent>("events", filters);
	const accounts = useNames("accounts");
	const [paused, setPaused] = useState<List<CloudEvent> | null>(null);
	const [waiting, setWaiting] = useState(0);
	const [opened] = useState(() => Date.now());
	const wanted = JSON.stringify(filters);
	useEffect(() => {
		setPaused(null);
		setWaiting(0);
	}, [wanted, paged.isFirst]);
	useEvents((event) => {
		if (!paged.isFirst || !fits(event.type, event.data, filters)) return;
		if (paused) setWaiting((n) => n + 1);
		else invalidateLists("events");
	});
	useAsking(() => !paused && paged.again(), ASK_MS);
	const last = useLast(paged.data);
	const shown = paused ?? last;
	const isLive = link.value === "live" && paged.isFirst;
	const resume = () => {
		setPaused(null);
		setWaiting(0);
		paged.again();
	};
	const exact: [string, string][] = kindsOfEvents.map((kind) => [kind, eventWords(kind)]);
	return (
		<>
			<PageHead
				title="Events"
				lead={
					<>
						Whatever happens, in order. Programs follow the same events{mayAny("webhooks.manage") ? <> by <a href="#/webhooks">webhooks</a></> : " by webhooks"} or as a stream.
					</>
				}
				badge={paused ? <Badge tone="warn">Paused</Badge> : isLive ? <Badge tone="ok" dot>Live</Badge> : undefined}
				actions={
					isLive || paused ? (
						<Button icon={paused ? "play" : "pause"} onClick={() => (paused ? resume() : shown && setPaused(shown))}>
							{paused ? (waiting ? `Show ${waiting > MORE_AT_MOST ? `${MORE_AT_MOST}+` : waiting} new` : "Go on") : "Pause"}
						</Button>
					) : undefined
				}
			/>
			<FilterBar isAny={Object.keys(filters).length > 0} names={["kind", "account", "case"]}>
				<Choice name="kind" label="Kind" all="Everything" options={[...groups.map(([pattern, text]): [string, string] => [pattern, text]), ...exact.filter(([kind]) => kind === filters.kind)]} filters={filters} />
				<Choice name="account" label="Account" all="All accounts" options={accounts} filters={filters} />
				{filters.case && <Chip name="case">Case {filters.case}</Chip>}
			</FilterBar>
			{paged.problem && !paged.data && !paused ? (
				<Failed problem={paged.problem} again={paged.again} />
			) : !shown ? (
				<Skeleton rows={8} height={58} />
			) : !shown.items.length ? (
				<Card flush>
					<Empty icon="event" title={Object.keys(filters).length ? "Nothing fits" : "Nothing happened yet"}>
						{Object.keys(filters).length ? "No event of the last 30 days fits these filters." : "Each mail that comes in, is sent or fails, and each change of the set-up stands here for 30 days."}
					</Empty>
				</Card>
			) : (
				<Card flush>
					<ol class={`events${paused || paged.data ? "" : " is-old"}`} aria-busy={!paused && !paged.data}>
						{shown.items.map((event) => (
							<EventLine key={event.id} event={event} isNew={Date.parse(event.time ?? "") > opened} />
						))}
					</ol>
				</Card>
			)}
			<Pager paged={paged} filters={filters} />
		</>
	);
}
