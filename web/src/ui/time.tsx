/* Times: how long ago or how far ahead, with the exact one as title. They move by themselves. */
import { signal } from "@preact/signals";

const now = signal(Date.now());
setInterval(() => (now.value = Date.now()), 20_000);

const relative = new Intl.RelativeTimeFormat("en", { numeric: "auto", style: "long" });
const exact = new Intl.DateTimeFormat("en-GB", { dateStyle: "full", timeStyle: "long" });
const day = new Intl.DateTimeFormat("en-GB", { day: "numeric", month: "short", year: "numeric" });

const steps: [Intl.RelativeTimeFormatUnit, number][] = [
	["minute", 60],
	["hour", 3600],
	["day", 86_400],
	["month", 2_629_800],
	["year", 31_557_600],
];

export function relativeTime(at: number, from: number): string {
	const seconds = (at - from) / 1000;
	const size = Math.abs(seconds);
	if (size < 45) return seconds <= 0 ? "just now" : "in a moment";
	let chosen = steps[0]!;
	for (const step of steps) if (size >= step[1] * 0.95) chosen = step;
	return relative.format(Math.round(seconds / chosen[1]), chosen[0]);
}

export function Time({ at, fallback = "never" }: { at: string | null | undefined; fallback?: string }) {
	const ms = at ? Date.parse(at) : NaN;
	if (Number.isNaN(ms)) return <span class="quiet">{fallback}</span>;
	/* The clock moves in steps; what has just happened isn't ahead of it. */
	const from = Math.max(now.value, Date.now());
	return (
		<time dateTime={at!} title={exact.format(ms)} class="num">
			{relativeTime(ms, from)}
		</time>
	);
}

export function Day({ at, fallback = "–" }: { at: string | null | undefined; fallback?: string }) {
	const ms = at ? Date.parse(at) : NaN;
	if (Number.isNaN(ms)) return <span class="quiet">{fallback}</span>;
	return (
		<time dateTime={at!} title={exact.format(ms)} class="num">
			{day.format(ms)}
		</time>
	);
}

/* "42 ms", "1.3 s" */
export function duration(ms: number): string {
	if (ms < 1000) return `${Math.round(ms)} ms`;
	if (ms < 60_000) return `${(ms / 1000).toFixed(1)} s`;
	return `${Math.round(ms / 60_000)} min`;
}
