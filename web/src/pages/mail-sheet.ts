/* A mail's HTML in a frame as high as it is: what has to be done to its page so that it has a height of its own, and that
 * height. The frame has our origin and no scripts, so all of it is done from outside. */

/* Pages that are made for a wider window are made smaller, down to this. */
const SMALLEST = 0.6;
/* The window that heights in vh are parts of; by the frame's own, a page would grow with its frame. */
const WINDOW = 640;
const OF_A_WINDOW = /([-+]?(?:\d+\.?\d*|\.\d+))(?:vh|vmin|vmax)\b/gi;

function settleStyle(style: CSSStyleDeclaration): void {
	for (const name of [...style]) {
		const value = style.getPropertyValue(name);
		const settled = value.replace(OF_A_WINDOW, (_, part: string) => `${(Number(part) / 100) * WINDOW}px`);
		/* "As high as the window at least" is there for the background: a page alone in its frame is. */
		if (settled !== value) style.setProperty(name, name === "min-height" ? "0" : settled, style.getPropertyPriority(name));
	}
}

function settleRules(rules: CSSRuleList): void {
	for (const rule of rules) {
		if ("style" in rule) settleStyle((rule as CSSStyleRule).style);
		if ("cssRules" in rule) settleRules((rule as CSSGroupingRule).cssRules);
	}
}

/* Nothing in the page takes its height from the frame's any more. */
export function settle(page: Document): void {
	for (const sheet of page.styleSheets) settleRules(sheet.cssRules);
	for (const one of page.querySelectorAll<HTMLElement>("[style]")) settleStyle(one.style);
	for (const one of [page.documentElement, page.body]) {
		one.style.setProperty("height", "auto", "important");
		one.style.setProperty("min-height", "0", "important");
	}
}

/* As wide as the frame. */
export function fit({ documentElement: root }: Document): void {
	root.style.zoom = "";
	const over = root.scrollWidth / root.clientWidth;
	if (over > 1.01) root.style.zoom = String(Math.max(SMALLEST, 1 / over));
}

/* Of the root's box, with the margins at its end; what stands out of it counts where the frame is too low for it. */
export function measure({ documentElement: root }: Document): number {
	const bar = root.scrollWidth > root.clientWidth ? 18 : 0;
	const over = root.scrollHeight > root.clientHeight ? root.scrollHeight : 0;
	return Math.ceil(Math.max(root.getBoundingClientRect().height, over) + bar);
}
