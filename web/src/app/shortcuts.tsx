/* Keys that work on every page, unless somebody is typing. */
import { useLayoutEffect } from "preact/hooks";
import { Dialog } from "../ui/dialog";
import { navigation } from "./navigation";
import { go } from "./router";
import { mayAny } from "./session";

function isTyping(target: EventTarget | null): boolean {
	const element = target as HTMLElement | null;
	return !!element?.closest("input, textarea, select, [contenteditable], dialog, [role=menu]");
}

const jumps = navigation.flatMap((group) => group.items).filter((item) => item.letter);

export function useShortcuts(run: { palette: () => void; help: () => void }): void {
	useLayoutEffect(() => {
		let jumping = 0;
		const keys = (event: KeyboardEvent) => {
			if ((event.ctrlKey || event.metaKey) && event.key.toLowerCase() === "k") {
				event.preventDefault();
				run.palette();
				return;
			}
			if (event.ctrlKey || event.metaKey || event.altKey || isTyping(event.target)) return;
			if (jumping && Date.now() - jumping < 1500) {
				jumping = 0;
				const item = jumps.find((jump) => jump.letter === event.key && mayAny(...jump.rights));
				if (item) go(item.path);
				return;
			}
			jumping = event.key === "g" ? Date.now() : 0;
			if (event.key === "?") run.help();
			else if (event.key === "/") {
				event.preventDefault();
				(document.querySelector<HTMLElement>("main input[type=search]") ?? { focus: run.palette }).focus();
			} else if (event.key === "n") document.querySelector<HTMLElement>("main [data-key=n]")?.click();
		};
		window.addEventListener("keydown", keys);
		return () => window.removeEventListener("keydown", keys);
	}, []);
}

export function ShortcutHelp({ onClose }: { onClose: () => void }) {
	const rows: [string[], string][] = [
		[["Ctrl", "K"], "Search and commands"],
		[["/"], "Filter the list, or search"],
		[["n"], "New"],
		[["↑", "↓"], "Move in a list"],
		[["j", "k"], "Move in cases and their mail"],
		[["r"], "Answer a case"],
		[["f"], "Forward its mail"],
		[["Ctrl", "Enter"], "Send"],
		[["Ctrl", "S"], "Save a form"],
		[["?"], "This help"],
		...jumps.filter((item) => mayAny(...item.rights)).map((item): [string[], string] => [["g", item.letter!], item.label]),
	];
	return (
		<Dialog title="Keys" onClose={onClose}>
			<dl class="keys">
				{rows.map(([keys, what]) => (
					<div key={what}>
						<dt>
							{keys.map((key) => (
								<kbd key={key}>{key}</kbd>
							))}
						</dt>
						<dd>{what}</dd>
					</div>
				))}
			</dl>
		</Dialog>
	);
}
