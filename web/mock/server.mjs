// A stand-in for the server while pages are made: answers as the API does, from memory. Not shipped.
//   node mock/server.mjs [PORT] [DIST]
import { createServer } from "node:http";
import { readFileSync, existsSync, statSync } from "node:fs";
import { join, extname } from "node:path";
import { seed } from "./seed.mjs";

const port = Number(process.argv[2] ?? 8025);
const dist = process.argv[3] ?? new URL("../dist", import.meta.url).pathname;
const db = seed();
let signedIn = process.env.SIGNED_OUT ? false : true;

const types = { ".html": "text/html", ".js": "text/javascript", ".css": "text/css", ".svg": "image/svg+xml" };
const csp =
	"default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; frame-src 'self'; base-uri 'none'; form-action 'self'";

const problem = (status, code, detail, path = "") => ({ status, type: "application/problem+json", body: { type: "about:blank", title: code, status, detail, code, path, retry: "never" } });
const ok = (body, headers) => ({ status: 200, body, headers });
const list = (items) => ok({ items, next: null });
const later = (ms) => new Promise((resolve) => setTimeout(resolve, ms));

async function answer(method, path, query, body, headers, res) {
	if (path === "/api/v1/session") {
		if (method === "GET") return ok(signedIn ? db.session : db.nobody);
		if (method === "DELETE") return (signedIn = false), { status: 204 };
		if (body.password !== "secret phrase") return problem(401, "unauthorised", "The name or the password is wrong.");
		if (body.operator === "second" && !body.code) return problem(401, "invalid", "code: is missing", "code");
		signedIn = true;
		return ok(db.session);
	}
	if (path === "/api/v1/session/setup") return (signedIn = true), ok(db.session);
	if (!signedIn) return problem(401, "unauthorised", "nobody is signed in");
	const fixed = db.fixed[`${method} ${path}`];
	if (fixed) return ok(typeof fixed === "function" ? fixed(body, query) : fixed);
	if (/\/test$/.test(path) && method === "POST") {
		res.writeHead(200, { "Content-Type": "application/x-ndjson" });
		for (const step of db.steps(body)) {
			await later(step.ms ?? 30);
			res.write(JSON.stringify(step) + "\n");
		}
		res.end();
		return null;
	}
	const m = path.match(/^\/api\/v1\/([a-z_]+)(?:\/([^/]+))?(?:\/([a-z-]+))?$/);
	const kind = m && db.records[m[1]];
	if (!kind) return problem(404, "not-found", `${path} doesn't exist`);
	const id = m[2] && decodeURIComponent(m[2]);
	if (!id && method === "GET") return list([...kind.values()].map((r) => r.document));
	if (!id && method === "POST") {
		if (kind.has(body.id)) return problem(409, "conflict", "id: is taken", "id");
		kind.set(body.id, { revision: 1, document: body });
		return { status: 201, body, headers: { ETag: '"1"' } };
	}
	const found = kind.get(id);
	if (m[3]) {
		const more = db.sub[`${m[1]}/${m[3]}`];
		return more ? ok(typeof more === "function" ? more(id, body) : more) : problem(404, "not-found", "no such thing");
	}
	if (!found) return problem(404, "not-found", `${m[1]}/${id} doesn't exist`);
	if (method === "GET") return ok(found.document, { ETag: `"${found.revision}"` });
	if (method === "DELETE") return kind.delete(id), { status: 204 };
	if (headers["if-match"] && headers["if-match"] !== `"${found.revision}"`)
		return problem(412, "conflict", `${m[1]}/${id} was changed meanwhile (revision ${found.revision})`);
	if (JSON.stringify(body).includes("refuse-me")) return problem(422, "invalid", "send/port: port 465 speaks TLS from the start, so security must be tls", "send/port");
	kind.set(id, { revision: found.revision + 1, document: { ...found.document, ...body } });
	return ok(body, { ETag: `"${found.revision + 1}"` });
}

createServer(async (req, res) => {
	const url = new URL(req.url, "http://x");
	if (url.pathname.startsWith("/api/")) {
		let text = "";
		for await (const chunk of req) text += chunk;
		let body = text;
		try {
			body = text ? JSON.parse(text) : {};
		} catch {}
		const a = await answer(req.method, url.pathname, url.searchParams, body, req.headers, res);
		if (!a) return;
		res.writeHead(a.status, { "Content-Type": a.type ?? "application/json", ...a.headers });
		res.end(a.body === undefined ? undefined : JSON.stringify(a.body));
		return;
	}
	let file = join(dist, url.pathname);
	if (!existsSync(file) || statSync(file).isDirectory()) file = join(dist, "index.html");
	res.writeHead(200, { "Content-Type": types[extname(file)] ?? "application/octet-stream", "Content-Security-Policy": csp });
	res.end(readFileSync(file));
}).listen(port, "127.0.0.1", () => console.log(`http://127.0.0.1:${port}/`));
