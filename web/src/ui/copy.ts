/* Into the clipboard. Where a browser gives none (plain http from another machine) `shown`, which shows the text, is
 * selected, and the answer is false: whoever asked says how to go on. */
export async function copyText(text: string, shown: Node | null): Promise<boolean> {
	try {
		await navigator.clipboard.writeText(text);
		return true;
	} catch {
		if (shown) getSelection()?.selectAllChildren(shown);
		return false;
	}
}

export const COPY_BY_HAND = "Press Ctrl+C";
