/* Search and commands in one: places, what can be begun, records by their names; more lists may be added. */
import { useEffect, useLayoutEffect, useMemo, useRef, useState } from "preact/hooks";
import { json } from "../api/client";
import type { Document, List } from "../api/views";
import { Icon, type IconName } from "../ui/icon";
import { navigation } from "./navigation";
import { go } from "./router";
import { mayAny, signOut } from "./session";
import { setTheme, theme } from "./theme";

interface Entry {
	id: string;
	label: string;
	hint: string;
	icon: IconName;
	words: string;
	run: () => void;
}

const begins: [string, string, IconName, string][] = [
	["/wizard", "Set up a mailbox, step by step", "wand", "accounts.manage"],
	["/accounts/new", "New account", "plus", "accounts.manage"],
	["/listeners/new", "New listener", "plus", "listeners.manage"],
	["/rules/new", "New service rule", "plus", "rules.manage"],
	["/templates/new", "New template", "plus", "rules.manage"],
	["/providers/new", "New provider", "plus", "providers.manage"],
	["/operators/new", "New operator", "plus", "operators.manage"],
];

function fixedEntries(onHelp: () => void): Entry[] {
	const entries: Entry[] = [];
	for (const group of navigation)
		for (const item of group.items)
			if (mayAny(...item.rights))
				entries.push({ id: item.path, label: item.label, hint: group.label, icon: item.icon, words: item.words ?? "", run: () => go(item.path) });
	for (const [path, label, icon, right] of begins)
		if (mayAny(right)) entries.push({ id: path, label, hint: "Begin", icon, words: "add create", run: () => go(path) });
	entries.push(
		{ id: "theme", label: "Switch between light and dark", hint: "View", icon: "moon", words: "theme", run: () => setTheme(document.documentElement.dataset.theme === "dark" ? "light" : "dark") },
		{ id: "profile", label: "Your profile", hint: "You", icon: "account", words: "password second factor", run: () => go("/profile") },
		{ id: "keys", label: "Keys", hint: "Help", icon: "info", words: "shortcuts keyboard", run: onHelp },
		{ id: "out", label: "Sign out", hint: "You", icon: "out", words: "log out", run: () => void signOut() },
	);
	void theme.value;
	return entries;
}

const kinds: [string, IconName, string, string][] = [
	["accounts", "account", "Account", "accounts.read"],
	["listeners", "listener", "Listener", "listeners.read"],
	["rules", "rule", "Service rule", "rules.read"],
	["templates", "template", "Template", "rules.read"],
	["case_types", "type", "Case type", "rules.read"],
	["authentication_profiles", "key", "Sign-in profile", "accounts.read"],
	["keystores", "keystore", "Keystore", "accounts.read"],
];

async function recordEntries(): Promise<Entry[]> {
	const lists = kinds
		.filter(([, , , right]) => mayAny(right))
		.map(async ([kind, icon, label]) => {
			const list = await json<List<Document>>(`/api/v1/${kind}?limit=200`).catch(() => null);
			return (list?.items ?? []).map((item): Entry => {
				const id = String(item.id);
				const path = `/${kind}/${encodeURIComponent(id)}`;
				return { id: path, label: String(item.name || id), hint: label, icon, words: id, run: () => go(path) };
			});
		});
	return (await Promise.all(lists)).flat();
}

function score(entry: Entry, wanted: string[]): number {
	const label = entry.label.toLowerCase();
	const all = `${label} ${entry.words.toLowerCase()} ${entry.hint.toLowerCase()}`;
	let total = 0;
	for (const word of wanted) {
		if (!all.includes(word)) return 0;
		total += label.startsWith(word) ? 4 : label.includes(word) ? 2 : 1;
	}
	return total;
}

export function Palette({ onClose, onHelp }: { onClose: () => void; onHelp: () => void }) {
	const [text, setText] = useState("");
	const [at, setAt] = useState(0);
	const [records, setRecords] = useState<Entry[]>([]);
	const dialog = useRef<HTMLDialogElement>(null);
	const list = useRef<HTMLUListElement>(null);
	/* At once: what is typed behind the keys that opened it belongs here. */
	useLayoutEffect(() => {
		dialog.current!.showModal();
		void recordEntries().then(setRecords);
		return () => dialog.current?.close();
	}, []);
	const fixed = useMemo(() => fixedEntries(onHelp), []);
	const wanted = text.toLowerCase().split(/\s+/).filter(Boolean);
	const shown = [...fixed, ...records]
		.map((entry) => ({ entry, points: score(entry, wanted) }))
		.filter(({ points }) => !wanted.length || points > 0)
		.sort((a, b) => b.points - a.points)
		.slice(0, wanted.length ? 12 : 9)
		.map(({ entry }) => entry);
	if (wanted.length && mayAny("cases.read"))
		shown.push({
			id: "search",
			label: `Search the mail for “${text.trim()}”`,
			hint: "Mail",
			icon: "search",
			words: "",
			run: () => go("/search", { q: text.trim() }),
		});
	const take = (entry: Entry | undefined) => {
		if (!entry) return;
		onClose();
		entry.run();
	};
	const keys = (event: KeyboardEvent) => {
		const to = { ArrowDown: at + 1, ArrowUp: at - 1 }[event.key];
		if (event.key === "Enter") take(shown[at]);
		else if (to !== undefined && shown.length) setAt((to + shown.length) % shown.length);
		else return;
		event.preventDefault();
	};
	useEffect(() => list.current?.children[at]?.scrollIntoView({ block: "nearest" }), [at]);
	return (
		<dialog
			ref={dialog}
			class="palette"
			aria-label="Search and commands"
			onCancel={(event) => {
				event.preventDefault();
				onClose();
			}}
			onClick={(event) => event.target === dialog.current && onClose()}
		>
			<div class="palette-field">
				<Icon name="search" />
				<input
					role="combobox"
					aria-label="Search and commands"
					aria-expanded="true"
					aria-controls="palette-list"
					aria-activedescendant={shown[at] ? `palette-${at}` : undefined}
					placeholder="Where to, or what to do?"
					value={text}
					onInput={(event) => {
						setText(event.currentTarget.value);
						setAt(0);
					}}
					onKeyDown={keys}
				/>
				<kbd>Esc</kbd>
			</div>
			<ul id="palette-list" role="listbox" aria-label="Found" ref={list}>
				{shown.map((entry, i) => (
					<li
						key={entry.id}
						id={`palette-${i}`}
						role="option"
						aria-selected={i === at}
						onPointerMove={() => setAt(i)}
						onClick={() => take(entry)}
					>
						<Icon name={entry.icon} />
						<span>{entry.label}</span>
						<span class="quiet">{entry.hint}</span>
					</li>
				))}
			</ul>
		</dialog>
	);
}
