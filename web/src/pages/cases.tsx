/* The list of cases. What is shown stands in the address, so that a link shows somebody else the same. */
import { useEffect, useLayoutEffect, useRef, useState } from "preact/hooks";
import { contactOf, upTo, useDesk } from "../api/mail";
import { useQuery } from "../api/query";
import type { CaseSummary, Desk, List } from "../api/views";
import { href, place, setQuery } from "../app/router";
import { may } from "../app/session";
import { Button, ButtonLink } from "../ui/button";
import { Icon } from "../ui/icon";
import { Badge, Card, Empty, Failed, PageHead, Skeleton } from "../ui/page";
import { Time } from "../ui/time";
import "../style/cases.css";

const PAGE = 50;
const COUNTED = 1000;
const TYPING_MS = 250;

/* ---------------------------------------------------------------- what is asked for */

interface View {
	id: string;
	label: string;
	query: Record<string, string>;
	count?: (desk: Desk) => number;
}

const views: View[] = [
	{ id: "open", label: "Open", query: { open: "true" } },
	{ id: "us", label: "Waiting for us", query: { waits_for: "us" }, count: (desk) => desk.waiting_for_us },
	{ id: "contact", label: "Waiting for them", query: { waits_for: "contact" }, count: (desk) => desk.waiting_for_contact },
	{ id: "resolved", label: "Resolved", query: { open: "false" } },
	{ id: "all", label: "All", query: {} },
];

const filters = ["type", "account", "status", "q", "sort"] as const;

const viewOf = (query: URLSearchParams): View => views.find((view) => view.id === query.get("view")) ?? views[0]!;

/* "?waits_for=us&account=support" */
function asked(query: URLSearchParams): string {
	const wanted = new URLSearchParams(viewOf(query).query);
	for (const name of filters) {
		const value = query.get(name)?.trim();
		if (value) wanted.set(name, value);
	}
	return wanted.toString();
}

/* ---------------------------------------------------------------- the parts */

function Views({ current, desk }: { current: View; desk: Desk | undefined }) {
	const query = Object.fromEntries(place.value.query);
	return (
		<nav class="tabs" aria-label="Which cases">
			{views.map((view) => {
				const count = desk && view.count?.(desk);
				return (
					<a
						key={view.id}
						href={href("/cases", { ...query, view: view.id === "open" ? undefined : view.id })}
						aria-current={view === current ? "page" : undefined}
					>
						{view.label}
						{!!count && <span class="count num">{count >= COUNTED ? `${COUNTED - 1}+` : count}</span>}
					</a>
				);
			})}
		</nav>
	);
}

/* A choice among less than `least` is none. */
function Choice({ name, label, all, options, least = 2 }: { name: string; label: string; all: string; options: [string, string][]; least?: number }) {
	const value = place.value.query.get(name) ?? "";
	if (options.length < least && !value) return null;
	return (
		<label class="case-choice">
			<span class="seen-only-by-readers">{label}</span>
			<select class={`input${value ? " is-set" : ""}`} value={value} onChange={(event) => setQuery({ [name]: event.currentTarget.value || undefined })}>
				<option value="">{all}</option>
				{options.map(([word, text]) => (
					<option key={word} value={word}>
						{text}
					</option>
				))}
			</select>
		</label>
	);
}

function Words() {
	const inAddress = place.value.query.get("q") ?? "";
	const [text, setText] = useState(inAddress);
	const timer = useRef(0);
	/* What we wrote into the address ourselves isn't taken from it: it may be older than what is typed. */
	const own = useRef(inAddress);
	useEffect(() => {
		if (inAddress === own.current) return;
		own.current = inAddress;
		clearTimeout(timer.current);
		setText(inAddress);
	}, [inAddress]);
	const take = (value: string) => {
		setText(value);
		clearTimeout(timer.current);
		timer.current = window.setTimeout(() => {
			own.current = value;
			setQuery({ q: value || undefined });
		}, TYPING_MS);
	};
	useEffect(() => () => clearTimeout(timer.current), []);
	return (
		<label class="list-filter">
			<span class="seen-only-by-readers">Filter by number, subject, contact or field</span>
			<Icon name="search" size={18} />
			<input
				class="input"
				type="search"
				placeholder="Number, subject, contact"
				value={text}
				onInput={(event) => take(event.currentTarget.value)}
				onKeyDown={(event) => {
					if (event.key === "Escape") take("");
					if (event.key === "ArrowDown") document.querySelector<HTMLElement>(".case-row a")?.focus();
				}}
			/>
		</label>
	);
}

function Filters({ desk }: { desk: Desk | undefined }) {
	const query = place.value.query;
	const types = (desk?.case_types ?? []).map((type): [string, string] => [type.id, type.name]);
	const statuses = new Map<string, string>();
	for (const type of desk?.case_types ?? [])
		if (!query.get("type") || query.get("type") === type.id) for (const status of type.statuses) statuses.set(status.id, status.name || status.id);
	const isSet = filters.some((name) => query.get(name));
	return (
		<div class="case-filters" role="search" aria-label="Filter cases">
			<Words />
			<Choice name="account" label="Account" all="All accounts" options={(desk?.accounts ?? []).map((account) => [account.id, account.name])} />
			<Choice name="type" label="Case type" all="All case types" options={types} />
			<Choice name="status" label="Status" all="All statuses" options={[...statuses]} />
			<Choice name="sort" label="Order" all="Last changed first" least={1} options={[["created", "Last opened first"]]} />
			{isSet && (
				<Button look="quiet" small icon="close" onClick={() => setQuery(Object.fromEntries(filters.map((name) => [name, undefined])))}>
					Clear
				</Button>
			)}
		</div>
	);
}

export function StatusBadge({ item }: { item: Pick<CaseSummary, "resolved" | "status" | "status_name" | "waits_for"> }) {
	return (
		<Badge tone={item.resolved ? "calm" : item.waits_for === "us" ? "info" : "ok"} dot={!item.resolved}>
			{item.status_name || item.status}
		</Badge>
	);
}

function Row({ item }: { item: CaseSummary }) {
	const ours = item.waits_for === "us";
	return (
		<li class={`case-row${ours ? " is-ours" : ""}`}>
			<span class="case-turn" title={ours ? "Waiting for us" : item.waits_for ? "Waiting for them" : "Resolved"} aria-hidden="true" />
			<span class="case-contact">{contactOf(item)}</span>
			<a class="case-link" href={`#/cases/${encodeURIComponent(item.number)}`}>
				<span class="case-subject">{item.subject || "No subject"}</span>
				{ours && <span class="seen-only-by-readers">, waiting for us</span>}
			</a>
			<span class="case-number num">{item.number}</span>
			<span class="case-count num quiet" title={`${item.messages} ${item.messages === 1 ? "message" : "messages"}`}>
				<Icon name="mail" size={16} />
				{item.messages}
				<span class="seen-only-by-readers"> messages</span>
			</span>
			<span class="case-status">
				<StatusBadge item={item} />
			</span>
			<span class="case-time quiet">
				<Time at={item.updated_at} />
			</span>
		</li>
	);
}

/* j and k, the arrows, Home and End go from row to row; Enter opens. */
function move(event: KeyboardEvent): void {
	const target = event.target as HTMLElement;
	if (event.altKey || event.ctrlKey || event.metaKey || target.closest("input, select, textarea, dialog, [role=menu]")) return;
	const links = [...document.querySelectorAll<HTMLElement>(".case-row a")];
	const at = links.indexOf(document.activeElement as HTMLElement);
	const to = { j: at + 1, k: at < 0 ? 0 : at - 1, ArrowDown: at < 0 ? undefined : at + 1, ArrowUp: at < 0 ? undefined : at - 1, Home: at < 0 ? undefined : 0, End: at < 0 ? undefined : links.length - 1 }[event.key];
	if (to === undefined || !links[to]) return;
	event.preventDefault();
	links[to]!.focus();
	links[to]!.scrollIntoView({ block: "nearest" });
}

function Nothing({ view, desk }: { view: View; desk: Desk | undefined }) {
	const query = place.value.query;
	if (filters.some((name) => name !== "sort" && query.get(name)))
		return (
			<Empty icon="search" title="No case fits" actions={<Button onClick={() => setQuery(Object.fromEntries(filters.map((name) => [name, undefined])))}>Clear the filter</Button>}>
				{query.get("q") ? (
					<>
						Numbers, subjects, contacts and fields are looked through here. <a href={href("/search", { q: query.get("q")! })}>Search the mail itself for “{query.get("q")}”</a>.
					</>
				) : (
					"Take something out of the filter, or look at all cases."
				)}
			</Empty>
		);
	if (view.id === "us" && (desk?.accounts.length ?? 0) > 0)
		return (
			<Empty icon="ok" title="Nobody waits for you">
				Every open case was answered. New mail appears here by itself.
			</Empty>
		);
	if (view.id !== "open" && view.id !== "all")
		return <Empty icon="cases" title={view.id === "contact" ? "No customer’s turn" : "Nothing is resolved yet"}>{view.id === "contact" ? "A case comes here when you have answered, and leaves it when they write." : "Cases come here when their status says that the work is done."}</Empty>;
	const begins = may("accounts.manage") && may("listeners.manage");
	return (
		<Empty
			icon="cases"
			title={desk?.accounts.length || !begins ? "No open cases" : "Mail becomes cases here"}
			actions={
				begins && (
					<ButtonLink look="primary" icon="wand" href="#/wizard">
						Set up a mailbox
					</ButtonLink>
				)
			}
		>
			A case is a conversation with a number: the first mail opens it, every answer joins it, whoever writes. {begins && "The wizard leads from an address to the first case in about two minutes."}
		</Empty>
	);
}

/* ---------------------------------------------------------------- the page */

/* What was there last stays while something else is fetched. */
function useLatest<T>(value: T | undefined): T | undefined {
	const kept = useRef(value);
	if (value !== undefined) kept.current = value;
	return kept.current;
}

/* Where the list was left, for the way back from a case. */
export const listPlace = { hash: "#/cases", scroll: 0 };
let leftAt = 0;
window.addEventListener("scroll", () => location.hash.startsWith("#/cases") && !location.hash.startsWith("#/cases/") && (leftAt = window.scrollY), { passive: true });

export default function Cases() {
	const query = place.value.query;
	const view = viewOf(query);
	const wanted = asked(query);
	const many = useRef(PAGE);
	const key = useRef(wanted);
	if (key.current !== wanted) {
		key.current = wanted;
		many.current = PAGE;
	}
	const [busy, setBusy] = useState(false);
	const desk = useDesk().data;
	const list = useQuery<List<CaseSummary>>(`cases?${wanted}`, () => upTo<CaseSummary>(`/api/v1/cases?${wanted}`, many.current).finally(() => setBusy(false)));
	const data = useLatest(list.data);
	useLayoutEffect(() => {
		window.addEventListener("keydown", move);
		return () => window.removeEventListener("keydown", move);
	}, []);
	useEffect(() => {
		/* Behind the page's own going to its top. */
		if (listPlace.hash === location.hash && listPlace.scroll) setTimeout(() => window.scrollTo(0, listPlace.scroll));
		return () => {
			listPlace.scroll = leftAt;
		};
	}, []);
	useEffect(() => {
		listPlace.hash = location.hash;
	}, [place.value]);
	const more = () => {
		many.current = (data?.items.length ?? 0) + PAGE;
		setBusy(true);
		list.renew();
	};
	return (
		<>
			<PageHead
				title="Cases"
				actions={
					may("mail.send") && (
						<ButtonLink look="primary" icon="edit" href="#/mail/new" data-key="n">
							New mail
						</ButtonLink>
					)
				}
			/>
			<div class="case-head">
				<Views current={view} desk={desk} />
				<Filters desk={desk} />
			</div>
			{list.problem && !list.data ? (
				<Failed problem={list.problem} again={list.again} />
			) : !data ? (
				<Skeleton rows={8} height={57} />
			) : !data.items.length ? (
				<Card flush>
					<Nothing view={view} desk={desk} />
				</Card>
			) : (
				<div class={`case-list${list.data ? "" : " is-old"}`} aria-busy={!list.data}>
					<ul aria-label={`Cases: ${view.label}`}>
						{data.items.map((item) => (
							<Row key={item.id} item={item} />
						))}
					</ul>
					{data.next && (
						<div class="case-more">
							<Button busy={busy} onClick={more}>
								Show more
							</Button>
						</div>
					)}
				</div>
			)}
		</>
	);
}
