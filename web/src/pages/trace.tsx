/* What is said on the connections of a listener, an account or an inlet: switched on for a time, read while it comes. */
import { useEffect, useRef, useState } from "preact/hooks";
import { asProblem } from "../api/problem";
import { json } from "../api/client";
import { Button, ButtonLink } from "../ui/button";
import { COPY_BY_HAND, copyText } from "../ui/copy";
import { Badge, Card, Notice } from "../ui/page";
import { say, sayProblem } from "../ui/toast";
import "../style/trace.css";

/* GET and POST …/trace: the switch, and the lines from byte `from` of the transcript up to `next`. */
interface Trace {
	on: boolean;
	author: string;
	since: string | null;
	until: string | null;
	text: string;
	from: number;
	next: number;
}

const LOOK_MS = 1000;
const AFTER_MS = 3000; /* what was said last comes a moment after the end */
const MOST_LINES = 4000; /* on the page; the file has all */

const spans: [number, string][] = [
	[30, "30 minutes"],
	[120, "2 hours"],
	[1440, "24 hours"],
];

export function timeLeft(ms: number): string {
	const seconds = Math.max(Math.ceil(ms / 1000), 0);
	if (seconds < 60) return `${seconds} s left`;
	const minutes = Math.ceil(seconds / 60);
	if (minutes < 100) return `${minutes} min left`;
	return `${Math.floor(minutes / 60)} h ${minutes % 60} min left`;
}

interface Followed {
	trace: Trace | null;
	lines: string[];
	problem: string;
	change: (on: boolean, minutes: number) => Promise<void>;
}

/* Asks each second while the trace is on and the page is looked at. */
function useTrace(path: string): Followed {
	const [trace, setTrace] = useState<Trace | null>(null);
	const [lines, setLines] = useState<string[]>([]);
	const [problem, setProblem] = useState("");
	const place = useRef({ next: 0, since: "" as string | null });
	const endedAt = useRef(0);
	/* Until it is known otherwise it is on. */
	const isOn = useRef(true);
	const changes = useRef(0);
	const look = async () => {
		const before = changes.current;
		let now = await json<Trace>(`${path}?from=${place.current.next}`);
		if (now.since !== place.current.since && place.current.next) now = await json<Trace>(`${path}?from=0`);
		if (now.since !== place.current.since) setLines([]);
		place.current = { next: now.next, since: now.since };
		const fresh = now.text.split("\n").filter((line) => line);
		if (fresh.length) setLines((before) => [...before, ...fresh].slice(-MOST_LINES));
		setProblem("");
		/* Switched meanwhile, it stands otherwise by now. */
		if (before !== changes.current) return;
		isOn.current = now.on;
		if (now.on || fresh.length) endedAt.current = Date.now();
		setTrace(now);
	};
	useEffect(() => {
		let gone = false;
		let timer = 0;
		const again = async () => {
			const wanted = document.visibilityState === "visible" && (isOn.current || Date.now() - endedAt.current < AFTER_MS);
			try {
				if (wanted) await look();
			} catch (reason) {
				const found = asProblem(reason);
				if (found.status >= 400 && found.status < 500) isOn.current = false;
				if (!gone) setProblem(found.detail);
			}
			if (!gone) timer = window.setTimeout(() => void again(), LOOK_MS);
		};
		place.current = { next: 0, since: "" };
		endedAt.current = Date.now();
		isOn.current = true;
		setLines([]);
		setTrace(null);
		void again();
		return () => {
			gone = true;
			clearTimeout(timer);
		};
	}, [path]);
	const change = async (on: boolean, minutes: number) => {
		const now = await json<Trace>(path, { method: "POST", body: { on, minutes } });
		changes.current++;
		endedAt.current = Date.now();
		isOn.current = now.on;
		setTrace(now);
	};
	return { trace, lines, problem, change };
}

/* Stays at the end as long as its reader does. */
function Lines({ lines }: { lines: string[] }) {
	const box = useRef<HTMLPreElement>(null);
	const atEnd = useRef(true);
	useEffect(() => {
		if (box.current && atEnd.current) box.current.scrollTop = box.current.scrollHeight;
	}, [lines]);
	return (
		<pre
			class="trace-lines"
			ref={box}
			tabIndex={0}
			role="log"
			aria-label="What was said"
			onScroll={(event) => {
				const { scrollTop, scrollHeight, clientHeight } = event.currentTarget;
				atEnd.current = scrollTop + clientHeight > scrollHeight - 24;
			}}
		>
			{lines.map((line, i) => (
				<span key={i} class={/^\S+ \S+ C: /.test(line) ? "is-sent" : /^\S+ \S+ S: /.test(line) ? undefined : "is-remark"}>
					{line + "\n"}
				</span>
			))}
		</pre>
	);
}

function Switch({ followed }: { followed: Followed }) {
	const [minutes, setMinutes] = useState(30);
	const [asked, setAsked] = useState<boolean | null>(null);
	const on = followed.trace?.on ?? false;
	const run = async (wanted: boolean) => {
		setAsked(wanted);
		try {
			await followed.change(wanted, minutes);
		} catch (reason) {
			sayProblem(reason);
		}
		setAsked(null);
	};
	return (
		<div class="trace-switch">
			<label class="check">
				<input type="checkbox" role="switch" name="trace" checked={asked ?? on} disabled={!followed.trace} onChange={(event) => void run(event.currentTarget.checked)} />
				<span class="field-label">Trace</span>
			</label>
			{on ? (
				<Badge tone="info">{timeLeft(Date.parse(followed.trace!.until!) - Date.now())}</Badge>
			) : (
				<label class="trace-span">
					<span class="quiet">for</span>
					<select class="input" name="trace-minutes" aria-label="How long" value={String(minutes)} onChange={(event) => setMinutes(Number(event.currentTarget.value))}>
						{spans.map(([value, label]) => (
							<option key={value} value={String(value)}>
								{label}
							</option>
						))}
					</select>
				</label>
			)}
		</div>
	);
}

const leads = {
	listeners: "What its connection says. It is made anew, so that the log-in is seen; secrets and mail are left out.",
	accounts: "What its connections say, reading and sending. They are made anew, so that the log-in is seen; secrets and mail are left out.",
	inlets: "What mail servers say to it. A connection that is open already is seen from its next command on; what the mail says is left out.",
};

export function TracePanel({ kind, id }: { kind: keyof typeof leads; id: string }) {
	const path = `/api/v1/${kind}/${encodeURIComponent(id)}/trace`;
	const followed = useTrace(path);
	const card = useRef<HTMLDivElement>(null);
	const copy = async () => {
		const isCopied = await copyText(followed.lines.join("\n") + "\n", card.current!.querySelector(".trace-lines"));
		say(isCopied ? "Copied." : `${COPY_BY_HAND} to copy the lines, which are selected.`);
	};
	return (
		<Card title="Trace" lead={leads[kind]}>
			<Switch followed={followed} />
			{followed.problem && <Notice tone="bad">{followed.problem}</Notice>}
			{followed.lines.length > 0 ? (
				<>
					<div ref={card}>
						<Lines lines={followed.lines} />
					</div>
					<div class="row">
						<Button small look="quiet" icon="copy" onClick={() => void copy()}>
							Copy
						</Button>
						<ButtonLink small look="quiet" icon="download" href={`${path}/transcript`} download={`trace-${id}.txt`}>
							Download
						</ButtonLink>
					</div>
				</>
			) : (
				followed.trace?.on && <p class="quiet">Nothing has been said yet.</p>
			)}
		</Card>
	);
}
