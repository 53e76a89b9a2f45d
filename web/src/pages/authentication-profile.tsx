/* "Sign in with…": a person consents at the provider, and the profile has its tokens. */
import { useState } from "preact/hooks";
import { json } from "../api/client";
import type { Consent } from "../api/views";
import type { Editor } from "../forms/record-form";
import { Button, ButtonLink } from "../ui/button";
import { Card, Copyable, Notice } from "../ui/page";
import { sayProblem } from "../ui/toast";

const names: Record<string, string> = { microsoft: "Microsoft", "microsoft-graph": "Microsoft", google: "Google", yahoo: "Yahoo", fastmail: "Fastmail" };

export function ProfilePanel({ editor }: { editor: Editor }) {
	const [consent, setConsent] = useState<Consent | null>(null);
	const [busy, setBusy] = useState(false);
	const { form } = editor;
	if (form.text(["grant"]) !== "authorization-code") return null;
	const provider = names[form.text(["template"])] ?? "the provider";
	const begin = async () => {
		setBusy(true);
		try {
			const asked = await json<Consent>(`/api/v1/authentication_profiles/${encodeURIComponent(editor.id)}/consent`, { method: "POST" });
			if (/^https?:/.test(asked.url)) setConsent(asked);
		} catch (reason) {
			sayProblem(reason);
		}
		setBusy(false);
	};
	return (
		<Card
			title={`Sign in with ${provider}`}
			lead="Whoever signs in on the provider's page lets this program read and send that mailbox's mail. Once is enough."
			actions={
				!consent && (
					<Button icon="key" busy={busy} disabled={form.isChanged} onClick={begin}>
						Begin
					</Button>
				)
			}
		>
			{form.isChanged && <p class="quiet">Save the profile first.</p>}
			{consent && (
				<>
					<Notice tone="info" title="The provider must know this address of ours">
						<p>It stands among the redirect addresses of the application that is registered there:</p>
						<Copyable text={consent.redirect_uri} label="Redirect address" />
					</Notice>
					<div class="row">
						<ButtonLink look="primary" icon="key" href={consent.url} target="_blank" rel="noreferrer noopener">
							Open {provider === "the provider" ? "the provider’s" : `${provider}’s`} sign-in
						</ButtonLink>
						<Button look="quiet" onClick={() => setConsent(null)}>
							Done
						</Button>
					</div>
				</>
			)}
		</Card>
	);
}
