/* One mail of a conversation: its head can be pressed to fold it; below its text its files and, of ours, what became
 * of it. */
import { useEffect, useId, useRef, useState } from "preact/hooks";
import { automaticText, fateOf, fileIcon, isPicture, personOf, stateText } from "../api/mail";
import type { Case, Message } from "../api/views";
import { may } from "../app/session";
import { Button, ButtonLink } from "../ui/button";
import { Icon } from "../ui/icon";
import { Menu } from "../ui/menu";
import { Badge, Notice } from "../ui/page";
import { initials, size } from "../ui/short";
import { Time } from "../ui/time";
import { againLabel, askAgain, askStop, doWith, isTheirsToStop, mayGoAgain, mayStop, sendAgain, stop, stopLabel, type Mailing } from "./letter-doing";
import { AsSent, MailText } from "./message-text";
import { Why } from "./message-why";

export type Write = (kind: "reply" | "forward", message: number) => void;

/* ---------------------------------------------------------------- files */

function Files({ message }: { message: Message }) {
	const files = message.attachments.filter((file) => !file.inline || !isPicture(file.type));
	if (!files.length) return null;
	return (
		<ul class="files" aria-label="Attachments">
			{files.map((file) => {
				const path = `/api/v1/messages/${message.id}/attachments/${file.number}`;
				const name = file.name || `attachment-${file.number}`;
				return (
					<li key={file.number}>
						<a class="file" href={path} download={name}>
							{isPicture(file.type) && file.size < 4e6 ? <img src={path} alt="" loading="lazy" /> : <Icon name={fileIcon(file.type)} />}
							<span class="file-name">{name}</span>
							<span class="quiet num">{size(file.size)}</span>
							<Icon name="download" size={18} />
						</a>
					</li>
				);
			})}
		</ul>
	);
}

/* ---------------------------------------------------------------- what became of one of ours */

/* At once, without asking: of what was pressed a moment ago, or waits. */
export const cancelMail = (outbox: number): Promise<void> => doWith(outbox, "cancel", "The mail was cancelled. Nobody gets it.");

async function stopIt(mail: Mailing): Promise<void> {
	if (mail.state !== "uncertain") await cancelMail(mail.outbox);
	else if (await askStop(mail)) await stop(mail);
}

async function sendOnceMore(mail: Mailing): Promise<void> {
	if (mail.state === "later" || (await askAgain(mail))) await sendAgain(mail);
}

function Delivery({ message }: { message: Message }) {
	const mail: Mailing = { outbox: message.outbox, state: message.state, written_by: message.written_by, recipients: message.recipients };
	const troubled = message.recipients.filter((recipient) => !["sent", "delivered", "queued", "sending"].includes(recipient.state));
	const mayDecide = may("outbox.manage");
	const waits = mayStop(mail);
	const mayCancel = isTheirsToStop(mail);
	const failed = mayGoAgain(mail);
	if (!troubled.length && !(waits && (mayCancel || may("outbox.read")))) return null;
	return (
		<div class="delivery">
			{troubled.map((recipient) => (
				<Notice key={recipient.address} tone={stateText(recipient.state).tone} title={`${stateText(recipient.state).label}: ${recipient.address}`}>
					{recipient.diagnostic || recipient.reply || recipient.reason || ""}
					{(recipient.code || recipient.status) && (
						<span class="quiet num">
							{" "}
							({[recipient.code || "", recipient.status].filter(Boolean).join(" ")})
						</span>
					)}
				</Notice>
			))}
			{(waits || failed) && (mayDecide || mayCancel || may("outbox.read")) && (
				<div class="row">
					{may("outbox.read") && waits && (
						<ButtonLink small look="quiet" icon="outbox" href={`#/outbox/${message.outbox}`}>
							What it waits for
						</ButtonLink>
					)}
					{mayCancel && (
						<Button small icon="close" onClick={() => stopIt(mail)}>
							{mail.state === "uncertain" ? stopLabel(mail) : "Cancel it"}
						</Button>
					)}
					{mayDecide && failed && (
						<Button small icon="restart" onClick={() => sendOnceMore(mail)}>
							{againLabel(mail)}
						</Button>
					)}
				</div>
			)}
		</div>
	);
}

/* ---------------------------------------------------------------- the mail */

function Marks({ message }: { message: Message }) {
	const state = fateOf(message);
	const signed = message.smime as { signature?: string; encrypted?: boolean } | null;
	return (
		<>
			{message.direction === "out" && message.automatic !== "none" && <Badge>Automatic</Badge>}
			{message.direction === "in" && message.automatic !== "none" && message.automatic && <Badge tone="warn">{automaticText(message.automatic)}</Badge>}
			{signed && <Badge>S/MIME</Badge>}
			{message.direction === "out" && state && (
				<Badge tone={stateText(state).tone} dot>
					{stateText(state).label}
				</Badge>
			)}
		</>
	);
}

function NoAnswer({ message, onWhy }: { message: Message; onWhy: () => void }) {
	if (message.direction !== "in" || !message.no_answer) return null;
	return (
		<p class="no-answer quiet">
			<Icon name="info" size={18} />
			<span>
				No automatic answer: {message.answer || message.no_answer.replace(/-/g, " ")}.{" "}
				<button type="button" class="link" onClick={onWhy}>
					Why?
				</button>
			</span>
		</p>
	);
}

function Body({ message, write, may_write }: { message: Message; write: Write; may_write: boolean }) {
	const [why, setWhy] = useState(false);
	const [sent, setSent] = useState(message.html && !message.text.trim());
	const name = useId();
	return (
		<div class="message-body">
			{message.html && (
				<div class="choices is-small" role="radiogroup" aria-label="How it is shown">
					<label>
						<input type="radio" name={name} checked={!sent} onChange={() => setSent(false)} />
						Text
					</label>
					<label>
						<input type="radio" name={name} checked={sent} onChange={() => setSent(true)} />
						As sent
					</label>
				</div>
			)}
			{sent ? <AsSent message={message} /> : <MailText message={message} />}
			<Files message={message} />
			<Delivery message={message} />
			<NoAnswer message={message} onWhy={() => setWhy(true)} />
			<div class="message-foot">
				{may_write && (
					<>
						<Button small look="quiet" icon="reply" onClick={() => write("reply", message.id)}>
							Reply
						</Button>
						<Button small look="quiet" icon="forward" onClick={() => write("forward", message.id)}>
							Forward
						</Button>
					</>
				)}
				{message.direction === "in" && (
					<Button small look="quiet" icon="question" aria-expanded={why} onClick={() => setWhy(!why)}>
						Why is it here?
					</Button>
				)}
			</div>
			{why && <Why message={message} />}
		</div>
	);
}

/* It came long after it was written: taken in later, or held up. */
const LATE_MS = 3_600_000;
const isLate = (message: Message) => !!message.date && !!message.created_at && Date.parse(message.created_at) - Date.parse(message.date) > LATE_MS;

function Head({ message, sender, open, toggle, body }: { message: Message; sender: string; open: boolean; toggle: () => void; body: string }) {
	const ours = message.direction === "out";
	const name = personOf(message.from_name || (ours ? sender : ""), message.from);
	const files = message.attachments.filter((file) => !file.inline).length;
	return (
		<header class="message-head">
			<span class="avatar" aria-hidden="true">
				{initials(name)}
			</span>
			<div class="message-who">
				<h3>
					<button type="button" class="message-toggle" aria-expanded={open} aria-controls={body} onClick={toggle}>
						{name}
						<span class="seen-only-by-readers">{ours ? ", from us" : ""}</span>
					</button>
					{open && name !== message.from && <span class="quiet message-address">{message.from}</span>}
				</h3>
				{open ? (
					<p class="quiet message-to">
						to {message.to || "nobody named"}
						{message.cc && <>, copy to {message.cc}</>}
						{isLate(message) && (
							<>
								, written <Time at={message.date} />
							</>
						)}
					</p>
				) : (
					<p class="quiet message-preview">{message.preview || message.subject}</p>
				)}
			</div>
			<div class="message-marks">
				<Marks message={message} />
				{!open && files > 0 && <Icon name="attachment" size={16} label={`${files} ${files === 1 ? "file" : "files"}`} />}
				<span class="quiet message-time">
					<Time at={message.created_at} />
				</span>
			</div>
			<Menu
				label={`More about the mail by ${name}`}
				items={[
					{ label: "Download (.eml)", icon: "download", run: () => void (location.href = `/api/v1/messages/${message.id}/raw`) },
					...(message.outbox && may("outbox.read") ? [{ label: "In the outbox", icon: "outbox" as const, run: () => void (location.hash = `#/outbox/${message.outbox}`) }] : []),
				]}
			/>
		</header>
	);
}

interface MessageProps {
	message: Message;
	item: Case;
	/* Our account's name. */
	sender: string;
	folded: boolean;
	/* The address leads to this one. */
	aim: boolean;
	write: Write;
}

export function MessageCard({ message, item, sender, folded, aim, write }: MessageProps) {
	const [open, setOpen] = useState(!folded || aim);
	const card = useRef<HTMLElement>(null);
	const body = useId();
	useEffect(() => {
		if (!aim) return;
		setOpen(true);
		card.current?.scrollIntoView({ block: "start" });
	}, [aim]);
	/* A subject is told only where it isn't that of the case. */
	const bare = (subject: string) => subject.replace(/^((re|aw|fwd?|wg|sv)\s*:\s*)+/i, "").replace(/\s*\[[^\]]*\]\s*$/, "").trim();
	const differs = message.subject && bare(message.subject) !== bare(item.subject);
	return (
		<article ref={card} id={`message-${message.id}`} class={`message is-${message.direction}${aim ? " is-aim" : ""}`}>
			<Head message={message} sender={sender} open={open} toggle={() => setOpen(!open)} body={body} />
			<div id={body} hidden={!open}>
				{open && differs && <p class="message-subject">{message.subject}</p>}
				{open && <Body message={message} write={write} may_write={item.may_write} />}
			</div>
		</article>
	);
}
