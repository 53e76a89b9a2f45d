/* Which of what was read is no longer true after an event: the keys of query.ts. `trees` with everything below them,
 * `lists` without the single things in them; `slow` is worth no more than a look every few seconds. */
export interface LiveEvent {
	id: string;
	/* "hauspost.case.created" */
	type: string;
	subject?: string;
	time: string;
	data: Record<string, unknown>;
}

export interface Spoilt {
	trees: string[];
	lists: string[];
	slow: string[];
}

export function kindOf(event: LiveEvent): string {
	return event.type.replace(/^hauspost\./, "");
}

/* "cases" and 17 make "cases/17"; nothing where there is no number. */
function one(kind: string, id: unknown): string[] {
	return id === undefined || id === null || id === "" || id === 0 ? [] : [`${kind}/${String(id)}`];
}

function aboutCase(data: LiveEvent["data"]): string[] {
	return [...one("cases", data.case_id), ...one("cases", data.case_number), ...one("messages", data.message_id)];
}

/* Whatever isn't a case's may be what an alert tells of, or its mail. */
export function spoiltBy(event: LiveEvent): Spoilt {
	const spoilt = ofTheEvent(event);
	return kindOf(event).startsWith("case.") ? spoilt : { ...spoilt, trees: [...spoilt.trees, "alerts"] };
}

function ofTheEvent(event: LiveEvent): Spoilt {
	const data = event.data ?? {};
	const kind = kindOf(event);
	const place = kind.split(".")[0]!;
	switch (place) {
		case "case":
		case "message": {
			const written = kind === "message.written" ? ["outbox"] : [];
			const ledger = [...one("ledger", data.ledger), ...one("outbox", data.outbox)];
			return { trees: [...aboutCase(data), ...ledger, "search"], lists: ["cases", "ledger", ...written, "status"], slow: ["statistics"] };
		}
		case "outbox":
		case "mail":
			return { trees: [...aboutCase(data), ...one("outbox", data.outbox)], lists: ["outbox", "status"], slow: ["statistics"] };
		case "suppression":
			return { trees: [], lists: ["suppressions"], slow: [] };
		case "certificate":
			return { trees: [], lists: ["certificates", "expiring"], slow: [] };
		case "account":
		case "sender":
			return { trees: ["listeners"], lists: ["accounts", "outbox", "status"], slow: ["statistics"] };
		case "listener":
			return { trees: [...one("listeners", data.listener)], lists: ["listeners", "mailboxes", "status"], slow: ["statistics"] };
		case "inlet":
			return { trees: [...one("inlets", data.inlet)], lists: ["inlets", "status"], slow: [] };
		case "loop":
			return { trees: aboutCase(data), lists: ["loops"], slow: [] };
		case "automatic-mail":
			return { trees: ["automatic-mail"], lists: ["outbox", "status"], slow: [] };
		case "expiry":
			return { trees: [], lists: ["expiring"], slow: [] };
		case "record": {
			const kinds = `${String(data.kind ?? "")}s`;
			return { trees: [`${kinds}/${String(data.id ?? "")}`, `${kinds}/choices`], lists: [kinds, "audit", "expiring", "status"], slow: [] };
		}
		case "webhook":
			return { trees: [...one("webhooks", data.webhook)], lists: ["webhooks"], slow: [] };
		default:
			return { trees: [], lists: [], slow: [] };
	}
}
