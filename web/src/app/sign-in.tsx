/* The first page for whoever isn't signed in: name and password, then the second factor where there is one. */
import { useEffect, useState } from "preact/hooks";
import { asProblem } from "../api/problem";
import { Button, ButtonLink } from "../ui/button";
import { PasswordField, TextField } from "../ui/field";
import { Mark } from "../ui/icon";
import { Notice } from "../ui/page";
import { offers, signIn } from "./session";

export function SignIn() {
	const [operator, setOperator] = useState("");
	const [password, setPassword] = useState("");
	const [code, setCode] = useState("");
	const [asksCode, setAsksCode] = useState(false);
	const [problem, setProblem] = useState("");
	const [busy, setBusy] = useState(false);
	useEffect(() => {
		document.title = "Sign in · Hauspost";
	}, []);
	const submit = async (event: Event) => {
		event.preventDefault();
		setBusy(true);
		setProblem("");
		try {
			await signIn(operator.trim(), password, code.replace(/\s/g, ""));
		} catch (reason) {
			const p = asProblem(reason);
			if (p.path === "code" && !asksCode) setAsksCode(true);
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
				{!!offers.value?.providers.length && !asksCode && (
					<>
						<span class="or">or</span>
						{offers.value.providers.map((way) => (
							<ButtonLink key={way.id} href={way.url} wide>
								Sign in with {way.name}
							</ButtonLink>
						))}
					</>
				)}
				{offers.value?.needs_first && (
					<Notice tone="info" title="Nobody has an account here yet">
						The program has printed a link for the first administrator: it stands in its log. ‘hauspost operator link’ makes a new one.
					</Notice>
				)}
			</div>
			<p class="sign-in-foot">Hauspost</p>
		</main>
	);
}
