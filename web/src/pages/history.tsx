/* Who has changed a record, and what. Folded until it is asked for. */
import { useState } from "preact/hooks";
import { json } from "../api/client";
import { useQuery } from "../api/query";
import type { List, Version } from "../api/views";
import { Icon } from "../ui/icon";
import { Failed, Skeleton } from "../ui/page";
import { Time } from "../ui/time";

const done: Record<string, string> = { created: "created it", changed: "changed it", deleted: "deleted it" };

export function Changes({ lines }: { lines: string[] }) {
	if (!lines.length) return null;
	return (
		<ul class="changes">
			{lines.map((line) => (
				<li key={line}>
					<code>{line.trim()}</code>
				</li>
			))}
		</ul>
	);
}

export function VersionLine({ version, what }: { version: Version; what?: preact.ComponentChildren }) {
	return (
		<li class="version">
			<div class="row">
				<strong>{version.author || "The set-up file"}</strong>
				<span>
					{what ?? done[version.action] ?? version.action}
				</span>
				<span class="quiet spread">
					<Time at={version.at} />
				</span>
			</div>
			<Changes lines={version.changes} />
		</li>
	);
}

function Versions({ kind, id }: { kind: string; id: string }) {
	const query = useQuery<List<Version>>(`${kind}/${id}/history`, () => json(`/api/v1/${kind}/${encodeURIComponent(id)}/history?limit=50`));
	if (query.problem && !query.data) return <Failed problem={query.problem} again={query.again} />;
	if (!query.data) return <Skeleton rows={3} />;
	if (!query.data.items.length) return <p class="quiet">Nothing is recorded.</p>;
	return (
		<ol class="versions">
			{query.data.items.map((version) => (
				<VersionLine key={version.revision} version={version} />
			))}
		</ol>
	);
}

export function History({ kind, id }: { kind: string; id: string }) {
	const [open, setOpen] = useState(false);
	return (
		<details class="more" onToggle={(event) => setOpen(event.currentTarget.open)}>
			<summary>
				<Icon name="right" size={16} />
				History
			</summary>
			<div class="more-body">{open && <Versions kind={kind} id={id} />}</div>
		</details>
	);
}
