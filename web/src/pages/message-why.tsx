/* Why a message is where it is, and why it was answered or not. */
import type { ComponentChildren } from "preact";
import { automaticText, outcomeText } from "../api/mail";
import { json } from "../api/client";
import { useQuery } from "../api/query";
import type { Decision, Message } from "../api/views";
import { Badge, Failed, Skeleton, type Tone } from "../ui/page";
import { Time } from "../ui/time";
import { eventText, type MessageEvent } from "./case-events";
import "../style/message-why.css";

/* "won: answers our message (certain): … -> case id 3" */
const FINDING = /^(won|also|against|not used|released): (.*)$/;
const STRENGTH = / ?\((certain|strong|good|weak)\)/;

const roles: Record<string, [string, Tone]> = {
	won: ["Decided", "ok"],
	also: ["Agrees", "calm"],
	against: ["Disagrees", "warn"],
	"not used": ["Not used", "calm"],
	released: ["Released", "info"],
};

const strengths: Record<string, Tone> = { certain: "ok", strong: "ok", good: "info", weak: "warn" };

/* "… -> case id 1003": of this case nothing needs to be said. */
const LEADS = / -> case id (\d+)/;

function Finding({ line, here }: { line: string; here: number }) {
	const found = FINDING.exec(line);
	const role = found && roles[found[1]!];
	const strength = STRENGTH.exec(found?.[2] ?? "")?.[1];
	const leads = LEADS.exec(line)?.[1];
	const text = (found?.[2] ?? line).replace(STRENGTH, "").replace(LEADS, "");
	return (
		<li class="finding">
			<span class="finding-marks">
				{role && <Badge tone={role[1]}>{role[0]}</Badge>}
				{strength && <Badge tone={strengths[strength]!}>{strength}</Badge>}
			</span>
			<span>
				{text.charAt(0).toUpperCase() + text.slice(1)}
				{leads && Number(leads) !== here && (
					<>
						{" "}
						<a href={`#/cases/${leads}`}>(another case)</a>
					</>
				)}
			</span>
		</li>
	);
}

function Part({ title, children }: { title: string; children: ComponentChildren }) {
	return (
		<div class="why-part">
			<h4>{title}</h4>
			<div>{children}</div>
		</div>
	);
}

interface Vouched {
	result?: string;
	reason?: string;
	by?: string;
	[key: string]: unknown;
}

function Sender({ vouched }: { vouched: Vouched | null }) {
	if (!vouched || typeof vouched !== "object") return null;
	const pairs = Object.entries(vouched).filter(([, value]) => typeof value === "string" && value) as [string, string][];
	if (!pairs.length) return null;
	return (
		<Part title="Is the sender who it says">
			<ul class="plain-pairs">
				{pairs.map(([key, value]) => (
					<li key={key}>
						<span class="quiet">{key.replace(/_/g, " ")}</span> {value}
					</li>
				))}
			</ul>
		</Part>
	);
}

function How({ why }: { why: Decision }) {
	const person = why.automatic === "none" || !why.automatic;
	return (
		<Part title="How it was read">
			<p>{person ? "A person wrote it, as far as anybody can tell." : `Not by a person: ${automaticText(why.automatic)}.`}</p>
			{why.signs.length > 0 && (
				<ul class="bullets">
					{why.signs.map((sign) => (
						<li key={sign}>{sign}</li>
					))}
				</ul>
			)}
		</Part>
	);
}

export function Why({ message }: { message: Message }) {
	const query = useQuery<Decision>(`messages/${message.id}/why`, () => json(`/api/v1/messages/${message.id}/why`));
	const why = query.data;
	if (query.problem && !why) return <Failed problem={query.problem} again={query.again} />;
	if (!why) return <Skeleton rows={2} height={40} />;
	const events = (why.events ?? []) as MessageEvent[];
	const ruled = events.map((event) => event.data).find((data) => typeof data?.rule === "string" && data.rule) as { rule: string; branch?: string } | undefined;
	return (
		<section class="why" aria-label="Why it is here">
			<Part title="Why it is in this case">
				{why.evidence.length ? (
					<ul class="findings">
						{why.evidence.map((line, i) => (
							<Finding key={i} line={line} here={why.case} />
						))}
					</ul>
				) : (
					<p>Nothing in it led to an older case, so it opened this one.</p>
				)}
			</Part>
			<How why={why} />
			<Sender vouched={why.sender as Vouched | null} />
			<Part title="What became of it">
				<p>{outcomeText(why.outcome)}.</p>
				{ruled && (
					<p>
						By the rule <a href={`#/rules/${encodeURIComponent(ruled.rule)}`}>{ruled.rule}</a>
						{ruled.branch ? `, branch “${ruled.branch}”` : ""}.
					</p>
				)}
			</Part>
			<Part title="Automatic answer">
				{why.no_answer ? (
					<>
						<p>None: {why.answer || why.no_answer_text}.</p>
						{why.no_answer_text && why.answer && why.answer !== why.no_answer_text && <p class="quiet">{why.no_answer_text}</p>}
						<p>
							<code>{why.no_answer}</code>
						</p>
					</>
				) : (
					<p>{why.answer === "queued" ? "It was answered." : why.answer || "None was due."}</p>
				)}
			</Part>
			{events.length > 0 && (
				<Part title="What happened">
					<ul class="findings">
						{events.map((event, i) => (
							<li key={i}>
								{eventText(event.kind, event.data)} <Time at={event.at} />
							</li>
						))}
					</ul>
				</Part>
			)}
		</section>
	);
}
