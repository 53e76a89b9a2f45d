/* The icons: drawn on 20 × 20 with a stroke of 1.5, so that they sit well beside 14-pixel text. */
const paths = {
	overview: "M3.5 11.5h3.2l1.6-6 3.2 9.5 1.8-5.5 1 2h2.2",
	cases: "M3.5 7.5h13v7.5a1.5 1.5 0 0 1-1.5 1.5h-10a1.5 1.5 0 0 1-1.5-1.5zM3.5 7.5l2-4h9l2 4M7.5 10.5h5",
	mail: "M3 5.5h14v9.5h-14zM3.5 6l6.5 5.5 6.5-5.5",
	outbox: "M3.5 11v4.5a1 1 0 0 0 1 1h11a1 1 0 0 0 1-1v-4.5M10 12.5v-9M6.5 6.5l3.5-3.5 3.5 3.5",
	ledger: "M5 3.5h10v13h-10zM7.5 7h5M7.5 10h5M7.5 13h3",
	account: "M10 10.5a3.25 3.25 0 1 0 0-6.5 3.25 3.25 0 0 0 0 6.5zM4 16.5c.6-2.6 3-4 6-4s5.4 1.4 6 4",
	listener: "M4 10.5a6 6 0 0 1 12 0M4 10.5v3.5a1 1 0 0 0 1 1h1.5v-4.5zM16 10.5v3.5a1 1 0 0 1-1 1h-1.5v-4.5z",
	rule: "M5 3.5v4.5a3 3 0 0 0 3 3h7M5 8v8.5M12.5 8.5l2.5 2.5-2.5 2.5",
	type: "M3.5 3.5h6l7 7-6 6-7-7zM7 7h.01",
	template: "M4 3.5h12v13h-12zM4 7.5h12M7 10.5h6M7 13.5h4",
	provider: "M4 4h12v4.5h-12zM4 11.5h12v4.5h-12zM6.5 6.25h.01M6.5 13.75h.01",
	key: "M12.5 10.5a3.5 3.5 0 1 0-3.2-2.1L3.5 14.2v2.3h2.3v-1.8h1.8v-1.8h1.6l1-1",
	keystore: "M4.5 9h11v7.5h-11zM7 9v-2.5a3 3 0 0 1 6 0v2.5M10 12v1.5",
	calendar: "M4 5h12v11.5h-12zM4 8.5h12M7 3.2v3M13 3.2v3",
	webhook: "M8 6.5a2.5 2.5 0 1 1 3.6 2.2l2 3.8M6 12.5a2.5 2.5 0 1 0 2.4 3.2h4.4M8.7 8.7l-2.2 3.8M14 12.5a2.5 2.5 0 1 1-1.7 4.3",
	event: "M11 3l-6 8.5h4.5l-.5 5.5 6-8.5h-4.5z",
	people: "M7.5 9.5a2.5 2.5 0 1 0 0-5 2.5 2.5 0 0 0 0 5zM3 16c.3-2.5 2-4 4.5-4s4.2 1.5 4.5 4M12.5 4.7a2.5 2.5 0 0 1 0 4.6M14 12.2c1.8.4 2.8 1.8 3 3.8",
	token: "M4 7.5h12a1 1 0 0 1 1 1v3a1 1 0 0 1-1 1h-12a1 1 0 0 1-1-1v-3a1 1 0 0 1 1-1zM6.5 10h.01M10 10h.01M13.5 10h.01",
	audit: "M10 3l6 2.2v4.3c0 3.5-2.4 6-6 7.5-3.6-1.5-6-4-6-7.5v-4.3zM7.5 10l1.8 1.8 3.4-3.6",
	block: "M10 17a7 7 0 1 0 0-14 7 7 0 0 0 0 14zM5.1 5.1l9.8 9.8",
	inlet: "M3.5 11v4.5a1 1 0 0 0 1 1h11a1 1 0 0 0 1-1v-4.5M10 3v9M6.5 9l3.5 3.5 3.5-3.5",
	search: "M9 14.5a5.5 5.5 0 1 0 0-11 5.5 5.5 0 0 0 0 11zM13 13l3.8 3.8",
	plus: "M10 4.5v11M4.5 10h11",
	check: "M4.5 10.5l3.5 3.5 7.5-8",
	close: "M5.5 5.5l9 9M14.5 5.5l-9 9",
	down: "M5.5 8l4.5 4.5 4.5-4.5",
	up: "M5.5 12l4.5-4.5 4.5 4.5",
	right: "M8 5.5l4.5 4.5-4.5 4.5",
	left: "M12 5.5l-4.5 4.5 4.5 4.5",
	more: "M5 10h.01M10 10h.01M15 10h.01",
	edit: "M4 16l.8-3.3 8.4-8.4 2.5 2.5-8.4 8.4zM11.5 6l2.5 2.5",
	trash: "M4 6h12M8 6v-2h4v2M5.5 6l.7 10.5h7.6l.7-10.5M8.5 9v4.5M11.5 9v4.5",
	copy: "M7.5 7.5h8.5v9h-8.5zM12.5 7.5v-4h-8.5v9h3.5",
	warn: "M10 3.5l7 12.5h-14zM10 8.5v3.5M10 14h.01",
	info: "M10 17a7 7 0 1 0 0-14 7 7 0 0 0 0 14zM10 9.5v4M10 6.7h.01",
	bad: "M10 17a7 7 0 1 0 0-14 7 7 0 0 0 0 14zM7.7 7.7l4.6 4.6M12.3 7.7l-4.6 4.6",
	ok: "M10 17a7 7 0 1 0 0-14 7 7 0 0 0 0 14zM7 10.3l2.2 2.2 4-4.6",
	play: "M6.5 4.5l9 5.5-9 5.5z",
	pause: "M7 4.5v11M13 4.5v11",
	stop: "M5.5 5.5h9v9h-9z",
	restart: "M15.5 10a5.5 5.5 0 1 1-1.8-4.1M15.8 3.5v3.3h-3.3",
	sun: "M10 13.2a3.2 3.2 0 1 0 0-6.4 3.2 3.2 0 0 0 0 6.4zM10 2.5v1.5M10 16v1.5M2.5 10h1.5M16 10h1.5M4.7 4.7l1 1M14.3 14.3l1 1M15.3 4.7l-1 1M5.7 14.3l-1 1",
	moon: "M16.5 11.8a6.8 6.8 0 0 1-8.3-8.3 6.8 6.8 0 1 0 8.3 8.3z",
	system: "M3 4.5h14v9h-14zM7.5 16.5h5M10 13.5v3",
	menu: "M3.5 6h13M3.5 10h13M3.5 14h13",
	out: "M8 3.5h-3.5v13h3.5M8.5 10h8M13.5 7l3 3-3 3",
	upload: "M4 13v3h12v-3M10 13v-9.5M6.5 7l3.5-3.5 3.5 3.5",
	download: "M4 13v3h12v-3M10 3.5v9.5M6.5 9.5l3.5 3.5 3.5-3.5",
	link: "M8.5 11.5l3-3M9 6.5l1.8-1.8a3 3 0 0 1 4.5 4.5l-1.8 1.8M11 13.5l-1.8 1.8a3 3 0 0 1-4.5-4.5l1.8-1.8",
	wand: "M4 16l8-8M13.5 3v3M12 4.5h3M16 9v2M15 10h2M7 3.5v2M6 4.5h2",
	clock: "M10 17a7 7 0 1 0 0-14 7 7 0 0 0 0 14zM10 6v4l2.8 1.8",
	lock: "M5 9h10v7.5h-10zM7 9v-2.5a3 3 0 0 1 6 0v2.5",
	filter: "M3.5 5h13l-5 6v5l-3-1.5v-3.5z",
	reply: "M8 5l-5 4.5 5 4.5v-2.8c4.5-.2 7 1 9 4-.5-5-3.5-7.9-9-7.9z",
	forward: "M12 5l5 4.5-5 4.5v-2.8c-4.5-.2-7 1-9 4 .5-5 3.5-7.9 9-7.9z",
	attachment: "M15.5 9.5l-5.5 5.5a3.2 3.2 0 0 1-4.5-4.5l6-6a2.2 2.2 0 0 1 3.1 3.1l-5.9 5.9a1.1 1.1 0 0 1-1.6-1.6l5.2-5.2",
	eye: "M2.5 10s2.7-5 7.5-5 7.5 5 7.5 5-2.7 5-7.5 5-7.5-5-7.5-5zM10 12.2a2.2 2.2 0 1 0 0-4.4 2.2 2.2 0 0 0 0 4.4z",
	mailbox: "M3 15.5v-5a3.5 3.5 0 0 1 3.5-3.5h7a3.5 3.5 0 0 1 3.5 3.5v5zM10 15.5v-5a3.5 3.5 0 0 0-3.5-3.5M12.5 7v-3.5h3v2h-3M5.5 11h2",
	grip: "M8 5.5h.01M12 5.5h.01M8 10h.01M12 10h.01M8 14.5h.01M12 14.5h.01",
	picture: "M3.5 4.5h13v11h-13zM3.5 13l3.5-3.5 3 3 2-2 4.5 4.5M12.7 7.7h.01",
	archive: "M4 4h12v3.5h-12zM5 7.5v8.5h10v-8.5M8 10.5h4",
	document: "M5 3h6.5l3.5 3.5v10.5h-10zM11.5 3v3.5h3.5M7.5 10.5h5M7.5 13.5h3.5",
	send: "M3.5 4l13.5 6-13.5 6 2-6zM5.5 10h6",
	question: "M10 17a7 7 0 1 0 0-14 7 7 0 0 0 0 14zM8 8.2a2 2 0 1 1 2.8 1.9c-.5.2-.8.6-.8 1.1v.3M10 13.5h.01",
	history: "M4 10a6 6 0 1 1 2 4.5M3.5 6v4h4M10 6.8v3.5l2.5 1.5",
} as const;

export type IconName = keyof typeof paths;

export function Icon({ name, size = 20, label }: { name: IconName; size?: number; label?: string }) {
	return (
		<svg
			class="icon"
			width={size}
			height={size}
			viewBox="0 0 20 20"
			fill="none"
			stroke="currentColor"
			stroke-width="1.5"
			stroke-linecap="round"
			stroke-linejoin="round"
			role={label ? "img" : undefined}
			aria-label={label}
			aria-hidden={label ? undefined : "true"}
		>
			<path d={paths[name]} />
		</svg>
	);
}

export function Mark({ size = 28 }: { size?: number }) {
	return (
		<svg width={size} height={size} viewBox="0 0 32 32" aria-hidden="true" class="mark">
			<rect width="32" height="32" rx="8" fill="currentColor" />
			<path
				d="M6.5 15.5 16 7.5l9.5 8v8.5a1.5 1.5 0 0 1-1.5 1.5H8a1.5 1.5 0 0 1-1.5-1.5z"
				fill="none"
				stroke="var(--accent-ink)"
				stroke-width="2"
				stroke-linejoin="round"
			/>
			<path
				d="m7.5 16.5 8.5 5.5 8.5-5.5"
				fill="none"
				stroke="var(--accent-ink)"
				stroke-width="2"
				stroke-linecap="round"
				stroke-linejoin="round"
			/>
		</svg>
	);
}
