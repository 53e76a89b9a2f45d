/* A provider's logo, or its first letter where it has none. */
import { useState } from "preact/hooks";
import type { Provider } from "./account-connection";

export function Logo({ provider, large }: { provider: Pick<Provider, "id" | "name"> & { has_logo?: boolean }; large?: boolean }) {
	const [failed, setFailed] = useState(false);
	const has = provider.has_logo && !failed;
	return (
		<span class={`logo${large ? " is-large" : ""}`} aria-hidden="true">
			{has ? (
				<img src={`/api/v1/providers/${encodeURIComponent(provider.id)}/logo`} alt="" onError={() => setFailed(true)} />
			) : (
				(provider.name || provider.id).charAt(0).toUpperCase()
			)}
		</span>
	);
}
