/* What pages are made of: head, cards, notices, empty states, skeletons, facts. */
import type { ComponentChildren } from "preact";
import { useEffect, useRef } from "preact/hooks";
import type { Problem } from "../api/problem";
import { Button } from "./button";
import { COPY_BY_HAND, copyText } from "./copy";
import { Icon, type IconName } from "./icon";

interface HeadProps {
	title: ComponentChildren;
	/* For the window's title; where `title` isn't a text. */
	name?: string;
	lead?: ComponentChildren;
	back?: { href: string; label: string };
	actions?: ComponentChildren;
	badge?: ComponentChildren;
}

/* The page's heading takes the focus when a page opens, so that readers begin there. */
export function PageHead({ title, name, lead, back, actions, badge }: HeadProps) {
	const heading = useRef<HTMLHeadingElement>(null);
	const called = typeof title === "string" ? title : (name ?? "");
	useEffect(() => {
		document.title = called ? `${called} · Hauspost` : "Hauspost";
	}, [called]);
	useEffect(() => {
		if (document.activeElement === document.body || document.activeElement?.closest(".side"))
			heading.current?.focus({ preventScroll: true });
	}, []);
	return (
		<header class="page-head">
			{back && (
				<a class="back" href={back.href}>
					<Icon name="left" size={16} />
					{back.label}
				</a>
			)}
			<div class="page-title">
				<h1 tabIndex={-1} ref={heading}>
					{title}
				</h1>
				{badge}
				{actions && <div class="page-actions">{actions}</div>}
			</div>
			{lead && <p class="lead">{lead}</p>}
		</header>
	);
}

interface CardProps {
	title?: ComponentChildren;
	lead?: ComponentChildren;
	actions?: ComponentChildren;
	children?: ComponentChildren;
	flush?: boolean;
	id?: string;
}

export function Card({ title, lead, actions, children, flush, id }: CardProps) {
	return (
		<section class={`card${flush ? " is-flush" : ""}`} id={id}>
			{(title || actions) && (
				<header class="card-head">
					<div>
						{title && <h2>{title}</h2>}
						{lead && <p class="quiet">{lead}</p>}
					</div>
					{actions && <div class="card-actions">{actions}</div>}
				</header>
			)}
			{children}
		</section>
	);
}

export type Tone = "ok" | "warn" | "bad" | "info" | "calm";

const toneIcons: Record<Tone, IconName> = { ok: "ok", warn: "warn", bad: "bad", info: "info", calm: "info" };

export function Notice({ tone = "info", title, children, actions }: {
	tone?: Tone;
	title?: string;
	children?: ComponentChildren;
	actions?: ComponentChildren;
}) {
	return (
		<div class={`notice is-${tone}`} role={tone === "bad" ? "alert" : undefined}>
			<Icon name={toneIcons[tone]} />
			<div class="notice-text">
				{title && <strong>{title}</strong>}
				{children && <div>{children}</div>}
			</div>
			{actions && <div class="notice-actions">{actions}</div>}
		</div>
	);
}

/* A state in a word: always words, never colour alone. */
export function Badge({ tone = "calm", children, dot }: { tone?: Tone; children: ComponentChildren; dot?: boolean }) {
	return (
		<span class={`badge is-${tone}`}>
			{dot && <span class="dot" aria-hidden="true" />}
			{children}
		</span>
	);
}

/* Nothing there yet: what this is for, and what to do next. */
export function Empty({ icon, title, children, actions }: {
	icon: IconName;
	title: string;
	children?: ComponentChildren;
	actions?: ComponentChildren;
}) {
	return (
		<div class="empty">
			<span class="empty-icon">
				<Icon name={icon} size={28} />
			</span>
			<h2>{title}</h2>
			{children && <div class="empty-text">{children}</div>}
			{actions && <div class="empty-actions">{actions}</div>}
		</div>
	);
}

export function Failed({ problem, again }: { problem: Problem; again?: () => void }) {
	return (
		<Notice tone="bad" title="This couldn't be loaded" actions={again && <Button small onClick={again}>Try again</Button>}>
			{problem.detail}
		</Notice>
	);
}

/* Grey bars as high as what comes. */
export function Skeleton({ rows = 3, height = 48 }: { rows?: number; height?: number }) {
	return (
		<div class="skeleton" aria-busy="true" aria-label="Loading">
			{Array.from({ length: rows }, (_, i) => (
				<div key={i} class="skeleton-row" style={{ height: `${height}px` }}>
					<span style={{ width: `${[38, 52, 30, 45][i % 4]}%` }} />
				</div>
			))}
		</div>
	);
}

export function Facts({ items }: { items: ([string, ComponentChildren] | null | false | undefined)[] }) {
	return (
		<dl class="facts">
			{items.map(
				(item) =>
					item && (
						<div key={item[0]}>
							<dt>{item[0]}</dt>
							<dd>{item[1]}</dd>
						</div>
					),
			)}
		</dl>
	);
}

/* Texts to be taken along (tokens, links): shown whole, copied with one press. */
export function Copyable({ text, label }: { text: string; label: string }) {
	const shown = useRef<HTMLElement>(null);
	const done = useRef<HTMLSpanElement>(null);
	const copy = async () => {
		const isCopied = await copyText(text, shown.current);
		if (done.current) done.current.textContent = isCopied ? "Copied" : COPY_BY_HAND;
	};
	return (
		<div class="copyable">
			<code ref={shown} tabIndex={0} aria-label={label}>
				{text}
			</code>
			<Button small icon="copy" onClick={copy}>
				<span ref={done} aria-live="polite">
					Copy
				</span>
			</Button>
		</div>
	);
}
