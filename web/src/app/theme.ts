/* Light or dark: what the system says, or what was chosen here. */
import { effect, signal } from "@preact/signals";

export type Theme = "system" | "light" | "dark";

const KEY = "hauspost.theme";
const system = window.matchMedia("(prefers-color-scheme: dark)");
const systemDark = signal(system.matches);
system.addEventListener("change", (event) => (systemDark.value = event.matches));

function stored(): Theme {
	const word = localStorage.getItem(KEY);
	return word === "light" || word === "dark" ? word : "system";
}

export const theme = signal<Theme>(stored());

export function setTheme(wanted: Theme): void {
	theme.value = wanted;
	if (wanted === "system") localStorage.removeItem(KEY);
	else localStorage.setItem(KEY, wanted);
}

effect(() => {
	const dark = theme.value === "dark" || (theme.value === "system" && systemDark.value);
	document.documentElement.dataset.theme = dark ? "dark" : "light";
});
