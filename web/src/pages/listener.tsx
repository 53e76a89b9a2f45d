/* A listener's state, and starting and stopping it. */
import { useState } from "preact/hooks";
import { raw } from "../api/client";
import { useStates } from "../api/live";
import { invalidate } from "../api/query";
import type { PartState } from "../api/views";
import { may } from "../app/session";
import type { Editor } from "../forms/record-form";
import { Button, ButtonLink } from "../ui/button";
import { Failed, Skeleton } from "../ui/page";
import { say, sayProblem } from "../ui/toast";
import { TracePanel } from "./trace";
import { useListenerState } from "./kinds";
import { PartStateCard, resting } from "./part-state";

const REFRESH_MS = 5000;

function Actions({ id, state }: { id: string; state: PartState }) {
	const [busy, setBusy] = useState("");
	const run = async (what: string, said: string) => {
		setBusy(what);
		try {
			await raw(`/api/v1/listeners/${encodeURIComponent(id)}/${what}`, { method: "POST" });
			say(said);
			invalidate("listeners");
		} catch (reason) {
			sayProblem(reason);
		}
		setBusy("");
	};
	if (!may("listeners.manage")) return null;
	return (
		<>
			{state.state === "off" ? null : resting.has(state.state) ? (
				<Button icon="play" small busy={busy === "start"} onClick={() => run("start", "The listener starts.")}>
					Start
				</Button>
			) : (
				<>
					<Button icon="restart" small busy={busy === "restart"} onClick={() => run("restart", "The listener starts again.")}>
						Restart
					</Button>
					<Button icon="stop" small busy={busy === "stop"} onClick={() => run("stop", "The listener stops.")}>
						Stop
					</Button>
				</>
			)}
		</>
	);
}

export function ListenerPanel({ editor }: { editor: Editor }) {
	const query = useListenerState(editor.id);
	useStates(query.again, REFRESH_MS);
	const state = query.data;
	if (query.problem && !state) return <Failed problem={query.problem} again={query.again} />;
	if (!state) return <Skeleton rows={2} height={56} />;
	return (
		<>
			<PartStateCard part={state} account={state.account} actions={<Actions id={editor.id} state={state} />}>
				{may("listeners.read") && (
					<div>
						<ButtonLink small look="quiet" icon="ledger" href={`#/ledger?listener=${encodeURIComponent(editor.id)}`}>
							What became of its mail
						</ButtonLink>
					</div>
				)}
			</PartStateCard>
			{may("listeners.manage") && <TracePanel kind="listeners" id={editor.id} />}
		</>
	);
}
