/* What the lists of the mail's flow have in common: filters that stand in the address, pages, words for the states of
 * what is sent and what came in, steps in time. */
import "../style/flow.css";
import "../style/flow-mail.css";
import type { ComponentChildren } from "preact";
import { useRef } from "preact/hooks";
import { json } from "../api/client";
import { stateText } from "../api/mail";
import { useQuery, type Query } from "../api/query";
import { listRecords } from "../api/records";
import type { Document, List } from "../api/views";
import { href, place, setQuery } from "../app/router";
import { may } from "../app/session";
import { Button, ButtonLink } from "../ui/button";
import { Icon, type IconName } from "../ui/icon";
import { Badge, type Tone } from "../ui/page";
import { duration, Time } from "../ui/time";

/* ---------------------------------------------------------------- filters and pages */

export type Filters = Record<string, string>;

/* Those of `names` that the address has. */
export function useFilters(...names: string[]): Filters {
	const found: Filters = {};
	for (const name of names) {
		const value = place.value.query.get(name);
		if (value) found[name] = value;
	}
	return found;
}

const PAGE = 50;

export interface Paged<T> extends Query<List<T>> {
	/* Of the page behind this one. */
	older: string | null;
	isFirst: boolean;
}

/* `kind` is the list's path below /api/v1 and its key; `before` in the address is where a page begins. */
export function usePaged<T>(kind: string, filters: Filters): Paged<T> {
	const before = place.value.query.get("before") ?? "";
	const wanted = new URLSearchParams({ ...filters, limit: String(PAGE), ...(before ? { cursor: before } : {}) }).toString();
	const query = useQuery<List<T>>(`${kind}?${wanted}`, () => json(`/api/v1/${kind}?${wanted}`));
	return { ...query, older: query.data?.next ?? null, isFirst: !before };
}

export function Pager({ paged, filters }: { paged: Paged<unknown>; filters: Filters }) {
	if (!paged.older && paged.isFirst) return null;
	return (
		<nav class="pager" aria-label="Pages">
			{!paged.isFirst && (
				<ButtonLink small icon="up" href={href(place.value.path, filters)}>
					To the newest
				</ButtonLink>
			)}
			{paged.older && (
				<ButtonLink small icon="down" href={href(place.value.path, { ...filters, before: paged.older })}>
					Older
				</ButtonLink>
			)}
		</nav>
	);
}

export interface StateTab {
	state: string;
	label: string;
	count?: number | undefined;
	isBad?: boolean;
}

/* Tabs that are a filter; the other filters stay. */
export function StateTabs({ tabs, name, filters, label }: { tabs: StateTab[]; name: string; filters: Filters; label: string }) {
	const current = filters[name] ?? "";
	return (
		<nav class="tabs" aria-label={label}>
			{tabs.map((tab) => (
				<a
					key={tab.state}
					href={href(place.value.path, { ...filters, [name]: tab.state || undefined })}
					aria-current={tab.state === current ? "page" : undefined}
				>
					{tab.label}
					{!!tab.count && <span class={`count num${tab.isBad ? " is-bad" : ""}`}>{tab.count.toLocaleString("en")}</span>}
				</a>
			))}
		</nav>
	);
}

export function Choice({ name, label, all, options, filters }: {
	name: string;
	label: string;
	all: string;
	options: [string, string][];
	filters: Filters;
}) {
	const current = filters[name] ?? "";
	const known = !current || options.some(([value]) => value === current);
	return (
		<label class="choice">
			<span>{label}</span>
			<select class="input" value={current} onChange={(event) => setQuery({ [name]: event.currentTarget.value || undefined, before: undefined })}>
				<option value="">{all}</option>
				{!known && <option value={current}>{current}</option>}
				{options.map(([value, text]) => (
					<option key={value} value={value}>
						{text}
					</option>
				))}
			</select>
		</label>
	);
}

/* Accounts or listeners to choose from, by their names. */
export function useNames(kind: "accounts" | "listeners"): [string, string][] {
	const query = useQuery<List<Document>>(may(`${kind}.read`) ? kind : null, () => listRecords(kind));
	return (query.data?.items ?? []).map((item) => [String(item.id), String(item.name || item.id)]);
}

/* A filter that came with a link and has no field of its own: it can be taken away. */
export function Chip({ name, children }: { name: string; children: ComponentChildren }) {
	return (
		<span class="chip">
			<span>{children}</span>
			<button type="button" class="chip-close" aria-label="Show all" title="Show all" onClick={() => setQuery({ [name]: undefined, before: undefined })}>
				<Icon name="close" size={16} />
			</button>
		</span>
	);
}

export function FilterBar({ children, isAny, names }: { children: ComponentChildren; isAny: boolean; names: string[] }) {
	return (
		<div class="filter-bar">
			{children}
			{isAny && (
				<Button small look="quiet" icon="close" onClick={() => setQuery(Object.fromEntries([...names, "before"].map((name) => [name, undefined])))}>
					Clear filters
				</Button>
			)}
		</div>
	);
}

/* What was shown before stays until the new is there: nothing jumps when a filter changes. */
export function useLast<T>(value: T | undefined): T | undefined {
	const last = useRef(value);
	if (value !== undefined) last.current = value;
	return value ?? last.current;
}

/* ---------------------------------------------------------------- words */

export function LetterState({ state }: { state: string }) {
	const { label, tone } = stateText(state);
	return (
		<Badge tone={tone} dot>
			{label}
		</Badge>
	);
}

const outcomes: Record<string, [string, Tone]> = {
	created: ["Opened a case", "ok"],
	updated: ["Joined a case", "ok"],
	reopened: ["Reopened a case", "ok"],
	filed: ["Filed", "calm"],
	discarded: ["Discarded", "calm"],
	duplicate: ["Duplicate", "calm"],
	"too-large": ["Too large", "bad"],
	gone: ["Gone", "calm"],
};

const handling: Record<string, [string, Tone]> = {
	received: ["Being handled", "info"],
	failed: ["Tried again", "warn"],
	parked: ["Parked", "bad"],
	held: ["Held", "warn"],
	committed: ["Handled", "ok"],
	acknowledged: ["Handled", "ok"],
};

export function MailState({ state, outcome }: { state: string; outcome: string }) {
	const isDone = state === "committed" || state === "acknowledged";
	const [word, tone] = (isDone && outcomes[outcome]) || handling[state] || [state, "calm" as Tone];
	return (
		<Badge tone={tone} dot>
			{word}
		</Badge>
	);
}

/* ---------------------------------------------------------------- what happened, in order */

export interface Moment {
	at: string | null;
	text: ComponentChildren;
	detail?: ComponentChildren;
	icon?: IconName;
	tone?: Tone;
	/* Still to come. */
	ahead?: boolean;
}

/* The oldest first, each with the time since the one before where that says something. */
export function Timeline({ moments, gaps }: { moments: Moment[]; gaps?: boolean }) {
	return (
		<ol class="timeline">
			{moments.map((moment, i) => {
				const before = moments[i - 1]?.at;
				const passed = gaps && before && moment.at ? Date.parse(moment.at) - Date.parse(before) : NaN;
				return (
					<li key={i} class={`is-${moment.tone ?? "calm"}${moment.ahead ? " is-ahead" : ""}`}>
						<span class="timeline-mark">
							<Icon name={moment.icon ?? "check"} size={16} />
						</span>
						<div class="timeline-text">
							<strong>{moment.text}</strong>
							{moment.detail && <div>{moment.detail}</div>}
						</div>
						<span class="timeline-time">
							{Number.isNaN(passed) ? <Time at={moment.at} fallback="" /> : <span class="num quiet">+{duration(Math.max(0, passed))}</span>}
						</span>
					</li>
				);
			})}
		</ol>
	);
}

/* "Mon 12:04:31.204", for times that lie close to each other. */
export function Exact({ at }: { at: string | null }) {
	if (!at) return <span class="quiet">–</span>;
	const date = new Date(at);
	return (
		<time dateTime={at} class="num">
			{new Intl.DateTimeFormat("en-GB", { day: "numeric", month: "short", hour: "2-digit", minute: "2-digit", second: "2-digit" }).format(date)}
		</time>
	);
}
