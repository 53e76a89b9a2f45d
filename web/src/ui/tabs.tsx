/* Tabs that are places: the address knows which one is open. */
import { href, place } from "../app/router";

export interface Tab {
	id: string;
	label: string;
	count?: number;
}

export function useTab(tabs: Tab[]): string {
	const wanted = place.value.query.get("tab");
	return tabs.some((tab) => tab.id === wanted) ? wanted! : tabs[0]!.id;
}

export function Tabs({ tabs, current, label }: { tabs: Tab[]; current: string; label: string }) {
	return (
		<nav class="tabs" aria-label={label}>
			{tabs.map((tab) => (
				<a
					key={tab.id}
					href={href(place.value.path, { tab: tab.id === tabs[0]!.id ? undefined : tab.id })}
					aria-current={tab.id === current ? "page" : undefined}
				>
					{tab.label}
					{tab.count !== undefined && <span class="count num">{tab.count}</span>}
				</a>
			))}
		</nav>
	);
}
