/* What runs out, and when: certificates, client secrets, tokens, passwords; the next first. */
import { json } from "../api/client";
import { useQuery } from "../api/query";
import type { List } from "../api/views";
import { Badge, Empty, Failed, PageHead, Skeleton, type Tone } from "../ui/page";
import { Table } from "../ui/table";
import { Day, relativeTime } from "../ui/time";

const DAY_MS = 86_400_000;

interface Expiring {
	what: string;
	kind: string;
	id: string;
	name?: string;
	alias?: string;
	user?: string;
	expires_at: string;
}

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

const plurals: Record<string, string> = { keystore: "keystores", authentication_profile: "authentication_profiles", account: "accounts", operator: "operators", webhook: "webhooks" };

function month(at: string): string {
	return new Intl.DateTimeFormat("en-GB", { month: "long", year: "numeric" }).format(Date.parse(at));
}

export default function ExpiringPage() {
	const query = useQuery<List<Expiring>>("expiring", () => json("/api/v1/expiring?limit=500"));
	const groups = new Map<string, Expiring[]>();
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
							id={(item) => `${item.kind}/${item.id}/${item.alias ?? item.user ?? ""}/${item.what}`}
							href={(item) => `#/${plurals[item.kind] ?? item.kind}/${encodeURIComponent(item.id)}`}
							columns={[
								{
									key: "what",
									label: "What",
									cell: (item) => (
										<span class="two-lines">
											<span>{item.name || item.id}</span>
											<small>{[item.what, item.alias, item.user].filter(Boolean).join(" · ")}</small>
										</span>
									),
								},
								{ key: "at", label: "Ends", width: "16rem", cell: (item) => <Expiry at={item.expires_at} /> },
							]}
						/>
					</section>
				))
			)}
		</>
	);
}
