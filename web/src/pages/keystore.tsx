/* What lies in a keystore: its keys and certificates, and until when they are valid. */
import { json } from "../api/client";
import { useQuery } from "../api/query";
import type { Editor } from "../forms/record-form";
import { Badge, Card, Failed, Skeleton } from "../ui/page";
import { Table } from "../ui/table";
import { Expiry } from "./expiring";

interface KeystoreEntry {
	alias: string;
	has_key?: boolean;
	algorithm?: string;
	subject?: string;
	issuer?: string;
	addresses?: string[];
	not_before?: string | null;
	expires_at?: string | null;
	not_after?: string | null;
}

export function KeystoreAliases({ editor }: { editor: Editor }) {
	const query = useQuery<{ items: KeystoreEntry[] }>(`keystores/${editor.id}/entries`, () =>
		json(`/api/v1/keystores/${encodeURIComponent(editor.id)}/entries`),
	);
	if (query.problem?.status === 404) return null;
	return (
		<Card title="In this keystore" flush>
			{query.problem && !query.data ? (
				<Failed problem={query.problem} again={query.again} />
			) : !query.data ? (
				<Skeleton rows={2} />
			) : (
				<Table
					label="Keys and certificates"
					items={query.data.items}
					id={(entry) => entry.alias}
					columns={[
						{
							key: "alias",
							label: "Alias",
							cell: (entry) => (
								<span class="two-lines">
									<span>{entry.alias}</span>
									<small>{entry.subject}</small>
								</span>
							),
						},
						{ key: "what", label: "What", cell: (entry) => <Badge tone={entry.has_key ? "info" : "calm"}>{entry.has_key ? "Key" : "Certificate"}</Badge> },
						{ key: "algorithm", label: "Algorithm", least: 2, cell: (entry) => entry.algorithm ?? "" },
						{ key: "expires", label: "Valid until", cell: (entry) => <Expiry at={entry.expires_at ?? entry.not_after} /> },
					]}
				/>
			)}
		</Card>
	);
}
