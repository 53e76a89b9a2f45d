/* What needs a person, the most urgent first; each leads to where something can be done about it. */
import "../style/overview.css";
import { json } from "../api/client";
import { useQuery } from "../api/query";
import type { Document, Expiry, List, Status, WebhookState } from "../api/views";
import { listRecords } from "../api/records";
import { may, session } from "../app/session";
import { Icon, type IconName } from "../ui/icon";
import { Card, type Tone } from "../ui/page";
import { ofItself } from "../ui/short";
import { Time } from "../ui/time";

export interface Need {
	key: string;
	href: string;
	icon: IconName;
	tone: Tone;
	title: string;
	detail: string;
	next?: string | null;
}

const SOON_DAYS = 30;
const WEBHOOKS_LOOKED_AT = 20;

type Part = Status["listeners"][number];

const count = (n: number, one: string, more: string) => `${n.toLocaleString("en")} ${n === 1 ? one : more}`;

function ofPart(part: Part, what: string, kind: string, icon: IconName): Need {
	const title = what === "listener" ? `${part.id} can't read its mailbox` : what === "sender" ? `${part.id} can't send` : `Inlet ${part.id} isn't open`;
	const isLogin = part.state === "auth-failed";
	return {
		key: `${what}/${part.id}`,
		href: `#/${kind}/${encodeURIComponent(part.id)}`,
		icon: isLogin ? "key" : icon,
		tone: "bad",
		title: isLogin ? `${part.id}: user or password was refused` : title,
		detail: ofItself(part.error),
		next: part.next_try_at,
	};
}

function ofStatus(status: Status): Need[] {
	const troubled = (parts: Part[]) => parts.filter((part) => !part.ok && part.error);
	const needs = [
		...troubled(status.listeners).map((part) => ofPart(part, "listener", "listeners", "listener")),
		...troubled(status.senders).map((part) => ofPart(part, "sender", "accounts", "outbox")),
		...troubled(status.inlets).map((part) => ofPart(part, "inlet", "inlets", "inlet")),
	];
	/* The counts are everybody's: who sees some accounts only would look for what isn't there for him. */
	if (!session.value?.oversees) return needs;
	const { parked, held } = status.incoming;
	const { uncertain } = status.outbox;
	if (parked) needs.push({ key: "parked", href: "#/ledger?state=parked", icon: "ledger", tone: "bad", title: count(parked, "mail is parked", "mails are parked"), detail: parked === 1 ? "It couldn't be handled. Mend the reason and try it again, or give it up." : "They couldn't be handled. Mend the reason and try them again, or give them up." });
	if (held) needs.push({ key: "held", href: "#/ledger?state=held", icon: "warn", tone: "warn", title: count(held, "mail is held", "mails are held"), detail: held === 1 ? "Its sender may not be who it says. Look at it, and let it pass or not." : "Their senders may not be who they say. Look at them, and let them pass or not." });
	if (uncertain) needs.push({ key: "uncertain", href: "#/outbox?state=uncertain", icon: "outbox", tone: "warn", title: `Of ${count(uncertain, "mail", "mails")} it isn't known whether it arrived`, detail: "The connection broke at the last moment. Send it again, or let it rest." });
	if (!status.automatic_mail) needs.push({ key: "automatic", href: "#/outbox?kind=answer&state=waiting", icon: "reply", tone: "warn", title: "Automatic mail is switched off", detail: "Nobody gets an automatic answer until it is switched on again." });
	return needs;
}

function ofExpiring(items: Expiry[]): Need[] {
	return items
		.filter((item) => item.days <= SOON_DAYS)
		.slice(0, 5)
		.map((item) => ({
			key: `expiring/${item.what}`,
			href: "#/expiring",
			icon: "calendar",
			tone: item.days < 7 ? "bad" : "warn",
			title: item.days < 0 ? `${item.text || item.what} has ended` : `${item.text || item.what} ends in ${count(item.days, "day", "days")}`,
			detail: item.used_by ? `Used by ${item.used_by}` : item.what,
		}));
}

async function troubledWebhooks(): Promise<WebhookState[]> {
	const all = await listRecords<Document>("webhooks");
	const asked = all.items.slice(0, WEBHOOKS_LOOKED_AT).map((item) => json<WebhookState>(`/api/v1/webhooks/${encodeURIComponent(String(item.id))}/state`).catch(() => null));
	return (await Promise.all(asked)).filter((state): state is WebhookState => !!state && (state.disabled || state.failures > 2));
}

function ofWebhook(state: WebhookState): Need {
	return {
		key: `webhook/${state.id}`,
		href: `#/webhooks/${encodeURIComponent(state.id)}`,
		icon: "webhook",
		tone: state.disabled ? "bad" : "warn",
		title: state.disabled ? `Webhook ${state.id} gets no more events` : `Webhook ${state.id} doesn't answer; ${count(state.waiting, "event waits", "events wait")}`,
		detail: state.reason,
		next: state.disabled ? null : state.next_try_at,
	};
}

export function useNeeds(status: Status | undefined): Need[] {
	const expiring = useQuery<List<Expiry>>(may("accounts.read") ? "expiring" : null, () => json("/api/v1/expiring?limit=500")).data;
	const webhooks = useQuery<WebhookState[]>(may("webhooks.manage") ? "webhooks/troubled" : null, troubledWebhooks).data;
	return [...(status ? ofStatus(status) : []), ...ofExpiring(expiring?.items ?? []), ...(webhooks ?? []).map(ofWebhook)];
}

export function Needs({ needs }: { needs: Need[] }) {
	return (
		<section class="stack is-tight" aria-labelledby="needs">
			<h2 id="needs">Needs a person</h2>
			<Card flush>
				{!needs.length ? (
					<p class="needs-none">
						<span class="event-icon is-ok">
							<Icon name="check" size={18} />
						</span>
						<span>Nothing waits for you. What can't go on by itself stands here.</span>
					</p>
				) : (
					<ul class="needs">
						{needs.map((need) => (
							<li key={need.key}>
								<a href={need.href}>
									<span class={`event-icon is-${need.tone}`}>
										<Icon name={need.icon} size={18} />
									</span>
									<span class="needs-text">
										<strong>{need.title}</strong>
										{need.detail && <span>{need.detail}</span>}
									</span>
									{need.next && (
										<span class="needs-next">
											{Date.parse(need.next) > Date.now() + 1000 ? (
												<>
													next try <Time at={need.next} />
												</>
											) : (
												"trying now"
											)}
										</span>
									)}
									<Icon name="right" size={16} />
								</a>
							</li>
						))}
					</ul>
				)}
			</Card>
		</section>
	);
}
