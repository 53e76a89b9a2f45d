/* Short words about what was done, read out politely; failures stay until they are closed. */
import { signal } from "@preact/signals";
import { Icon } from "./icon";
import { IconButton } from "./button";
import { asProblem } from "../api/problem";

interface Toast {
	id: number;
	kind: "ok" | "bad";
	text: string;
}

const toasts = signal<Toast[]>([]);
let next = 1;

function close(id: number): void {
	toasts.value = toasts.value.filter((toast) => toast.id !== id);
}

export function say(text: string): void {
	const id = next++;
	toasts.value = [...toasts.value.slice(-2), { id, kind: "ok", text }];
	setTimeout(() => close(id), 5000);
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
					<IconButton icon="close" label="Close" onClick={() => close(toast.id)} />
				</div>
			))}
		</div>
	);
}
