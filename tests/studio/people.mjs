// Newcomers, their mailboxes and each other, in the Studio against the real server, a real Dovecot and a real Postfix.
// STUDIO_BASE, STUDIO_LINK (one-time link of an administrator), STUDIO_IMAPS, STUDIO_SMTP (ports), STUDIO_MAIL_PASSWORD.
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { createHmac } from "node:crypto";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { createRequire } from "node:module";
import { connect } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { accessibility, launch, open } from "./browser.mjs";
import { leadTo, sendMail } from "./mail.mjs";
import { signInBy, steps } from "./steps.mjs";

const base = process.env.STUDIO_BASE;
const password = process.env.STUDIO_PASSWORD;
const mailPassword = process.env.STUDIO_MAIL_PASSWORD;
const imaps = process.env.STUDIO_IMAPS;
const smtp = process.env.STUDIO_SMTP;
const browser = await launch();
const page = await open(browser, base);
const { check, field, becomes, matches, save, press, heading, said, saved, has, shows } = steps(page, browser);
const api = (path, options) =>
	page.evaluate(async ([path, options]) => {
		const session = await (await fetch("/api/v1/session")).json();
		const response = await fetch(`/api/v1${path}`, { ...options, headers: { "X-Hauspost-Csrf": session.csrf, "Content-Type": "application/json", ...options?.headers } });
		return { status: response.status, body: await response.json().catch(() => null) };
	}, [path, options]);
const items = async (kind) => (await api(`/${kind}?limit=500`)).body.items;

await signInBy(page, process.env.STUDIO_LINK, password);

/* ---------------------------------------------------------------- the wizard */

const began = {};
const byLabel = (label) => page.getByLabel(label, { exact: true });
const server = (side, name) => field(`${side}/${name}`);

async function typeServers() {
	await server("receive", "host").fill("localhost");
	await server("receive", "port").fill(imaps);
	await server("send", "host").fill("localhost");
	await server("send", "security").selectOption("starttls");
	await server("send", "port").fill(smtp);
}

await check("the wizard looks for an address, and asks for servers where it finds none", async () => {
	await page.at("/wizard");
	began.wizard = Date.now();
	await byLabel("Address").fill("not an address");
	await press("Look it up");
	await becomes(() => page.locator("h1").innerText(), "Set up a mailbox");
	await byLabel("Address").fill("orders@example.test");
	await press("Look it up");
	await page.waitForSelector("h2:has-text('We didn’t find its servers')");
	await typeServers();
	await becomes(() => field("send/user").inputValue(), "orders@example.test");
});

await check("a wrong password is said in words, live, and mended", async () => {
	await field("send/password").fill("not this one");
	await press("Test it");
	await page.locator(".step").first().waitFor();
	await page.waitForSelector(".test-side .notice:has-text('User or password is refused')");
	await page.locator(".test-side button:has-text('Show the setting')").first().click();
	await becomes(() => page.evaluate(() => document.activeElement.dataset.path), "send/password");
	await field("send/password").fill(mailPassword);
	await press("Test it");
	await page.waitForSelector("button:has-text('It works: go on')");
	await shows(page.locator(".test-side .badge:has-text('Works')"), 2);
});

await check("going back and forth, and away, loses nothing that was typed", async () => {
	await press("Back");
	await becomes(() => byLabel("Address").inputValue(), "orders@example.test");
	await press("Look it up");
	await field("send/password").waitFor();
	await becomes(() => field("send/password").inputValue(), mailPassword);
	await becomes(() => server("receive", "port").inputValue(), imaps);
	await page.at("/accounts");
	await page.at("/wizard");
	await becomes(() => field("send/password").inputValue(), mailPassword);
	await press("It works: go on");
	await byLabel("Case numbers").fill("ORD-{year}-{number:5}");
	await press("Back");
	await press("It works: go on");
	await becomes(() => byLabel("Case numbers").inputValue(), "ORD-{year}-{number:5}");
});

await check("what is refused is said at its field, and nothing is left half-done", async () => {
	await byLabel("Case numbers").fill("ORD-{yearn}");
	await press("Save and start");
	await page.waitForSelector(".field-error");
	await becomes(() => byLabel("Case numbers").getAttribute("aria-invalid"), "true");
	for (const kind of ["accounts", "case_types", "templates", "rules", "listeners"])
		assert.equal((await items(kind)).filter((item) => item.id.startsWith("orders")).length, 0, kind);
	await byLabel("Case numbers").fill("ORD-{year}-{number:5}");
});

await check("saved twice it is there once; the first mail becomes the first case", async () => {
	await page.getByRole("button", { name: "Save and start", exact: true }).dblclick();
	await page.waitForSelector("h2:has-text('Now send a mail to this address')");
	for (const kind of ["accounts", "case_types", "templates", "rules", "listeners"])
		assert.equal((await items(kind)).filter((item) => item.id.startsWith("orders")).length, 1, kind);
	const asked = [];
	page.on("request", (request) => request.url().includes("/cases?sort=created") && asked.push(request.url()));
	await page.waitForTimeout(2100);
	assert.ok(asked.length < 2, "events tell of the first case: it is not asked for again and again");
	await sendMail(smtp, { from: "ann@customer.test", to: "orders@example.test", subject: "Two door openers", text: "Please send two." });
	await page.waitForSelector("h2:has-text('The first case is here')");
	console.log(`from the address to the first case: ${((Date.now() - began.wizard) / 1000).toFixed(1)} s, tries that failed among them`);
	await matches(() => page.locator(".first-case").innerText(), /ORD-\d{4}-00001\s+Two door openers\s+from Ann/);
	await matches(() => page.locator(".first-case").getAttribute("href"), /^#\/cases\/\d+$/);
	assert.deepEqual(await accessibility(page), []);
});

await check("an address that has an account isn't set up a second time", async () => {
	await press("Set up another mailbox");
	await byLabel("Address").fill("Orders@Example.test");
	await press("Look it up");
	await page.waitForSelector("text=There is an account for this address");
	await press("Listen to another folder of it");
	await byLabel("Folder").fill("INBOX");
	await press("Save and start");
	await page.waitForSelector(".field-error:has-text('reads this folder already')");
	await press("Start over");
});

await check("a provider that is set up is recognised by its domain; others are found by name, with their logos", async () => {
	const logo = "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNkYPhfDwAChwGA60e6kgAAAABJRU5ErkJggg==";
	const made = await api("/providers", {
		method: "POST",
		body: JSON.stringify({
			id: "house", name: "Our house", domains: ["house.test"], login: "address", logo,
			receive: { protocol: "imap", host: "localhost", port: Number(imaps), security: "tls" },
			send: { protocol: "smtp", host: "localhost", port: Number(smtp), security: "starttls" },
		}),
	});
	assert.equal(made.status, 201, JSON.stringify(made.body));
	await page.reload();
	const begun = Date.now();
	await byLabel("Address").fill("sales@house.test");
	await press("Look it up");
	await page.waitForSelector("h2:has-text('Our house') .logo img");
	await press("Another provider");
	await byLabel("Which provider?").fill("gmail");
	await page.click(".provider-pick:has-text('Gmail')");
	await page.waitForSelector("h2:has-text('Gmail')");
	await press("Another provider");
	await byLabel("Which provider?").fill("our house");
	await page.click(".provider-pick:has-text('Our house')");
	await field("send/password").fill(mailPassword);
	await press("Test it");
	await page.waitForSelector("button:has-text('It works: go on')");
	await press("It works: go on");
	await byLabel("Service rule").selectOption("orders-example");
	await press("Save and start");
	await page.waitForSelector("h2:has-text('Now send a mail to this address')");
	await sendMail(smtp, { from: "ann@customer.test", to: "sales@house.test", subject: "A price", text: "How much?" });
	await page.waitForSelector(".first-case:has-text('A price')");
	console.log(`from the address of a known provider to the first case: ${((Date.now() - begun) / 1000).toFixed(1)} s`);
});

/* ---------------------------------------------------------------- the account form against servers */

await check("a closed port is said in words; with the server there it works and is saved", async () => {
	const port = process.env.STUDIO_CLOSED_PORT;
	await page.at("/accounts/new");
	await field("name").fill("Night desk");
	await field("send/address").fill("night@example.test");
	await field("send/user").fill("night");
	await field("send/password").fill(mailPassword);
	await page.locator('[data-path="receive/security"] label:has-text("IMAPS")').click();
	await field("receive/host").fill("localhost");
	await field("receive/port").fill(port);
	await page.locator('[data-path="send/security"] label:has-text("STARTTLS")').click();
	await field("send/host").fill("localhost");
	await field("send/port").fill(smtp);
	await press("Test connectivity");
	const receiver = page.locator(".test-side", { has: page.locator("h3:text-is('Receiver')") });
	await receiver.locator(".notice:has-text('Nothing listens on this port')").waitFor();
	await receiver.locator(".step.is-failed").waitFor();
	await receiver.locator("button:has-text('Show the setting')").click();
	await becomes(() => page.evaluate(() => document.activeElement.dataset.path), "receive/port");
	const server = await leadTo(Number(port), Number(imaps));
	await press("Test connectivity");
	await shows(page.locator(".test-side .badge:text-is('Works')"), 2);
	await matches(() => receiver.locator(".test-result").innerText(), /IMAPS/);
	await save();
	await said("Account created");
	await heading("Night desk");
	server.close();
});

await check("the receiver may sign in with another ID and password than the sender", async () => {
	await field("receive/use_sender_login").waitFor();
	await becomes(() => field("receive/use_sender_login").isChecked(), true);
	await field("receive/use_sender_login").uncheck();
	await field("receive/user").fill("night-in");
	await field("receive/password").fill(mailPassword);
	await save();
	await saved();
	await page.reload();
	await has("receive/user", "night-in");
	await shows(page.locator('[data-path="receive/password"] >> text=Set, and kept secret'), 1);
	/* Another sign-in at that server: the password is typed once more. */
	await field("receive/use_sender_login").check();
	await save();
	await page.waitForSelector('.field-error:has-text("type it again")');
	await field("send/password").getByRole("button", { name: "Change" }).click();
	await field("send/password").fill(mailPassword);
	await save();
	await saved();
	await shows(field("receive/user"), 0);
});

/* ---------------------------------------------------------------- keystores */

await check("keystores are uploaded: PEM, PKCS #12 with its password; a wrong one is said at its field", async () => {
	const folder = mkdtempSync(join(tmpdir(), "hauspost-studio-"));
	const at = (name) => join(folder, name);
	const openssl = (...words) => execFileSync("openssl", words, { stdio: ["ignore", "pipe", "ignore"] });
	openssl("req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", "40", "-subj", "/CN=Night desk", "-addext", "subjectAltName=email:night@example.test", "-keyout", at("key.pem"), "-out", at("cert.pem"));
	openssl("pkcs12", "-export", "-in", at("cert.pem"), "-inkey", at("key.pem"), "-name", "night desk", "-passout", "pass:" + mailPassword, "-out", at("night.p12"));
	await page.at("/keystores/new");
	await field("name").fill("Night");
	await save();
	await page.waitForSelector('.field-error:has-text("Choose a file")');
	await page.setInputFiles("input[type=file]", at("night.p12"));
	await field("password").fill("not this one");
	await save();
	await page.waitForSelector(".field-error:has-text(\"doesn't open it\")");
	await becomes(() => field("password").getAttribute("aria-invalid"), "true");
	await field("password").fill(mailPassword);
	await save();
	await said("Keystore created");
	const row = page.locator("table[aria-label='Keys and certificates'] tbody tr");
	await row.waitFor();
	await matches(() => row.innerText(), /night desk[\s\S]*night@example\.test[\s\S]*Key/);
	await matches(() => row.locator("time").first().getAttribute("datetime"), /^20\d\d-/);
	await page.reload();
	await page.waitForSelector("text=Set, and kept secret");
	await page.at("/keystores/new");
	await field("name").fill("Trusted");
	await page.setInputFiles("input[type=file]", at("cert.pem"));
	await save();
	await said("Keystore created");
	await page.waitForSelector("table[aria-label='Keys and certificates'] td:has-text('Certificate')");
	rmSync(folder, { recursive: true });
});

/* ---------------------------------------------------------------- operators */

await check("an operator's roles are ticked, with what they allow in words; accounts are picked", async () => {
	await page.at("/operators/new");
	await field("name").fill("Ines");
	await page.waitForSelector(".together:has-text('No role')");
	await page.getByRole("checkbox", { name: /^Agent/ }).check();
	await page.waitForSelector(".together li:has-text('Answer cases')");
	await page.getByLabel("Add an account", { exact: true }).selectOption("night-desk");
	await page.getByRole("group", { name: "What is allowed with Night desk" }).getByLabel("Send").check();
	await page.click("summary:has-text('Single rights')");
	await page.getByRole("checkbox", { name: /^Read the audit trail/ }).check();
	await becomes(() => page.getByRole("checkbox", { name: /^Read cases/ }).isDisabled(), true); // the role has it
	await save();
	await said("Operator created");
	await page.reload();
	await page.waitForSelector(".together");
	await becomes(() => page.getByRole("checkbox", { name: /^Agent/ }).isChecked(), true);
	await becomes(() => page.getByRole("group", { name: "What is allowed with Night desk" }).getByLabel("Send").isChecked(), true);
	const { body } = await api("/operators/ines");
	assert.deepEqual([body.roles, body.rights, body.accounts], [["agent"], ["audit.read"], [{ account: "night-desk", send: true, manage: false }]]);
	assert.deepEqual(await accessibility(page), []);
});

/* ---------------------------------------------------------------- second factor */

const jsqr = readFileSync(createRequire(process.env.STUDIO_MODULES + "/").resolve("jsqr/dist/jsQR.js"), "utf8");

/* What another program reads in a picture of it. */
async function readQr(locator) {
	const picture = (await locator.screenshot()).toString("base64");
	const blank = await (await browser.newContext()).newPage();
	await blank.evaluate(jsqr);
	const text = await blank.evaluate(async (base64) => {
		const image = await createImageBitmap(await (await fetch("data:image/png;base64," + base64)).blob());
		const canvas = new OffscreenCanvas(image.width, image.height).getContext("2d");
		canvas.drawImage(image, 0, 0);
		return window.jsQR(canvas.getImageData(0, 0, image.width, image.height).data, image.width, image.height)?.data;
	}, picture);
	await blank.context().close();
	return text;
}

function totp(uri, later = 0) {
	const alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
	const bits = [...new URL(uri).searchParams.get("secret")].map((letter) => alphabet.indexOf(letter).toString(2).padStart(5, "0")).join("");
	const key = Buffer.from(bits.match(/.{8}/g).map((byte) => parseInt(byte, 2)));
	const counter = Buffer.alloc(8);
	counter.writeBigUInt64BE(BigInt(Math.floor(Date.now() / 30_000) + later));
	const mac = createHmac("sha1", key).update(counter).digest();
	return String((mac.readUInt32BE(mac[19] & 15) & 0x7fffffff) % 1_000_000).padStart(6, "0");
}

await check("the second factor's key is a QR code that another program reads", async () => {
	await page.at("/profile");
	await page.getByLabel("Your password", { exact: true }).fill("not this one");
	await press("Set it up");
	await page.waitForSelector(".field-error");
	await page.getByLabel("Your password", { exact: true }).fill(password);
	await press("Set it up");
	await page.locator(".qr").waitFor();
	const uri = await readQr(page.locator(".qr"));
	assert.equal(uri, await page.locator("a[href^='otpauth:']").getAttribute("href"));
	assert.match(uri, /^otpauth:\/\/totp\//);
	await byLabel("Code that it shows").fill("000000");
	await press("Switch it on");
	await page.waitForSelector(".field-error");
	await byLabel("Code that it shows").fill(totp(uri));
	await press("Switch it on");
	await page.waitForSelector("text=It counts from now on");
	const recovery = (await page.locator("code[aria-label='Recovery codes']").innerText()).split(/\s+/);
	await press("I have kept them");
	await page.click(".person");
	await page.click("role=menuitem[name='Sign out']");
	await heading("Sign in");
	await page.goto(`${base}#/sign-in?failed=unknown`);
	await page.reload();
	await page.waitForSelector("[role=alert]:has-text('no operator here is that user')");
	await page.fill("input[name=operator]", "petra");
	await page.fill("input[name=password]", password);
	await page.click("button[type=submit]");
	await page.fill("input[name=code]", "000000");
	await page.click("button[type=submit]");
	await page.waitForSelector("[role=alert], .field-error");
	await page.fill("input[name=code]", recovery[0]);
	await page.click("button[type=submit]");
	await heading("Overview");
	await page.at("/profile");
	await page.waitForSelector("text=9 recovery codes left");
	/* A one-time link doesn't go around it. */
	const { body } = await api("/operators/petra/invitation", { method: "POST" });
	await page.goto(body.link);
	await page.fill("input[name=password]", password);
	await page.fill("input[name=again]", password);
	await press("Begin");
	await page.fill("input[name=code]", recovery[2]);
	await press("Begin");
	await heading("Overview");
	await page.at("/profile");
	await page.waitForSelector("text=8 recovery codes left");
	await page.getByLabel("Your password", { exact: true }).fill(password);
	await press("Switch it off");
	await byLabel("Code").fill("000000");
	await press("Switch it off");
	await page.waitForSelector(".field-error:has-text('This code')");
	await byLabel("Code").fill(recovery[1]);
	await press("Switch it off");
	await page.waitForSelector(".badge:text-is('Off')");
});

/* ---------------------------------------------------------------- mailboxes of one's own */

await check("a mailbox of one's own is set up by its address, and shared to read, send and manage", async () => {
	await page.at("/mailboxes");
	await press("Add a mailbox");
	await byLabel("Your address").fill("petra@house.test");
	await press("Go on");
	await page.waitForSelector("dialog .notice:has-text('A mailbox at Our house')");
	await page.locator("dialog").getByLabel("Password", { exact: true }).fill(mailPassword);
	await press("Set it up");
	await said("The mailbox is set up.");
	await page.waitForSelector("td:has-text('petra@house.test')");
	await press("Share");
	await byLabel("Add somebody").selectOption("ines");
	await page.locator("dialog").getByRole("group", { name: "What is allowed with ines" }).getByLabel("Send").check();
	await byLabel("Add everybody with a role").selectOption("agent");
	assert.deepEqual(await accessibility(page), []);
	await press("Save");
	await page.waitForSelector("td:has-text('ines, agent')");
	const { body } = await api("/mailboxes");
	assert.deepEqual(body.items[0].shares, [
		{ operator: "ines", role: "", send: true, manage: false },
		{ operator: "", role: "agent", send: false, manage: false },
	]);
	await press("Share");
	await page.locator("dialog").getByRole("button", { name: "Remove Agent" }).click();
	await press("Save");
	await page.waitForSelector("td:text-is('ines')");
});

/* ---------------------------------------------------------------- every other form */

/* Filled, refused at `wrong`'s field until it is mended, saved, reloaded, edited. */
const forms = [
	["providers", { name: "Other house" }, { "receive/port": ["70000", "993"] }, { "receive/host": "imap.other.test", "send/host": "smtp.other.test" }],
	["authentication_profiles", { name: "Contoso", client_secret: mailPassword }, { token_endpoint: ["http:/nowhere", "https://login.example.test/token"] }, { client_id: "hauspost" }],
	["blocks", { id: "racket" }, { value: ["not a domain!", "racket.test"] }, { note: "Much of it" }],
	["inlets", { name: "From Postfix" }, { listen: ["nowhere", `127.0.0.1:${process.env.STUDIO_CLOSED_PORT}`] }, { max_message_mb: "20" }],
	["identity_providers", { name: "Company" }, { issuer: ["ftp://login.example.test", "https://login.example.test/realms/staff"] }, { client_id: "hauspost" }],
	["webhooks", { name: "Shop" }, { url: ["ftp://shop.example.test", "https://shop.example.test/hooks"] }, { timeout_s: "12" }],
];

async function fillIn(values) {
	for (const [path, value] of Object.entries(values)) {
		const input = field(path);
		await input.waitFor({ state: "attached" });
		await input.evaluate((element) => {
			for (let box = element.closest("details"); box; box = box.parentElement.closest("details")) box.open = true;
		});
		await input.fill(value);
	}
}

for (const [kind, first, wrong, more] of forms)
	await check(`${kind}: saved, reloaded, edited, refused at its field`, async () => {
		const [path, [bad, good]] = Object.entries(wrong)[0];
		await page.at(`/${kind}/new`);
		await fillIn({ ...first, ...more, [path]: bad });
		if (kind === "blocks") await field("kind").selectOption("domain");
		if (kind === "webhooks") {
			await press("Make one");
			await matches(() => field("secret").inputValue(), /^whsec_[A-Za-z0-9+/]{43}=$/);
		}
		await save();
		await page.waitForSelector(".field-error");
		await becomes(() => field(path).getAttribute("aria-invalid"), "true");
		await fillIn({ [path]: good });
		await save();
		await page.waitForSelector(".toast:has-text('created')");
		await page.waitForFunction(() => !location.hash.endsWith("/new"));
		await page.reload();
		await has(path, good);
		for (const [name, value] of Object.entries(more)) await has(name, value);
		const [last, value] = Object.entries(more).at(-1);
		const other = /^\d+$/.test(value) ? String(Number(value) + 1) : value.replace("o", "oo");
		await fillIn({ [last]: other });
		await save();
		await saved();
		await page.reload();
		await has(last, other);
	});

/* A mail server says hello, once. */
const sayHello = () =>
	new Promise((resolve) => {
		const socket = connect(Number(process.env.STUDIO_CLOSED_PORT), "127.0.0.1");
		socket.on("error", resolve).on("close", resolve).resume();
		socket.end("LHLO relay.customer.test\r\nQUIT\r\n");
	});

await check("an inlet's trace tells what a mail server says to it", async () => {
	await page.at("/inlets");
	await page.click("tr:has-text('From Postfix') a.row-link");
	await page.check("[name=trace]");
	await page.waitForSelector(".trace-switch .badge:has-text('left')");
	await becomes(async () => (await sayHello(), await page.locator(".trace-lines", { hasText: "LHLO relay.customer.test" }).count()), 1);
	await page.uncheck("[name=trace]");
	await page.waitForSelector("[name=trace-minutes]");
});

/* ---------------------------------------------------------------- two people, one record */

await check("who saves second sees what both did, and keeps theirs, his own or both", async () => {
	await page.at("/templates/new");
	await field("name").fill("Greeting");
	await field("text").fill("Hello.");
	await save();
	await said("Template created");
	const other = await page.context().newPage();
	await other.goto(`${base}#/templates/greeting`);
	await other.locator('[data-path="subject"]').fill("Their subject");
	await other.click(".save-bar button[type=submit]");
	await other.waitForSelector(".toast");
	await field("text").fill("Good morning.");
	await save();
	await page.waitForSelector("dialog:has-text('petra')");
	await matches(() => page.locator(".differences").innerText(), /Subject\s+Their subject\s+unchanged[\s\S]*unchanged\s+Good morning\./);
	assert.deepEqual(await accessibility(page), []);
	await press("Go on editing");
	await has("text", "Good morning.");
	await save();
	await press("Keep mine");
	await saved();
	await page.reload();
	await has("text", "Good morning.");
	await has("subject", "Their subject");
	await other.reload();
	await other.locator('[data-path="text"]').fill("Good evening.");
	await other.click(".save-bar button[type=submit]");
	await other.waitForSelector(".toast");
	await other.close();
	await field("text").fill("Good night.");
	await save();
	await press("Load theirs");
	await has("text", "Good evening.");
});

await browser.close();
