/* "Sign in with…": a person consents at the provider, and the profile has its tokens. */
import { useState } from "preact/hooks";
import { json } from "../api/client";
import { TextField } from "../ui/field";
import type { Editor } from "../forms/record-form";
import { Button } from "../ui/button";
import { Card, Notice } from "../ui/page";
import { place } from "../app/router";
import { sayProblem } from "../ui/toast";

const names: Record<string, string> = { microsoft: "Microsoft", "microsoft-graph": "Microsoft", google: "Google", yahoo: "Yahoo", fastmail: "Fastmail" };

export function ProfilePanel({ editor }: { editor: Editor }) {
	const [user, setUser] = useState("");
	const [busy, setBusy] = useState(false);
	const { form } = editor;
	if (form.text(["grant"]) !== "authorization-code") return null;
	const provider = names[form.text(["template"])] ?? "the provider";
	const begin = async () => {
		setBusy(true);
		try {
			const answer = await json<{ url?: string; location?: string; authorization_url?: string }>(
				`/api/v1/authentication_profiles/${encodeURIComponent(editor.id)}/consent`,
				{ method: "POST", body: { user: user.trim() } },
			);
			const to = answer.url ?? answer.authorization_url ?? answer.location;
			if (to && /^https?:/.test(to)) location.assign(to);
		} catch (reason) {
			sayProblem(reason);
		}
		setBusy(false);
	};
	const consent = place.value.query.get("consent");
	return (
		<Card title={`Sign in with ${provider}`} lead="Opens the provider's page. Who signs in there lets this program read and send that mailbox's mail.">
			{consent && (
				<Notice tone={consent === "done" ? "ok" : "bad"} title={consent === "done" ? "Signed in" : "The sign-in failed"}>
					{place.value.query.get("detail")}
				</Notice>
			)}
			<div class="inline-form">
				<TextField label="User ID" type="email" placeholder="support@example.com" help="Whose mailbox: the account's user ID" value={user} onValue={setUser} />
				<Button icon="key" busy={busy} disabled={form.isChanged || !user.trim()} onClick={begin}>
					Sign in with {provider}
				</Button>
			</div>
			{form.isChanged && <p class="quiet">Save the profile first.</p>}
		</Card>
	);
}
