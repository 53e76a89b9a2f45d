/* Test connectivity: the steps as they happen, the time each took, and what a failure means. */
import { useEffect, useRef, useState } from "preact/hooks";
import { lines } from "../api/client";
import { asProblem } from "../api/problem";
import type { Document } from "../api/views";
import { Button } from "../ui/button";
import { Icon } from "../ui/icon";
import { Badge, Notice } from "../ui/page";
import { duration } from "../ui/time";

/* What comes on the lines: a step, a fault with its diagnosis, the result of a side, a line of the transcript. */
interface Line {
	side?: string;
	step?: string;
	status?: "ok" | "warning" | "failed";
	text?: string;
	details?: string[];
	ms?: number;
	cause?: string;
	title?: string;
	error?: string;
	said?: string;
	setting?: string;
	cure?: string;
	hints?: string[];
	ok?: boolean;
	result?: string;
	trace?: string;
}

const icons = { ok: "ok", warning: "warn", failed: "bad" } as const;

export interface TestState {
	lines: Line[];
	running: boolean;
	problem: string;
	run: (document: Document) => Promise<boolean>;
	stop: () => void;
}

export function useConnectionTest(): TestState {
	const [found, setFound] = useState<Line[]>([]);
	const [running, setRunning] = useState(false);
	const [problem, setProblem] = useState("");
	const abort = useRef<AbortController | null>(null);
	useEffect(() => () => abort.current?.abort(), []);
	const run = async (document: Document) => {
		let good = true;
		abort.current?.abort();
		abort.current = new AbortController();
		setFound([]);
		setProblem("");
		setRunning(true);
		try {
			await lines<Line>("/api/v1/accounts/test", { method: "POST", body: { account: document, side: "both" }, signal: abort.current.signal }, (line) => {
				if (line.ok === false) good = false;
				setFound((before) => [...before, line]);
			});
		} catch (reason) {
			good = false;
			if (!(reason instanceof DOMException)) setProblem(asProblem(reason).detail);
		}
		setRunning(false);
		return good;
	};
	return { lines: found, running, problem, run, stop: () => abort.current?.abort() };
}

const sideWords: Record<string, string> = { sender: "Sender", send: "Sender", receiver: "Receiver", receive: "Receiver" };

/* "log-in: the server says NO" stands behind the step's name. */
const bare = ({ step, text = "" }: Line): string => (step === "log-in" ? text.replace(/^log-?in: /, "") : text);

function Side({ side, all, running, onSetting }: { side: string; all: Line[]; running: boolean; onSetting: (setting: string) => void }) {
	const steps = all.filter((line) => line.status);
	const fault = all.find((line) => line.cause);
	const result = all.find((line) => line.result !== undefined);
	const insecure = /insecure$/i.test(result?.result ?? "");
	return (
		<section class="test-side">
			<div class="row">
				<h3>{sideWords[side] ?? side}</h3>
				{result && <Badge tone={!result.ok ? "bad" : insecure ? "warn" : "ok"}>{result.ok ? (insecure ? "Works, insecure" : "Works") : "Failed"}</Badge>}
				{!result && running && <span class="spinner" aria-hidden="true" />}
			</div>
			<ol class="steps">
				{steps.map((line, i) => (
					<li key={i} class={`step is-${line.status}`}>
						<Icon name={icons[line.status!]} size={18} label={line.status} />
						<div>
							<strong>{line.step}</strong> {bare(line)}
							{line.details?.map((detail) => (
								<div class="quiet" key={detail}>
									{detail}
								</div>
							))}
						</div>
						<span class="quiet num">{duration(line.ms ?? 0)}</span>
					</li>
				))}
			</ol>
			{result?.ok && <p class="test-result">{result.result}</p>}
			{fault && (
				<Notice tone="bad" title={fault.title}>
					{fault.said && <p class="mono">{fault.said}</p>}
					{fault.cure && <p>{fault.cure}</p>}
					{fault.hints?.map((hint) => <p key={hint}>{hint}</p>)}
					{fault.setting && (
						<Button small onClick={() => onSetting(fault.setting!)}>
							Show the setting
						</Button>
					)}
				</Notice>
			)}
		</section>
	);
}

export function TestResult({ test, onSetting }: { test: TestState; onSetting: (setting: string) => void }) {
	const sides = [...new Set(test.lines.map((line) => line.side).filter((side): side is string => !!side))];
	return (
		<div class="stack is-tight" aria-live="polite" aria-busy={test.running}>
			{test.problem && <Notice tone="bad">{test.problem}</Notice>}
			{sides.map((side) => (
				<Side key={side} side={side} all={test.lines.filter((line) => line.side === side)} running={test.running} onSetting={onSetting} />
			))}
		</div>
	);
}
