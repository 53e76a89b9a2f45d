/* Behind the one-time link: the first administrator, or an operator who was invited, chooses name and password. */
import { useEffect, useState } from "preact/hooks";
import { api, json, value } from "../api/client";
import { asProblem, type Problem } from "../api/problem";
import type { SignInLink } from "../api/views";
import { Button, ButtonLink } from "../ui/button";
import { PasswordField, TextField } from "../ui/field";
import { Mark } from "../ui/icon";
import { Notice } from "../ui/page";
import { say } from "../ui/toast";
import { go } from "./router";
import { askSession } from "./session";

const SHORTEST = 10;

export function FirstSignIn({ token }: { token: string }) {
	const [operator, setOperator] = useState("");
	const [name, setName] = useState("");
	const [password, setPassword] = useState("");
	const [again, setAgain] = useState("");
	/* null: not asked for. Who has a second factor shows it, link or not. */
	const [code, setCode] = useState<string | null>(null);
	const [problem, setProblem] = useState<Problem | null>(null);
	const [wrong, setWrong] = useState<Record<string, string>>({});
	const [busy, setBusy] = useState(false);
	const [link, setLink] = useState<SignInLink | null>(null);
	useEffect(() => {
		document.title = "Welcome · Hauspost";
		json<SignInLink>("/api/v1/session/setup/check", { method: "POST", body: { token } }).then(
			(found) => {
				setLink(found);
				setOperator(found.operator);
				setName(found.name);
			},
			(reason) => setProblem(asProblem(reason)),
		);
	}, [token]);
	const submit = async (event: Event) => {
		event.preventDefault();
		const found: Record<string, string> = {};
		if ([...password].length < SHORTEST) found.password = `At least ${SHORTEST} characters: a few words in a row are easy to keep in mind.`;
		if (password !== again) found.again = "This isn't the same as above.";
		setWrong(found);
		setProblem(null);
		if (Object.keys(found).length) return;
		setBusy(true);
		try {
			await value(api.POST("/api/v1/session/setup", { body: { token, operator: operator.trim(), name: name.trim(), password, ...(code !== null && { code: code.replace(/\s/g, "") }) } }));
			await askSession();
			say("Welcome to Hauspost.");
			go("/");
		} catch (reason) {
			const p = asProblem(reason);
			if (p.path === "code") {
				setCode(code ?? "");
				setWrong(code === null ? {} : { code: p.detail.replace(/^code: /, "This code ") });
			} else if (["operator", "name", "password"].includes(p.path)) setWrong({ [p.path]: p.detail });
			else setProblem(p);
		}
		setBusy(false);
	};
	return (
		<main class="sign-in">
			<div class="sign-in-card">
				<div class="sign-in-head">
					<Mark size={40} />
					<h1>Welcome</h1>
					<p class="quiet">Choose how you sign in from now on. This link works once.</p>
				</div>
				{problem && (
					<Notice tone="bad" title={link ? "That didn't work" : "This link can't be used"}>
						{problem.detail}
						{link ? "" : " A new one comes from another administrator, or from ‘hauspost operator link’."}
					</Notice>
				)}
				{link && (
				<form onSubmit={submit}>
					<TextField
						label="Operator"
						name="operator"
						help="What you sign in with: letters, digits, dots"
						autoComplete="username"
						autocapitalize="off"
						spellcheck={false}
						required
						readOnly={!link.first}
						autoFocus={link.first}
						pattern="[A-Za-z0-9_][A-Za-z0-9._\-]{0,63}"
						value={operator}
						onValue={setOperator}
						error={wrong.operator}
					/>
					{link.first && <TextField label="Your name" name="name" autoComplete="name" optional value={name} onValue={setName} error={wrong.name} />}
					<PasswordField
						label="Password"
						name="password"
						autoComplete="new-password"
						required
						value={password}
						onValue={setPassword}
						error={wrong.password}
						help={wrong.password ? undefined : `At least ${SHORTEST} characters`}
					/>
					<PasswordField
						label="Password, once more"
						name="again"
						autoComplete="new-password"
						required
						value={again}
						onValue={setAgain}
						error={wrong.again}
					/>
					{code !== null && (
						<TextField
							label="Code"
							name="code"
							help="The six digits that your authenticator shows now, or a recovery code"
							inputMode="numeric"
							autoComplete="one-time-code"
							maxLength={40}
							required
							autoFocus
							value={code}
							onValue={setCode}
							error={wrong.code}
						/>
					)}
					<Button type="submit" look="primary" busy={busy}>
						Begin
					</Button>
				</form>
				)}
				{!link && problem && <ButtonLink href="#/">To the sign-in</ButtonLink>}
			</div>
			<p class="sign-in-foot">Hauspost</p>
		</main>
	);
}
