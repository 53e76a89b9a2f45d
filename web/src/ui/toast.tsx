/* Short words about what was done, read out politely; failures stay until they are closed. */
import { signal } from "@preact/signals";
import { Icon } from "./icon";
import { IconButton } from "./button";
import { asProblem } from "../api/problem";

interface Toast {
	id: number;
	kind: "ok" | "bad";
	text: string;
	action?: ToastAction;
}

/* Something that can be done about it for as long as it is shown. */
export interface ToastAction {
	label: string;
	run: () => void;
}

const toasts = signal<Toast[]>([]);
let next = 1;

function close(id: number): void {
	toasts.value = toasts.value.filter((toast) => toast.id !== id);
}

export function say(text: string, action?: ToastAction): () => void {
	const id = next++;
	toasts.value = [...toasts.value.slice(-2), { id, kind: "ok", text, action }];
	setTimeout(() => close(id), action ? 10_000 : 5000);
	return () => close(id);
}

export function sayProblem(reason: unknown): void {
	toasts.value = [...toasts.value.slice(-2), { id: next++, kind: "bad", text: asProblem(reason).detail }];
}

export function Toasts() {
	return (
		<div class="toasts" role="status" aria-live="polite">
			{toasts.value.map((toast) => (
				<div key={toast.id} class={`toast is-${toast.kind}`}>
					<Icon name={toast.kind === "ok" ? "ok" : "warn"} />
					<span>{toast.text}</span>
					{toast.action && (
						<button
							type="button"
							class="button is-quiet is-small"
							onClick={() => {
								close(toast.id);
								toast.action!.run();
							}}
						>
							<span>{toast.action.label}</span>
						</button>
					)}
					<IconButton icon="close" label="Close" onClick={() => close(toast.id)} />
				</div>
			))}
		</div>
	);
}
