/* A document that is being edited: its values, what the server found wrong, whether it has been changed. */
import { useLayoutEffect, useMemo, useRef, useState } from "preact/hooks";
import type { Problem } from "../api/problem";
import type { Document, Value } from "../api/views";
import { choose } from "../ui/dialog";
import { guardLeaving } from "../app/router";
import { merged } from "./conflict";
import { getAt, pathName, setAt, type Path } from "./schema";

export interface Form {
	document: Document;
	/* As it was read or saved. */
	base: Document;
	isChanged: boolean;
	/* Of fields, by their paths as the server names them; "" is for what belongs to no field. */
	errors: Record<string, string>;
	get: (path: Path) => Value | undefined;
	text: (path: Path) => string;
	set: (path: Path, value: Value) => void;
	/* Several at once: fields that follow each other. */
	change: (change: (document: Document) => Document) => void;
	/* A new beginning: what was read or saved. What was typed since `sent` left stays, on top of it. */
	reset: (document: Document, sent?: Document) => void;
	/* Back to it. */
	restore: () => void;
	refuse: (problem: Problem, prefix: string) => void;
	clearErrors: () => void;
}

/* "accounts/support/send/port" and "send/port: is …" → the path below the record, and the text without it. */
export function placeError(problem: Problem, prefix: string): { path: string; text: string } {
	let path = problem.path;
	let text = problem.detail;
	if (!path) path = /^([a-z_0-9./-]+): /.exec(text)?.[1] ?? "";
	if (path && text.startsWith(path + ": ")) text = text.slice(path.length + 2);
	if (prefix && (path === prefix || path.startsWith(prefix + "/"))) path = path.slice(prefix.length + 1);
	return { path, text };
}

/* The field that is wrong, or the nearest around it, comes into view and takes the focus. */
function show(path: string): void {
	for (let at = path; at; at = at.includes("/") ? at.slice(0, at.lastIndexOf("/")) : "") {
		const found = document.querySelector<HTMLElement>(`[data-path="${CSS.escape(at)}"]`);
		if (!found) continue;
		for (let box = found.closest("details"); box; box = box.parentElement?.closest("details") ?? null) box.open = true;
		found.scrollIntoView({ block: "center" });
		(found.matches("input, select, textarea, button") ? found : found.querySelector<HTMLElement>("input, select, textarea, button"))?.focus();
		return;
	}
	document.querySelector<HTMLElement>(".form [role=alert]")?.scrollIntoView({ block: "center" });
}

export function useForm(initial: Document): Form {
	const [current, setDocument] = useState(initial);
	const [errors, setErrors] = useState<Record<string, string>>({});
	const base = useRef(initial);
	const isChanged = useMemo(() => JSON.stringify(current) !== JSON.stringify(base.current), [current, base.current]);
	useLayoutEffect(() => {
		guardLeaving(isChanged ? askLeave : null);
		return () => guardLeaving(null);
	}, [isChanged]);
	return {
		document: current,
		base: base.current,
		isChanged,
		errors,
		get: (path) => getAt(current, path),
		text: (path) => {
			const value = getAt(current, path);
			return typeof value === "string" ? value : value === undefined || value === null ? "" : String(value);
		},
		set: (path, value) => {
			setDocument((before) => setAt(before, path, value));
			const name = pathName(path);
			if (errors[name]) setErrors({ ...errors, [name]: "" });
		},
		change: (change) => setDocument((before) => change(before)),
		reset: (document, sent) => {
			base.current = document;
			setDocument((now) => (sent && now !== sent ? merged(sent, now, document) : document));
			setErrors({});
		},
		restore: () => {
			setDocument(base.current);
			setErrors({});
		},
		refuse: (problem, prefix) => {
			const { path, text } = placeError(problem, prefix);
			setErrors({ [path]: text });
			/* As soon as it is drawn: later it would take the focus from who types on. */
			queueMicrotask(() => show(path));
		},
		clearErrors: () => setErrors({}),
	};
}

async function askLeave(): Promise<boolean> {
	const answer = await choose("Leave without saving?", "What you have changed here is lost then.", [
		{ label: "Stay", value: "stay" },
		{ label: "Leave", value: "leave", look: "danger" },
	]);
	return answer === "leave";
}
