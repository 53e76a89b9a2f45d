// A mailbox of one's own whose provider takes no passwords: its user is recognised by the address, signs in on the provider's
// page (oidc-provider) and comes back; no, too late, somebody else's, withdrawn. STUDIO_BASE, STUDIO_LINK (of an administrator),
// STUDIO_PROVIDER (the provider's origin); mail and what the provider forgets come from tests/test_studio.py.
import assert from "node:assert/strict";
import { accessibility, launch, open } from "./browser.mjs";
import { ask, signInBy, steps } from "./steps.mjs";

const base = process.env.STUDIO_BASE;
const provider = process.env.STUDIO_PROVIDER;
const password = process.env.STUDIO_PASSWORD;
const browser = await launch();
const admin = await open(browser, base);
const olga = await open(browser, base);
const { check, press, said, shows } = steps(olga, browser);

/* The provider's own pages would load a font from outside. */
for (const page of [admin, olga]) await page.context().route((url) => ![base.slice(0, -1), provider].includes(url.origin), (route) => route.abort());

const invite = async (name) => {
	await admin.at("/operators/new");
	await admin.locator('[data-path="name"]').fill(name);
	await admin.getByRole("checkbox", { name: /^Personal mailbox user/ }).check();
	await admin.click(".save-bar button[type=submit]");
	await admin.getByRole("button", { name: "Make an invitation" }).click();
	return admin.locator(".copyable code").innerText();
};

/* On the provider's pages: who it is, and yes. */
async function consent(name) {
	await olga.waitForURL((url) => url.origin === provider);
	if (name) {
		await olga.fill("input[name=login]", name);
		await olga.fill("input[name=password]", "any");
		await olga.click("button[type=submit]");
	}
	await olga.waitForSelector("button:has-text('Continue')");
	await olga.click("button:has-text('Continue')");
}

const row = olga.locator("tr", { hasText: "olga@firm.test" });
const state = (text) => row.locator(".badge", { hasText: text }).first().waitFor();
const seen = (subject) => olga.locator(".case-link", { hasText: subject }).waitFor();

await check("somebody who may have mailboxes of her own", async () => {
	await signInBy(admin, process.env.STUDIO_LINK, password);
	await signInBy(olga, await invite("Olga"), password);
});

await check("the address is recognised: no password, a sign-in with the provider", async () => {
	await olga.at("/mailboxes");
	await press("Add a mailbox");
	await olga.fill("input[type=email]", "olga@firm.test");
	await press("Go on");
	await olga.waitForSelector("text=A mailbox at Firm Mail");
	await shows(olga.locator("dialog input[type=password]"), 0);
	await press("Sign in with Firm Mail");
	await olga.waitForURL((url) => url.origin === provider);
});

await check("who says no there is told what follows, and may begin again", async () => {
	await olga.click("text=Cancel");
	await olga.waitForSelector("h1:text-is('My mailboxes')");
	await olga.waitForSelector(".notice:has-text('You didn’t agree')");
	await state("Not signed in");
	assert.deepEqual(await accessibility(olga), []);
});

await check("after consent she comes back to her mailboxes, and her mail is read", async () => {
	await row.getByRole("button", { name: "Sign in again" }).click();
	await consent("olga");
	await olga.waitForSelector("h1:text-is('My mailboxes')");
	await said("You are signed in with the provider");
	await olga.waitForFunction(() => location.hash === "#/mailboxes");
	await shows(olga.locator(".notice"), 0);
	await state(/Idle|Waiting for mail|Connected/);
	await ask("deliver", "olga", "Read by a token");
	await olga.at("/cases?view=all");
	await seen("Read by a token");
});

await check("an answer that was used, or never asked for, doesn't count", async () => {
	await olga.goto(`${base}api/v1/consent/callback?code=stolen&state=guessed`);
	await olga.waitForSelector(".notice:has-text('This sign-in doesn’t count')");
	await press("Close");
	await olga.waitForFunction(() => location.hash === "#/mailboxes");
});

await check("somebody else's browser can't finish what hers began, nor does it spoil it", async () => {
	const asked = await olga.evaluate(async () => {
		const [{ csrf }, { items }] = await Promise.all(["session", "mailboxes"].map(async (path) => (await fetch(`/api/v1/${path}`)).json()));
		return (await fetch(`/api/v1/authentication_profiles/${items[0].profile}/consent`, { method: "POST", headers: { "X-Hauspost-Csrf": csrf } })).json();
	});
	const state = new URL(asked.url).searchParams.get("state");
	const ben = await open(browser, base);
	await signInBy(ben, await invite("Ben"), password);
	await ben.goto(`${base}api/v1/consent/callback?error=access_denied&state=${state}`);
	await ben.waitForSelector(".notice:has-text('This sign-in doesn’t count')");
	await ben.context().close();
	await olga.goto(`${base}api/v1/consent/callback?error=access_denied&state=${state}`);
	await olga.waitForSelector(".notice:has-text('You didn’t agree')");
});

await check("what was withdrawn at the provider is said; signing in again mends it", async () => {
	await ask("revoke", "olga");
	await state("Not signed in");
	await ask("deliver", "olga", "Came while signed out");
	await row.getByRole("button", { name: "Sign in again" }).click();
	await consent();
	await said("You are signed in with the provider");
	await state(/Idle|Waiting for mail|Connected/);
	await olga.at("/cases?view=all");
	await seen("Came while signed out");
});

await browser.close();
process.exit(0); // standard input is open still
