/* Short words for long things. */

/* Letters for a person's mark: "Ann Berg" AB, "ann@…" A. */
export function initials(name: string): string {
	const words = name.replace(/[<"'(].*$/, "").split(/[\s.@_-]+/u).filter((word) => /^[\p{L}\p{N}]/u.test(word));
	const first = [...(words[0] ?? "?")][0]!;
	const last = words.length > 1 && !name.includes("@") ? [...words[words.length - 1]!][0]! : "";
	return (first + last).toLocaleUpperCase();
}

/* "listener sales: localhost port 1: …" without the name that stands before it already. */
export function ofItself(error: string): string {
	return error.replace(/^(listener|account|inlet) [^:]+: /, "");
}

/* In steps of 1000, as file managers show it. */
const units = ["bytes", "KB", "MB", "GB"];

export function size(bytes: number): string {
	let at = 0;
	while (bytes >= 1000 && at < units.length - 1) {
		bytes /= 1000;
		at++;
	}
	return `${at && bytes < 10 ? bytes.toFixed(1) : Math.round(bytes)} ${units[at]}`;
}
