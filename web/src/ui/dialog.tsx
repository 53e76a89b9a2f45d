/* Dialogs on the browser's own <dialog>: it keeps the focus inside, Escape closes it, the focus goes back after. */
import type { ComponentChildren } from "preact";
import { useId, useLayoutEffect, useRef, useState } from "preact/hooks";
import { signal } from "@preact/signals";
import { Button, IconButton } from "./button";

interface DialogProps {
	title: string;
	onClose: () => void;
	children: ComponentChildren;
	footer?: ComponentChildren;
	wide?: boolean;
}

export function Dialog({ title, onClose, children, footer, wide }: DialogProps) {
	const ref = useRef<HTMLDialogElement>(null);
	const id = useId();
	/* At once: keys that are pressed from now on are for the dialog, not for the page below. */
	useLayoutEffect(() => {
		const dialog = ref.current!;
		dialog.showModal();
		dialog.querySelector<HTMLElement>("[data-first]")?.focus();
		return () => dialog.close();
	}, []);
	return (
		<dialog
			ref={ref}
			class={`dialog${wide ? " is-wide" : ""}`}
			aria-labelledby={id}
			onCancel={(event) => {
				event.preventDefault();
				onClose();
			}}
			onClick={(event) => event.target === ref.current && onClose()}
		>
			<div class="dialog-inside">
				<header class="dialog-head">
					<h2 id={id}>{title}</h2>
					<IconButton icon="close" label="Close" onClick={onClose} />
				</header>
				<div class="dialog-body">{children}</div>
				{footer && <footer class="dialog-foot">{footer}</footer>}
			</div>
		</dialog>
	);
}

/* ---------------------------------------------------------------- asking before something happens */

export interface Choice {
	label: string;
	look?: "primary" | "plain" | "danger";
	value: string;
}

interface Question {
	title: string;
	text: ComponentChildren;
	choices: Choice[];
	/* What has to be typed before the last choice may be taken. */
	word?: string;
	answer: (value: string | null) => void;
}

const question = signal<Question | null>(null);

/* The chosen value; null where the dialog was closed. */
export function choose(title: string, text: ComponentChildren, choices: Choice[], word?: string): Promise<string | null> {
	return new Promise((resolve) => {
		question.value = {
			title,
			text,
			choices,
			word,
			answer: (value) => {
				question.value = null;
				resolve(value);
			},
		};
	});
}

export async function confirmDanger(title: string, text: ComponentChildren, label: string): Promise<boolean> {
	const answer = await choose(title, text, [
		{ label: "Keep it", value: "no" },
		{ label, value: "yes", look: "danger" },
	]);
	return answer === "yes";
}

export function Questions() {
	const asked = question.value;
	return asked && <QuestionDialog key={asked.title} asked={asked} />;
}

function QuestionDialog({ asked }: { asked: Question }) {
	const [typed, setTyped] = useState("");
	const last = asked.choices.length - 1;
	return (
		<Dialog
			title={asked.title}
			onClose={() => asked.answer(null)}
			footer={asked.choices.map((choice, i) => (
				<Button
					key={choice.value}
					look={choice.look ?? "plain"}
					data-first={i === 0 ? "" : undefined}
					disabled={i === last && !!asked.word && typed !== asked.word}
					onClick={() => asked.answer(choice.value)}
				>
					{choice.label}
				</Button>
			))}
		>
			<div class="prose">{asked.text}</div>
			{asked.word && (
				<label class="field">
					<span class="field-label">
						Type <code>{asked.word}</code> to go on
					</span>
					<input class="input" value={typed} onInput={(event) => setTyped(event.currentTarget.value)} />
				</label>
			)}
		</Dialog>
	);
}
