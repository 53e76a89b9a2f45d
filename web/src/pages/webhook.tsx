/* A webhook's deliveries: what was sent, what came back, and sending again. */
import { useState } from "preact/hooks";
import { json, raw } from "../api/client";
import { invalidate, useQuery } from "../api/query";
import type { List, WebhookDelivery, WebhookState } from "../api/views";
import type { Editor } from "../forms/record-form";
import { Button } from "../ui/button";
import { confirmDanger } from "../ui/dialog";
import { Badge, Card, Copyable, Failed, Notice, Skeleton, type Tone } from "../ui/page";
import { Table } from "../ui/table";
import { Time } from "../ui/time";
import { say, sayProblem } from "../ui/toast";

const states: Record<string, [string, Tone]> = {
	queued: ["Waits", "info"],
	sending: ["Under way", "info"],
	later: ["Tried again later", "warn"],
	delivered: ["Delivered", "ok"],
	failed: ["Given up", "bad"],
};

function DeliveryState({ state }: { state: string }) {
	const [word, tone] = states[state] ?? [state, "calm"];
	return <Badge tone={tone as Tone}>{word}</Badge>;
}

export function WebhookPanel({ editor }: { editor: Editor }) {
	const [busy, setBusy] = useState("");
	const [secret, setSecret] = useState("");
	const base = `/api/v1/webhooks/${encodeURIComponent(editor.id)}`;
	const query = useQuery<List<WebhookDelivery>>(`webhooks/${editor.id}/deliveries`, () => json(`${base}/deliveries?limit=50`));
	const state = useQuery<WebhookState>(`webhooks/${editor.id}/state`, () => json(`${base}/state`)).data;
	const run = async (what: string, path: string, said: string) => {
		setBusy(what);
		try {
			const response = await raw(base + path, { method: "POST" });
			const answer = response.status === 204 ? null : ((await response.json().catch(() => null)) as { secret?: string } | null);
			if (answer?.secret) setSecret(answer.secret);
			say(said);
			invalidate("webhooks");
		} catch (reason) {
			sayProblem(reason);
		}
		setBusy("");
	};
	const rotate = async () => {
		if (await confirmDanger("Make a new signing secret?", "Deliveries are signed with the old and the new one for a while, so that the receiver can be changed over.", "Make a new one"))
			await run("rotate", "/rotate", "There is a new secret.");
	};
	return (
		<Card
			title="Deliveries"
			flush
			actions={
				<>
					<Button small busy={busy === "test"} onClick={() => run("test", "/test", "A test event is on its way.")}>
						Send a test
					</Button>
					<Button small busy={busy === "rotate"} onClick={rotate}>
						New secret
					</Button>
				</>
			}
		>
			{state?.reason && (
				<div class="inset">
					<Notice tone={state.disabled ? "bad" : "warn"} title={state.disabled ? "Nothing is sent any more" : "The last delivery failed"}>
						{state.reason}
					</Notice>
				</div>
			)}
			{secret && (
				<div class="inset">
					<Notice tone="info" title="Shown only now">
						<Copyable text={secret} label="Signing secret" />
					</Notice>
				</div>
			)}
			{query.problem && !query.data ? (
				<div class="inset">
					<Failed problem={query.problem} again={query.again} />
				</div>
			) : !query.data ? (
				<Skeleton rows={3} />
			) : !query.data.items.length ? (
				<p class="inset quiet">Nothing was sent yet. “Send a test” tries the address.</p>
			) : (
				<Table
					label="Deliveries"
					items={query.data.items}
					id={(item) => item.id}
					columns={[
						{ key: "type", label: "Event", cell: (item) => <code>{item.kind}</code> },
						{ key: "state", label: "State", cell: (item) => <DeliveryState state={item.state} /> },
						{ key: "status", label: "Answer", cell: (item) => item.reason || item.status || "–" },
						{ key: "at", label: "When", cell: (item) => <Time at={item.done_at ?? item.created_at} fallback="not yet" /> },
					]}
					actions={(item) => (
						<Button small look="quiet" onClick={() => run(`replay${item.id}`, `/deliveries/${item.id}/replay`, "It is sent again.")}>
							Replay
						</Button>
					)}
				/>
			)}
		</Card>
	);
}
