// What comes late, fails or crosses something else while somebody works on cases: answers of the server held back, refused or changed
// on their way to the page. On the page of cases.mjs, with its mail.
import assert from "node:assert/strict";

/* The page may not wait for it any more, or the test not for the page. */
function isGone(error) {
	if (!/already handled|closed/.test(error.message)) throw error;
}

/* Requests that fit (all of them, or of one method) wait until the end; each is listed by its address. */
async function hold(page, where, method = "") {
	const asked = [];
	let end;
	const ended = new Promise((resolve) => (end = resolve));
	await page.route(where, async (route) => {
		if (method && route.request().method() !== method) return route.fallback();
		asked.push(route.request().url());
		await ended;
		await route.continue().catch(isGone);
	});
	return { asked, end };
}

/* The server's answer, as it might have been. */
async function change(route, make) {
	try {
		const response = await route.fetch();
		await route.fulfill({ response, json: make(await response.json()) });
	} catch (error) {
		isGone(error);
	}
}

const refused = { status: 400, contentType: "application/problem+json", body: JSON.stringify({ title: "Bad Request", status: 400, detail: "that can't be read now" }) };

/* What has arrived is shown. */
const settled = (page) => page.evaluate(() => new Promise((resolve) => setTimeout(resolve, 60)));

export async function races({ page, check, becomes, shows, openCase }) {
	await check("keys are for what is shown, from the moment it is", async () => {
		await page.at("/cases?view=all");
		await page.evaluate(() => {
			const press = (key) => document.activeElement.dispatchEvent(new KeyboardEvent("keydown", { key, bubbles: true, cancelable: true }));
			new MutationObserver((_, observer) => {
				if (!document.querySelector(".message")) return;
				observer.disconnect();
				press("r");
				/* By then it is drawn, and no more than that. */
				queueMicrotask(() => queueMicrotask(() => (window.typedInto = document.activeElement.name)));
			}).observe(document.body, { childList: true, subtree: true });
		});
		await page.locator(".case-link", { hasText: "Invoice 4711" }).first().click();
		await page.locator(".composer h2:text-is('Reply')").waitFor();
		await becomes(() => page.evaluate(() => window.typedInto), "text");
		await becomes(() => page.inputValue("[name=to]"), "bo@customer.test");
		await page.click(".composer button:has-text('Discard')");
		await shows(page.locator(".composer"), 0);
	});

	await check("a status is set again before the case is read anew", async () => {
		await openCase("Invoice 4711");
		const reads = await hold(page, /\/cases\/DSK-\d+$/, "GET");
		for (const [status, name] of [["done", "Done"], ["open", "Open"]]) {
			await page.selectOption("select[name=case-status]", status);
			await page.locator(".toast", { hasText: `Status: ${name}` }).waitFor();
			await becomes(() => page.inputValue("select[name=case-status]"), status);
		}
		reads.end();
		await page.unroute(/\/cases\/DSK-\d+$/);
	});

	await check("recipients that come late stay out of the field where somebody types by now", async () => {
		await openCase("Invoice 4711");
		const previews = await hold(page, "**/preview");
		await page.keyboard.press("r");
		await page.locator(".composer h2:text-is('Reply')").waitFor();
		await becomes(() => previews.asked.length, 1);
		await page.focus("[name=to]");
		previews.end();
		await page.waitForFunction(() => document.querySelector("[name=to]").placeholder === "bo@customer.test");
		await page.keyboard.type("cleo@customer.test");
		assert.equal(await page.inputValue("[name=to]"), "cleo@customer.test");
		await page.unroute("**/preview");
		await page.click(".composer button:has-text('Discard')");
	});

	await check("an answer of the server that comes late stays out of a draft that is another by now", async () => {
		await openCase("Invoice 4711");
		const previews = await hold(page, "**/preview");
		await page.keyboard.press("r");
		await page.locator(".composer h2:text-is('Reply')").waitFor();
		await becomes(() => previews.asked.length, 1);
		await page.locator("main h1").focus();
		await page.keyboard.press("f");
		await page.locator(".composer h2:text-is('Forward')").waitFor();
		await becomes(() => previews.asked.length, 2);
		let answered = 0;
		page.on("requestfinished", (request) => request.url().endsWith("/preview") && answered++);
		previews.end();
		await becomes(() => answered >= 2, true);
		await page.unroute("**/preview");
		await settled(page);
		assert.equal(await page.inputValue("[name=to]"), ""); // and stays so
	});

	await check("a mail waits for its files", async () => {
		const sent = [];
		await page.route("**/forward", (route) => (sent.push(route.request().postDataJSON()), route.fulfill(refused)));
		await page.evaluate(() => {
			const read = Blob.prototype.arrayBuffer;
			Blob.prototype.arrayBuffer = function () {
				return new Promise((resolve) => (window.readOn = () => resolve(read.call(this))));
			};
			window.readAsEver = () => (Blob.prototype.arrayBuffer = read);
		});
		await page.fill("[name=to]", "ann@customer.test");
		await page.setInputFiles(".composer input[type=file]", { name: "late.txt", mimeType: "text/plain", buffer: Buffer.from("late") });
		await page.waitForFunction(() => window.readOn);
		await page.locator("textarea[name=text]").press("Control+Enter");
		await settled(page);
		assert.equal(sent.length, 0);
		await page.evaluate(() => (window.readOn(), window.readAsEver()));
		await page.locator(".composer .chip", { hasText: "late.txt" }).waitFor();
		await page.locator("textarea[name=text]").press("Control+Enter");
		await page.locator(".composer .notice", { hasText: "that can't be read now" }).waitFor();
		assert.deepEqual(sent.map((mail) => mail.attachments.map((file) => file.name)), [["late.txt"]]);
		await page.unroute("**/forward");
		await page.click(".composer button:has-text('Discard')");
	});

	await check("what is asked for while a list is read is read, too", async () => {
		const where = /\/messages\?/;
		const limits = [];
		let held = Promise.resolve(), readOn;
		await page.route(where, async (route) => {
			const limit = Number(new URL(route.request().url()).searchParams.get("limit"));
			limits.push(limit);
			await held;
			await change(route, ({ items: [one] }) => ({ items: Array.from({ length: limit }, (_, i) => ({ ...one, id: 1e6 + i })), next: "more" }));
		});
		await openCase("The printer smokes");
		const more = page.locator("button:has-text('Show earlier mail')");
		await more.waitFor();
		const before = limits.length;
		held = new Promise((resolve) => (readOn = resolve));
		await more.click();
		await becomes(() => limits.slice(before).includes(2 * limits[0]), true);
		await more.click();
		readOn();
		await becomes(() => limits.at(-1), 3 * limits[0]);
		await page.unroute(where);
	});

	await check("a mail that may have arrived isn't said to have reached nobody", async () => {
		const where = /\/messages\?/;
		const doubt = (one) => ({ ...one, state: "uncertain" });
		await page.route(where, (route) => change(route, (body) => ({ ...body, items: body.items.map((one) => ({ ...doubt(one), recipients: one.recipients.map(doubt) })) })));
		await page.route("**/outbox/*/cancel", (route) => route.fulfill({ status: 200, contentType: "application/json", body: "{}" }));
		await page.reload(); // nothing is said any more
		await openCase("Your appointment");
		await page.click(".delivery button:has-text('Let it rest')");
		await page.click("dialog button:has-text('Let it rest')");
		await page.locator(".toast", { hasText: "isn't tried again" }).waitFor();
		await shows(page.locator(".toast", { hasText: /nobody gets it/i }), 0);
		await page.unroute("**/outbox/*/cancel");
		await page.unroute(where);
	});

	await check("a read that failed under a filter isn't an empty list, nor the one before", async () => {
		for (const [kind, filter] of [["ledger", "state=parked"], ["outbox", "state=failed"]]) {
			await page.at(`/${kind}`);
			await page.waitForFunction(() => !document.querySelector("[aria-busy=true]"));
			const where = `**/api/v1/${kind}?*`;
			await page.route(where, (route) => route.fulfill(refused));
			await page.evaluate((hash) => (location.hash = hash), `#/${kind}?${filter}`);
			await page.locator(".notice", { hasText: "that can't be read now" }).waitFor();
			await shows(page.locator("main tbody tr, main .empty"), 0);
			await page.unroute(where);
		}
	});

	await check("“copied” is said only where something was", async () => {
		await page.at("/tokens");
		await page.click("button:has-text('New token')");
		await page.fill("dialog input", "To be copied");
		await page.click("dialog button:has-text('Make it')");
		await page.locator("dialog .copyable code").waitFor();
		await page.evaluate(() => Object.defineProperty(navigator, "clipboard", { configurable: true, value: undefined }));
		await page.click("dialog .copyable button");
		await page.locator("text=Press Ctrl+C").waitFor();
		await becomes(() => page.evaluate(() => getSelection().toString()), await page.locator("dialog .copyable code").innerText());
		await page.evaluate(() => delete navigator.clipboard);
		await page.click("dialog button:has-text('Done')");
	});
}

/* Two windows of one browser: who comes in one, and who goes, is in both. */
export async function windows({ page, base, check, becomes }) {
	const password = process.env.STUDIO_PASSWORD;
	const other = await page.context().newPage();
	const at = (one, heading) => one.waitForSelector(`h1:text-is("${heading}")`);

	await check("signing out does so in every window", async () => {
		await other.goto(`${base}#/cases`);
		await at(other, "Cases");
		await page.bringToFront(); // a window behind another draws once a second
		await page.at("/cases");
		await page.click("button.person");
		await page.getByRole("menuitem", { name: "Sign out" }).click();
		for (const one of [page, other]) await at(one, "Sign in");
	});

	await check("signing in does, too, with changes that are let through", async () => {
		await other.bringToFront();
		await other.fill("input[name=operator]", "anna");
		await other.fill("input[name=password]", password);
		await other.click("button[type=submit]");
		for (const one of [page, other]) await at(one, "Cases");
		await page.bringToFront();
		await page.at("/operators/new");
		await page.locator('[data-path="name"]').fill("Cleo");
		await page.getByRole("checkbox", { name: /^Personal mailbox user/ }).check();
		await page.click(".save-bar button[type=submit]");
		await page.click("button:has-text('Make an invitation')");
		await page.locator(".copyable code").waitFor();
	});

	await check("who comes instead sees nothing of the one before, in no window", async () => {
		const link = await page.locator(".copyable code").innerText();
		await page.at("/cases?view=all");
		await page.locator(".case-link", { hasText: "The printer smokes" }).waitFor();
		await other.bringToFront();
		await other.goto(link);
		await other.fill("input[name=password]", password);
		await other.fill("input[name=again]", password);
		await other.click("button[type=submit]");
		await at(other, "Overview");
		await page.locator("button.person", { hasText: "Cleo" }).waitFor();
		await becomes(() => page.locator(".case-link").count(), 0);
		assert.doesNotMatch(await page.content(), /smokes|Invoice 4711/);
		assert.deepEqual(await page.evaluate(() => Object.keys(sessionStorage).filter((key) => key.startsWith("hauspost.draft.cleo"))), []);
	});
}
