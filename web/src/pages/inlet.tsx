/* Beside an inlet's form: what is said to it. */
import { may } from "../app/session";
import type { Editor } from "../forms/record-form";
import { TracePanel } from "./trace";

export function InletPanel({ editor }: { editor: Editor }) {
	return may("listeners.manage") ? <TracePanel kind="inlets" id={editor.id} /> : null;
}
