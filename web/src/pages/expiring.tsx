/* What runs out, and when: certificates, client secrets, tokens, passwords; the next first. */
import { json } from "../api/client";
import { useQuery } from "../api/query";
import type { Expiry as Ending, List } from "../api/views";
import { Badge, Empty, Failed, PageHead, Skeleton, type Tone } from "../ui/page";
import { Table } from "../ui/table";
import { Day, relativeTime } from "../ui/time";

const DAY_MS = 86_400_000;

function tone(ms: number): Tone {
	const left = ms - Date.now();
	return left < 0 ? "bad" : left < 30 * DAY_MS ? "warn" : "ok";
}

export function Expiry({ at }: { at: string | null | undefined }) {
	const ms = at ? Date.parse(at) : NaN;
	if (Number.isNaN(ms)) return <span class="quiet">–</span>;
	return (
		<span class="row">
			<Day at={at} />
			<Badge tone={tone(ms)}>{ms < Date.now() ? `ended ${relativeTime(ms, Date.now())}` : relativeTime(ms, Date.now())}</Badge>
		</span>
	);
}

const words: Record<string, string> = { key: "Key", certificate: "Certificate", learned: "Learned certificate", secret: "Client secret", token: "Consent" };

/* "#/keystores/company" of "keystores/company/support". */
function linkOf(what: string): string | undefined {
	const [kind, id] = what.split("/");
	return id && ["keystores", "authentication_profiles", "accounts"].includes(kind!) ? `#/${kind}/${encodeURIComponent(id)}` : undefined;
}

function month(at: string): string {
	return new Intl.DateTimeFormat("en-GB", { month: "long", year: "numeric" }).format(Date.parse(at));
}

export default function ExpiringPage() {
	const query = useQuery<List<Ending>>("expiring", () => json("/api/v1/expiring?limit=500"));
	const groups = new Map<string, Ending[]>();
	for (const item of [...(query.data?.items ?? [])].sort((a, b) => Date.parse(a.expires_at) - Date.parse(b.expires_at))) {
		const name = Date.parse(item.expires_at) < Date.now() ? "Already over" : month(item.expires_at);
		groups.set(name, [...(groups.get(name) ?? []), item]);
	}
	return (
		<>
			<PageHead title="Expiry calendar" lead="Certificates, client secrets and tokens end some day. What is near stands on top, and is told of in time." />
			{query.problem && !query.data ? (
				<Failed problem={query.problem} again={query.again} />
			) : !query.data ? (
				<Skeleton rows={4} />
			) : !groups.size ? (
				<div class="card is-flush">
					<Empty icon="calendar" title="Nothing runs out">
						Keystores with certificates and sign-in profiles with a date for their client secret show up here.
					</Empty>
				</div>
			) : (
				[...groups].map(([name, items]) => (
					<section key={name} class="stack is-tight">
						<h2>{name}</h2>
						<Table
							label={name}
							items={items}
							id={(item) => `${item.kind}/${item.what}/${item.expires_at}`}
							href={(item) => linkOf(item.what)}
							columns={[
								{
									key: "what",
									label: "What",
									cell: (item) => (
										<span class="two-lines">
											<span>{item.text || item.what}</span>
											<small>{item.what}</small>
										</span>
									),
								},
								{ key: "kind", label: "Kind", least: 2, cell: (item) => words[item.kind] ?? item.kind },
								{ key: "used", label: "Used by", least: 1, cell: (item) => item.used_by || <span class="quiet">Nobody</span> },
								{
									key: "at",
									label: "Ends",
									width: "18rem",
									cell: (item) => (
										<span class="row is-close">
											<Expiry at={item.expires_at} />
											{item.is_signer && item.days < 30 && <Badge tone="bad">Mail stops</Badge>}
										</span>
									),
								},
							]}
						/>
					</section>
				))
			)}
		</>
	);
}
