// A browser to look at the Studio with: pages that fail a test when something is refused by the content security policy
// or thrown in a script, and the rules of accessibility.
import { createRequire } from "node:module";
import { readFileSync } from "node:fs";
import { isSlow, PATIENCE_MS, slowDown } from "./slow.mjs";

const require = createRequire(process.env.STUDIO_MODULES + "/");
const { chromium } = require("playwright-core");
const axe = readFileSync(require.resolve("axe-core/axe.min.js"), "utf8");

export const faults = [];

export async function launch() {
	return chromium.launch({
		executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium",
		args: ["--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking", "--disable-component-update", "--disable-sync"],
	});
}

/* A window of its own, with cookies of its own. */
export async function open(browser, base, { theme = "light", width = 1280 } = {}) {
	const context = await browser.newContext({ viewport: { width, height: 860 }, colorScheme: theme, reducedMotion: "reduce", ignoreHTTPSErrors: true });
	context.setDefaultTimeout(PATIENCE_MS);
	await slowDown(context, base);
	const page = await context.newPage();
	page.on("pageerror", (error) => faults.push(`${page.url()}: ${error.message}`));
	page.on("console", (message) => {
		/* Answers of 4xx are part of what is tested; pages of others aren't ours. */
		if (message.type() === "error" && page.url().startsWith(base) && !/status of 4\d\d/.test(message.text())) faults.push(`${page.url()}: ${message.text()}`);
	});
	page.at = async (path) => {
		/* Another page has another heading; the one before may stand for a moment, and so may what another filter found. */
		await page.evaluate((wanted) => {
			const bare = (address) => address.split("?")[0];
			if (bare(location.hash) !== bare(wanted)) document.querySelector("h1")?.setAttribute("data-before", "");
			window.arrived = new Promise((resolve) => {
				window.addEventListener("hashchange", () => setTimeout(resolve), { once: true });
				setTimeout(resolve, location.hash === wanted ? 0 : 1000);
			});
		}, `#${path}`);
		await page.goto(`${base}#${path}`);
		await page.evaluate(() => window.arrived);
		await page.waitForSelector("h1:not([data-before])");
	};
	return page;
}

/* WCAG 2.2 AA and what is good practice; returns what is wrong as texts. */
export async function accessibility(page, rules) {
	/* Evaluated by the debugger, which the page's content security policy has no say in; it stays until the page is loaded anew. */
	if (!(await page.evaluate(() => !!window.axe))) await page.evaluate(axe);
	const runOnly = rules ?? ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"];
	const result = await page.evaluate((only) => window.axe.run(document, { runOnly: only, resultTypes: ["violations"] }), runOnly);
	return result.violations.map((violation) => `${page.url()}: ${violation.help}: ${violation.nodes.map((node) => node.target.join(" ")).slice(0, 3).join(", ")}`);
}

/* Shows each page in a theme; returns what is wrong as texts: the rules above, and what is wider than a narrow screen. What is
 * named and in which order doesn't depend on the theme; colours do. */
export async function looks(page, theme, paths, show = (path) => page.at(path)) {
	const found = [];
	await page.emulateMedia({ colorScheme: theme, reducedMotion: "reduce" });
	for (const path of paths) {
		await show(path);
		await page.waitForFunction(() => !document.querySelector("[aria-busy=true]"));
		if (isSlow) continue; // it is no other page for that, and the rules take long
		found.push(...(await accessibility(page, theme === "dark" ? ["color-contrast"] : undefined)));
		if (theme === "dark") continue;
		await page.setViewportSize({ width: 360, height: 740 });
		const over = await page.evaluate(() => document.documentElement.scrollWidth - window.innerWidth);
		if (over > 0) found.push(`${path}: ${over} pixels wider than a screen of 360`);
		await page.setViewportSize({ width: 1280, height: 860 });
	}
	return found;
}
