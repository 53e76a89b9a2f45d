/* Who has changed what, newest first. */
import { useState } from "preact/hooks";
import { json } from "../api/client";
import { useQuery } from "../api/query";
import type { List, Version } from "../api/views";
import { Button } from "../ui/button";
import { Card, Empty, Failed, PageHead, Skeleton } from "../ui/page";
import { VersionLine } from "./history";
import { kinds } from "./kinds";
import { sayProblem } from "../ui/toast";

const plurals: Record<string, string> = Object.fromEntries(
	Object.keys(kinds).map((plural) => [plural === "case_types" ? "case_type" : plural.replace(/s$/, ""), plural]),
);
const verbs: Record<string, string> = { created: "created", changed: "changed", deleted: "deleted" };

function What({ version }: { version: Version }) {
	const plural = plurals[version.kind];
	const text = plural ? kinds[plural] : undefined;
	const label = text?.label.toLowerCase() ?? version.kind.replace(/_/g, " ");
	return (
		<>
			{verbs[version.action] ?? version.action} {label}{" "}
			{plural && version.action !== "deleted" ? <a href={`#/${plural}/${encodeURIComponent(version.id)}`}>{version.id}</a> : <strong>{version.id}</strong>}
		</>
	);
}

const url = (cursor: string) => `/api/v1/audit?limit=50${cursor && "&cursor=" + encodeURIComponent(cursor)}`;

export default function Audit() {
	const query = useQuery<List<Version>>("audit", () => json(url("")));
	const [more, setMore] = useState<List<Version> | null>(null);
	const [busy, setBusy] = useState(false);
	const items = [...(query.data?.items ?? []), ...(more?.items ?? [])];
	const next = more ? more.next : query.data?.next;
	const older = async () => {
		setBusy(true);
		try {
			const page = await json<List<Version>>(url(next!));
			setMore({ items: [...(more?.items ?? []), ...page.items], next: page.next });
		} catch (reason) {
			sayProblem(reason);
		}
		setBusy(false);
	};
	return (
		<>
			<PageHead title="Audit trail" lead="Every change of the set-up: who, when, and each field before and after. Secrets are never in it." />
			{query.problem && !query.data ? (
				<Failed problem={query.problem} again={query.again} />
			) : !query.data ? (
				<Skeleton rows={6} />
			) : !items.length ? (
				<Card flush>
					<Empty icon="audit" title="Nothing was changed yet">
						As soon as somebody changes the set-up, it stands here.
					</Empty>
				</Card>
			) : (
				<Card>
					<ol class="versions">
						{items.map((version) => (
							<VersionLine key={`${version.kind}/${version.id}/${version.revision}/${version.at}`} version={version} what={<What version={version} />} />
						))}
					</ol>
					{next && (
						<div>
							<Button busy={busy} onClick={older}>
								Show older
							</Button>
						</div>
					)}
				</Card>
			)}
		</>
	);
}
