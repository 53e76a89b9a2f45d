/* What is around every page: side bar, its drawer on narrow screens, who is signed in, shortcuts. */
import type { ComponentChildren } from "preact";
import { useEffect, useRef, useState } from "preact/hooks";
import { Icon, Mark, type IconName } from "../ui/icon";
import { IconButton } from "../ui/button";
import { Menu } from "../ui/menu";
import { link, startLive, stopLive } from "../api/live";
import { navigation, type NavItem } from "./navigation";
import { Palette } from "./palette";
import { go, match, place } from "./router";
import { routes } from "./routes";
import { may, mayAny, session, signOut } from "./session";
import { ShortcutHelp, useShortcuts } from "./shortcuts";
import { setTheme, theme, type Theme } from "./theme";
import { initials } from "../ui/short";

function isHere(item: NavItem): boolean {
	const path = place.value.path;
	return item.path === "/" ? path === "/" : path === item.path || path.startsWith(item.path + "/");
}

function isPlace(path: string): boolean {
	return routes.some((route) => match(route.pattern, path));
}

function Navigation() {
	const list = useRef<HTMLElement>(null);
	const path = place.value.path;
	useEffect(() => list.current?.querySelector("[aria-current]")?.scrollIntoView({ block: "nearest" }), [path]);
	return (
		<nav class="nav" aria-label="Main" ref={list}>
			{navigation.map((group) => {
				const items = group.items.filter((item) => mayAny(...item.rights) && isPlace(item.path));
				if (!items.length) return null;
				return (
					<div class="nav-group" key={group.label}>
						<h2>{group.label}</h2>
						<ul>
							{items.map((item) => (
								<li key={item.path}>
									<a href={"#" + item.path} aria-current={isHere(item) ? "page" : undefined}>
										<Icon name={item.icon} />
										<span>{item.label}</span>
									</a>
								</li>
							))}
						</ul>
					</div>
				);
			})}
		</nav>
	);
}

const themes: [Theme, string, IconName][] = [
	["system", "As the system", "system"],
	["light", "Light", "sun"],
	["dark", "Dark", "moon"],
];

function Person() {
	const who = session.value!;
	const name = who.name || who.operator;
	return (
		<Menu
			label="You"
			up
			className="person"
			items={[
				{ label: "Your profile", icon: "account", run: () => go("/profile") },
				null,
				...themes.map(([value, label, icon]) => ({
					label,
					icon,
					checked: theme.value === value,
					run: () => setTheme(value),
				})),
				null,
				{ label: "Sign out", icon: "out", run: () => void signOut() },
			]}
		>
			<span class="avatar" aria-hidden="true">
				{initials(name)}
			</span>
			<span class="person-name">
				<strong>{name}</strong>
				<span>{who.roles.map((role) => role.replace(/-/g, " ")).join(", ") || who.operator}</span>
			</span>
			<Icon name="up" size={16} />
		</Menu>
	);
}

/* Nothing is in the way while the connection is gone: what was read stays, and is read anew when it is back. */
function Connection() {
	return (
		<div class="connection" role="status">
			{link.value === "lost" && (
				<p>
					<span class="spinner" aria-hidden="true" />
					<span>Hauspost can't be reached just now. What you see may be old; it goes on by itself.</span>
				</p>
			)}
		</div>
	);
}

export function Frame({ children }: { children: ComponentChildren }) {
	const [drawer, setDrawer] = useState(false);
	const [palette, setPalette] = useState(false);
	const [help, setHelp] = useState(false);
	const path = place.value.path;
	useEffect(() => setDrawer(false), [path]);
	useEffect(() => {
		if (!drawer) return undefined;
		const close = (event: KeyboardEvent) => event.key === "Escape" && setDrawer(false);
		window.addEventListener("keydown", close);
		return () => window.removeEventListener("keydown", close);
	}, [drawer]);
	const follows = may("events.read") ? (session.value?.operator ?? "") : "";
	useEffect(() => {
		if (follows) startLive(follows);
		return stopLive;
	}, [follows]);
	useShortcuts({ palette: () => setPalette(true), help: () => setHelp(true) });
	return (
		<div class={`frame${drawer ? " has-drawer" : ""}`}>
			<a
				class="skip"
				href="#content"
				onClick={(event) => {
					event.preventDefault();
					document.querySelector<HTMLElement>("main h1, main")?.focus();
				}}
			>
				To the content
			</a>
			<header class="top">
				<IconButton icon="menu" label="Menu" aria-expanded={drawer} onClick={() => setDrawer(!drawer)} />
				<a href="#/" class="brand">
					<Mark size={24} />
					<span>Hauspost</span>
				</a>
				<IconButton icon="search" label="Search" onClick={() => setPalette(true)} />
			</header>
			<div class="scrim" onClick={() => setDrawer(false)} />
			<aside class="side" aria-label="Places">
				<div class="side-head">
					<a href="#/" class="brand">
						<Mark />
						<span>Hauspost</span>
					</a>
				</div>
				<button type="button" class="finder" aria-keyshortcuts="Control+K" onClick={() => setPalette(true)}>
					<Icon name="search" size={18} />
					<span>Search</span>
					<kbd>Ctrl K</kbd>
				</button>
				<Navigation />
				<Person />
			</aside>
			<main id="content" tabIndex={-1}>
				<Connection />
				<div class="page">{children}</div>
			</main>
			{palette && <Palette onClose={() => setPalette(false)} onHelp={() => setHelp(true)} />}
			{help && <ShortcutHelp onClose={() => setHelp(false)} />}
		</div>
	);
}
