/* Full-text search over mail and cases, with what was looked for marked. */
import { useEffect, useRef, useState } from "preact/hooks";
import { personOf, upTo, useDesk } from "../api/mail";
import { useQuery } from "../api/query";
import type { Desk, List, SearchResult } from "../api/views";
import { href, place, setQuery } from "../app/router";
import { Button } from "../ui/button";
import { Icon } from "../ui/icon";
import { Badge, Card, Empty, Failed, PageHead, Skeleton } from "../ui/page";
import { Time } from "../ui/time";
import "../style/cases.css";
import "../style/search.css";

const PAGE = 30;
const TYPING_MS = 250;

type Piece = SearchResult["snippet"][number];

function Pieces({ pieces, fallback }: { pieces: Piece[]; fallback: string }) {
	if (!pieces.length) return <>{fallback}</>;
	return (
		<>
			{pieces.map((piece, i) => (piece.hit ? <mark key={i}>{piece.text}</mark> : piece.text))}
		</>
	);
}

function Result({ found, desk }: { found: SearchResult; desk: Desk | undefined }) {
	const isMessage = found.kind === "message";
	const to = found.case_number
		? href(`/cases/${encodeURIComponent(found.case_number)}`, { message: isMessage ? String(found.id) : undefined })
		: `/api/v1/messages/${found.id}/raw`;
	const ours = found.direction === "out" ? desk?.accounts.find((account) => account.id === found.account)?.name : "";
	const status = desk?.case_types.flatMap((type) => type.statuses).find((one) => one.id === found.case_status)?.name || found.case_status;
	return (
		<li class="found">
			<span class="found-icon">
				<Icon name={isMessage ? (found.direction === "out" ? "send" : "mail") : "cases"} size={18} label={isMessage ? (found.direction === "out" ? "Mail of ours" : "Mail") : "Case"} />
			</span>
			<div class="found-text">
				<a class="case-link" href={to}>
					<span>
						<Pieces pieces={found.subject_pieces} fallback={found.subject || "No subject"} />
					</span>
				</a>
				<p class="found-snippet">
					<Pieces pieces={found.snippet} fallback="" />
				</p>
				<p class="quiet found-from">
					{personOf(found.from_name || ours || "", found.from)}
					{found.case_number && (
						<>
							{" · "}
							<span class="num">{found.case_number}</span>
						</>
					)}
				</p>
			</div>
			<div class="found-side quiet">
				<Time at={found.at} />
				{status && <Badge>{status}</Badge>}
			</div>
		</li>
	);
}

const examples: [string, string][] = [
	["printer smoke", "both words, whatever their capitals and accents"],
	['"paper jam"', "next to each other"],
	["print*", "words that begin so"],
	["toner OR ink -invoice", "one of them, and not that one"],
	["from:ann subject:order", "who wrote, and what stands in the subject; to: and case:, too"],
];

function Help() {
	return (
		<Card flush>
			<Empty icon="search" title="Search all mail and cases">
				<dl class="search-help">
					{examples.map(([query, meaning]) => (
						<div key={query}>
							<dt>
								<a href={href("/search", { q: query })}>
									<code>{query}</code>
								</a>
							</dt>
							<dd>{meaning}</dd>
						</div>
					))}
				</dl>
			</Empty>
		</Card>
	);
}

function Field({ q }: { q: string }) {
	const [text, setText] = useState(q);
	const timer = useRef(0);
	/* What we wrote into the address ourselves isn't taken from it: it is trimmed, and older than what is typed. */
	const own = useRef(q);
	useEffect(() => {
		if (q === own.current) return;
		own.current = q;
		clearTimeout(timer.current);
		setText(q);
	}, [q]);
	useEffect(() => () => clearTimeout(timer.current), []);
	const take = (value: string, at: number) => {
		setText(value);
		clearTimeout(timer.current);
		timer.current = window.setTimeout(() => {
			own.current = value.trim();
			setQuery({ q: own.current || undefined });
		}, at);
	};
	return (
		<form
			role="search"
			onSubmit={(event) => {
				event.preventDefault();
				take(text, 0);
			}}
		>
			<label class="list-filter search-field">
				<span class="seen-only-by-readers">Search all mail and cases</span>
				<Icon name="search" size={20} />
				<input
					class="input"
					type="search"
					autoFocus
					placeholder="Words, “a phrase”, from:ann …"
					value={text}
					onInput={(event) => take(event.currentTarget.value, TYPING_MS)}
					onKeyDown={(event) => event.key === "ArrowDown" && document.querySelector<HTMLElement>(".found a")?.focus()}
				/>
			</label>
		</form>
	);
}

function move(event: KeyboardEvent): void {
	const links = [...document.querySelectorAll<HTMLElement>(".found a")];
	const at = links.indexOf(event.target as HTMLElement);
	const to = { ArrowDown: at + 1, ArrowUp: at - 1, j: at + 1, k: at - 1 }[event.key];
	if (at < 0 || to === undefined || !links[to]) return;
	event.preventDefault();
	links[to]!.focus();
}

export default function Search() {
	const q = place.value.query.get("q")?.trim() ?? "";
	const desk = useDesk().data;
	const many = useRef(PAGE);
	const key = useRef(q);
	if (key.current !== q) {
		key.current = q;
		many.current = PAGE;
	}
	const query = useQuery<List<SearchResult>>(q ? `search?${q}` : null, () => upTo(`/api/v1/search?q=${encodeURIComponent(q)}`, many.current));
	const kept = useRef<List<SearchResult> | undefined>(undefined);
	if (query.data) kept.current = query.data;
	const data = q ? (query.data ?? kept.current) : undefined;
	return (
		<>
			<PageHead title="Search" name={q ? `Search: ${q}` : "Search"} />
			<Field q={q} />
			<div aria-live="polite" class="seen-only-by-readers">
				{query.data && `${query.data.items.length}${query.data.next ? " or more" : ""} found`}
			</div>
			{!q ? (
				<Help />
			) : query.problem && !query.data ? (
				<Failed problem={query.problem} again={query.again} />
			) : !data ? (
				<Skeleton rows={5} height={88} />
			) : !data.items.length ? (
				<Card flush>
					<Empty icon="search" title="Nothing was found">
						Fewer words find more; <code>print*</code> finds what begins so. New mail can be found about a second after it came.
					</Empty>
				</Card>
			) : (
				<div class={`case-list${query.data ? "" : " is-old"}`} aria-busy={!query.data}>
					<ul aria-label="Found" onKeyDown={move}>
						{data.items.map((found) => (
							<Result key={`${found.kind}${found.id}`} found={found} desk={desk} />
						))}
					</ul>
					{data.next && (
						<div class="case-more">
							<Button
								onClick={() => {
									many.current += PAGE;
									query.renew();
								}}
							>
								Show more
							</Button>
						</div>
					)}
				</div>
			)}
		</>
	);
}
