/* How a part of the mail room does: its state, since when, what failed last. */
import type { ComponentChildren } from "preact";
import { Card, Facts, Notice } from "../ui/page";
import { Time } from "../ui/time";
import { StateBadge } from "./kinds";

export interface Doing {
	state: string;
	since?: string | null;
	error?: string | null;
	error_at?: string | null;
	next_try_at?: string | null;
}

/* Those whom somebody told to rest: what failed before is no failure now. */
export const resting = new Set(["stopped", "off", "paused"]);

export function PartStateCard({ part, account, actions, children }: { part: Doing; account?: string; actions?: ComponentChildren; children?: ComponentChildren }) {
	return (
		<Card
			title={
				<span class="row">
					State <StateBadge state={part.state} />
				</span>
			}
			actions={actions}
		>
			{part.error && (
				<Notice tone={resting.has(part.state) ? "warn" : "bad"} title="Last failure">
					{part.error} <Time at={part.error_at} fallback="" />
				</Notice>
			)}
			<Facts
				items={[
					["In this state", <Time at={part.since} fallback="unknown" />],
					!!part.next_try_at && ["Tried again", <Time at={part.next_try_at} />],
					!!account && ["Account", <a href={`#/accounts/${encodeURIComponent(account)}`}>{account}</a>],
				]}
			/>
			{children}
		</Card>
	);
}
