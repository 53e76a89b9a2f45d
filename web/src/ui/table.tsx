/* Lists as tables: a row leads to its page; ↑ and ↓ move between rows, Enter opens. On narrow screens each row becomes
 * a card by CSS alone, with the column's name before each value. */
import type { ComponentChildren } from "preact";
import { Empty, Failed, Skeleton } from "./page";
import type { Query } from "../api/query";

export interface Column<T> {
	key: string;
	label: string;
	/* Hidden where there is less room: 1 goes first. */
	least?: 1 | 2;
	right?: boolean;
	width?: string;
	/* Said by the first cell already: no name before it on narrow screens. */
	bare?: boolean;
	cell: (item: T) => ComponentChildren;
}

interface TableProps<T> {
	label: string;
	columns: Column<T>[];
	items: T[];
	id: (item: T) => string | number;
	href?: (item: T) => string | undefined;
	actions?: (item: T) => ComponentChildren;
}

function step(event: KeyboardEvent): void {
	const link = (event.target as HTMLElement).closest<HTMLElement>("a.row-link");
	if (!link || event.altKey || event.ctrlKey || event.metaKey) return;
	const links = [...link.closest("table")!.querySelectorAll<HTMLElement>("a.row-link")];
	const at = links.indexOf(link);
	const to = { ArrowDown: at + 1, ArrowUp: at - 1, j: at + 1, k: at - 1, Home: 0, End: links.length - 1 }[event.key];
	if (to === undefined || !links[to]) return;
	event.preventDefault();
	links[to]!.focus();
}

export function Table<T>({ label, columns, items, id, href, actions }: TableProps<T>) {
	return (
		<div class="table-box">
			<table class="table" aria-label={label} onKeyDown={step}>
				<thead>
					<tr>
						{columns.map((column) => (
							<th
								key={column.key}
								scope="col"
								class={`${column.right ? "is-right" : ""} ${column.least ? `least-${column.least}` : ""}`}
								style={column.width ? { width: column.width } : undefined}
							>
								{column.label}
							</th>
						))}
						{actions && (
							<th class="is-actions">
								<span class="seen-only-by-readers">Actions</span>
							</th>
						)}
					</tr>
				</thead>
				<tbody>
					{items.map((item) => {
						const link = href?.(item);
						return (
							<tr key={id(item)} class={link ? "has-link" : ""}>
								{columns.map((column, i) => (
									<td
										key={column.key}
										data-label={column.bare || i === 0 ? undefined : column.label}
										class={`${column.right ? "is-right num" : ""} ${column.least ? `least-${column.least}` : ""}`}
									>
										{i === 0 && link ? (
											<a class="row-link" href={link}>
												{column.cell(item)}
											</a>
										) : (
											column.cell(item)
										)}
									</td>
								))}
								{actions && <td class="is-actions">{actions(item)}</td>}
							</tr>
						);
					})}
				</tbody>
			</table>
		</div>
	);
}

/* A list as it is asked for: skeleton, failure, empty state or the table. */
export function QueryTable<T>({ query, empty, ...table }: Omit<TableProps<T>, "items"> & {
	query: Query<{ items: T[] }>;
	empty: ComponentChildren;
}) {
	if (query.problem && !query.data) return <Failed problem={query.problem} again={query.again} />;
	if (!query.data) return <Skeleton rows={5} />;
	if (!query.data.items.length) return <>{empty}</>;
	return <Table {...table} items={query.data.items} />;
}

export { Empty };
