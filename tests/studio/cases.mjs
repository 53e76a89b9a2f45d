// The mail half of the Studio against the real server, with mail that came and an answer that arrives: STUDIO_BASE,
// STUDIO_LINK (the one-time link of an administrator). Prints one line for each thing that was tried; ends with 1 at the first that
// fails.
import assert from "node:assert/strict";
import { launch, looks, open } from "./browser.mjs";
import { races, windows } from "./races.mjs";
import { signInBy, steps } from "./steps.mjs";

const base = process.env.STUDIO_BASE;
const browser = await launch();
const page = await open(browser, base);

const { becomes, check, heading, matches, shows } = steps(page, browser);

/* By its subject, the way a person finds it. */
async function openCase(subject) {
	await page.at("/cases?view=all");
	await page.locator(".case-link", { hasText: subject }).first().click();
	await page.locator("h1", { hasText: subject }).waitFor();
	await page.locator(".message").first().waitFor();
}

const hit = () => page.evaluate(() => window.hit);

await check("sign in", () => signInBy(page, process.env.STUDIO_LINK, process.env.STUDIO_PASSWORD));

await check("the list: whose turn, filters in the address, keys", async () => {
	await page.at("/cases");
	await page.locator(".case-row").first().waitFor();
	const all = await page.locator(".case-row").count();
	assert.ok(all >= 3);
	await shows(page.locator(".case-row.is-ours"), all);
	await page.locator(".tabs a", { hasText: "Waiting for us" }).locator(".count").waitFor();
	await page.fill(".list-filter input", "smokes");
	await page.waitForFunction(() => document.querySelectorAll(".case-row").length === 1);
	await page.waitForURL(/q=smokes/);
	await page.reload();
	await page.waitForFunction(() => document.querySelectorAll(".case-row").length === 1);
	await becomes(() => page.inputValue(".list-filter input"), "smokes");
	await page.click("button:has-text('Clear')");
	await page.waitForFunction((n) => document.querySelectorAll(".case-row").length === n, all);
	await page.locator("main h1").focus();
	await page.keyboard.press("j");
	await page.keyboard.press("j");
	await page.keyboard.press("k");
	await becomes(() => page.evaluate(() => document.activeElement === document.querySelector(".case-row a")), true);
	await page.keyboard.press("Enter");
	await page.locator(".message").first().waitFor();
	await page.at("/cases?view=contact");
	await page.locator("h2:has-text('No customer')").waitFor();
});

await check("a case: text, fields, quotes and signature folded", async () => {
	await openCase("The printer smokes");
	await page.locator(".case-text", { hasText: "It smokes" }).first().waitFor();
	await page.locator(".case-side dd", { hasText: "A-1077" }).waitFor();
	const folds = page.locator(".fold");
	await folds.nth(1).waitFor();
	await shows(page.locator(".fold .case-text:visible"), 0);
	await folds.first().locator("summary").click();
	await page.locator(".fold .case-text:visible").first().waitFor();
	const link = page.locator(".case-text a").first();
	await becomes(() => link.getAttribute("href"), "https://printers.example/lx3200");
	await matches(() => link.getAttribute("rel"), /noopener/);
});

await check("hostile mail runs nothing, wherever its words stand", async () => {
	await openCase("onerror");
	await page.click("label:has-text('As sent')");
	const frame = page.locator("iframe.mail-frame");
	await frame.waitFor();
	await becomes(() => frame.getAttribute("sandbox"), "allow-same-origin allow-popups allow-popups-to-escape-sandbox");
	await page.frameLocator("iframe.mail-frame").locator("text=Harmless").waitFor();
	await page.locator(".blocked", { hasText: "1 picture not loaded" }).waitFor();
	await page.locator(".file", { hasText: "evil" }).waitFor();
	await page.locator(".case-side dd", { hasText: "<img" }).waitFor();
	assert.equal(await hit(), undefined);
	await page.at("/search?q=onerror");
	await page.locator(".found mark").first().waitFor();
	assert.equal(await hit(), undefined);
	await page.at("/cases?view=all&q=onerror");
	await page.locator(".case-row").waitFor();
	assert.equal(await hit(), undefined);
});

await check("files come as downloads that can't run", async () => {
	await openCase("onerror");
	const file = page.locator("a.file", { hasText: "evil" });
	await matches(() => file.getAttribute("download"), /evil/);
	const answer = await page.request.get(new URL(await file.getAttribute("href"), base).href);
	const headers = answer.headers();
	assert.match(headers["content-disposition"], /^attachment/);
	assert.match(headers["content-security-policy"], /sandbox/);
	assert.equal(headers["x-content-type-options"], "nosniff");
	const waiting = page.waitForEvent("download");
	await page.click("[aria-label^='More about']");
	await page.click("role=menuitem[name='Download (.eml)']");
	assert.match((await waiting).suggestedFilename(), /\.eml$/);
});

await check("why: how it found its case, how it was read, by which branch, why no answer", async () => {
	await openCase("The printer smokes");
	await page.locator(".message", { hasText: "More smoke" }).locator("button:has-text('Why is it here?')").click();
	const why = page.locator(".why");
	await why.locator("text=In-Reply-To").waitFor();
	await why.locator(".badge", { hasText: "strong" }).waitFor();
	await why.locator("text=A person wrote it").waitFor();
	await why.locator("text=everything").waitFor();
	await why.locator("code:text-is('no-response')").waitFor();
});

await check("an answer with a template is filled by the server, kept as a draft, and arrives", async () => {
	await openCase("The printer smokes");
	await page.keyboard.press("r");
	await page.waitForFunction(() => document.querySelector("[name=to]")?.value === "anna@customer.test");
	await page.fill("textarea[name=text]", "Please switch it off.");
	await page.selectOption("select[name=template]", "steps");
	await page.locator(".template-preview", { hasText: "Dear Ann," }).waitFor();
	await page.locator(".template-preview", { hasText: "Please switch it off." }).waitFor();
	await page.setInputFiles(".composer input[type=file]", { name: "manual.txt", mimeType: "text/plain", buffer: Buffer.from("Page 1") });
	await page.locator(".composer .chip", { hasText: "manual.txt" }).waitFor();
	await page.at("/cases");
	await openCase("The printer smokes");
	await becomes(() => page.inputValue("textarea[name=text]"), "Please switch it off.");
	await page.click("button[aria-label='Put away']");
	await page.click(".reply-here");
	await becomes(() => page.inputValue("textarea[name=text]"), "Please switch it off."); // what was put away is taken up
	await page.locator(".composer .chip", { hasText: "manual.txt" }).waitFor();
	await becomes(() => page.inputValue("select[name=template]"), "steps");
	await page.selectOption("select[name=status]", "done");
	await page.locator("textarea[name=text]").press("Control+Enter");
	await page.locator(".toast", { hasText: "on its way" }).waitFor();
	await page.locator(".message.is-out", { hasText: "Please switch it off." }).locator(".badge", { hasText: /^Sent$/ }).waitFor();
	await becomes(() => page.inputValue("select[name=case-status]"), "done");
	await page.locator(".case-event", { hasText: "Status: Done" }).waitFor();
	await shows(page.locator(".composer"), 0);
});

await check("a status is set; a wrong address is told at its field", async () => {
	await page.selectOption("select[name=case-status]", "open");
	await page.locator(".toast", { hasText: "Status: Open" }).waitFor();
	await page.keyboard.press("Escape");
	await page.locator("main h1").focus();
	await page.keyboard.press("f");
	await page.locator(".composer h2:text-is('Forward')").waitFor();
	await page.fill("[name=to]", "not an address");
	await page.click(".composer button[type=submit]");
	await page.locator(".composer .field-error").waitFor();
	await page.click(".composer button:has-text('Discard')");
});

await check("new mail opens a case; what waits is cancelled", async () => {
	await page.at("/mail/new");
	await page.selectOption("select[name=from]", "silent silent@example.test");
	await page.selectOption("select[name=case_type]", "request");
	await page.fill("[name=to]", "Ann <ann@customer.test>");
	await page.fill("[name=subject]", "Your appointment");
	await page.fill("textarea[name=text]", "Tomorrow at nine?");
	await page.click(".composer button[type=submit]");
	await heading("Your appointment");
	await page.locator("text=waiting for them").waitFor();
	await page.click(".delivery button:has-text('Cancel it')");
	await page.locator(".message .badge:text-is('Cancelled')").waitFor();
});

await check("search from the palette marks what was looked for and leads to the mail", async () => {
	await page.at("/cases");
	await page.keyboard.press("Control+k");
	await page.locator(".palette input").fill("smoke xyzzy");
	await page.locator(".palette li", { hasText: "Search the mail for" }).click();
	await page.locator("h2:has-text('Nothing was found')").waitFor();
	await page.fill(".search-field input", '"more smoke"');
	await page.locator(".found mark").first().waitFor();
	await page.locator(".found a").first().click();
	await page.locator(".message.is-aim", { hasText: "More smoke" }).waitFor();
});

const pages = ["/cases", "/cases?view=contact&q=zzz", "case", "/search?q=smoke", "/search", "/mail/new"];

async function show(path) {
	if (path !== "case") return page.at(path);
	await openCase("The printer smokes");
	await page.locator("button:has-text('Why is it here?')").first().click();
	await page.keyboard.press("r");
	await page.locator(".composer").waitFor();
	await page.locator(".why").waitFor();
}

for (const theme of ["light", "dark"])
	await check(`${theme}: every page is accessible and fits a narrow screen`, async () => assert.deepEqual(await looks(page, theme, pages, show), []));

await check("a mail whose answer was lost and that was changed since: it is said that an older version went out", async () => {
	await page.at("/mail/new");
	await page.selectOption("select[name=from]", "silent silent@example.test");
	await page.fill("[name=to]", "ann@customer.test");
	await page.fill("[name=subject]", "Twice");
	await page.fill("textarea[name=text]", "The first version.");
	await page.route("**/api/v1/mail", async (route) => {
		await route.fetch();
		await route.fulfill({ status: 200, contentType: "application/json", body: "" });
	});
	await page.click(".composer button[type=submit]");
	await page.locator(".composer .notice", { hasText: "JSON" }).waitFor();
	await page.unroute("**/api/v1/mail");
	await page.fill("textarea[name=text]", "The second version.");
	await page.click(".composer button[type=submit]");
	await page.locator(".composer .notice", { hasText: "An earlier try has sent this mail already" }).waitFor();
	await becomes(() => page.inputValue("textarea[name=text]"), "The second version.");
	await page.click(".composer button:has-text('Discard')");
	await heading("Cases");
	await page.at("/mail/new");
	await becomes(() => page.inputValue("textarea[name=text]"), "");
});

await races({ page, check, becomes, shows, openCase });
await windows({ page, base, check, becomes });

await browser.close();
