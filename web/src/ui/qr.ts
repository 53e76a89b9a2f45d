/* QR codes (ISO/IEC 18004): bytes, error correction M, versions 1 to 10 (213 bytes at most). */

/* By version: error correction words of a block; blocks of the first kind and their data words; blocks of the second kind,
 * which have one word more. Table 9. */
const layouts: [number, number, number, number][] = [
	[10, 1, 16, 0],
	[16, 1, 28, 0],
	[26, 1, 44, 0],
	[18, 2, 32, 0],
	[24, 2, 43, 0],
	[16, 4, 27, 0],
	[18, 4, 31, 0],
	[22, 2, 38, 2],
	[22, 3, 36, 2],
	[26, 4, 43, 1],
];

/* Where alignment patterns have their middles. Annex E. */
const alignments = [[], [6, 18], [6, 22], [6, 26], [6, 30], [6, 34], [6, 22, 38], [6, 24, 42], [6, 26, 46], [6, 28, 50]];

/* ---------------------------------------------------------------- arithmetic in GF(256), x⁸+x⁴+x³+x²+1 */

const exps = new Uint8Array(512);
const logs = new Uint8Array(256);
for (let i = 0, x = 1; i < 255; i++) {
	exps[i] = exps[i + 255] = x;
	logs[x] = i;
	x = x & 0x80 ? ((x << 1) ^ 0x11d) & 0xff : x << 1;
}

function product(a: number, b: number): number {
	return a && b ? exps[logs[a]! + logs[b]!]! : 0;
}

/* The generator polynomial's coefficients below its first, the highest power first. */
function generator(degree: number): Uint8Array {
	const g = new Uint8Array(degree);
	g[degree - 1] = 1;
	for (let i = 0; i < degree; i++)
		for (let j = 0; j < degree; j++) g[j] = product(g[j]!, exps[i]!) ^ (j + 1 < degree ? g[j + 1]! : 0);
	return g;
}

function remainder(data: Uint8Array, degree: number): Uint8Array {
	const g = generator(degree);
	const rest = new Uint8Array(degree);
	for (const byte of data) {
		const factor = byte ^ rest[0]!;
		rest.copyWithin(0, 1);
		rest[degree - 1] = 0;
		for (let i = 0; i < degree; i++) rest[i]! ^= product(g[i]!, factor);
	}
	return rest;
}

/* ---------------------------------------------------------------- from bytes to words */

function capacity(version: number): number {
	const [, first, words, second] = layouts[version - 1]!;
	return first * words + second * (words + 1);
}

/* Mode, length and bytes; then padding up to what the version holds. */
function dataWords(bytes: Uint8Array, version: number): Uint8Array {
	const words = new Uint8Array(capacity(version));
	let at = 0;
	const put = (value: number, bits: number) => {
		for (let i = bits - 1; i >= 0; i--, at++) if ((value >> i) & 1) words[at >> 3]! |= 0x80 >> (at & 7);
	};
	put(4, 4);
	put(bytes.length, version < 10 ? 8 : 16);
	for (const byte of bytes) put(byte, 8);
	at += Math.min(4, words.length * 8 - at);
	for (let i = (at + 7) >> 3, pad = 0xec; i < words.length; i++, pad ^= 0xec ^ 0x11) words[i] = pad;
	return words;
}

/* The blocks' data words in turns, then their error correction words in turns. */
function allWords(data: Uint8Array, version: number): number[] {
	const [degree, first, size, second] = layouts[version - 1]!;
	const blocks: Uint8Array[] = [];
	for (let i = 0, at = 0; i < first + second; i++) {
		const n = size + (i < first ? 0 : 1);
		blocks.push(data.subarray(at, at + n));
		at += n;
	}
	const checks = blocks.map((block) => remainder(block, degree));
	const words: number[] = [];
	for (let i = 0; i <= size; i++) for (const block of blocks) if (i < block.length) words.push(block[i]!);
	for (let i = 0; i < degree; i++) for (const check of checks) words.push(check[i]!);
	return words;
}

/* ---------------------------------------------------------------- the square */

class Square {
	readonly size: number;
	readonly dark: boolean[][];
	/* Patterns and what is said about the format: no data there, no mask. */
	private readonly fixed: boolean[][];

	constructor(readonly version: number) {
		this.size = version * 4 + 17;
		const rows = () => Array.from({ length: this.size }, () => new Array<boolean>(this.size).fill(false));
		this.dark = rows();
		this.fixed = rows();
		this.patterns();
	}

	set(x: number, y: number, dark: boolean): void {
		if (x < 0 || y < 0 || x >= this.size || y >= this.size) return;
		this.dark[y]![x] = dark;
		this.fixed[y]![x] = true;
	}

	/* Rings around a middle: dark but for those named. */
	private rings(x: number, y: number, reach: number, light: number[]): void {
		for (let dy = -reach; dy <= reach; dy++)
			for (let dx = -reach; dx <= reach; dx++) this.set(x + dx, y + dy, !light.includes(Math.max(Math.abs(dx), Math.abs(dy))));
	}

	private patterns(): void {
		const last = this.size - 1;
		for (let i = 0; i < this.size; i++) {
			this.set(6, i, i % 2 === 0);
			this.set(i, 6, i % 2 === 0);
		}
		for (const [x, y] of [[3, 3], [last - 3, 3], [3, last - 3]] as const) this.rings(x, y, 4, [2, 4]);
		const places = alignments[this.version - 1]!;
		const corners = ([x, y]: [number, number]) => (x === 6 && y === 6) || (x === 6 && y === last - 6) || (x === last - 6 && y === 6);
		for (const x of places) for (const y of places) if (!corners([x, y])) this.rings(x, y, 2, [1]);
		this.format(0);
		this.versionBits();
	}

	/* Error correction M is 00; BCH(15,5), masked. Both copies, and the module that is always dark. */
	format(mask: number): void {
		let rest = mask;
		for (let i = 0; i < 10; i++) rest = (rest << 1) ^ ((rest >> 9) * 0x537);
		const bits = ((mask << 10) | rest) ^ 0x5412;
		const bit = (i: number) => ((bits >> i) & 1) === 1;
		for (let i = 0; i < 15; i++) {
			if (i < 6) this.set(8, i, bit(i));
			else if (i < 8) this.set(8, i + 1, bit(i));
			else if (i === 8) this.set(7, 8, bit(i));
			else this.set(14 - i, 8, bit(i));
			if (i < 8) this.set(this.size - 1 - i, 8, bit(i));
			else this.set(8, this.size - 15 + i, bit(i));
		}
		this.set(8, this.size - 8, true);
	}

	private versionBits(): void {
		if (this.version < 7) return;
		let rest = this.version;
		for (let i = 0; i < 12; i++) rest = (rest << 1) ^ ((rest >> 11) * 0x1f25);
		const bits = (this.version << 12) | rest;
		for (let i = 0; i < 18; i++) {
			const dark = ((bits >> i) & 1) === 1;
			const far = this.size - 11 + (i % 3);
			const near = Math.floor(i / 3);
			this.set(far, near, dark);
			this.set(near, far, dark);
		}
	}

	/* Up and down in columns of two, from the right, past the vertical timing pattern. */
	fill(words: number[]): void {
		let at = 0;
		for (let right = this.size - 1; right >= 1; right -= 2) {
			if (right === 6) right = 5;
			const isUp = ((right + 1) & 2) === 0;
			for (let step = 0; step < this.size; step++)
				for (const x of [right, right - 1]) {
					const y = isUp ? this.size - 1 - step : step;
					if (this.fixed[y]![x] || at >= words.length * 8) continue;
					this.dark[y]![x] = ((words[at >> 3]! >> (7 - (at & 7))) & 1) === 1;
					at++;
				}
		}
	}

	/* Done twice it is undone. */
	mask(mask: number): void {
		for (let y = 0; y < this.size; y++)
			for (let x = 0; x < this.size; x++) if (!this.fixed[y]![x] && masks[mask]!(x, y)) this.dark[y]![x] = !this.dark[y]![x];
	}
}

const masks: ((x: number, y: number) => boolean)[] = [
	(x, y) => (x + y) % 2 === 0,
	(_x, y) => y % 2 === 0,
	(x) => x % 3 === 0,
	(x, y) => (x + y) % 3 === 0,
	(x, y) => (Math.floor(x / 3) + Math.floor(y / 2)) % 2 === 0,
	(x, y) => ((x * y) % 2) + ((x * y) % 3) === 0,
	(x, y) => (((x * y) % 2) + ((x * y) % 3)) % 2 === 0,
	(x, y) => (((x + y) % 2) + ((x * y) % 3)) % 2 === 0,
];

/* ---------------------------------------------------------------- which mask is read best */

function lineFaults(line: string): number {
	let faults = 0;
	for (const run of line.match(/0{5,}|1{5,}/g) ?? []) faults += run.length - 2;
	for (let at = line.indexOf("1011101"); at >= 0; at = line.indexOf("1011101", at + 1))
		if (line.slice(Math.max(0, at - 4), at) === "0000" || line.slice(at + 7, at + 11) === "0000") faults += 40;
	return faults;
}

function faultsOf(dark: boolean[][]): number {
	const size = dark.length;
	const rows = dark.map((row) => row.map(Number).join(""));
	const columns = dark.map((_, x) => dark.map((row) => Number(row[x])).join(""));
	let faults = [...rows, ...columns].reduce((sum, line) => sum + lineFaults(line), 0);
	let count = 0;
	for (let y = 0; y < size; y++)
		for (let x = 0; x < size; x++) {
			const here = dark[y]![x];
			if (here) count++;
			if (x + 1 < size && y + 1 < size && here === dark[y]![x + 1] && here === dark[y + 1]![x] && here === dark[y + 1]![x + 1]) faults += 3;
		}
	return faults + Math.floor(Math.abs((count * 100) / (size * size) - 50) / 5) * 10;
}

/* The modules row by row, dark ones true; null where the text is too long. */
export function qrCode(text: string): boolean[][] | null {
	const bytes = new TextEncoder().encode(text);
	const version = layouts.findIndex((_, i) => bytes.length + (i + 1 < 10 ? 2 : 3) <= capacity(i + 1)) + 1;
	if (!version) return null;
	const square = new Square(version);
	square.fill(allWords(dataWords(bytes, version), version));
	let best = 0;
	let least = Infinity;
	for (let mask = 0; mask < masks.length; mask++) {
		square.mask(mask);
		square.format(mask);
		const faults = faultsOf(square.dark);
		if (faults < least) [best, least] = [mask, faults];
		square.mask(mask);
	}
	square.mask(best);
	square.format(best);
	return square.dark;
}
