/* Events in words, by kind (docs/events.md). */
import type { IconName } from "../ui/icon";
import type { Tone } from "../ui/page";

const words: Record<string, string> = {
	"case.created": "A mail opened a case",
	"case.updated": "A mail joined a case",
	"case.reopened": "A mail opened a case again",
	"case.stranger": "Somebody without a part in the case wrote",
	"case.status": "A case's status was set",
	"message.filed": "A mail was filed",
	"message.held": "A mail waits for a person",
	"message.parked": "A mail was parked",
	"message.released": "A held mail was released",
	"message.discarded": "A mail was discarded",
	"message.opened": "An encrypted mail could be opened",
	"message.written": "A mail was written",
	"outbox.requeued": "A mail is sent once more",
	"outbox.cancelled": "A mail that waited was stopped",
	"outbox.sent": "A mail was taken by the next server",
	"outbox.delayed": "A mail waits for long",
	"outbox.failed": "A mail can't be sent",
	"outbox.suppressed": "A mail was held back",
	"outbox.uncertain": "It isn't known whether a mail arrived",
	"outbox.copy-failed": "A copy for the Sent folder couldn't be filed",
	"mail.bounced": "A mail came back",
	"mail.delayed": "A report says that a mail is late",
	"mail.delivered": "A report says that a mail was delivered",
	"mail.complaint": "A recipient called a mail spam",
	"suppression.added": "An address gets no more mail",
	"suppression.lifted": "An address gets mail again: it was heard from",
	"suppression.removed": "An address gets mail again",
	"certificate.learned": "A certificate came with a signed mail",
	"certificate.added": "A certificate was added",
	"certificate.forgotten": "A certificate was removed",
	"account.throttled": "The provider asked to slow down",
	"account.resumed": "An account goes on",
	"account.paused": "An account was paused",
	"account.unpaused": "An account goes on after a pause",
	"listener.paused": "A listener was stopped",
	"listener.unpaused": "A listener was started",
	"listener.failed": "A listener fails",
	"listener.works": "A listener works again",
	"sender.failed": "Sending fails",
	"sender.works": "Sending works again",
	"inlet.failed": "An inlet can't be opened",
	"inlet.works": "An inlet is open again",
	"loop.opened": "Automatic answers were stopped: a loop",
	"loop.closed": "Automatic answers pass again",
	"loop.reset": "A stopped loop was reset",
	"automatic-mail.on": "Automatic mail was switched on",
	"automatic-mail.off": "All automatic mail was switched off",
	"expiry.warning": "Something runs out soon",
	"record.created": "A record of the set-up was made",
	"record.changed": "A record of the set-up was changed",
	"record.deleted": "A record of the set-up was deleted",
	"webhook.disabled": "A webhook gets no more events",
	"webhook.test": "A webhook was tried",
	"alert.test": "An alert was tried",
};

export const kindsOfEvents = Object.keys(words);

/* What an alert may be told to mail: not what its own mail may cause, nor what is told without being named. */
export const kindsOfAlerts = kindsOfEvents.filter((kind) => kind !== "message.filed" && !kind.endsWith(".test"));

export function eventWords(kind: string): string {
	return words[kind] ?? kind;
}

export const groups: [string, string, IconName][] = [
	["case.*", "Cases", "cases"],
	["message.*", "Mail that came in", "mail"],
	["outbox.*", "Sending", "outbox"],
	["mail.*", "Reports on mail", "reply"],
	["suppression.*", "Suppressed addresses", "block"],
	["listener.*", "Listeners", "listener"],
	["account.*", "Accounts", "account"],
	["sender.*", "Sending of accounts", "outbox"],
	["inlet.*", "Inlets", "inlet"],
	["loop.*", "Loops", "restart"],
	["automatic-mail.*", "Automatic mail", "reply"],
	["certificate.*", "Certificates", "keystore"],
	["expiry.*", "Expiry", "calendar"],
	["record.*", "Set-up", "edit"],
	["webhook.*", "Webhooks", "webhook"],
	["alert.*", "Alerts", "warn"],
];

export function eventIcon(kind: string): IconName {
	const group = `${kind.split(".")[0]!}.*`;
	return groups.find(([pattern]) => pattern === group)?.[2] ?? "event";
}

const bad = new Set(["message.parked", "outbox.failed", "outbox.suppressed", "mail.bounced", "mail.complaint", "listener.failed", "sender.failed", "inlet.failed", "webhook.disabled"]);
const warn = new Set(["case.stranger", "message.held", "outbox.delayed", "outbox.uncertain", "outbox.copy-failed", "mail.delayed", "account.throttled", "loop.opened", "automatic-mail.off", "expiry.warning"]);
const good = new Set(["case.created", "case.updated", "case.reopened", "outbox.sent", "mail.delivered", "listener.works", "sender.works", "inlet.works"]);

export function eventTone(kind: string): Tone {
	return bad.has(kind) ? "bad" : warn.has(kind) ? "warn" : good.has(kind) ? "ok" : "calm";
}
