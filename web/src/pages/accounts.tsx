/* All accounts, with what they use and how they are. */
import { useState } from "preact/hooks";
import { useQuery } from "../api/query";
import { listRecords } from "../api/records";
import type { Document, List } from "../api/views";
import { may } from "../app/session";
import { ButtonLink } from "../ui/button";
import { Badge, Empty, PageHead } from "../ui/page";
import { QueryTable } from "../ui/table";
import { listProviders } from "./account";
import type { Provider } from "./account-connection";
import { kinds } from "./kinds";
import { ListFilter, matches } from "./records";
import { Logo } from "./logo";

const text = (value: unknown) => (typeof value === "string" ? value : "");
const words: Record<string, string> = { imap: "IMAP", pop3: "POP3", graph: "Graph", maildir: "Maildir", smtp: "SMTP" };

function Ways({ document }: { document: Document }) {
	const send = (document.send ?? {}) as Document;
	const receive = (document.receive ?? {}) as Document;
	return (
		<span class="row is-close">
			{receive.enabled !== false && <Badge>{words[text(receive.protocol)] ?? "IMAP"}</Badge>}
			{send.enabled !== false && <Badge>{words[text(send.protocol)] ?? "SMTP"}</Badge>}
		</span>
	);
}

export default function Accounts() {
	const query = useQuery<List<Document>>("accounts", () => listRecords("accounts"));
	const providers = useQuery<Provider[]>("catalogue", listProviders);
	const [wanted, setWanted] = useState("");
	const items = query.data?.items ?? [];
	const nameOf = (id: string) => providers.data?.find((provider) => provider.id === id);
	const add = may("accounts.manage") && (
		<>
			<ButtonLink look="plain" icon="plus" href="#/accounts/new" data-key="n">
				New account
			</ButtonLink>
			<ButtonLink look="primary" icon="wand" href="#/wizard">
				Set up a mailbox
			</ButtonLink>
		</>
	);
	return (
		<>
			<PageHead title="Accounts" lead={kinds.accounts!.lead} actions={items.length > 0 && add} />
			{items.length > 8 && <ListFilter value={wanted} onValue={setWanted} label="Filter accounts" />}
			<QueryTable
				query={{ ...query, data: query.data && { items: items.filter((item) => matches(item, wanted)) } }}
				label="Accounts"
				id={(item) => text(item.id)}
				href={(item) => `#/accounts/${encodeURIComponent(text(item.id))}`}
				columns={[
					{
						key: "name",
						label: "Account",
						cell: (item) => (
							<span class="with-logo">
								<Logo provider={nameOf(text(item.provider)) ?? { id: text(item.id), name: text(item.name) || text(item.id) }} />
								<span class="two-lines">
									<span>{text(item.name) || text(item.id)}</span>
									<small>{text((item.send as Document | undefined)?.address)}</small>
								</span>
							</span>
						),
					},
					{ key: "provider", label: "Provider", cell: (item) => (text(item.provider) ? (nameOf(text(item.provider))?.name ?? text(item.provider)) : <span class="quiet">Own servers</span>) },
					{ key: "ways", label: "Receives and sends by", least: 2, cell: (item) => <Ways document={item} /> },
				]}
				empty={
					wanted ? (
						<Empty icon="search" title="Nothing fits">
							No account contains “{wanted}”.
						</Empty>
					) : (
						<div class="card is-flush">
							<Empty icon="account" title="No account yet" actions={add}>
								{kinds.accounts!.emptyText}
							</Empty>
						</div>
					)
				}
			/>
		</>
	);
}
