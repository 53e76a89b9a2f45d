/* One record: its form, and what its kind has beside it. */
import type { ComponentType } from "preact";
import { useEffect, useState } from "preact/hooks";
import { getRecord, listRecords, type Revised } from "../api/records";
import type { Document } from "../api/views";
import { asProblem, type Problem } from "../api/problem";
import { go, place } from "../app/router";
import { may } from "../app/session";
import { RecordForm, useEditor, type Editor } from "../forms/record-form";
import { schemaOf, type Schema } from "../forms/schema";
import { Button } from "../ui/button";
import { Failed, PageHead, Skeleton } from "../ui/page";
import { AlertPanel } from "./alert";
import { kinds } from "./kinds";
import { History } from "./history";
import { InletPanel } from "./inlet";
import { KeystoreAliases } from "./keystore";
import { ListenerPanel } from "./listener";
import { OperatorPanel } from "./operator";
import { ProfilePanel } from "./authentication-profile";
import { WebhookPanel } from "./webhook";

const panels: Record<string, ComponentType<{ editor: Editor }>> = {
	listeners: ListenerPanel,
	inlets: InletPanel,
	keystores: KeystoreAliases,
	authentication_profiles: ProfilePanel,
	operators: OperatorPanel,
	webhooks: WebhookPanel,
	alerts: AlertPanel,
};

interface Loaded {
	schema: Schema;
	revised: Revised | null;
	/* What a new one begins with: a built-in provider that is adapted. */
	initial?: Document;
}

async function copyOf(kind: string, id: string): Promise<Document | undefined> {
	if (kind !== "providers" || !id) return undefined;
	const list = await listRecords("catalogue");
	const { own: _own, has_logo: _logo, ...document } = list.items.find((item) => item.id === id) ?? {};
	return document as Document;
}

/* Reads what a page with a form needs; `id` "": a new record. */
export function useRecord(kind: string, id: string): { loaded: Loaded | null; problem: Problem | null; again: () => void } {
	const [loaded, setLoaded] = useState<Loaded | null>(null);
	const [problem, setProblem] = useState<Problem | null>(null);
	const load = async () => {
		try {
			const copy = id ? "" : (place.value.query.get("copy") ?? "");
			const [schema, revised, initial] = await Promise.all([schemaOf(kind), id ? getRecord(kind, id) : null, copyOf(kind, copy)]);
			setProblem(null);
			setLoaded({ schema, revised, initial });
		} catch (reason) {
			setProblem(asProblem(reason));
		}
	};
	useEffect(() => void load(), [kind, id]);
	return { loaded, problem, again: () => void load() };
}

export default function Record({ at }: { at: Record<string, string> }) {
	const kind = at.kind!;
	const id = at.id ?? "";
	const text = kinds[kind]!;
	const { loaded, problem, again } = useRecord(kind, id);
	const back = { href: `#/${kind}`, label: text.plural };
	if (!loaded)
		return (
			<>
				<PageHead title={id || text.add} back={back} />
				{problem ? <Failed problem={problem} again={again} /> : <Skeleton rows={6} height={64} />}
			</>
		);
	return <Loaded kind={kind} loaded={loaded} back={back} />;
}

function Loaded({ kind, loaded, back }: { kind: string; loaded: Loaded; back: { href: string; label: string } }) {
	const text = kinds[kind]!;
	const editor = useEditor({
		kind,
		label: text.label,
		schema: loaded.schema,
		revised: loaded.revised,
		initial: loaded.initial,
		onSaved: (saved, isNew) => isNew && go(`/${kind}/${encodeURIComponent(saved)}`),
	});
	const readOnly = !may(text.right);
	const Panel = editor.id ? panels[kind] : undefined;
	const name = editor.id ? editor.form.text(["name"]) || editor.id : text.add;
	return (
		<>
			<PageHead
				title={name}
				back={back}
				actions={
					editor.id && !readOnly ? (
						<Button icon="trash" onClick={editor.remove}>
							Delete
						</Button>
					) : undefined
				}
			/>
			<RecordForm
				editor={editor}
				back={`/${kind}`}
				readOnly={readOnly}
				before={Panel && <Panel editor={editor} />}
				after={editor.id && <History kind={kind} id={editor.id} />}
			/>
		</>
	);
}
