/* Two people changed one record: what each of them did, and the way out. */
import { json } from "../api/client";
import type { Document, List, Value, Version } from "../api/views";
import { choose } from "../ui/dialog";
import { Time } from "../ui/time";
import { humanWord } from "./schema";

const MASK = "********";
const LONGEST = 160;

interface Difference {
	path: string;
	base: Value | undefined;
	mine: Value | undefined;
	theirs: Value | undefined;
}

const same = (a: Value | undefined, b: Value | undefined) => JSON.stringify(a ?? null) === JSON.stringify(b ?? null);
const isSection = (value: Value | undefined): value is Document => !!value && typeof value === "object" && !Array.isArray(value);

/* Where `mine` or `theirs` isn't what both began with; lists are taken as a whole. */
export function differences(base: Document, mine: Document, theirs: Document, above = ""): Difference[] {
	const names = new Set([...Object.keys(base), ...Object.keys(mine), ...Object.keys(theirs)]);
	return [...names].flatMap((name) => {
		const [b, m, t] = [base[name], mine[name], theirs[name]];
		const path = above + name;
		if (isSection(b) && isSection(m) && isSection(t)) return differences(b, m, t, path + "/");
		return same(b, m) && same(b, t) ? [] : [{ path, base: b, mine: m, theirs: t }];
	});
}

/* Theirs with what I changed over it. */
export function merged(base: Document, mine: Document, theirs: Document): Document {
	const whole: Document = { ...theirs };
	for (const name of Object.keys(mine)) {
		const [b, m, t] = [base[name], mine[name], theirs[name]];
		if (isSection(b) && isSection(m) && isSection(t)) whole[name] = merged(b, m, t);
		else if (!same(b, m)) whole[name] = m!;
	}
	return whole;
}

function words(value: Value | undefined): string {
	if (value === undefined || value === null || value === "") return "empty";
	if (value === MASK) return "as it was (secret)";
	const text = typeof value === "string" ? value : typeof value === "boolean" ? (value ? "on" : "off") : JSON.stringify(value);
	return text.length > LONGEST ? text.slice(0, LONGEST) + " …" : text;
}

function isSecret(path: string): boolean {
	return /(password|secret|token|private_key|content)$/.test(path);
}

function Cell({ path, base, value }: { path: string; base: Value | undefined; value: Value | undefined }) {
	if (same(base, value)) return <td class="quiet">unchanged</td>;
	return <td>{isSecret(path) && value !== MASK && value ? "a new one (secret)" : words(value)}</td>;
}

function Table({ list }: { list: Difference[] }) {
	return (
		<table class="differences">
			<thead>
				<tr>
					<th scope="col">Field</th>
					<th scope="col">Theirs</th>
					<th scope="col">Yours</th>
				</tr>
			</thead>
			<tbody>
				{list.map(({ path, base, mine, theirs }) => (
					<tr key={path}>
						<th scope="row">{path.split("/").map(humanWord).join(" · ")}</th>
						<Cell path={path} base={base} value={theirs} />
						<Cell path={path} base={base} value={mine} />
					</tr>
				))}
			</tbody>
		</table>
	);
}

async function lastVersion(kind: string, id: string): Promise<Version | undefined> {
	const list = await json<List<Version>>(`/api/v1/${kind}/${encodeURIComponent(id)}/history?limit=1`).catch(() => null);
	return list?.items[0];
}

export type WayOut = "stay" | "theirs" | "mine";

export async function askConflict(kind: string, id: string, base: Document, mine: Document, theirs: Document): Promise<WayOut> {
	const version = await lastVersion(kind, id);
	const list = differences(base, mine, theirs).filter(({ path }) => path !== "id");
	const answer = await choose(
		"Changed by somebody else meanwhile",
		<>
			<p>
				<strong>{version?.author || "Somebody"}</strong> has saved this {version && <Time at={version.at} />}, after you opened it. Keeping yours puts what you changed over it; what they alone changed stays.
			</p>
			{list.length > 0 && <Table list={list} />}
		</>,
		[
			{ label: "Go on editing", value: "stay" },
			{ label: "Load theirs", value: "theirs" },
			{ label: "Keep mine", value: "mine", look: "primary" },
		],
	);
	return answer === "theirs" || answer === "mine" ? answer : "stay";
}
