/* One's own: password, second factor, where one is signed in. */
import { useState } from "preact/hooks";
import { json, raw, setCsrf } from "../api/client";
import { asProblem } from "../api/problem";
import { invalidate, useQuery } from "../api/query";
import type { List, OwnSession, SecondFactor as Factor, Session } from "../api/views";
import { askSession, session } from "../app/session";
import { Button } from "../ui/button";
import { PasswordField, TextField } from "../ui/field";
import { Badge, Card, Copyable, Facts, Notice, PageHead } from "../ui/page";
import { QrCode } from "../ui/qr-code";
import { Table } from "../ui/table";
import { Time } from "../ui/time";
import { say, sayProblem } from "../ui/toast";
import "../style/people.css";

function Password() {
	const [old, setOld] = useState("");
	const [wanted, setWanted] = useState("");
	const [errors, setErrors] = useState<Record<string, string>>({});
	const [busy, setBusy] = useState(false);
	const submit = async (event: Event) => {
		event.preventDefault();
		setBusy(true);
		setErrors({});
		try {
			const now = await json<Session>("/api/v1/session/password", { method: "POST", body: { password: old, new_password: wanted } });
			if (now.csrf) setCsrf(now.csrf);
			setOld("");
			setWanted("");
			say("The password is changed. Other sessions have ended.");
			invalidate("sessions");
			await askSession();
		} catch (reason) {
			const problem = asProblem(reason);
			setErrors({ [problem.path || "password"]: problem.detail.replace(/^[a-z_]+: /, "") });
		}
		setBusy(false);
	};
	return (
		<Card title="Password" lead="At least ten characters; a few words in a row are easy to keep in mind. Your other sessions end.">
			<form class="form" onSubmit={submit}>
				<div class="fields">
					{session.value?.has_password && (
						<PasswordField label="Password so far" autoComplete="current-password" required value={old} onValue={setOld} error={errors.password} />
					)}
					<PasswordField label="New password" autoComplete="new-password" required minLength={10} value={wanted} onValue={setWanted} error={errors.new_password} />
				</div>
				<div>
					<Button type="submit" busy={busy}>
						Change the password
					</Button>
				</div>
			</form>
		</Card>
	);
}

/* The key as a drawing for the telephone's camera, and in letters beside it. */
function NewKey({ factor }: { factor: Factor }) {
	return (
		<div class="new-key">
			<QrCode text={factor.uri} label="The key as a QR code for an authenticator app" />
			<div class="stack is-tight">
				<p>Scan this with your authenticator app. Where there is no camera, type the key:</p>
				<Copyable text={factor.key.replace(/(.{4})/g, "$1 ").trim()} label="Key" />
				<a href={factor.uri}>Open it in an app on this device</a>
			</div>
		</div>
	);
}

const oneTime = { inputMode: "numeric", autoComplete: "one-time-code", maxLength: 40, required: true } as const;

function SecondFactor() {
	const [password, setPassword] = useState("");
	const [code, setCode] = useState("");
	/* The server wants the code to switch it off, too. */
	const [asksCode, setAsksCode] = useState(false);
	const [factor, setFactor] = useState<Factor | null>(null);
	const [errors, setErrors] = useState<Record<string, string>>({});
	const [busy, setBusy] = useState(false);
	const on = session.value!.second_factor;
	const take = async (method: string, answer: Factor | null) => {
		if (answer?.csrf) setCsrf(answer.csrf);
		setFactor(method === "DELETE" ? null : answer);
		setCode("");
		if (method === "POST" && !answer?.confirmed) return;
		setPassword("");
		setAsksCode(false);
		if (method === "DELETE") say("You sign in without a code again.");
		await askSession();
	};
	const call = async (method: string, body: Record<string, string>) => {
		setBusy(true);
		setErrors({});
		try {
			const response = await raw("/api/v1/session/second-factor", { method, body });
			await take(method, response.status === 204 ? null : ((await response.json()) as Factor));
		} catch (reason) {
			const { path, detail } = asProblem(reason);
			const asked = path === "code" && !asksCode && method === "DELETE";
			if (asked) setAsksCode(true);
			else setErrors({ [path === "code" || (factor && !path) ? "code" : "password"]: detail.replace(/^code: /, "This code ").replace(/^[a-z_]+: /, "") });
		}
		setBusy(false);
	};
	const typed = code.replace(/\s/g, "");
	return (
		<Card
			title={
				<span class="row">
					Second factor <Badge tone={on ? "ok" : "calm"}>{on ? "On" : "Off"}</Badge>
				</span>
			}
			lead="Besides the password, a code that an authenticator app on your telephone shows."
		>
			{factor?.confirmed ? (
				<Notice tone="ok" title="It counts from now on" actions={<Button small onClick={() => setFactor(null)}>I have kept them</Button>}>
					<p>Keep these recovery codes in a safe place. Each is good once, and they are shown only now.</p>
					<Copyable text={factor.recovery_codes.join("  ")} label="Recovery codes" />
				</Notice>
			) : factor ? (
				<form
					class="form"
					onSubmit={(event) => {
						event.preventDefault();
						void call("POST", { password, code: typed });
					}}
				>
					<NewKey factor={factor} />
					<div class="inline-form">
						<TextField {...oneTime} label="Code that it shows" value={code} onValue={setCode} error={errors.code ?? errors.password} />
						<Button type="submit" look="primary" busy={busy}>
							Switch it on
						</Button>
						<Button look="quiet" onClick={() => setFactor(null)}>
							Cancel
						</Button>
					</div>
				</form>
			) : (
				<form
					class="inline-form"
					onSubmit={(event) => {
						event.preventDefault();
						void call(on ? "DELETE" : "POST", asksCode ? { password, code: typed } : { password });
					}}
				>
					<PasswordField label="Your password" autoComplete="current-password" required value={password} onValue={setPassword} error={errors.password} />
					{asksCode && <TextField {...oneTime} autoFocus label="Code" help="That your authenticator shows now, or a recovery code" value={code} onValue={setCode} error={errors.code} />}
					<Button type="submit" busy={busy}>
						{on ? "Switch it off" : "Set it up"}
					</Button>
				</form>
			)}
			{on && !factor && <p class="quiet num">{session.value!.recovery_codes_left} recovery codes left.</p>}
		</Card>
	);
}

function browser(agent: string): string {
	const name = /(Firefox|Edg|OPR|Chrome|Safari)\//.exec(agent)?.[1] ?? agent.split(" ")[0] ?? "";
	const system = /(Windows|Macintosh|Android|iPhone|iPad|Linux)/.exec(agent)?.[1] ?? "";
	const nice: Record<string, string> = { Edg: "Edge", OPR: "Opera", Macintosh: "macOS" };
	return [nice[name] ?? name, nice[system] ?? system].filter(Boolean).join(", ") || "Unknown";
}

function Sessions() {
	const query = useQuery<List<OwnSession>>("sessions", () => json("/api/v1/sessions"));
	const end = async (id: number) => {
		try {
			await raw(`/api/v1/sessions/${id}`, { method: "DELETE" });
			say("That session has ended.");
			invalidate("sessions");
		} catch (reason) {
			sayProblem(reason);
		}
	};
	if (!query.data?.items.length) return null;
	return (
		<Card title="Where you are signed in" flush>
			<Table
				label="Sessions"
				items={query.data.items}
				id={(item) => item.id}
				columns={[
					{
						key: "agent",
						label: "Browser",
						cell: (item) => (
							<span class="two-lines">
								<span class="row is-close">
									{browser(item.agent)} {item.current && <Badge tone="ok">This one</Badge>}
								</span>
								<small>{item.address}</small>
							</span>
						),
					},
					{ key: "seen", label: "Last seen", cell: (item) => <Time at={item.seen_at} /> },
					{ key: "created", label: "Signed in", least: 2, cell: (item) => <Time at={item.created_at} /> },
				]}
				actions={(item) =>
					!item.current && (
						<Button small look="quiet" onClick={() => end(item.id)}>
							End
						</Button>
					)
				}
			/>
		</Card>
	);
}

export default function Profile() {
	const who = session.value!;
	return (
		<>
			<PageHead title="Your profile" />
			<Card>
				<Facts
					items={[
						["Operator", who.operator],
						["Name", who.name || "–"],
						["Roles", who.roles.map((role) => role.replace(/-/g, " ")).join(", ") || "None"],
						["Accounts", who.all_accounts ? "All" : who.oversees ? "All but others' personal mailboxes" : who.accounts.map((account) => account.name || account.id).join(", ") || "None"],
					]}
				/>
			</Card>
			<Password />
			<SecondFactor />
			<Sessions />
		</>
	);
}
