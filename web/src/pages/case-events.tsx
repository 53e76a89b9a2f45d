/* What happened in a case beside its mails, in words. */
import { json } from "../api/client";
import { useQuery } from "../api/query";
import type { Case, EventView, List } from "../api/views";
import { may } from "../app/session";

export type EventData = Record<string, unknown>;

export interface MessageEvent {
	kind: string;
	at: string;
	data: EventData;
}

const texts: Record<string, string> = {
	"case.created": "The case was opened",
	"case.updated": "The mail joined the case",
	"case.reopened": "The case was opened again",
	"case.stranger": "Somebody wrote who has no part in the case",
	"case.status": "The status was set",
	"message.filed": "The mail was kept",
	"message.held": "The mail was held for a person",
	"message.released": "The mail was let pass",
	"message.written": "The mail was written",
	"message.opened": "The encrypted mail could be opened after all",
	"outbox.sent": "The server took the mail",
	"outbox.failed": "The mail couldn’t be sent",
	"outbox.bounced": "The mail came back",
	"outbox.uncertain": "It isn’t known whether the mail was sent",
	"outbox.suppressed": "The mail was held back: the address gets none",
	"outbox.cancelled": "The mail was cancelled",
	"outbox.requeued": "The mail is sent once more",
	"loop.opened": "Automatic answers stopped: a machine seems to answer them",
	"loop.reset": "Automatic answers go on",
};

export function eventText(kind: string, data: EventData, statuses?: Case["statuses"]): string {
	if (kind === "case.status") {
		const id = String(data.status ?? "");
		return `Status: ${statuses?.find((status) => status.id === id)?.name || id}`;
	}
	return texts[kind] ?? kind.replace(/[.-]/g, " ");
}

/* Those that a mail in the conversation doesn't show already. */
const shown = "case.status,case.stranger,outbox.cancelled,outbox.requeued,loop.opened,loop.reset";

export interface CaseEvent {
	id: string;
	kind: string;
	at: string;
	by: string;
	data: EventData;
}

export function useCaseEvents(number: string): CaseEvent[] {
	const query = useQuery<List<EventView>>(number && may("events.read") ? `cases/${number}/events` : null, () =>
		json(`/api/v1/events?case=${encodeURIComponent(number)}&kind=${shown}&order=desc&limit=200`),
	);
	return (query.data?.items ?? []).map((event) => {
		const data = (event.data ?? {}) as EventData;
		return { id: event.id, kind: event.type.replace(/^hauspost\./, ""), at: event.time ?? "", by: String(data.author ?? ""), data };
	});
}
