/* The list of a kind of records. */
import { useState } from "preact/hooks";
import { listRecords } from "../api/records";
import { useQuery } from "../api/query";
import type { Document, List } from "../api/views";
import { may } from "../app/session";
import { ButtonLink } from "../ui/button";
import { Icon } from "../ui/icon";
import { Empty, PageHead } from "../ui/page";
import { QueryTable } from "../ui/table";
import { kinds, type KindText } from "./kinds";

/* Beyond this a list wants a field to filter it by. */
const FEW = 8;

export function ListFilter({ value, onValue, label }: { value: string; onValue: (value: string) => void; label: string }) {
	return (
		<label class="list-filter">
			<span class="seen-only-by-readers">{label}</span>
			<Icon name="search" size={18} />
			<input
				class="input"
				type="search"
				placeholder="Filter"
				value={value}
				onInput={(event) => onValue(event.currentTarget.value)}
				onKeyDown={(event) => {
					if (event.key === "Escape") onValue("");
					if (event.key === "ArrowDown") document.querySelector<HTMLElement>("main a.row-link")?.focus();
				}}
			/>
		</label>
	);
}

export function matches(document: unknown, wanted: string): boolean {
	return !wanted || JSON.stringify(document).toLowerCase().includes(wanted.toLowerCase());
}

export function AddButton({ kind, text }: { kind: string; text: KindText }) {
	if (!may(text.right)) return null;
	return (
		<ButtonLink look="primary" icon="plus" href={`#/${kind}/new`} data-key="n">
			{text.add}
		</ButtonLink>
	);
}

export default function Records({ at }: { at: Record<string, string> }) {
	const kind = at.kind!;
	const text = kinds[kind]!;
	const [wanted, setWanted] = useState("");
	const query = useQuery<List<Document>>(kind, () => listRecords(kind));
	const items = query.data?.items ?? [];
	const shown = query.data && { ...query, data: { items: items.filter((item) => matches(item, wanted)) } };
	const add = <AddButton kind={kind} text={text} />;
	return (
		<>
			<PageHead title={text.plural} lead={text.lead} actions={items.length > 0 && add} />
			{items.length > FEW && <ListFilter value={wanted} onValue={setWanted} label={`Filter ${text.plural.toLowerCase()}`} />}
			<QueryTable
				query={shown ?? { ...query, data: undefined }}
				label={text.plural}
				columns={text.columns}
				id={(item) => String(item.id)}
				href={(item) => `#/${kind}/${encodeURIComponent(String(item.id))}`}
				empty={
					wanted ? (
						<Empty icon="search" title="Nothing fits">
							No entry contains “{wanted}”.
						</Empty>
					) : (
						<div class="card is-flush">
							<Empty icon={text.icon} title={text.emptyTitle} actions={add}>
								{text.emptyText}
							</Empty>
						</div>
					)
				}
			/>
		</>
	);
}
