/* Providers as cards: one's own first, then the built-in ones. */
import { useState } from "preact/hooks";
import { useQuery } from "../api/query";
import { Badge, Empty, Failed, PageHead, Skeleton } from "../ui/page";
import { may } from "../app/session";
import { ButtonLink } from "../ui/button";
import { listProviders } from "./account";
import type { Provider } from "./account-connection";
import { AddButton, ListFilter, matches } from "./records";
import { kinds } from "./kinds";
import { Logo } from "./logo";

const securities: Record<string, string> = { tls: "TLS", starttls: "STARTTLS", none: "insecure" };

function server(host: string, protocol: string, security: string): string {
	return protocol === "graph" ? "Microsoft Graph" : host ? `${host} · ${securities[security] ?? security}` : "–";
}

function ProviderCard({ provider }: { provider: Provider }) {
	return (
		<li class="provider">
			<div class="provider-head">
				<Logo provider={provider} large />
				<div class="two-lines">
					<strong>
						{provider.own ? (
							<a class="row-link" href={`#/providers/${encodeURIComponent(provider.id)}`}>
								{provider.name || provider.id}
							</a>
						) : (
							provider.name || provider.id
						)}
					</strong>
					<small>{provider.domains?.slice(0, 2).join(", ") || provider.id}</small>
				</div>
			</div>
			<dl class="provider-servers">
				<dt>Receive</dt>
				<dd>{server(provider.receive?.host, provider.receive?.protocol, provider.receive?.security)}</dd>
				<dt>Send</dt>
				<dd>{server(provider.send?.host, provider.send?.protocol, provider.send?.security)}</dd>
			</dl>
			<div class="row">
				{provider.oauth?.template && <Badge tone="info">{provider.oauth.required ? "OAuth only" : "OAuth"}</Badge>}
				{provider.app_password !== "no" && provider.app_password && <Badge tone="warn">App password</Badge>}
				<span class="spread" />
				{!provider.own && may("providers.manage") && (
					<ButtonLink small look="quiet" href={`#/providers/new?copy=${encodeURIComponent(provider.id)}`} aria-label={`Adapt ${provider.name || provider.id}`}>
						Adapt
					</ButtonLink>
				)}
				{may("accounts.manage") && (
					<ButtonLink small look="quiet" href={`#/accounts/new?provider=${encodeURIComponent(provider.id)}`} aria-label={`New account at ${provider.name || provider.id}`}>
						New account
					</ButtonLink>
				)}
			</div>
		</li>
	);
}

export default function Providers() {
	const query = useQuery<Provider[]>("catalogue", listProviders);
	const [wanted, setWanted] = useState("");
	const all = (query.data ?? []).filter((provider) => matches([provider.id, provider.name, provider.domains, provider.receive?.host, provider.send?.host], wanted));
	const own = all.filter((provider) => provider.own);
	const builtin = all.filter((provider) => !provider.own);
	return (
		<>
			<PageHead title="Providers" lead={kinds.providers!.lead} actions={<AddButton kind="providers" text={kinds.providers!} />} />
			<ListFilter value={wanted} onValue={setWanted} label="Filter providers" />
			{query.problem && !query.data ? (
				<Failed problem={query.problem} again={query.again} />
			) : !query.data ? (
				<Skeleton rows={4} height={120} />
			) : !all.length ? (
				<Empty icon="search" title="Nothing fits">
					No provider contains “{wanted}”.
				</Empty>
			) : (
				<>
					{own.length > 0 && (
						<section class="stack is-tight">
							<h2>Your own</h2>
							<ul class="grid">
								{own.map((provider) => (
									<ProviderCard key={provider.id} provider={provider} />
								))}
							</ul>
						</section>
					)}
					{builtin.length > 0 && (
						<section class="stack is-tight">
							<h2>Built in</h2>
							<ul class="grid">
								{builtin.map((provider) => (
									<ProviderCard key={provider.id} provider={provider} />
								))}
							</ul>
						</section>
					)}
				</>
			)}
		</>
	);
}
