// A slow machine and a slow line, where STUDIO_SLOW has a number: answers come late and overtake each other, events come late, and
// the page's processor is slower now and then. The same number gives the same delays, as far as the same is asked for.

export const isSlow = !!process.env.STUDIO_SLOW;
/* How long a test waits for what must come. */
export const PATIENCE_MS = isSlow ? 60_000 : 20_000;

const REQUEST_MS = 200;
const ANSWER_MS = 400;
const FILE_MS = 300;
const EVENT_MS = 500;
const RATES = [1, 2, 4, 6];
const RATE_CHANGE_MS = 700;

let state = Number(process.env.STUDIO_SLOW ?? 0) >>> 0;

/* mulberry32: 0 to 1. */
function random() {
	state = (state + 0x6d2b79f5) >>> 0;
	let t = Math.imul(state ^ (state >>> 15), state | 1);
	t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
	return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
}

/* Mostly short, sometimes long. */
const later = (most) => new Promise((resolve) => setTimeout(resolve, most * random() ** 2));

/* In the page: events of a stream keep their order, but not their time. */
function delayEvents(most) {
	const Source = window.EventSource;
	let before = Promise.resolve();
	const delayed = (listener) => (event) => {
		before = before.then(() => new Promise((resolve) => setTimeout(resolve, most * Math.random() ** 2))).then(() => listener(event));
	};
	window.EventSource = class extends Source {
		set onmessage(listener) {
			super.onmessage = delayed(listener);
		}
		addEventListener(name, listener) {
			super.addEventListener(name, delayed(listener));
		}
	};
}

const isStream = (request) => /event-stream|ndjson/.test(request.headers().accept ?? "");

/* What a test itself does with a request by page.route() comes first, and instead. */
async function delay(route) {
	const request = route.request();
	const isRead = request.resourceType() === "fetch" && !isStream(request);
	try {
		await later(isRead ? REQUEST_MS : FILE_MS);
		if (!isRead) return await route.continue();
		const response = await route.fetch({ maxRedirects: 0 }).catch(() => null);
		await later(ANSWER_MS);
		await (response ? route.fulfill({ response }) : route.abort("connectionfailed"));
	} catch {
		/* The page has gone, or doesn't wait any more. */
	}
}

async function throttle(context, page) {
	const session = await context.newCDPSession(page).catch(() => null);
	const set = () => session?.send("Emulation.setCPUThrottlingRate", { rate: RATES[Math.floor(random() * RATES.length)] }).catch(() => clearInterval(timer));
	const timer = setInterval(set, RATE_CHANGE_MS);
	timer.unref();
	await set();
}

/* Every page of a window, and those that are opened later. */
export async function slowDown(context, base) {
	if (!isSlow) return;
	await context.addInitScript(delayEvents, EVENT_MS);
	await context.route((url) => url.href.startsWith(base) && /^\/(api|assets)\//.test(url.pathname), (route) => (route.request().isNavigationRequest() ? route.fallback() : delay(route)));
	context.on("page", (page) => void throttle(context, page));
}
