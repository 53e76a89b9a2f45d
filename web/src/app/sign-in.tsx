/* The first page for whoever isn't signed in: name and password, then the second factor where there is one. */
import { useEffect, useState } from "preact/hooks";
import { api } from "../api/client";
import { asProblem } from "../api/problem";
import { Button, ButtonLink } from "../ui/button";
import { PasswordField, TextField } from "../ui/field";
import { Mark } from "../ui/icon";
import { Notice } from "../ui/page";
import type { Session } from "../api/views";
import { signIn } from "./session";

function needsCode(code: string, detail: string): boolean {
	return code === "second-factor" || /second factor|one-time code/i.test(detail);
}

export function SignIn() {
	const [operator, setOperator] = useState("");
	const [password, setPassword] = useState("");
	const [code, setCode] = useState("");
	const [asksCode, setAsksCode] = useState(false);
	const [problem, setProblem] = useState("");
	const [busy, setBusy] = useState(false);
	const [offer, setOffer] = useState<Partial<Session>>({});
	useEffect(() => {
		document.title = "Sign in · Hauspost";
		void api.GET("/api/v1/session", {}).then(({ data }) => setOffer((data as Partial<Session>) ?? {}), () => undefined);
	}, []);
	const submit = async (event: Event) => {
		event.preventDefault();
		setBusy(true);
		setProblem("");
		try {
			await signIn(operator.trim(), password, code.replace(/\s/g, ""));
		} catch (reason) {
			const p = asProblem(reason);
			if (needsCode(p.code, p.detail) && !asksCode) setAsksCode(true);
			else setProblem(p.detail);
		}
		setBusy(false);
	};
	return (
		<main class="sign-in">
			<div class="sign-in-card">
				<div class="sign-in-head">
					<Mark size={40} />
					<h1>{asksCode ? "One more step" : "Sign in"}</h1>
					<p class="quiet">
						{asksCode ? "Type the six digits that your authenticator shows now." : "To the mail room's Studio"}
					</p>
				</div>
				{problem && <Notice tone="bad">{problem}</Notice>}
				<form onSubmit={submit}>
					{asksCode ? (
						<TextField
							key="code"
							label="Code"
							name="code"
							inputMode="numeric"
							autoComplete="one-time-code"
							maxLength={12}
							required
							autoFocus
							value={code}
							onValue={setCode}
							help="Without the device, a recovery code does, too."
						/>
					) : (
						<>
							<TextField
								label="Operator"
								name="operator"
								autoComplete="username"
								autocapitalize="off"
								spellcheck={false}
								required
								autoFocus
								value={operator}
								onValue={setOperator}
							/>
							<PasswordField
								label="Password"
								name="password"
								autoComplete="current-password"
								required
								value={password}
								onValue={setPassword}
							/>
						</>
					)}
					<Button type="submit" look="primary" busy={busy}>
						{asksCode ? "Go on" : "Sign in"}
					</Button>
					{asksCode && (
						<Button look="quiet" onClick={() => (setAsksCode(false), setCode(""))}>
							Back
						</Button>
					)}
				</form>
				{offer.oidc && !asksCode && (
					<>
						<span class="or">or</span>
						<ButtonLink href="/api/v1/session/oidc" look="plain" class="button is-plain is-wide">
							{offer.oidc_label || "Sign in with your organisation"}
						</ButtonLink>
					</>
				)}
			</div>
			<p class="sign-in-foot">Hauspost</p>
		</main>
	);
}
