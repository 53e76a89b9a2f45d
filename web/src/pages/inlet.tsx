/* Beside an inlet's form: whether it is open, and what is said to it. */
import { json } from "../api/client";
import { useStates } from "../api/live";
import { useQuery } from "../api/query";
import type { Status } from "../api/views";
import { may } from "../app/session";
import type { Editor } from "../forms/record-form";
import { PartStateCard } from "./part-state";
import { TracePanel } from "./trace";

const REFRESH_MS = 5000;

export function InletPanel({ editor }: { editor: Editor }) {
	const query = useQuery<Status>(may("listeners.read") ? "status" : null, () => json("/api/v1/status"));
	const inlet = query.data?.inlets.find((part) => part.id === editor.id);
	useStates(query.again, REFRESH_MS);
	return (
		<>
			{inlet && <PartStateCard part={inlet} />}
			{may("listeners.manage") && <TracePanel kind="inlets" id={editor.id} />}
		</>
	);
}
