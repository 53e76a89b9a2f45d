// What those who answer mail and those who look after it share: alerts, whose mail is whose to stop, templates in new mail, mail
// as it was sent. STUDIO_BASE, STUDIO_LINK (the one-time link of an administrator), STUDIO_AGENT_LINK (of one who answers
// mail alone). Prints one line for each thing that was tried; ends with 1 at the first that fails.
import assert from "node:assert/strict";
import { launch, looks, open } from "./browser.mjs";
import { signInBy, steps } from "./steps.mjs";

const base = process.env.STUDIO_BASE;
const browser = await launch();
const page = await open(browser, base);

const { becomes, check, field, heading, press, said, save, shows } = steps(page, browser);

await check("sign in", () => signInBy(page, process.env.STUDIO_LINK, process.env.STUDIO_PASSWORD));

/* ---------------------------------------------------------------- alerts */

await check("no alert yet: it is said what one is for", async () => {
	await page.at("/alerts");
	await page.locator("h2:has-text('No alert yet')").waitFor();
	await page.locator(".empty", { hasText: "a certificate runs out" }).waitFor();
});

await check("an alert: what is never told is refused at its field, and not offered", async () => {
	await page.at("/alerts/new");
	await field("name").fill("Administrators");
	await field("account").selectOption("desk");
	await page.locator('[data-path="to"] input').fill("anna@customer.test");
	const events = page.locator('[data-path="events"] input');
	await page.locator('[data-path="events"] datalist option').first().waitFor({ state: "attached" });
	const offered = await page.locator('[data-path="events"] datalist option').evaluateAll((list) => list.map((one) => one.value));
	assert.ok(offered.includes("listener.failed") && !offered.includes("message.filed") && !offered.includes("alert.test"));
	await events.fill("message.filed");
	await save();
	await page.locator(".field-error", { hasText: "would go round" }).waitFor();
	await page.click("[aria-label='Remove message.filed']");
	await events.fill("listner.failed");
	await save();
	await page.locator(".field-error", { hasText: "did you mean listener.failed?" }).waitFor();
	await page.click("[aria-label='Remove listner.failed']");
	await save();
	await said("Alert created");
	await heading("Administrators");
});

await check("it says what it watches and how it stands; a test arrives", async () => {
	await page.locator(".card-head .badge", { hasText: "All is well" }).waitFor();
	await page.locator(".alert-watches", { hasText: "anna@customer.test is told of this, and when what failed works again" }).waitFor();
	await page.locator(".alert-watches li", { hasText: "A listener fails" }).waitFor();
	await page.locator("text=No mail went out yet").waitFor();
	await press("Send a test");
	await said("A test mail is on its way");
	const row = page.locator("tr", { hasText: "This is a test" });
	await row.locator(".badge:text-is('Sent')").waitFor();
});

await check("what fails is seen there and in the list, as it happens", async () => {
	const other = await page.context().newPage();
	await other.goto(`${base}#/mail/new`);
	await other.selectOption("select[name=from]", "gone gone@example.test");
	await other.fill("[name=to]", "ann@customer.test");
	await other.fill("[name=subject]", "Never sent");
	await other.fill("textarea[name=text]", "Nobody is there.");
	await other.click(".composer button[type=submit]");
	const failing = page.locator(".alert-failing li", { hasText: "gone can't send" });
	await failing.waitFor();
	await other.close();
	await page.at("/alerts");
	await page.locator("tr", { hasText: "Administrators" }).locator(".badge", { hasText: "One thing fails" }).waitFor();
	await page.click("tr a.row-link");
	await failing.locator("a").click();
	await page.waitForURL(/#\/accounts\/gone/);
});

/* ---------------------------------------------------------------- writing */

await check("new mail with a template: what is seen is what is sent", async () => {
	await page.at("/mail/new");
	await page.selectOption("select[name=from]", "desk desk@example.test");
	await page.selectOption("select[name=template]", "visit");
	const preview = page.locator(".template-preview");
	await preview.locator("text=Support desk, desk@example.test").waitFor();
	await preview.locator("code:text-is('case.number')").waitFor();
	await preview.locator("code:text-is('contact.name')").waitFor();
	await page.fill("[name=to]", "Anna <anna@customer.test>");
	await page.fill("textarea[name=text]", "We come at nine.");
	await preview.locator("strong:text-is('A visit to Anna')").waitFor();
	await preview.locator("text=We come at nine.").waitFor();
	await shows(preview.locator("code:text-is('contact.name')"), 0);
	const seen = await preview.locator(".case-text").innerText();
	await page.click(".composer button[type=submit]");
	await said("on its way");
	/* New mail can be found about a second after it came. */
	await becomes(() => page.evaluate(async () => (await (await fetch("/api/v1/search?q=%22come%20at%20nine%22")).json()).items.length > 0), true);
	await page.at("/search?q=%22come%20at%20nine%22");
	await page.locator(".found").first().waitFor();
	const found = await page.evaluate(async () => (await (await fetch("/api/v1/outbox?limit=20")).json()).items.find((one) => one.subject === "A visit to Anna"));
	const sent = await page.evaluate(async (id) => (await (await fetch(`/api/v1/messages/${id}`)).json()), found.message);
	assert.equal(sent.subject, "A visit to Anna");
	const bare = (text) => text.replace(/\s+/g, " ").trim();
	assert.equal(bare([sent.text, ...sent.quoted.map((piece) => piece.text)].join(" ")), bare(seen));
});

await check("who wrote a mail stops it while it waits, without looking after the outbox", async () => {
	const agent = await open(browser, base);
	await signInBy(agent, process.env.STUDIO_AGENT_LINK, process.env.STUDIO_PASSWORD);
	await agent.at("/mail/new");
	await agent.selectOption("select[name=from]", "silent silent@example.test");
	await agent.selectOption("select[name=case_type]", "request");
	await agent.fill("[name=to]", "ann@customer.test");
	await agent.fill("[name=subject]", "Written by an agent");
	await agent.fill("textarea[name=text]", "Wait.");
	await agent.click(".composer button[type=submit]");
	await agent.locator("h1", { hasText: "Written by an agent" }).waitFor();
	await page.goto(agent.url());
	await page.locator("h1", { hasText: "Written by an agent" }).waitFor();
	await page.click(".message .reply-here, .message-foot button:has-text('Reply')");
	await page.fill("[name=to]", "ann@customer.test");
	await page.fill("textarea[name=text]", "By the administrator.");
	await page.click(".composer button[type=submit]");
	await page.locator(".message.is-out", { hasText: "By the administrator." }).waitFor();
	await agent.locator(".message.is-out", { hasText: "By the administrator." }).waitFor();
	await shows(agent.locator(".message", { hasText: "By the administrator." }).locator("button:has-text('Cancel it')"), 0);
	await agent.locator(".message", { hasText: "Wait." }).locator("button:has-text('Cancel it')").click();
	await agent.locator(".message", { hasText: "Wait." }).locator(".badge:text-is('Cancelled')").waitFor();
	await shows(agent.locator("button:has-text('Try now')"), 0);
	await agent.context().close();
});

/* ---------------------------------------------------------------- mail as it was sent */

const frame = page.locator("iframe.mail-frame[data-measured=true]");
const sizes = () =>
	frame.evaluate((one) => {
		const { scrollHeight, clientHeight, scrollWidth, clientWidth } = one.contentDocument.documentElement;
		return { higher: scrollHeight - clientHeight, wider: scrollWidth - clientWidth, height: one.clientHeight, shown: one.parentElement.clientHeight };
	});
const openAsSent = async (subject) => {
	await page.at("/cases?view=all");
	await page.locator(".case-link", { hasText: subject }).first().click();
	await page.click("label:has-text('As sent')");
	await frame.waitFor();
};

await check("mail as sent is as high as its page, and made to fit, without scroll bars of its own", async () => {
	await openAsSent("Autumn offers");
	/* Measured once more when it is drawn. */
	const is = async (fits) => becomes(async () => fits(await sizes()) || JSON.stringify(await sizes()), true);
	await is(({ higher, wider }) => higher <= 0 && wider <= 0);
	await is(({ height, shown }) => height > 800 && shown < height);
	await press("Show all");
	await is(({ height, shown }) => shown === height);
	await page.frameLocator("iframe.mail-frame").locator("text=The very end.").waitFor();
	assert.equal(await frame.evaluate((one) => one.contentWindow.eval === undefined || one.sandbox.contains("allow-scripts")), false);
	await page.setViewportSize({ width: 1000, height: 860 });
	await becomes(async () => (await sizes()).higher, 0);
	await page.setViewportSize({ width: 1280, height: 860 });
});

await check("mail that takes its height from the window's neither scrolls nor grows", async () => {
	await openAsSent("Spring offers");
	const heights = [];
	for (const width of [1000, 1280, 1000, 1280]) {
		await becomes(async () => (await sizes()).higher, 0);
		heights.push((await sizes()).height);
		await page.setViewportSize({ width, height: 860 });
	}
	assert.deepEqual(new Set(heights).size, 1, heights.join());
	assert.ok(heights[0] > 320 + 40 && heights[0] < 520, heights.join());
});

/* ---------------------------------------------------------------- how it looks */

const pages = ["/alerts", "/alerts/administrators"];

for (const theme of ["light", "dark"])
	await check(`${theme}: every page is accessible and fits a narrow screen`, async () => assert.deepEqual(await looks(page, theme, pages), []));

await browser.close();
