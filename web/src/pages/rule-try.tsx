export function RuleTry(_: { editor: unknown }) {
	return null;
}
