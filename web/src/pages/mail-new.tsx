/* New mail, with or without a case. */
import { useState } from "preact/hooks";
import { useDesk } from "../api/mail";
import { go, place } from "../app/router";
import { ButtonLink } from "../ui/button";
import { SelectField } from "../ui/field";
import { Card, Empty, Failed, PageHead, Skeleton } from "../ui/page";
import { Composer } from "./composer";
import { emptyDraft, keepDraft, readDraft, readFiles, type Draft } from "./draft";
import "../style/cases.css";

const PLACE = "new";

function begin(): Draft {
	const kept = readDraft(PLACE);
	const to = place.peek().query.get("to") ?? "";
	return kept && (!to || kept.text) ? kept : { ...emptyDraft("new"), to };
}

export default function NewMail() {
	const query = useDesk();
	const [draft, setDraft] = useState(begin);
	const desk = query.data;
	const accounts = (desk?.accounts ?? []).filter((account) => account.may_write && account.from.length);
	const chosen = draft.account && accounts.some((account) => account.id === draft.account) ? draft.account : (accounts[0]?.id ?? "");
	const own = accounts.find((account) => account.id === chosen)?.from ?? [];
	const from = own.includes(draft.from) ? draft.from : (own[0] ?? "");
	const set = (change: Partial<Draft>) => {
		const next = { ...draft, account: chosen, ...change };
		keepDraft(PLACE, next, readFiles(PLACE));
		setDraft(next);
	};
	return (
		<>
			<PageHead title="New mail" back={{ href: "#/cases", label: "Cases" }} lead="It leaves through the outbox. With a case type it opens a case, and the answer joins that." />
			{query.problem && !desk ? (
				<Failed problem={query.problem} again={query.again} />
			) : !desk ? (
				<Skeleton rows={4} height={72} />
			) : !accounts.length ? (
				<Card flush>
					<Empty icon="send" title="There is no account to write from" actions={<ButtonLink href="#/accounts">To the accounts</ButtonLink>}>
						An account that sends, and the right to write from it, are needed first.
					</Empty>
				</Card>
			) : (
				<div class="new-mail">
					<Composer
						above={
							<div class="fields">
								<SelectField
									label="From"
									name="from"
									value={`${chosen} ${from}`}
									onValue={(value) => {
										const [account, address] = value.split(" ");
										set({ account, from: address });
									}}
									options={accounts.flatMap((account) => account.from.map((address): [string, string] => [`${account.id} ${address}`, `${account.name} <${address}>`]))}
								/>
								<SelectField label="Case" name="case_type" value={draft.case_type} onValue={(case_type) => set({ case_type, status: "" })} options={[["", "None: a mail alone"], ...desk.case_types.map((type): [string, string] => [type.id, `Open one: ${type.name}`])]} />
							</div>
						}
						place={PLACE}
						draft={{ ...draft, account: chosen, from }}
						desk={desk}
						onChange={setDraft}
						onDone={(sent) => (sent?.case_number ? go(`/cases/${encodeURIComponent(sent.case_number)}`) : go("/cases"))}
					/>
				</div>
			)}
		</>
	);
}
