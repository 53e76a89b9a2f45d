/* The overview's charts: what came in, how soon it was a case, what went out, what failed. */
import { json } from "../api/client";
import { useAsking } from "../api/live";
import { useQuery } from "../api/query";
import type { Statistics } from "../api/views";
import { href, place } from "../app/router";
import { Failed } from "../ui/page";
import { Chart, niceCount, niceSpan, spanWords, type Series } from "./chart";
import { useLast } from "./flow";
import "../style/charts.css";

const ASK_MS = 60_000;
/* Beyond so many listeners the rest is one. */
const LINES = 3;

interface Span {
	id: string;
	label: string;
	words: string;
	stepS: number;
	steps: number;
}

const spans: Span[] = [
	{ id: "hour", label: "Hour", words: "in the last hour", stepS: 300, steps: 12 },
	{ id: "day", label: "Day", words: "in the last day", stepS: 3600, steps: 24 },
	{ id: "week", label: "Week", words: "in the last week", stepS: 6 * 3600, steps: 28 },
];

const count = (value: number) => Math.round(value).toLocaleString("en");
const many = (n: number, one: string, more: string) => `${n.toLocaleString("en")} ${n === 1 ? one : more}`;

const sumOf = (values: (number | null)[]) => values.reduce<number>((sum, value) => sum + (value ?? 0), 0);

/* ---------------------------------------------------------------- the figures */

function ofKind(statistics: Statistics, kind: string) {
	return statistics.series.filter((one) => one.series === kind).sort((a, b) => a.name.localeCompare(b.name));
}

function together(lists: (number | null)[][], steps: number): number[] {
	return Array.from({ length: steps }, (_, i) => lists.reduce((sum, values) => sum + (values[i] ?? 0), 0));
}

const valuesOf = (one: Statistics["series"][number]) => one.values as (number | null)[];

/* A bar for each of the busiest, and one for all others. */
function byName(statistics: Statistics, kind: string, steps: number): Series[] {
	const all = ofKind(statistics, kind);
	const busy = [...all].sort((a, b) => sumOf(valuesOf(b)) - sumOf(valuesOf(a))).slice(0, LINES);
	const shown = all.filter((one) => busy.includes(one));
	const rest = all.filter((one) => !busy.includes(one));
	const series = shown.map((one, i): Series => ({ name: one.name, colour: ([1, 2, 3] as const)[i]!, values: valuesOf(one), look: "bar" }));
	if (rest.length) series.push({ name: `${rest.length} others`, colour: 4, values: together(rest.map(valuesOf), steps), look: "bar" });
	return series.length ? series : [{ name: "Mail", colour: 1, values: together([], steps), look: "bar" }];
}

function all(statistics: Statistics, kind: string, steps: number): number[] {
	return together(ofKind(statistics, kind).map(valuesOf), steps);
}

/* The slowest of those steps in which anything came. */
function latencyOf(statistics: Statistics, part: string, steps: number): (number | null)[] {
	const found = ofKind(statistics, `latency_all_${part}`)[0];
	return found ? valuesOf(found) : Array.from({ length: steps }, () => null);
}

function middle(values: (number | null)[]): number | null {
	const known = values.filter((value): value is number => value !== null).sort((a, b) => a - b);
	return known.length ? known[Math.floor(known.length / 2)]! : null;
}

/* ---------------------------------------------------------------- the charts */

function Charts({ statistics, span }: { statistics: Statistics; span: Span }) {
	const stepMs = statistics.step_s * 1000;
	const from = Date.parse(statistics.from!);
	const n = Math.ceil((Date.parse(statistics.to!) - from) / stepMs);
	const common = { steps: Array.from({ length: n }, (_, i) => from + i * stepMs), stepMs };
	const counted = { ...common, say: count, ceiling: niceCount, total: (one: Series) => count(one.look === "bar" ? sumOf(one.values) : (one.values[n - 1] ?? 0)) };
	const intake = byName(statistics, "received", n);
	const came = intake.reduce((sum, one) => sum + sumOf(one.values), 0);
	const half = latencyOf(statistics, "p50", n);
	const most = latencyOf(statistics, "p95", n);
	const typical = middle(half);
	const sent = all(statistics, "sent", n);
	const queued = all(statistics, "queued", n);
	const failures: Series[] = [
		{ name: "Parked", colour: 2, values: all(statistics, "parked", n), look: "bar" },
		{ name: "Not sent", colour: 4, values: all(statistics, "failed", n), look: "bar" },
		{ name: "Came back", colour: 3, values: all(statistics, "bounced", n), look: "bar" },
		{ name: "Connections", colour: 1, values: all(statistics, "failures", n), look: "bar" },
	];
	const failed = failures.reduce((sum, one) => sum + sumOf(one.values), 0);
	return (
		<div class="charts">
			<Chart {...counted} title="Mail that came in" lead={`${many(came, "mail", "mails")} ${span.words}`} series={intake} empty="No mail came in" />
			<Chart
				{...common}
				title="From arrival to case"
				lead={typical === null ? "Nothing to measure yet" : `Typically ${spanWords(typical)}`}
				say={(value) => (value ? spanWords(value) : "0")}
				ceiling={niceSpan}
				series={[
					{ name: "95 of 100 mails", colour: 3, values: most, look: "span" },
					{ name: "Half of the mails", colour: 1, values: half, look: "mark" },
				]}
				empty="No mail became a case"
			/>
			<Chart
				{...counted}
				title="Outbox"
				lead={`${many(sumOf(sent), "mail", "mails")} sent ${span.words}`}
				series={[
					{ name: "Sent", colour: 1, values: sent, look: "bar" },
					{ name: "Waiting", colour: 2, values: queued, look: "mark" },
				]}
				empty="Nothing was sent"
			/>
			<Chart {...counted} title="Failures" lead={failed ? `${many(failed, "failure", "failures")} ${span.words}` : `None ${span.words}`} series={failures} empty="Nothing failed" />
		</div>
	);
}

function Waiting() {
	return (
		<div class="charts" aria-busy="true" aria-label="Loading">
			{[0, 1, 2, 3].map((i) => (
				<section key={i} class="card chart is-waiting" />
			))}
		</div>
	);
}

export function FlowCharts() {
	const span = spans.find((one) => one.id === place.value.query.get("span")) ?? spans[1]!;
	/* Whole steps up to the one that has just begun; asked for by the span, so that the key stays the same. */
	const query = useQuery<Statistics>(`statistics?span=${span.id}`, () => {
		const step = span.stepS * 1000;
		const from = Math.floor(Date.now() / step) * step - (span.steps - 1) * step;
		return json(`/api/v1/statistics?step=${span.stepS}&from=${new Date(from).toISOString()}`);
	});
	useAsking(query.again, ASK_MS, ASK_MS);
	const last = useLast(query.data && { statistics: query.data, span });
	return (
		<section class="stack is-tight" aria-labelledby="flow-charts">
			<div class="spread-row">
				<h2 id="flow-charts">Over time</h2>
				<nav class="switch" aria-label="Time shown">
					{spans.map((one) => (
						<a key={one.id} href={href("/", { span: one.id === "day" ? undefined : one.id })} aria-current={one === span ? "page" : undefined}>
							{one.label}
						</a>
					))}
				</nav>
			</div>
			{query.problem && !last ? <Failed problem={query.problem} again={query.again} /> : last ? <Charts {...last} /> : <Waiting />}
		</section>
	);
}
