// What the tests of the Studio do again and again: steps that are named and timed, fields by their paths, waiting for what
// follows.
import assert from "node:assert/strict";
import { createInterface } from "node:readline";
import { faults } from "./browser.mjs";
import { PATIENCE_MS } from "./slow.mjs";

/* What a step didn't wait for is a fault of it, too. */
process.on("unhandledRejection", (error) => faults.push(`unhandled: ${error?.stack ?? error}`));

/* What stands on the page, what was said there, and who listens to the keys. */
function seen(page) {
	const look = () => {
		const texts = [...document.querySelectorAll("main, dialog[open], .toasts")].map((element) => element.innerText);
		return [...texts, `focus: ${document.activeElement?.outerHTML.slice(0, 200)}`].join("\n");
	};
	return Promise.race([page.evaluate(look), new Promise((resolve) => setTimeout(resolve, 5000, "(the page doesn't answer)"))]).catch((error) => error.message);
}

/* In a few lines: what was wrong, and the line of a test that found it. */
function short({ message, stack = "" }) {
	const lines = message.split("\n").filter((line) => line.trim());
	const place = stack.split("\n").find((line) => /^\s*at .*\/studio\/(?!steps)\w+\.mjs/.test(line)) ?? "";
	return [...lines.slice(0, 6).map((line) => line.slice(0, 300)), place].join("\n");
}

export function steps(page, browser) {
	const field = (path) => page.locator(`[data-path="${path}"]`).first();

	/* What follows from typing is shown a moment later: looks until it fits; what was seen last is the answer. */
	async function until(look, fits) {
		const end = Date.now() + PATIENCE_MS;
		let found = await look();
		while (!fits(found) && Date.now() < end) {
			await page.waitForTimeout(20);
			found = await look();
		}
		return found;
	}

	const becomes = async (look, wanted) => assert.equal(await until(look, (found) => found === wanted), wanted);

	return {
		field,
		becomes,
		matches: async (look, pattern) => assert.match(await until(look, (found) => pattern.test(found)), pattern),
		/* So many are shown. */
		shows: (locator, count) => becomes(() => locator.count(), count),
		async check(name, run) {
			const began = Date.now();
			try {
				await run();
				assert.deepEqual(faults, [], "the console has to stay empty");
			} catch (error) {
				const after = `${Date.now() - began} ms`;
				console.log(`failed: ${name}\n${error.stack}\nat ${page.url()}\n${await seen(page)}`);
				/* Again, since of a long text often the end alone is shown. */
				console.log(`failed: ${name} (${after})\n${short(error)}`);
				if (process.env.STUDIO_PICTURE) await page.screenshot({ path: process.env.STUDIO_PICTURE, fullPage: true });
				await browser.close();
				process.exit(1);
			}
			console.log(`ok: ${name} (${Date.now() - began} ms)`);
		},
		save: () => page.click(".save-bar button[type=submit]"),
		press: (text) => page.getByRole("button", { name: text, exact: true }).last().click(),
		heading: (text) => page.waitForSelector(`h1:text-is("${text}")`),
		said: (text) => page.waitForSelector(`.toast:has-text("${text}")`),
		/* Nothing is left to be saved. */
		saved: () => page.waitForSelector(".save-bar", { state: "detached" }),
		has: (path, wanted) => becomes(() => field(path).inputValue(), wanted),
	};
}

/* Who was invited chooses a password, and is signed in. */
export async function signInBy(page, link, password) {
	await page.goto(link);
	await page.fill("input[name=password]", password);
	await page.fill("input[name=again]", password);
	await page.click("button[type=submit]");
	await page.waitForSelector("h1:text-is('Overview')");
}

/* Something that tests/test_studio.py does: a line of JSON asks for it, a line is the answer. */
let answers;

export async function ask(what, ...given) {
	answers ??= createInterface({ input: process.stdin })[Symbol.asyncIterator]();
	console.log(JSON.stringify({ ask: what, given }));
	return JSON.parse((await answers.next()).value);
}
