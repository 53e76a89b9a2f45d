/* From an address to the first case: found provider → sign-in and test → what becomes of mail → first mail. */
import { useEffect, useLayoutEffect, useRef, useState } from "preact/hooks";
import { useQuery } from "../api/query";
import type { Document } from "../api/views";
import { schemaOf, type Schema } from "../forms/schema";
import { Button, ButtonLink } from "../ui/button";
import { Icon } from "../ui/icon";
import { may } from "../app/session";
import { Empty, Failed, PageHead, Skeleton } from "../ui/page";
import "../style/people.css";
import { listProviders } from "./account";
import type { Provider } from "./account-connection";
import { accountOf, change, draft, planOf, side, startOver, type Detection } from "./wizard-draft";
import { FirstMailStep, MailStep } from "./wizard-mail";
import { AddressStep, SignInStep } from "./wizard-steps";

const titles = ["Address", "Sign-in", "Mail", "First mail"];

function Progress({ step }: { step: number }) {
	return (
		<ol class="progress" aria-label="Steps">
			{titles.map((title, i) => (
				<li key={title} aria-current={i === step ? "step" : undefined} class={i < step ? "is-done" : ""}>
					<span class="progress-mark num">{i < step ? <Icon name="check" size={16} label="Done" /> : i + 1}</span>
					<span class="progress-title">{title}</span>
				</li>
			))}
		</ol>
	);
}

/* Another step takes the focus to its first field: whoever types on finds it there. */
function useFocus(step: number) {
	const box = useRef<HTMLDivElement>(null);
	const before = useRef(step);
	useLayoutEffect(() => {
		if (before.current === step) return;
		before.current = step;
		window.scrollTo(0, 0);
		box.current?.querySelector<HTMLElement>("input:not([readonly]), .empty h2")?.focus();
	}, [step]);
	return box;
}

function NotForYou() {
	return (
		<Empty icon="lock" title="Your roles don’t suffice for this" actions={may("accounts.manage") && <ButtonLink href="#/accounts/new">New account</ButtonLink>}>
			The wizard makes an account, a listener and a service rule: it takes the rights to change all three.
		</Empty>
	);
}

export default function Wizard() {
	const [schema, setSchema] = useState<Schema | null>(null);
	const providers = useQuery<Provider[]>("catalogue", listProviders);
	const { step, found, account, plan, address } = draft.value;
	const box = useFocus(step);
	useEffect(() => void schemaOf("accounts").then(setSchema), []);
	const take = (wanted: string, detection: Detection) => {
		/* Looked up once more: what was typed after the first time stays. */
		const same = account && found?.address === detection.address && found.provider === detection.provider;
		change({
			step: 1,
			address: wanted,
			found: detection,
			account: same ? account : accountOf(wanted, detection, schema!, providers.data ?? []),
			plan: same && plan && !plan.existing ? plan : planOf(wanted),
		});
	};
	const takeExisting = (there: Document) => {
		const own = planOf(String(side(there, "send").address));
		change({ step: 2, account: null, found: null, tested: null, plan: { ...own, name: String(there.name || own.name), existing: String(there.id), folder: "" } });
	};
	const again = () => startOver();
	let inside;
	if (!["accounts.manage", "listeners.manage", "rules.manage"].every(may)) inside = <NotForYou />;
	else if (providers.problem && !providers.data) inside = <Failed problem={providers.problem} again={providers.again} />;
	else if (!schema || !providers.data) inside = <Skeleton rows={3} height={64} />;
	else if (step === 1 && account && found) inside = <SignInStep providers={providers.data} onBack={() => change({ step: 0 })} onDone={() => change({ step: 2 })} />;
	else if (step === 2 && plan) inside = <MailStep onBack={() => change({ step: plan.existing ? 0 : 1 })} onSaved={() => change({ step: 3, account: null, tested: null })} />;
	else if (step === 3 && plan) inside = <FirstMailStep onAgain={again} />;
	else inside = <AddressStep onFound={take} onExisting={takeExisting} />;
	return (
		<>
			<PageHead
				title="Set up a mailbox"
				back={{ href: "#/accounts", label: "Accounts" }}
				actions={
					(step === 1 || step === 2) && (
						<Button look="quiet" icon="restart" onClick={again}>
							Start over
						</Button>
					)
				}
				lead={step === 1 || step === 2 ? address : undefined}
			/>
			<Progress step={step} />
			<div class="wizard" ref={box}>
				{inside}
			</div>
		</>
	);
}
