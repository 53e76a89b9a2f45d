/* What stands in a stored mail, as far as a decision on it needs: the new part of its text, and the mail as a file. */
import { json } from "../api/client";
import { useQuery } from "../api/query";
import type { Message } from "../api/views";
import { may } from "../app/session";
import { ButtonLink } from "../ui/button";
import { Card, Facts, Skeleton } from "../ui/page";

const LONGEST = 4000;

export function MailText({ id }: { id: number }) {
	const query = useQuery<Message>(id && may("cases.read") ? `messages/${id}` : null, () => json(`/api/v1/messages/${id}`));
	const mail = query.data;
	if (!id || !may("cases.read") || query.problem) return null;
	if (!mail) return <Skeleton rows={3} />;
	const text = mail.text || mail.preview;
	return (
		<Card
			title="What it says"
			actions={
				<ButtonLink small look="quiet" icon="download" href={`/api/v1/messages/${id}/raw`} download="">
					As a file
				</ButtonLink>
			}
		>
			<Facts
				items={[
					["From", mail.from_name ? `${mail.from_name} <${mail.from}>` : mail.from],
					["To", mail.to],
					!!mail.cc && ["Cc", mail.cc],
					mail.attachments.length > 0 && ["Attachments", mail.attachments.map((file) => file.name || file.type).join(", ")],
				]}
			/>
			{text ? (
				<pre class="mail-text" tabIndex={0} aria-label="Text of the mail">
					{text.length > LONGEST ? text.slice(0, LONGEST) + " …" : text}
				</pre>
			) : (
				<p class="quiet">It has no text.</p>
			)}
		</Card>
	);
}
