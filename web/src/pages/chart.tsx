/* Charts of counts over time, drawn as SVG: bars for what was counted in a step, marks for how something stood. The
 * plot is a slider for the keyboard: ← and → go from step to step and the step's figures are read out; the numbers
 * behind it stand in a table. Heights are fixed, so that nothing moves when figures come. */
import { useId, useRef, useState } from "preact/hooks";
import { Icon } from "../ui/icon";

export interface Series {
	name: string;
	/* 1 to 4: the colours of tokens.css. */
	colour: 1 | 2 | 3 | 4;
	values: (number | null)[];
	/* bar: on top of those before; mark: a line across the step; span: a bar behind the others, from the ground. */
	look: "bar" | "mark" | "span";
}

export interface ChartProps {
	title: string;
	/* In one sentence, below the title. */
	lead: string;
	series: Series[];
	/* The begin of each step, Unix ms. */
	steps: number[];
	stepMs: number;
	say: (value: number) => string;
	/* The highest line of the grid for a value. */
	ceiling: (value: number) => number;
	/* What stands beside a series in the legend. */
	total?: ((series: Series) => string) | undefined;
	empty: string;
}

/* 1, 2, 3, 5, 10, 20 … so that halves are whole where that matters. */
export function niceCount(value: number): number {
	if (value <= 2) return 2;
	const power = 10 ** Math.floor(Math.log10(value));
	return [1, 2, 4, 6, 8, 10].map((n) => n * power).find((n) => n >= value)!;
}

const spans = [100, 200, 500, 1000, 2000, 4000, 10_000, 20_000, 30_000, 60_000, 120_000, 300_000, 600_000, 1_800_000, 3_600_000, 7_200_000, 14_400_000, 43_200_000, 86_400_000];

export function niceSpan(value: number): number {
	return spans.find((n) => n >= value) ?? Math.ceil(value / 86_400_000) * 86_400_000;
}

const hour = new Intl.DateTimeFormat("en-GB", { hour: "2-digit", minute: "2-digit" });
const weekday = new Intl.DateTimeFormat("en-GB", { weekday: "short" });

function stepName(at: number, stepMs: number): string {
	const times = `${hour.format(at)}–${hour.format(at + stepMs)}`;
	return Date.now() - at > 20 * 3_600_000 ? `${weekday.format(at)} ${times}` : times;
}

/* Four or five names along the time. */
function tickNames(steps: number[], stepMs: number): string[] {
	const names: string[] = [];
	const isLong = steps.length * stepMs > 2 * 86_400_000;
	for (let i = 0; i < 4; i++) names.push((isLong ? weekday : hour).format(steps[Math.floor((i * steps.length) / 4)] ?? 0));
	return names;
}

/* ---------------------------------------------------------------- the drawing */

const HIGH = 100;
const SIDE = 0.14;

function Shapes({ series, top, at }: { series: Series[]; top: number; at: number }) {
	const y = (value: number) => HIGH - (value / top) * HIGH;
	const ground = series[0]!.values.map(() => 0);
	const shapes = [];
	for (const one of series) {
		const marks: string[] = [];
		for (let i = 0; i < one.values.length; i++) {
			const value = one.values[i];
			if (!value) continue;
			const left = i + SIDE;
			const right = i + 1 - SIDE;
			if (one.look === "mark") {
				marks.push(`M${left} ${y(value)}H${right}`);
				continue;
			}
			const below = one.look === "bar" ? ground[i]! : 0;
			marks.push(`M${left} ${y(below)}V${y(below + value)}H${right}V${y(below)}z`);
			if (one.look === "bar") ground[i] = below + value;
		}
		shapes.push(<path key={one.name} d={marks.join("")} class={`chart-${one.look} colour-${one.colour}`} vector-effect="non-scaling-stroke" />);
	}
	return (
		<>
			{at >= 0 && <rect class="chart-here" x={at} y={0} width={1} height={HIGH} />}
			{shapes}
		</>
	);
}

function Swatch({ series }: { series: Series }) {
	return (
		<svg class="swatch" width="12" height="12" viewBox="0 0 12 12" aria-hidden="true">
			{series.look === "mark" ? <path d="M0 6H12" class={`chart-mark colour-${series.colour}`} /> : <rect width="12" height="12" rx="3" class={`chart-${series.look} colour-${series.colour}`} />}
		</svg>
	);
}

/* "500 ms", "30 s", "2.5 min" */
export function spanWords(ms: number): string {
	const short = (value: number) => value.toLocaleString("en", { maximumFractionDigits: value < 10 ? 1 : 0 });
	if (ms < 1000) return `${Math.round(ms)} ms`;
	if (ms < 60_000) return `${short(ms / 1000)} s`;
	if (ms < 3_600_000) return `${short(ms / 60_000)} min`;
	return ms < 86_400_000 ? `${short(ms / 3_600_000)} h` : `${short(ms / 86_400_000)} d`;
}

export function Chart({ title, lead, series, steps, stepMs, say, ceiling, total, empty }: ChartProps) {
	const id = useId();
	const plot = useRef<HTMLDivElement>(null);
	const [at, setAt] = useState(-1);
	const [open, setOpen] = useState(false);
	const sums = steps.map((_, i) => series.filter((one) => one.look === "bar").reduce((sum, one) => sum + (one.values[i] ?? 0), 0));
	const others = series.filter((one) => one.look !== "bar").flatMap((one) => one.values.map((value) => value ?? 0));
	const top = ceiling(Math.max(...sums, ...others, 0));
	const isEmpty = Math.max(...sums, ...others, 0) === 0;
	const last = steps.length - 1;
	const figures = (i: number) =>
		series
			.filter((one) => one.values[i] !== null && one.values[i] !== undefined)
			.map((one) => `${one.name} ${say(one.values[i]!)}`)
			.join(", ") || "nothing";
	const here = at >= 0 ? `${stepName(steps[at]!, stepMs)}: ${figures(at)}` : "";
	const keys = (event: KeyboardEvent) => {
		const to = { ArrowLeft: at < 0 ? last : at - 1, ArrowRight: at + 1, Home: 0, End: last, Escape: -1 }[event.key];
		if (to === undefined) return;
		event.preventDefault();
		setAt(event.key === "Escape" ? -1 : Math.max(0, Math.min(last, to)));
	};
	const point = (event: PointerEvent) => {
		const box = plot.current!.getBoundingClientRect();
		setAt(Math.max(0, Math.min(last, Math.floor(((event.clientX - box.left) / box.width) * steps.length))));
	};
	return (
		<section class="card chart" aria-labelledby={`${id}-title`}>
			<header class="chart-head">
				<h3 id={`${id}-title`}>{title}</h3>
				<button type="button" class="chart-more" aria-expanded={open} aria-controls={open ? `${id}-numbers` : undefined} aria-label={`Numbers: ${title}`} onClick={() => setOpen(!open)}>
					Numbers
					<Icon name={open ? "up" : "down"} size={16} />
				</button>
				<p class="quiet" aria-hidden={here ? "true" : undefined}>
					{here || lead}
				</p>
			</header>
			<div class="chart-body">
				<div class="chart-scale num" aria-hidden="true">
					<span>{say(top)}</span>
					<span>{say(top / 2)}</span>
					<span>{say(0)}</span>
				</div>
				<div
					class="chart-plot"
					ref={plot}
					role="slider"
					tabIndex={0}
					aria-label={`${title}: ${lead}`}
					aria-valuemin={0}
					aria-valuemax={last}
					aria-valuenow={at < 0 ? last : at}
					aria-valuetext={here || lead}
					onKeyDown={keys}
					onPointerMove={point}
					onPointerLeave={() => setAt(-1)}
					onFocus={(event) => event.currentTarget.matches(":focus-visible") && setAt(last)}
					onBlur={() => setAt(-1)}
				>
					<svg viewBox={`0 0 ${steps.length} ${HIGH}`} preserveAspectRatio="none" aria-hidden="true">
						<path d={`M0 0H${steps.length}M0 50H${steps.length}`} class="chart-grid" vector-effect="non-scaling-stroke" />
						<Shapes series={series} top={top} at={at} />
						<path d={`M0 ${HIGH}H${steps.length}`} class="chart-ground" vector-effect="non-scaling-stroke" />
					</svg>
					{isEmpty && <span class="chart-empty">{empty}</span>}
				</div>
				<div class="chart-ticks num" aria-hidden="true">
					{tickNames(steps, stepMs).map((name, i) => (
						<span key={i}>{name}</span>
					))}
				</div>
			</div>
			<ul class="legend">
				{series.map((one) => (
					<li key={one.name}>
						<Swatch series={one} />
						<span>{one.name}</span>
						{total && <strong class="num">{total(one)}</strong>}
					</li>
				))}
			</ul>
			{open && <Numbers id={`${id}-numbers`} title={title} series={series} steps={steps} stepMs={stepMs} say={say} />}
		</section>
	);
}

function Numbers({ id, title, series, steps, stepMs, say }: { id: string } & Pick<ChartProps, "title" | "series" | "steps" | "stepMs" | "say">) {
	return (
		<div id={id} class="chart-table" tabIndex={0} role="group" aria-label={`${title}, step by step`}>
			<table class="table">
				<thead>
					<tr>
						<th scope="col">Time</th>
						{series.map((one) => (
							<th key={one.name} scope="col" class="is-right">
								{one.name}
							</th>
						))}
					</tr>
				</thead>
				<tbody>
					{steps.map((at, i) => (
						<tr key={at}>
							<th scope="row">{stepName(at, stepMs)}</th>
							{series.map((one) => (
								<td key={one.name} class="is-right num">
									{one.values[i] === null || one.values[i] === undefined ? "–" : say(one.values[i]!)}
								</td>
							))}
						</tr>
					))}
				</tbody>
			</table>
		</div>
	);
}
