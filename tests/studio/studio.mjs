// The set-up half of the Studio against the real server, as people use it: STUDIO_BASE, STUDIO_LINK (the one-time link of
// the first administrator). Prints one line for each thing that was tried; ends with 1 at the first that fails.
import assert from "node:assert/strict";
import { launch, looks, open } from "./browser.mjs";
import { steps } from "./steps.mjs";

const base = process.env.STUDIO_BASE;
const password = process.env.STUDIO_PASSWORD;
const browser = await launch();
const page = await open(browser, base);

const { becomes, check, field, has, heading, matches, press, said, save, saved, shows } = steps(page, browser);

/* ---------------------------------------------------------------- sign-in */

await check("the one-time link makes the first administrator", async () => {
	await page.goto(process.env.STUDIO_LINK);
	await page.fill("input[name=password]", password);
	await page.fill("input[name=again]", "something else");
	await page.click("button[type=submit]");
	await page.waitForSelector("text=This isn't the same as above.");
	await page.fill("input[name=again]", password);
	await page.click("button[type=submit]");
	await heading("Overview");
	await page.waitForSelector("text=Set up the first mailbox");
});

await check("signing out and in; a wrong password is refused", async () => {
	await page.click(".person");
	await page.click("role=menuitem[name='Sign out']");
	await heading("Sign in");
	await page.fill("input[name=operator]", "anna");
	await page.fill("input[name=password]", "not this one");
	await page.click("button[type=submit]");
	await page.waitForSelector("[role=alert]");
	await page.fill("input[name=password]", password);
	await page.click("button[type=submit]");
	await heading("Overview");
});

/* ---------------------------------------------------------------- forms */

await check("a case type is made, refused at its field, mended and kept", async () => {
	await page.at("/case_types/new");
	await field("name").fill("Support requests");
	await has("id", "support-requests");
	await field("number_mask").fill("SUP-{yearn}");
	await save();
	await page.waitForSelector(".field-error");
	await becomes(() => field("number_mask").getAttribute("aria-invalid"), "true");
	await field("number_mask").fill("SUP-{year}-{number:5}");
	await press("Add a status");
	await field("statuses/1/id").fill("open");
	await press("Add a status");
	await field("statuses/2/id").fill("done");
	await field("statuses/2/resolved").check();
	await save();
	await said("Case type created");
	await heading("Support requests");
	await page.reload();
	await page.waitForSelector('[data-path="statuses/2/id"]');
	await has("number_mask", "SUP-{year}-{number:5}");
	await becomes(() => field("statuses/2/resolved").isChecked(), true);
});

await check("a template and a rule with conditions and a response", async () => {
	await page.at("/templates/new");
	await field("name").fill("Received");
	await field("text").fill("Thank you, {{contact.name}}.");
	await save();
	await said("Template created");
	await page.at("/rules/new");
	await field("name").fill("Support");
	await press("Add a branch");
	await press("Add a condition");
	await field("branches/1/when/1/value").fill("urgent");
	await field("branches/1/case_type").selectOption("support-requests");
	await press("Add a response");
	await field("responses/1/template").selectOption("received");
	await save();
	await said("Service rule created");
	await page.reload();
	await page.waitForSelector('[data-path="branches/1/when/1/value"]');
	await has("branches/1/when/1/value", "urgent");
	await page.click("role=radio[name='Discard it']", { force: true });
	await save();
	await saved();
	await shows(field("branches/1/case_type"), 0);
	await page.click("role=radio[name='Open a case, or join one']", { force: true });
	await field("branches/1/case_type").selectOption("support-requests");
	await save();
	await saved();
});

/* ---------------------------------------------------------------- the account form */

const radio = (side, name) => page.locator(`[data-path="${side}/security"] label:has-text("${name}")`);

await check("in the account form, fields follow each other", async () => {
	await page.at("/accounts/new");
	await field("name").fill("Support");
	await field("send/address").fill("support@example.com");
	await radio("send", "SMTPS").click();
	await has("send/port", "465");
	await becomes(() => page.isChecked('[data-path="send/security"] label:has-text("STARTTLS") input'), false);
	await radio("send", "STARTTLS").click();
	await has("send/port", "587");
	await field("send/port").fill("2525");
	await radio("send", "SMTPS").click();
	await has("send/port", "2525", "a port that was typed stays");
	await page.click('[data-path="receive/protocol"] label:has-text("POP3")');
	await radio("receive", "POP3S").click();
	await has("receive/port", "995");
	await shows(page.locator('label:has-text("Microsoft Graph")'), 0);
	await field("provider").selectOption("gmail");
	await has("send/host", "smtp.gmail.com");
	await has("receive/host", "pop.gmail.com", "POP3 stays, where the provider has it");
	await page.click('[data-path="receive/protocol"] label:has-text("IMAP")');
	await has("receive/host", "imap.gmail.com");
	await has("receive/port", "993");
	await shows(page.locator('label:has-text("Microsoft Graph")'), 0);
	await field("receive/use_sender_login").uncheck();
	await becomes(() => field("receive/user").isVisible(), true);
	await field("receive/use_sender_login").check();
	await shows(field("receive/user"), 0);
	await field("provider").selectOption("microsoft365-graph");
	await page.locator("text=Microsoft's own interface").first().waitFor();
});

await check("an account is refused with a helpful message, then saved", async () => {
	await field("provider").selectOption("");
	await page.click('[data-path="receive/protocol"] label:has-text("IMAP")');
	for (const side of ["send", "receive"]) {
		await field(`${side}/host`).fill("localhost");
		await radio(side, side === "send" ? "SMTPS" : "IMAPS").click();
		await field(`${side}/port`).fill(process.env.STUDIO_CLOSED_PORT);
	}
	await field("send/user").fill("support@example.com");
	await field("send/password").fill(process.env.STUDIO_MAIL_PASSWORD);
	await field("send/port").fill("25");
	await save();
	await matches(() => page.locator(".field-error").first().innerText(), /port 25/);
	await field("send/port").fill(process.env.STUDIO_CLOSED_PORT);
	await save();
	await said("Account created");
	await heading("Support");
	await page.reload();
	await page.waitForSelector("text=Set, and kept secret");
	assert.equal((await page.content()).includes(process.env.STUDIO_MAIL_PASSWORD), false);
});

await check("test connectivity shows steps and says what is wrong", async () => {
	await press("Test connectivity");
	await page.waitForSelector(".test-side .badge:has-text('Failed')");
	await page.locator(".step").first().waitFor();
	await page.waitForSelector(".test-side .notice");
});

await check("a listener on it", async () => {
	await page.at("/listeners/new");
	await field("name").fill("Support inbox");
	await field("account").selectOption("support");
	await field("rule").selectOption("support");
	await field("enabled").uncheck();
	await save();
	await said("Listener created");
	await page.waitForSelector("text=State");
});

await check("its trace is switched on for a time, and off", async () => {
	await page.selectOption("[name=trace-minutes]", "120");
	await page.check("[name=trace]");
	await page.waitForSelector("text=h 0 min left");
	await page.reload();
	await page.waitForSelector("text=h 0 min left");
	await page.waitForSelector("text=Nothing has been said yet.");
	await page.uncheck("[name=trace]");
	await page.waitForSelector("[name=trace-minutes]");
});

/* ---------------------------------------------------------------- two people */

await check("who saves second is asked, and may load or overwrite", async () => {
	await page.at("/templates/received");
	await page.waitForSelector('[data-path="name"]');
	const other = await page.context().newPage();
	await other.goto(`${base}#/templates/received`);
	await other.locator('[data-path="name"]').fill("Theirs");
	await other.click(".save-bar button[type=submit]");
	await other.waitForSelector(".toast");
	await other.close();
	await field("name").fill("Mine");
	await save();
	await press("Load theirs");
	await has("name", "Theirs");
	await field("name").fill("Received");
	await save();
	await saved();
});

await check("what is typed while it is saved stays", async () => {
	let answer;
	const held = new Promise((resolve) => (answer = resolve));
	await page.route("**/api/v1/templates/received", async (route) => {
		await held;
		await route.continue();
	});
	await field("subject").fill("We have it");
	const asked = page.waitForRequest("**/api/v1/templates/received");
	await save();
	await asked;
	await field("subject").fill("We have it, thank you");
	answer();
	await page.locator(".save-bar [type=submit]:not([aria-disabled])").waitFor();
	await page.unroute("**/api/v1/templates/received");
	await has("subject", "We have it, thank you");
	await save();
	await saved();
	await page.reload();
	await has("subject", "We have it, thank you");
});

await check("leaving with changes asks", async () => {
	await field("name").fill("Changed");
	await page.click(".nav a[href='#/accounts']");
	await press("Stay");
	await has("name", "Changed");
	await press("Discard changes");
});

await check("an operator is invited; a restricted one sees less", async () => {
	await page.at("/operators/new");
	await field("name").fill("Ben");
	await page.getByRole("checkbox", { name: /^Listener observer/ }).check();
	await save();
	await said("Operator created");
	await press("Make an invitation");
	const link = await page.locator(".copyable code").innerText();
	const ben = await open(browser, base);
	await ben.goto(link);
	await ben.fill("input[name=password]", password);
	await ben.fill("input[name=again]", password);
	await ben.click("button[type=submit]");
	await ben.waitForSelector("h1:text-is('Overview')");
	await shows(ben.locator(".nav a[href='#/operators']"), 0);
	await shows(ben.locator(".nav a[href='#/listeners']"), 1);
	await ben.at("/listeners");
	await ben.waitForSelector("text=Support inbox");
	await shows(ben.locator("text=New listener"), 0);
	await ben.context().close();
});

await check("a token is shown once", async () => {
	await page.at("/tokens");
	await press("New token");
	await page.fill("dialog input", "Reports");
	await press("Make it");
	await page.waitForSelector("dialog .copyable code");
	await press("Done");
	await page.waitForSelector("td:has-text('Reports')");
	await shows(page.locator(".copyable"), 0);
});

await check("the set-up file says what it would change", async () => {
	await page.at("/setup-file");
	await page.fill("textarea", "blocks: { noise: { kind: domain, value: noise.example } }");
	await press("See what would change");
	await page.waitForSelector("text=1 record would change");
	await press("Take it over");
	await page.waitForSelector("text=1 record changed");
	await page.at("/audit");
	await page.waitForSelector("text=noise");
});

await check("keys: palette, jump, save", async () => {
	await page.at("/");
	await page.waitForFunction(() => !document.querySelector("[aria-busy=true]"));
	await page.keyboard.press("Control+k");
	await page.locator(".palette input").fill("case ty");
	await page.keyboard.press("Enter");
	await heading("Case types");
	await page.locator("body").press("g");
	await page.keyboard.press("l");
	await heading("Listeners");
});

await check("from page to page", async () => {
	await page.waitForFunction(() => !document.querySelector("[aria-busy=true]"));
	const times = [];
	for (const path of ["/accounts", "/rules", "/templates", "/operators", "/accounts", "/listeners"]) {
		times.push(
			await page.evaluate(
				(to) =>
					new Promise((resolve) => {
						const began = performance.now();
						const before = document.querySelector("h1").textContent;
						location.hash = to;
						const look = () => (document.querySelector("h1")?.textContent !== before ? resolve(performance.now() - began) : setTimeout(look, 1));
						look();
					}),
				path,
			),
		);
	}
	times.sort((a, b) => a - b);
	console.log(`from page to page: ${times[Math.floor(times.length / 2)].toFixed()} ms (median of ${times.length})`);
});

/* ---------------------------------------------------------------- every page, both themes, wide and narrow */

const pages = ["/", "/accounts", "/accounts/support", "/listeners", "/listeners/support-inbox", "/rules", "/rules/support", "/case_types/support-requests", "/templates/received", "/blocks", "/inlets", "/providers", "/authentication_profiles", "/authentication_profiles/new", "/keystores/new", "/expiring", "/operators", "/operators/ben", "/identity_providers/new", "/tokens", "/audit", "/setup-file", "/profile", "/wizard"];

for (const theme of ["light", "dark"])
	await check(`${theme}: every page is accessible and fits a narrow screen`, async () => assert.deepEqual(await looks(page, theme, pages), []));

await browser.close();
