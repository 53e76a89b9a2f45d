/* The first page for whoever isn't signed in: name and password, then the second factor where there is one. */
import { useEffect, useState } from "preact/hooks";
import { asProblem } from "../api/problem";
import { Button, ButtonLink } from "../ui/button";
import { PasswordField, TextField } from "../ui/field";
import { Mark } from "../ui/icon";
import { Copyable, Notice } from "../ui/page";
import { place } from "./router";
import { offers, signIn } from "./session";

/* What comes back from an identity provider that didn't lead in: "#/sign-in?failed=…" */
const failures: Record<string, string> = {
	unknown: "The provider knows you, but no operator here is that user. Ask an administrator to add you with that e-mail address.",
	provider: "The provider said no, or its answer can’t be believed. Try again; if it stays so, the log of the program has the reason.",
	state: "That sign-in wasn’t begun in this browser, or took too long. Begin again.",
};

/* A name and a password would be of no use: there are none. */
function NobodyYet() {
	useEffect(() => {
		document.title = "Welcome · Hauspost";
	}, []);
	return (
		<main class="sign-in">
			<div class="sign-in-card">
				<div class="sign-in-head">
					<Mark size={40} />
					<h1>Welcome</h1>
					<p class="quiet">Nobody has an account here yet. The first administrator comes in by a link that works once.</p>
				</div>
				<p>The program printed it when it started: it ends in “#/setup/…”, and stands in its log, too. After 24 hours, or where it is lost, this makes a new one:</p>
				<Copyable text="hauspost operator link" label="Command" />
			</div>
			<p class="sign-in-foot">Hauspost</p>
		</main>
	);
}

export function SignIn() {
	return offers.value?.needs_first ? <NobodyYet /> : <SignInForm />;
}

function SignInForm() {
	const [operator, setOperator] = useState("");
	const [password, setPassword] = useState("");
	const [code, setCode] = useState("");
	const [asksCode, setAsksCode] = useState(false);
	const [wrongCode, setWrongCode] = useState("");
	const failed = place.value.path === "/sign-in" ? place.value.query.get("failed") : null;
	const [problem, setProblem] = useState(failed ? (failures[failed] ?? failures.provider!) : "");
	const [busy, setBusy] = useState(false);
	useEffect(() => {
		document.title = "Sign in · Hauspost";
	}, []);
	const submit = async (event: Event) => {
		event.preventDefault();
		setBusy(true);
		setProblem("");
		setWrongCode("");
		try {
			await signIn(operator.trim(), password, code.replace(/\s/g, ""));
		} catch (reason) {
			const p = asProblem(reason);
			if (p.path === "code" && !asksCode) setAsksCode(true);
			else if (p.path === "code") setWrongCode(p.detail.replace(/^code: /, "This code "));
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
							maxLength={40}
							required
							autoFocus
							value={code}
							onValue={setCode}
							error={wrongCode}
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
			</div>
			<p class="sign-in-foot">Hauspost</p>
		</main>
	);
}
