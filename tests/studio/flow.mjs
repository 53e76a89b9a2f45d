// The mail's flow in the Studio: overview, outbox, ledger, events, and that they move by themselves. Mail, the server's stop
// and start and what the API says come from tests/test_studio.py: a line of JSON asks for it, a line is the answer.
import assert from "node:assert/strict";
import { faults, launch, looks, open } from "./browser.mjs";
import { PATIENCE_MS } from "./slow.mjs";
import { ask, signInBy, steps } from "./steps.mjs";

const base = process.env.STUDIO_BASE;
const browser = await launch();
const page = await open(browser, base);
const streams = [];
page.context().on("request", (request) => request.resourceType() === "eventsource" && streams.push(request.url()));

const { becomes, check, matches, said, shows } = steps(page, browser);
const press = (text, on = page) => on.getByRole("button", { name: text, exact: true }).last().click();
const heading = (text, on = page) => on.waitForSelector(`h1:text-is("${text}")`);
const row = (text, on = page) => on.waitForSelector(`tr:has-text("${text}")`);
const badge = (text) => page.waitForSelector(`.page-title .badge:text-is("${text}")`);
/* What failed while the server was away was to be expected. */
const forgiveFailures = () => faults.splice(0, faults.length, ...faults.filter((fault) => !/ERR_|Failed to load/.test(fault)));
const quiet = () => page.waitForFunction(() => !document.querySelector("[aria-busy=true]"));

await check("signing in", async () => {
	await signInBy(page, process.env.STUDIO_LINK, process.env.STUDIO_PASSWORD);
});

/* ---------------------------------------------------------------- overview */

await check("the overview says whether mail flows, and what needs a person", async () => {
	await page.waitForSelector(".lead:has-text('listener')");
	for (const [text, place] of [["parked", "/ledger?state=parked"], ["held", "/ledger?state=held"], ["isn't known", "/outbox?state=uncertain"], ["can't read", "/listeners/flow"]]) {
		await page.locator(`.needs a:has-text("${text}")`).first().click();
		await page.waitForFunction((wanted) => location.hash === "#" + wanted, place);
		await page.goBack();
		await heading("Overview");
	}
});

await check("the charts' numbers are the API's", async () => {
	const legend = page.locator(".chart:has-text('Mail that came in') .legend li:has-text('flow') strong");
	/* What has just come is counted a moment later, and shown some seconds after. */
	await becomes(async () => {
		const [shown, wanted] = [Number(await legend.innerText()), await ask("received")];
		return shown > 0 && shown === wanted ? "the same" : `${shown}, not ${wanted}`;
	}, "the same");
	await page.getByRole("button", { name: "Numbers: Mail that came in" }).click();
	const cells = page.locator(".chart:has-text('Mail that came in') tbody td");
	const sum = async () => (await cells.allTextContents()).reduce((all, text) => all + Number(text.replace(/\D/g, "") || 0), 0);
	const told = page.locator(".chart:has-text('Mail that came in') .chart-head p");
	await cells.first().waitFor();
	await becomes(async () => (await sum()) - Number((await told.innerText()).replace(/\D/g, "")), 0);
	const plot = page.locator(".chart:has-text('Mail that came in') [role=slider]");
	await plot.focus();
	await page.keyboard.press("End");
	await matches(() => plot.getAttribute("aria-valuetext"), /flow \d+/);
	await page.click(".switch a:has-text('Week')");
	await page.waitForFunction(() => location.hash === "#/?span=week");
	await page.waitForSelector(".chart-head p:has-text('week')");
});

/* ---------------------------------------------------------------- outbox */

await check("the outbox by state; what the server said; sending again", async () => {
	await page.at("/outbox");
	await row("To a friend");
	await page.click(".tabs a:has-text('Not delivered')");
	await row("To nobody");
	await shows(page.locator("tr:has-text('To a friend')"), 0);
	await page.reload();
	await row("To nobody");
	await page.click("tr:has-text('To nobody') a.row-link");
	await heading("To nobody");
	await page.waitForSelector(".recipient:has-text('There is no such mailbox.'):has-text('550 5.1.1')");
	await page.waitForSelector(".timeline li:has-text('Written by')");
	await page.waitForSelector(".timeline li:has-text('Given up')");
	await ask("mend");
	await press("Send again");
	await page.locator("dialog").getByRole("button", { name: "Send it again" }).click();
	await said("in the queue again");
	await badge("Sent");
});

await check("what is uncertain is sent again only after a question; what waits can be stopped", async () => {
	await page.at("/outbox?state=uncertain");
	await page.click("tr:has-text('Vanished') a.row-link");
	await page.waitForSelector(".notice:has-text('known whether it arrived')");
	await press("Let it rest");
	await page.locator("dialog").getByRole("button", { name: "Leave it" }).click();
	await press("Let it rest");
	await page.locator("dialog").getByRole("button", { name: "Let it rest" }).click();
	await badge("Cancelled");
	await page.at("/outbox?state=waiting");
	await page.click("tr:has-text('Come back later') a.row-link");
	await page.waitForSelector(".timeline li:has-text('Next try')");
	await press("Cancel");
	await page.locator("dialog").getByRole("button", { name: "Don't send it" }).click();
	await badge("Cancelled");
});

await check("an address is suppressed, and taken off again", async () => {
	await page.at("/outbox?list=suppressed");
	await press("Add an address");
	await page.fill("dialog input", "gone@customer.test");
	await press("Suppress it");
	await row("gone@customer.test");
	await page.locator("tr:has-text('gone@customer.test') button").click();
	await press("Send mail again");
	await page.waitForSelector("tr:has-text('gone@customer.test')", { state: "detached" });
});

/* ---------------------------------------------------------------- ledger */

await check("parked mail: its reason, another try, giving it up", async () => {
	await page.at("/ledger?state=parked&listener=flow");
	await page.click("tr:has-text('Order: chairs') a.row-link");
	await page.waitForSelector(".notice:has-text('not a number')");
	await page.waitForSelector(".timeline li:has-text('Parked')");
	await page.waitForSelector(".mail-text:has-text('twelve')");
	await press("Try again");
	await page.locator("dialog").getByRole("button", { name: "Try again" }).click();
	await said("handled again");
	await badge("Parked");
	await press("Discard it");
	await page.locator("dialog").getByRole("button", { name: "Discard it" }).click();
	await badge("Discarded");
});

await check("held mail joins its case when it is released", async () => {
	await page.at("/ledger?state=held");
	await page.click("tr:has-text('Let me in') a.row-link");
	await page.waitForSelector(".notice:has-text('stranger')");
	await press("Release it");
	await page.locator("dialog").getByRole("button", { name: "Release it" }).click();
	await badge("Joined a case");
	await page.waitForSelector(".facts a:has-text('Open its case')");
});

/* ---------------------------------------------------------------- live */

const windows = [];

await check("seven windows share one stream, and all of them move when mail arrives", async () => {
	await page.at("/ledger?listener=flow");
	streams.length = 0;
	for (let i = 0; i < 6; i++) {
		const other = await page.context().newPage();
		windows.push(other);
		await other.goto(`${base}#/ledger?listener=flow`);
		await heading("Ledger", other);
	}
	await row("Order: tables");
	await ask("ingest", "Fresh from the press");
	await Promise.all([page, ...windows].map((one) => row("Fresh from the press", one)));
	assert.equal(streams.length, 0, "nobody opened another stream");
});

await check("the window that had the stream closes: another one has it", async () => {
	await page.goto("about:blank");
	await ask("ingest", "The next one");
	await Promise.all(windows.map((one) => row("The next one", one)));
	for (const one of windows) await one.close();
});

await check("events come in at the top, and stand still while paused", async () => {
	await page.at("/events?kind=case.*");
	await page.waitForSelector(".badge:has-text('Live')");
	const first = () => page.locator(".events > li").first().innerText();
	const before = await first();
	await ask("ingest", "One event");
	await page.waitForFunction((was) => document.querySelector(".events > li").innerText.split("\n")[1] !== was.split("\n")[1], before);
	await press("Pause");
	const paused = await first();
	await ask("ingest", "Another event");
	await page.getByRole("button", { name: "Show 1 new" }).waitFor();
	assert.equal((await first()).split("\n")[1], paused.split("\n")[1]); // and stays so
	await press("Show 1 new");
	await page.waitForFunction((was) => document.querySelector(".events > li").innerText.split("\n")[1] !== was.split("\n")[1], paused);
	await page.locator(".events summary").first().click();
	await page.waitForSelector(".event-open dd:has-text('flow')");
	const right = (selector) => page.locator(selector).first().evaluate((element) => element.getBoundingClientRect().right);
	assert.ok((await right(".event[open] .copyable button")) <= (await right(".event[open]")), "what is long doesn't push the button out");
});

await check("a lost connection is told calmly, and found again", async () => {
	await page.at("/ledger?listener=flow");
	await row("Another event");
	await ask("stop");
	await page.waitForSelector(".connection:has-text('be reached')");
	await row("Another event");
	await ask("start");
	await page.waitForSelector(".connection p", { state: "detached", timeout: PATIENCE_MS + 10_000 });
	await ask("ingest", "After the pause");
	await row("After the pause");
	forgiveFailures();
});

await check("a store put back from a backup, whose events count from before, is followed, too", async () => {
	await ask("backUp");
	await ask("ingest", "Not in the backup");
	await row("Not in the backup");
	await ask("putBack");
	await page.waitForSelector("tr:has-text('Not in the backup')", { state: "detached", timeout: PATIENCE_MS + 10_000 });
	await page.waitForFunction(() => !document.querySelector(".connection p"), null, { timeout: PATIENCE_MS + 10_000 });
	await ask("ingest", "Since the backup");
	await row("Since the backup");
	forgiveFailures();
});

/* ---------------------------------------------------------------- every page, both themes, wide and narrow */

await check("every page is accessible in both themes and fits a narrow screen", async () => {
	const ids = await ask("rows");
	const pages = ["/", "/outbox", "/outbox?list=suppressed", `/outbox/${ids.outbox}`, "/ledger", `/ledger/${ids.ledger}`, "/events"];
	/* Between them these have all colours. */
	const coloured = ["/", "/outbox", "/events", `/ledger/${ids.ledger}`];
	const show = async (path) => {
		await page.at(path);
		await quiet();
		if (path === "/events") await page.locator(".events summary").first().click();
	};
	assert.deepEqual([...(await looks(page, "light", pages, show)), ...(await looks(page, "dark", coloured, show))], []);
});

await browser.close();
process.exit(0); // standard input is open still
