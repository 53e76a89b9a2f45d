/* What lies in a keystore: its keys and certificates, and until when they are valid. */
import { json } from "../api/client";
import { useQuery } from "../api/query";
import type { KeystoreContent } from "../api/views";
import type { Editor } from "../forms/record-form";
import { Badge, Card, Failed, Notice, Skeleton } from "../ui/page";
import { Table } from "../ui/table";
import { Expiry } from "./expiring";

export function KeystoreAliases({ editor }: { editor: Editor }) {
	const query = useQuery<KeystoreContent>(`keystores/${editor.id}/entries`, () => json(`/api/v1/keystores/${encodeURIComponent(editor.id)}/entries`));
	if (query.problem?.status === 404) return null;
	return (
		<Card title="In this keystore" lead={query.data?.used_by.length ? `Used by ${query.data.used_by.join(", ")}` : undefined} flush>
			{query.problem && !query.data ? (
				<Failed problem={query.problem} again={query.again} />
			) : !query.data ? (
				<Skeleton rows={2} />
			) : query.data.fault ? (
				<div class="inset">
					<Notice tone="bad" title="It can't be opened">
						{query.data.fault}
					</Notice>
				</div>
			) : (
				<Table
					label="Keys and certificates"
					items={query.data.entries}
					id={(entry) => entry.alias}
					columns={[
						{
							key: "alias",
							label: "Alias",
							cell: (entry) => (
								<span class="two-lines">
									<span>{entry.alias}</span>
									<small>{entry.addresses.join(", ") || entry.subject}</small>
								</span>
							),
						},
						{ key: "what", label: "What", cell: (entry) => <Badge tone={entry.has_key ? "info" : "calm"}>{entry.has_key ? "Key" : "Certificate"}</Badge> },
						{ key: "use", label: "Use", least: 2, cell: (entry) => entry.use },
						{ key: "expires", label: "Valid until", cell: (entry) => <Expiry at={entry.expires_at} /> },
					]}
				/>
			)}
		</Card>
	);
}
