/* A QR code as a drawing: dark on white in either theme, with the quiet zone that readers need. */
import { useMemo } from "preact/hooks";
import { qrCode } from "./qr";

const QUIET = 4;

/* Neighbours in a row are one stroke. */
function pathOf(dark: boolean[][]): string {
	let path = "";
	dark.forEach((row, y) => {
		for (let x = 0; x < row.length; x++) {
			if (!row[x]) continue;
			let n = 1;
			while (row[x + n]) n++;
			path += `M${x} ${y}h${n}v1h-${n}z`;
			x += n;
		}
	});
	return path;
}

export function QrCode({ text, label }: { text: string; label: string }) {
	const dark = useMemo(() => qrCode(text), [text]);
	if (!dark) return null;
	const size = dark.length + 2 * QUIET;
	return (
		<svg class="qr" role="img" aria-label={label} viewBox={`${-QUIET} ${-QUIET} ${size} ${size}`} shape-rendering="crispEdges">
			<rect x={-QUIET} y={-QUIET} width={size} height={size} fill="#fff" />
			<path d={pathOf(dark)} fill="#000" />
		</svg>
	);
}
