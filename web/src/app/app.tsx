/* The whole: nobody signed in sees the sign-in pages, everybody else the frame with the page of the address. */
import type { ComponentType } from "preact";
import { useEffect, useState } from "preact/hooks";
import { Empty, Notice, Skeleton } from "../ui/page";
import { Button, ButtonLink } from "../ui/button";
import { Questions } from "../ui/dialog";
import { Toasts } from "../ui/toast";
import { Frame } from "./frame";
import { go, match, place } from "./router";
import { routes, type Page, type Parameters } from "./routes";
import { askSession, session, sessionProblem } from "./session";
import { SignIn } from "./sign-in";
import { FirstSignIn } from "./first-sign-in";

const loaded = new Map<string, Page>();

interface Found {
	key: string;
	page: Page | null;
	load: () => Promise<{ default: Page }>;
	at: Parameters;
}

function find(path: string): Found | null {
	for (const route of routes) {
		const at = match(route.pattern, path);
		if (at)
			return { key: route.pattern, page: loaded.get(route.pattern) ?? null, load: route.load, at: { ...route.at, ...at } };
	}
	return null;
}

function fetchAhead(): void {
	const rest = routes.filter((route) => !loaded.has(route.pattern));
	const next = () => {
		const route = rest.shift();
		if (!route) return;
		route.load().then(
			(module) => {
				loaded.set(route.pattern, module.default);
				setTimeout(next, 30);
			},
			() => undefined,
		);
	};
	setTimeout(next, 600);
}

function CurrentPage() {
	const path = place.value.path;
	const [, redraw] = useState(0);
	const [failed, setFailed] = useState(false);
	/* The address of the sign-in page leads to the first one, once one is in. */
	const found = find(path === "/sign-in" ? "/" : path);
	useEffect(fetchAhead, []);
	useEffect(() => {
		setFailed(false);
		if (path === "/sign-in") go("/");
		window.scrollTo(0, 0);
		if (!found || found.page) return;
		found.load().then(
			(module) => {
				loaded.set(found.key, module.default);
				redraw((n) => n + 1);
			},
			() => setFailed(true),
		);
	}, [path]);
	if (!found)
		return (
			<Empty icon="search" title="There is no such page" actions={<ButtonLink href="#/">To the overview</ButtonLink>}>
				The address may be mistyped, or what it led to is gone.
			</Empty>
		);
	if (failed)
		return (
			<Notice tone="bad" title="This page couldn't be loaded" actions={<Button onClick={() => location.reload()}>Reload</Button>}>
				The program may have been replaced by another version.
			</Notice>
		);
	if (!found.page) return <Skeleton rows={6} />;
	const Shown = found.page as ComponentType<{ at: Parameters }>;
	return <Shown key={path} at={found.at} />;
}

export function App() {
	useEffect(() => void askSession(), []);
	const setup = match("/setup/:token", place.value.path);
	let inside;
	if (setup) inside = <FirstSignIn token={setup.token!} />;
	else if (session.value === undefined)
		inside = sessionProblem.value ? <Unreachable /> : <div class="sign-in" aria-busy="true" />;
	else if (!session.value) inside = <SignIn />;
	else
		inside = (
			<Frame key={session.value.operator}>
				<CurrentPage />
			</Frame>
		);
	return (
		<>
			{inside}
			<Questions />
			<Toasts />
		</>
	);
}

function Unreachable() {
	return (
		<main class="sign-in">
			<div class="sign-in-card">
				<Empty icon="warn" title="Hauspost can't be reached" actions={<Button onClick={askSession}>Try again</Button>}>
					{sessionProblem.value?.detail}
				</Empty>
			</div>
		</main>
	);
}
