/* The link by which an operator chooses a password; ending sessions. */
import { useState } from "preact/hooks";
import { json, raw } from "../api/client";
import type { Invitation } from "../api/views";
import type { Editor } from "../forms/record-form";
import { Button } from "../ui/button";
import { confirmDanger } from "../ui/dialog";
import { Menu } from "../ui/menu";
import { Card, Copyable, Notice } from "../ui/page";
import { Time } from "../ui/time";
import { say, sayProblem } from "../ui/toast";

export function OperatorPanel({ editor }: { editor: Editor }) {
	const [invitation, setInvitation] = useState<Invitation | null>(null);
	const [busy, setBusy] = useState(false);
	const invite = async () => {
		setBusy(true);
		try {
			setInvitation(await json<Invitation>(`/api/v1/operators/${encodeURIComponent(editor.id)}/invitation`, { method: "POST" }));
		} catch (reason) {
			sayProblem(reason);
		}
		setBusy(false);
	};
	const end = async (path: string, title: string, text: string, label: string, said: string) => {
		if (!(await confirmDanger(title, text, label))) return;
		try {
			await raw(`/api/v1/operators/${encodeURIComponent(editor.id)}/${path}`, { method: "DELETE" });
			say(said);
		} catch (reason) {
			sayProblem(reason);
		}
	};
	return (
		<Card
			title="Sign-in"
			lead="An invitation is a link that works once; whoever opens it chooses a password for this operator."
			actions={
				<>
					<Button small icon="link" busy={busy} onClick={invite}>
						Make an invitation
					</Button>
					<Menu
						label="More"
						items={[
							{
								label: "End all sessions",
								icon: "out",
								run: () => void end("sessions", "End all sessions?", "Wherever this operator is signed in, they have to do so again.", "End them", "The sessions have ended."),
							},
							{
								label: "Remove the second factor",
								icon: "lock",
								danger: true,
								run: () => void end("second-factor", "Remove the second factor?", "For somebody who has lost the telephone: the password alone is enough then.", "Remove it", "The second factor is removed."),
							},
						]}
					/>
				</>
			}
		>
			{invitation && (
				<Notice tone="info" title="Shown only now">
					<div class="stack is-tight">
						<Copyable text={invitation.link} label="Invitation link" />
						{invitation.expires_at && (
							<span>
								It works until <Time at={invitation.expires_at} />.
							</span>
						)}
					</div>
				</Notice>
			)}
		</Card>
	);
}
