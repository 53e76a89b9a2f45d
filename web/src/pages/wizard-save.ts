/* What the wizard makes: account, and where there is no rule yet, case type, template and rule; then the listener. What
 * was made is remembered, so that a second try after a failure goes on where the first one ended. */
import { createRecord, replaceRecord } from "../api/records";
import { asProblem } from "../api/problem";
import type { Document } from "../api/views";

export interface Plan {
	account: Document;
	name: string;
	folder: string;
	/* "": a new one. */
	rule: string;
	mask: string;
	answers: boolean;
	onlyNew: boolean;
}

const answerText = `Dear {{contact.name}},

thank you for your message. We have received it as {{case.number}} and will come back to you.

Please keep the number in the subject when you write to us about it.
`;

async function make(kind: string, document: Document, made: Set<string>): Promise<void> {
	const key = `${kind}/${String(document.id)}`;
	try {
		if (made.has(key)) await replaceRecord(kind, String(document.id), document, "*");
		else await createRecord(kind, document);
	} catch (reason) {
		const problem = asProblem(reason);
		throw Object.assign(problem, { message: problem.detail });
	}
	made.add(key);
}

export async function saveAll(plan: Plan, made: Set<string>): Promise<void> {
	const id = String(plan.account.id);
	await make("accounts", { ...plan.account, name: plan.name, send: { ...(plan.account.send as Document), display_name: plan.name } }, made);
	let rule = plan.rule;
	if (!rule) {
		rule = id;
		await make("case_types", { id, name: plan.name, number_mask: plan.mask }, made);
		if (plan.answers) await make("templates", { id, name: `${plan.name}: received`, text: answerText }, made);
		await make("rules", {
			id,
			name: plan.name,
			branches: [{ name: "Every mail", when: [], activity: "create-case", case_type: id, map: [] }],
			responses: plan.answers ? [{ when: "created", template: id }] : [],
		}, made);
	}
	await make("listeners", { id, name: plan.name, account: id, folder: plan.folder, rule, ...(plan.onlyNew && { since: new Date().toISOString().slice(0, 10) }) }, made);
}
