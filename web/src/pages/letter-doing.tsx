/* What can be done about a mail of ours: sent once more, or stopped. Asked and said in the same words wherever it is. */
import { raw } from "../api/client";
import { invalidate } from "../api/query";
import { may, session } from "../app/session";
import { choose } from "../ui/dialog";
import { say, sayProblem } from "../ui/toast";

export interface Mailing {
	outbox: number;
	state: string;
	/* The operator; "": a machine. */
	written_by: string;
	recipients: { state: string }[];
}

const again = new Set(["failed", "bounced", "suppressed", "uncertain", "later"]);
const stoppable = new Set(["queued", "later", "uncertain"]);

export const mayGoAgain = (mail: Mailing): boolean => again.has(mail.state) || (mail.state === "sent" && mail.recipients.some((recipient) => again.has(recipient.state)));
export const mayStop = (mail: Mailing): boolean => stoppable.has(mail.state);

/* Whether the one who looks at it may: who wrote it, while it waits, or who looks after the outbox. */
export function isTheirsToStop(mail: Mailing): boolean {
	if (!mayStop(mail) || may("outbox.manage")) return mayStop(mail);
	return mail.state !== "uncertain" && !!mail.written_by && mail.written_by === session.value?.operator && (may("cases.write") || may("mail.send"));
}

export const againLabel = (mail: Mailing): string => (mail.state === "later" ? "Try now" : "Send again");
export const stopLabel = (mail: Mailing): string => (mail.state === "uncertain" ? "Let it rest" : "Cancel");

export async function doWith(outbox: number, what: "retry" | "cancel", said: string): Promise<void> {
	try {
		await raw(`/api/v1/outbox/${outbox}/${what}`, { method: "POST" });
		say(said);
	} catch (reason) {
		sayProblem(reason);
	}
	invalidate("cases", "outbox", "status");
}

/* True: it is meant. */
export async function askAgain(mail: Mailing): Promise<boolean> {
	const isRisky = mail.state === "uncertain" || mail.recipients.some((recipient) => recipient.state === "uncertain");
	const text = isRisky
		? "It isn't known whether it arrived. Those who have it already may get it twice."
		: mail.state === "later"
			? "It is tried at once, instead of at its next try."
			: "It goes to all recipients who don't have it. Addresses that were suppressed because of it get mail again.";
	const answer = await choose(mail.state === "later" ? "Try it now?" : "Send it once more?", <p>{text}</p>, [
		{ label: "Leave it", value: "no" },
		{ label: mail.state === "later" ? "Try now" : "Send it again", value: "yes", look: isRisky ? "danger" : "primary" },
	]);
	return answer === "yes";
}

export const sendAgain = (mail: Mailing): Promise<void> => doWith(mail.outbox, "retry", "It is in the queue again.");

export async function askStop(mail: Mailing): Promise<boolean> {
	const isUncertain = mail.state === "uncertain";
	const text = isUncertain ? "Nothing is sent any more. Whether it arrived stays open." : "It is not sent, and its recipients hear nothing of it.";
	const answer = await choose(isUncertain ? "Let it rest?" : "Don't send this mail?", <p>{text}</p>, [
		{ label: "Leave it", value: "no" },
		{ label: isUncertain ? "Let it rest" : "Don't send it", value: "yes", look: "danger" },
	]);
	return answer === "yes";
}

export const stop = (mail: Mailing): Promise<void> => doWith(mail.outbox, "cancel", mail.state === "uncertain" ? "It isn't tried again." : "It isn't sent.");
