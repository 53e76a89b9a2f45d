import { PageHead } from "../ui/page";

export default function Page(_: { at: Record<string, string> }) {
	return <PageHead title="mailboxes" />;
}
