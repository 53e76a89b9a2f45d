/* One case: what it is about at the side, the conversation from its first mail to its last, and the answer below. */
import { useEffect, useLayoutEffect, useRef, useState } from "preact/hooks";
import { json, raw } from "../api/client";
import { contactOf, fateOf, stateText, upTo, useDesk } from "../api/mail";
import { asProblem } from "../api/problem";
import { invalidate, keep, useQuery } from "../api/query";
import type { Case, CaseSummary, Desk, List, Message } from "../api/views";
import { href, place } from "../app/router";
import { may } from "../app/session";
import { Button, ButtonLink } from "../ui/button";
import { SelectField } from "../ui/field";
import { Icon } from "../ui/icon";
import { Badge, Card, Empty, Facts, Failed, PageHead, Skeleton } from "../ui/page";
import { initials } from "../ui/short";
import { Time } from "../ui/time";
import { say, sayProblem } from "../ui/toast";
import { eventText, useCaseEvents, type CaseEvent } from "./case-events";
import { MessageCard } from "./case-message";
import { listPlace, StatusBadge } from "./cases";
import { Composer } from "./composer";
import { emptyDraft, keepDraft, readDraft, readFiles, type Draft } from "./draft";
import "../style/cases.css";
import "../style/case.css";

const PAGE = 50;
/* So many at the end are open; of the others one sees the first line. */
const OPEN = 2;
const SHORT = 4;
const MOVING_MS = 1500;

/* ---------------------------------------------------------------- at the side */

interface SideProps {
	item: Case;
	revision: string;
	/* The case as it is by now. */
	onRead: (read: Read) => void;
}

function Status({ item, revision, onRead }: SideProps) {
	/* What it is set to, until it is. */
	const [wanted, setWanted] = useState("");
	const set = async (status: string) => {
		setWanted(status);
		try {
			onRead(await readOf(await raw(`/api/v1/cases/${encodeURIComponent(item.number)}`, { method: "PATCH", body: { status }, headers: { "If-Match": revision || "*" } })));
			say(`Status: ${item.statuses.find((one) => one.id === status)?.name || status}`);
		} catch (reason) {
			const problem = asProblem(reason);
			sayProblem(problem.status === 412 ? new Error("The case has changed meanwhile: look at it, and set the status again.") : reason);
		}
		setWanted("");
		invalidate("cases");
	};
	if (!item.may_write || !item.statuses.length) return <Facts items={[["Status", <StatusBadge item={item} />]]} />;
	return (
		<SelectField
			label="Status"
			name="case-status"
			value={wanted || item.status}
			disabled={!!wanted}
			onValue={set}
			options={[
				...(item.statuses.some((status) => status.id === item.status) ? [] : [[item.status, item.status] as [string, string]]),
				...item.statuses.map((status): [string, string] => [status.id, status.name || status.id]),
			]}
		/>
	);
}

function text(value: unknown): string {
	return value === null || value === undefined || value === "" ? "–" : typeof value === "object" ? JSON.stringify(value) : String(value);
}

function Fields({ item, desk }: { item: Case; desk: Desk | undefined }) {
	const values = (item.fields ?? {}) as Record<string, unknown>;
	const type = desk?.case_types.find((one) => one.id === item.type);
	const names = [...(type?.fields ?? []).map((field) => field.id), ...Object.keys(values).filter((id) => !type?.fields.some((field) => field.id === id))];
	if (!names.length) return null;
	return (
		<Card title="Fields">
			<Facts items={names.map((id): [string, string] => [type?.fields.find((field) => field.id === id)?.name || id, text(values[id])])} />
		</Card>
	);
}

function Contact({ item }: { item: Case }) {
	const address = item.contact_address;
	const query = useQuery<List<CaseSummary>>(address ? `cases?address=${address}` : null, () => json(`/api/v1/cases?limit=6&address=${encodeURIComponent(address)}`));
	const others = (query.data?.items ?? []).filter((one) => one.id !== item.id).slice(0, 5);
	if (!address && !item.contact_name) return null;
	return (
		<Card title="Contact">
			<div class="contact">
				<span class="avatar" aria-hidden="true">
					{initials(contactOf(item))}
				</span>
				<span class="two-lines">
					<strong>{contactOf(item)}</strong>
					{item.contact_name && <small>{address}</small>}
				</span>
			</div>
			{others.length > 0 && (
				<div class="contact-cases">
					<h3>Other cases</h3>
					<ul>
						{others.map((one) => (
							<li key={one.id}>
								<a href={`#/cases/${encodeURIComponent(one.number)}`}>{one.subject || one.number}</a>
								<span class="quiet">
									{one.status_name || one.status} · <Time at={one.updated_at} />
								</span>
							</li>
						))}
					</ul>
				</div>
			)}
		</Card>
	);
}

function Side({ desk, ...about }: SideProps & { desk: Desk | undefined }) {
	const { item } = about;
	return (
		<aside class="stack case-side" aria-label="About the case">
			<Card>
				<Status {...about} />
				<Facts
					items={[
						["Number", <span class="num">{item.number}</span>],
						["Case type", item.type_name || item.type],
						["Account", desk?.accounts.find((account) => account.id === item.account)?.name || item.account],
						["Opened", <Time at={item.created_at} />],
						["Last change", <Time at={item.updated_at} />],
						!!item.resolved_at && ["Resolved", <Time at={item.resolved_at} />],
						!!item.previous_number && ["Follows", <a href={`#/cases/${encodeURIComponent(item.previous_number)}`}>{item.previous_number}</a>],
					]}
				/>
			</Card>
			<Fields item={item} desk={desk} />
			<Contact item={item} />
		</aside>
	);
}

/* ---------------------------------------------------------------- the conversation */

function EventLine({ event, statuses }: { event: CaseEvent; statuses: Case["statuses"] }) {
	return (
		<li class="case-event quiet">
			<span>
				{eventText(event.kind, event.data, statuses)}
				{event.by && ` by ${event.by}`}, <Time at={event.at} />
			</span>
		</li>
	);
}

interface Step {
	at: number;
	message?: Message;
	event?: CaseEvent;
}

function steps(messages: Message[], events: CaseEvent[]): Step[] {
	const begin = messages.length ? Date.parse(messages[0]!.created_at ?? "") : 0;
	return [
		...messages.map((message) => ({ at: Date.parse(message.created_at ?? ""), message })),
		...events.map((event) => ({ at: Date.parse(event.at), event })).filter((step) => step.at >= begin),
	].sort((a, b) => a.at - b.at);
}

/* While something of ours is on its way its state is asked for. */
function useMoving(messages: Message[], again: () => void): void {
	const moving = messages.some((message) => message.direction === "out" && stateText(fateOf(message)).moving);
	useEffect(() => {
		if (!moving) return undefined;
		const timer = setInterval(() => document.visibilityState === "visible" && again(), MOVING_MS);
		return () => clearInterval(timer);
	}, [moving]);
}

interface Read {
	item: Case;
	revision: string;
}

async function readOf(response: Response): Promise<Read> {
	return { item: (await response.json()) as Case, revision: response.headers.get("ETag") ?? "" };
}

function typing(target: EventTarget | null): boolean {
	return !!(target as HTMLElement | null)?.closest("input, textarea, select, dialog, [role=menu]");
}

export default function OneCase({ at }: { at: Record<string, string> }) {
	const number = at.id!;
	const many = useRef(PAGE);
	const read = useQuery<Read>(`cases/${number}`, async () => readOf(await raw(`/api/v1/cases/${encodeURIComponent(number)}`)));
	const list = useQuery<List<Message>>(`cases/${number}/messages`, () => upTo(`/api/v1/cases/${encodeURIComponent(number)}/messages?newest_first=true`, many.current));
	const item = read.data?.item;
	const events = useCaseEvents(item?.number ?? "");
	const desk = useDesk().data;
	/* Kept by the case's number: the address may have its other name. */
	const [draft, setDraft] = useState<Draft | null>(() => (item ? readDraft(item.number) : null));
	useEffect(() => {
		if (item) setDraft((now) => now ?? readDraft(item.number));
	}, [item?.number]);
	const messages = [...(list.data?.items ?? [])].reverse();
	useMoving(messages, list.again);
	const aim = Number(place.value.query.get("message") ?? 0);
	/* What the address leads to may be older than what is shown: more is read until it is there. */
	const isAimMissing = aim > 0 && !!list.data?.next && !messages.some((message) => message.id === aim);
	useEffect(() => {
		if (!isAimMissing || messages.length < many.current) return;
		many.current += PAGE;
		list.renew();
	}, [isAimMissing, messages.length]);
	/* Without a mail named it is the last that a person wrote to us. */
	const incoming = messages.filter((one) => one.direction === "in");
	const last = (incoming.filter((one) => one.automatic === "none").pop() ?? incoming.pop())?.id ?? 0;
	const write = (kind: "reply" | "forward", wanted: number) => {
		if (!item) return;
		const kept = draft ?? readDraft(item.number);
		/* What was put away is taken up as it was, unless another mail is meant. */
		const message = wanted || (!draft && kept?.kind === kind && kept.message) || last;
		/* Begun before the mails were there, it answers the last of them. */
		const isOther = !kept || kept.kind !== kind || (kept.message || last) !== message;
		const next = isOther ? { ...emptyDraft(kind, message), text: kept?.text ?? "" } : kept;
		keepDraft(item.number, next, readFiles(item.number));
		setDraft(next);
	};
	const mayWrite = !!item?.may_write;
	/* As soon as it is shown: a key that is pressed at once isn't for the page before. */
	useLayoutEffect(() => {
		const keys = (event: KeyboardEvent) => {
			if (event.ctrlKey || event.metaKey || event.altKey || typing(event.target)) return;
			if (event.key === "j" || event.key === "k") {
				const heads = [...document.querySelectorAll<HTMLElement>(".message-toggle")];
				const from = heads.findIndex((head) => head.closest(".message")!.contains(document.activeElement));
				heads[event.key === "j" ? from + 1 : Math.max(from - 1, 0)]?.focus();
			} else if (mayWrite && (event.key === "r" || event.key === "f")) {
				event.preventDefault();
				write(event.key === "r" ? "reply" : "forward", 0);
			}
		};
		window.addEventListener("keydown", keys);
		return () => window.removeEventListener("keydown", keys);
	});
	if (read.problem && !item)
		return read.problem.status === 404 ? (
			<>
				<PageHead title="There is no such case" back={{ href: listPlace.hash, label: "Cases" }} />
				<Card flush>
					<Empty icon="search" title={`Nothing is known of ${number}`} actions={<ButtonLink href={href("/search", { q: number })}>Search for it</ButtonLink>}>
						The number may be mistyped, or the case belongs to an account whose mail you don’t see.
					</Empty>
				</Card>
			</>
		) : (
			<Failed problem={read.problem} again={read.again} />
		);
	if (!item)
		return (
			<>
				<PageHead title={number} back={{ href: listPlace.hash, label: "Cases" }} />
				<Skeleton rows={4} height={96} />
			</>
		);
	const shown = steps(messages, events);
	const folds = messages.length > SHORT;
	return (
		<>
			<PageHead
				title={item.subject || "No subject"}
				back={{ href: listPlace.hash, label: "Cases" }}
				badge={<StatusBadge item={item} />}
				lead={
					<>
						<span class="num">{item.number}</span> · {contactOf(item)}
						{item.waits_for && <> · {item.waits_for === "us" ? "waiting for us" : "waiting for them"}</>}
					</>
				}
				actions={
					item.may_write &&
					!draft && (
						<Button look="primary" icon="reply" aria-keyshortcuts="r" onClick={() => write("reply", 0)}>
							Reply
						</Button>
					)
				}
			/>
			<div class="columns">
				<div class="stack">
					<h2 class="seen-only-by-readers">Conversation</h2>
					{list.problem && !list.data ? (
						<Failed problem={list.problem} again={list.again} />
					) : !list.data ? (
						<Skeleton rows={3} height={120} />
					) : (
						<>
							{list.data.next && (
								<div class="older">
									<Button
										icon="history"
										onClick={() => {
											many.current += PAGE;
											list.renew();
										}}
									>
										Show earlier mail
									</Button>
								</div>
							)}
							<ol class="conversation" aria-label="Conversation">
								{shown.map((step) =>
									step.message ? (
										<li key={`m${step.message.id}`}>
											<MessageCard
												message={step.message}
												item={item}
												sender={desk?.accounts.find((account) => account.id === step.message!.account)?.name ?? ""}
												folded={folds && messages.indexOf(step.message) < messages.length - OPEN}
												aim={aim === step.message.id}
												write={write}
											/>
										</li>
									) : (
										<EventLine key={`e${step.event!.id}`} event={step.event!} statuses={item.statuses} />
									),
								)}
							</ol>
						</>
					)}
					{draft ? (
						<Composer place={item.number} draft={draft} item={item} messages={messages} desk={desk} onChange={setDraft} onDone={() => setDraft(null)} />
					) : (
						item.may_write && (
							<button type="button" class="reply-here" onClick={() => write("reply", 0)}>
								<Icon name="reply" size={18} />
								<span>Write an answer to {contactOf(item)}</span>
								<kbd>r</kbd>
							</button>
						)
					)}
					{!item.may_write && may("cases.write") && <Badge>You may read this account’s mail, and not write from it</Badge>}
				</div>
				<Side item={item} revision={read.data!.revision} desk={desk} onRead={(found) => keep(`cases/${number}`, found)} />
			</div>
		</>
	);
}
