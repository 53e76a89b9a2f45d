/* What the wizard makes: account, case type, template, rule and listener, as far as they aren't there yet. All of it or
 * nothing, under IDs that nobody has; they are chosen once, so that a second try after a lost answer makes no doubles. */
import { json } from "../api/client";
import { asProblem, Problem } from "../api/problem";
import { invalidate } from "../api/query";
import { createRecord, deleteRecord, listRecords } from "../api/records";
import type { Document } from "../api/views";
import { may, session } from "../app/session";

export interface Plan {
	name: string;
	folder: string;
	/* Each "": a new one. */
	rule: string;
	caseType: string;
	mask: string;
	answers: boolean;
	template: string;
	answer: string;
	onlyNew: boolean;
	/* An account that is there already; "": the new one. */
	existing: string;
	/* Of all that is made; "" until it is chosen. */
	id: string;
}

type Kind = "accounts" | "case_types" | "templates" | "rules" | "listeners";
const kinds: Kind[] = ["accounts", "case_types", "templates", "rules", "listeners"];
type Taken = Record<Kind, Document[]>;

async function whatIsThere(): Promise<Taken> {
	const lists = await Promise.all(kinds.map((kind) => listRecords(kind)));
	return Object.fromEntries(kinds.map((kind, i) => [kind, lists[i]!.items])) as Taken;
}

function freeId(wanted: string, taken: Taken): string {
	const has = (id: string) => kinds.some((kind) => taken[kind].some((item) => item.id === id));
	let id = wanted;
	for (let n = 2; has(id); n++) id = `${wanted}-${n}`;
	return id;
}

/* A folder that two listeners read would give each mail two cases. */
function checkFolder(plan: Plan, taken: Taken): void {
	const other = taken.listeners.find((item) => item.account === plan.existing && (item.folder || "INBOX") === plan.folder && item.source !== "inlet");
	if (plan.existing && other && other.id !== plan.id)
		throw new Problem(409, `The listener “${String(other.name || other.id)}” reads this folder already.`, "folder");
}

/* Here, not in Greenwich. */
function today(): string {
	const now = new Date();
	return [now.getFullYear(), now.getMonth() + 1, now.getDate()].map((part) => String(part).padStart(2, "0")).join("-");
}

function documents(plan: Plan, account: Document): [Kind, Document][] {
	const { id, name } = plan;
	const list: [Kind, Document][] = [];
	let rule = plan.rule;
	if (!plan.existing) list.push(["accounts", { ...account, id, name, send: { ...(account.send as Document), display_name: name } }]);
	if (!rule) {
		rule = id;
		if (!plan.caseType) list.push(["case_types", { id, name, number_mask: plan.mask }]);
		if (plan.answers && !plan.template) list.push(["templates", { id, name: `${name}: received`, text: plan.answer }]);
		list.push(["rules", {
			id,
			name,
			branches: [{ name: "Every mail", when: [], activity: "create-case", case_type: plan.caseType || id, map: [] }],
			responses: plan.answers ? [{ when: "created", template: plan.template || id }] : [],
		}]);
	}
	list.push(["listeners", { id, name, account: plan.existing || id, folder: plan.folder, rule, ...(plan.onlyNew && { since: today() }) }]);
	return list;
}

/* In one transaction: for who may change the whole set-up. */
async function applyAll(list: [Kind, Document][]): Promise<void> {
	const setup: Record<string, Record<string, Document>> = {};
	for (const [kind, { id, ...rest }] of list) setup[kind] = { [String(id)]: rest };
	await json("/api/v1/setup", { method: "POST", body: setup });
}

/* One after the other; where one is refused, those before it go again. */
async function createAll(list: [Kind, Document][]): Promise<void> {
	const made: [Kind, string][] = [];
	try {
		for (const [kind, document] of list) {
			await createRecord(kind, document);
			made.push([kind, String(document.id)]);
		}
	} catch (reason) {
		for (const [kind, id] of made.reverse()) await deleteRecord(kind, id).catch(() => undefined);
		throw asProblem(reason);
	}
}

/* Answers the ID that all of it has. */
export async function saveAll(plan: Plan, account: Document, keepId: (id: string) => void): Promise<string> {
	const taken = await whatIsThere();
	checkFolder(plan, taken);
	const id = plan.id || freeId(plan.existing || String(account.id), taken);
	keepId(id);
	const list = documents({ ...plan, id }, account);
	if (may("operators.manage") && session.value?.oversees) await applyAll(list);
	else if (!taken.listeners.some((item) => item.id === id)) await createAll(list);
	invalidate(...kinds, "status");
	return id;
}
