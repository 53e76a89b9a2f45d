/* A mail's text: what is new, with its links; quotes and signatures folded. Everything goes in as text, never as HTML. */
import { useEffect, useRef, useState } from "preact/hooks";
import { raw } from "../api/client";
import { useQuery } from "../api/query";
import type { Message } from "../api/views";
import { Button } from "../ui/button";
import { Icon } from "../ui/icon";
import { Failed } from "../ui/page";
import { fit, measure, settle } from "./mail-sheet";

const LINK = /https?:\/\/[^\s<>"'`]+/g;
/* Longer texts are cut until somebody wants all of it. */
const LONG = 12_000;

/* What ends a sentence doesn't belong to the link in it. */
function endOf(link: string): string {
	const bare = link.replace(/[.,;:!?…]+$/, "");
	return bare.endsWith(")") && !bare.includes("(") ? bare.slice(0, -1) : bare;
}

export function Linked({ text }: { text: string }) {
	const parts = [];
	let from = 0;
	for (const found of text.matchAll(LINK)) {
		const link = endOf(found[0]);
		parts.push(text.slice(from, found.index));
		parts.push(
			<a href={link} target="_blank" rel="noopener noreferrer nofollow">
				{link}
			</a>,
		);
		from = found.index + link.length;
	}
	parts.push(text.slice(from));
	return <>{parts}</>;
}

function Fold({ label, text }: { label: string; text: string }) {
	return (
		<details class="fold">
			<summary>
				<Icon name="more" size={18} />
				{label}
			</summary>
			<div class="case-text is-quote">
				<Linked text={text.trim()} />
			</div>
		</details>
	);
}

export function MailText({ message }: { message: Message }) {
	const [whole, setWhole] = useState(false);
	const text = message.text.trim();
	const cut = !whole && text.length > LONG;
	return (
		<>
			{text ? (
				<div class="case-text">
					<Linked text={cut ? text.slice(0, LONG) : text} />
				</div>
			) : (
				<p class="quiet">{message.quoted.length ? "Nothing new: only what was quoted." : "This mail has no text."}</p>
			)}
			{cut && (
				<div>
					<Button small onClick={() => setWhole(true)}>
						Show the whole text
					</Button>
				</div>
			)}
			{message.quoted.map((piece, i) => (
				<Fold key={i} label={piece.kind === "signature" ? "Signature" : `${piece.lines} quoted ${piece.lines === 1 ? "line" : "lines"}`} text={piece.text} />
			))}
		</>
	);
}

/* ---------------------------------------------------------------- as it was sent */

interface Html {
	blocked: number;
	height: number;
}

const LOW = 120;
/* Higher mail is folded until somebody wants all of it. */
const MUCH = 640;
const MOST = 30_000;

/* How high it may be, until it is there and can be measured. */
function heightOf(html: string): number {
	const count = (pattern: RegExp) => html.match(pattern)?.length ?? 0;
	const blocks = count(/<(p|br|tr|li|h[1-6]|hr|blockquote)\b/gi) + count(/<div\b/gi) / 3;
	const letters = html.replace(/<style[\s\S]*?<\/style>/gi, "").replace(/<[^>]*>/g, "").replace(/\s+/g, " ").length;
	const inLine = Math.min(95, window.innerWidth / 9);
	return Math.max(LOW, Math.ceil((letters / inLine + blocks * 0.8) * 21 + count(/<img\b[^>]*\ssrc=/gi) * 120 + 48));
}

async function look(path: string): Promise<Html> {
	const response = await raw(path, { headers: { Accept: "text/html" } });
	return { blocked: Number(response.headers.get("X-Hauspost-Blocked-Images") ?? 0), height: heightOf(await response.text()) };
}

/* What was measured, by the frame's address and width: opened again, a mail has its height from the start. */
const measured = new Map<string, number>();
const place = (path: string, frame: HTMLElement | null) => `${path} ${Math.round((frame?.clientWidth ?? 0) / 20)}`;

/* The page is measured when it has come, when its width changes, and when its pictures come. Until then, `guess`. */
function useHeight(path: string, guess: number) {
	const frame = useRef<HTMLIFrameElement>(null);
	const [height, setHeight] = useState(0);
	const watcher = useRef<ResizeObserver | null>(null);
	useEffect(() => () => watcher.current?.disconnect(), [path]);
	const onLoad = () => {
		const page = frame.current?.contentDocument;
		watcher.current?.disconnect();
		if (!page?.body) return;
		let width = 0;
		const keep = () => {
			const found = Math.min(MOST, Math.max(LOW / 2, measure(page)));
			measured.set(place(path, frame.current), found);
			setHeight(found);
		};
		const take = () => {
			if (!frame.current) return;
			width = frame.current.clientWidth;
			fit(page);
			keep();
			/* With margins that show only now. */
			requestAnimationFrame(() => frame.current && keep());
		};
		/* By its width alone: the height is what is set here. */
		watcher.current = new ResizeObserver(() => frame.current?.clientWidth !== width && take());
		watcher.current.observe(frame.current!);
		for (const picture of page.images) if (!picture.complete) picture.addEventListener("load", take);
		settle(page);
		take();
	};
	return { frame, onLoad, height: height || measured.get(place(path, frame.current)) || guess, isMeasured: height > 0 };
}

/* In a frame where nothing runs; links open beside it. It is as high as its page, without a scroll bar of its own. */
function Frame({ path, title, guess }: { path: string; title: string; guess: number }) {
	const [whole, setWhole] = useState(false);
	const { frame, onLoad, height, isMeasured } = useHeight(path, guess);
	const isFolded = height > MUCH + 80 && !whole;
	return (
		<>
			<div class={`mail-sheet${isFolded ? " is-folded" : ""}`} style={{ height: `${isFolded ? MUCH : height}px` }}>
				<iframe
					ref={frame}
					class="mail-frame"
					title={title}
					sandbox="allow-same-origin allow-popups allow-popups-to-escape-sandbox"
					referrerpolicy="no-referrer"
					style={{ height: `${height}px` }}
					onLoad={onLoad}
					data-measured={isMeasured}
					src={path}
				/>
			</div>
			{height > MUCH + 80 && (
				<div>
					<Button small look="quiet" icon={whole ? "up" : "down"} onClick={() => setWhole(!whole)}>
						{whole ? "Show less" : "Show all"}
					</Button>
				</div>
			)}
		</>
	);
}

export function AsSent({ message }: { message: Message }) {
	const [images, setImages] = useState(false);
	const path = `/api/v1/messages/${message.id}/html`;
	const query = useQuery<Html>(`messages/${message.id}/html`, () => look(path));
	const found = query.data;
	if (query.problem && !found) return <Failed problem={query.problem} again={query.again} />;
	return (
		<div class="as-sent">
			{!!found?.blocked && (
				<div class="blocked" role="status">
					<Icon name="picture" size={18} />
					<span>
						{images
							? "Pictures are loaded from other servers."
							: `${found.blocked} ${found.blocked === 1 ? "picture" : "pictures"} not loaded. Loading tells the sender that the mail is read.`}
					</span>
					{!images && (
						<Button small onClick={() => setImages(true)}>
							Load pictures
						</Button>
					)}
				</div>
			)}
			{found ? (
				<Frame path={images ? `${path}?images=true` : path} title={`Mail as ${message.from_name || message.from} sent it`} guess={found.height} />
			) : (
				<div class="mail-sheet" style={{ height: `${LOW}px` }} aria-busy="true" />
			)}
		</div>
	);
}
