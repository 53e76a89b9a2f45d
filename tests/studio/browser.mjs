// A browser to look at the Studio with: pages that fail a test when something is refused by the content security policy
// or thrown in a script, and the rules of accessibility.
import { createRequire } from "node:module";
import { readFileSync } from "node:fs";

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
	const context = await browser.newContext({ viewport: { width, height: 860 }, colorScheme: theme, reducedMotion: "reduce" });
	const page = await context.newPage();
	page.setDefaultTimeout(8000);
	page.on("pageerror", (error) => faults.push(`${page.url()}: ${error.message}`));
	page.on("console", (message) => {
		/* Answers of 4xx are part of what is tested. */
		if (message.type() === "error" && !/status of 4\d\d/.test(message.text())) faults.push(`${page.url()}: ${message.text()}`);
	});
	page.at = async (path) => {
		await page.goto(`${base}#${path}`);
		await page.waitForSelector("h1");
	};
	return page;
}

/* WCAG 2.2 AA and what is good practice; returns what is wrong as texts. */
export async function accessibility(page, rules) {
	/* Evaluated by the debugger, which the page's content security policy has no say in. */
	await page.evaluate(axe);
	const runOnly = rules ?? ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"];
	const result = await page.evaluate((only) => window.axe.run(document, { runOnly: only }), runOnly);
	return result.violations.map((violation) => `${page.url()}: ${violation.help}: ${violation.nodes.map((node) => node.target.join(" ")).slice(0, 3).join(", ")}`);
}
