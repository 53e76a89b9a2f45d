/* Words for codes: why mail couldn't be delivered, why it got no answer, where its handling failed. */

/* Of reports and servers (RFC 3463 and what they mean by it). */
const reasons: Record<string, string> = {
	userunknown: "There is no such mailbox.",
	hostunknown: "The domain doesn't exist or takes no mail.",
	hasmoved: "The mailbox has moved.",
	notaccept: "The domain takes no mail.",
	mailboxfull: "The mailbox is full.",
	suspend: "The mailbox is suspended.",
	exceedlimit: "A limit of the mailbox was exceeded.",
	mesgtoobig: "The mail is too large for them.",
	systemfull: "Their server has no room left.",
	rejected: "Our address was rejected.",
	blocked: "Our server's address is blocked there.",
	filtered: "Their filter refused it.",
	spamdetected: "They take it for spam.",
	policyviolation: "It violates a policy of theirs.",
	authfailure: "They couldn't verify our domain (SPF, DKIM, DMARC).",
	requireptr: "Our server's name doesn't fit its address.",
	badreputation: "Our domain or server has a bad reputation there.",
	norelaying: "Their server isn't in charge of this domain.",
	securityerror: "Refused for reasons of security.",
	virusdetected: "They found a virus in it.",
	failedstarttls: "No encrypted connection could be made.",
	contenterror: "They don't like how the mail is built.",
	speeding: "Too much mail at once: it goes on slower.",
	toomanyconn: "Too many connections at once.",
	expired: "It was tried for days in vain.",
	networkerror: "The server couldn't be reached.",
	systemerror: "Something failed at their server.",
	mailererror: "Their mail program failed.",
	syntaxerror: "The servers misunderstood each other.",
	onhold: "It is held there for now.",
	feedback: "The recipient called it spam.",
	vacation: "The recipient is away.",
};

const statuses: [RegExp, string][] = [
	[/^5\.1\.1/, "There is no such mailbox."],
	[/^5\.1\.2/, "There is no such domain."],
	[/^[45]\.2\.2/, "The mailbox is full."],
	[/^[45]\.3\.4/, "The mail is too large for them."],
	[/^5\.7\./, "Refused by a policy of theirs."],
	[/^4\.7\./, "They ask to come back later."],
	[/^4\./, "A passing problem at their server."],
	[/^5\./, "Refused for good."],
];

/* What a server or a report said, in our words; "" where there is nothing to add. */
export function meaning(of: { code: number; reply: string; status?: string; reason?: string }): string {
	const known = of.reason ? reasons[of.reason] : undefined;
	if (known) return known;
	const status = of.status || /\b[245]\.\d{1,3}\.\d{1,3}\b/.exec(of.reply)?.[0] || "";
	const found = statuses.find(([pattern]) => pattern.test(status))?.[1];
	if (found) return found;
	if (of.code >= 500) return "Refused for good.";
	if (of.code >= 400) return "They ask to come back later.";
	return "";
}

export const noAnswers: Record<string, string> = {
	"handled-before": "It was handled before, under another number.",
	duplicate: "The same mail was handled already.",
	discarded: "Such mail is discarded.",
	filed: "Such mail is only filed.",
	"no-branch": "No branch of the rule fits.",
	"own-mail": "It is one of our own mails.",
	automatic: "A machine wrote it.",
	report: "It reports on mail of ours.",
	"no-response": "The rule has no response for this.",
	"no-template": "The response's template is missing.",
	"account-silent": "The account doesn't send.",
	unwanted: "Nobody could take an answer.",
	"no-address": "There is no address to answer to.",
	"own-address": "The answer would go to ourselves.",
	blocked: "The sender is on the block list.",
	suppressed: "The address gets no mail any more.",
	stranger: "The sender has no part in the case.",
	unauthenticated: "The sender isn't verified, though their domain demands it.",
	held: "The mail waits for a person.",
	"switched-off": "Automatic mail is switched off.",
	budget: "The address had its answers for this hour.",
	loop: "A machine seems to answer our answers.",
	unwritable: "Nothing can be sent to an address like this.",
	unprotected: "It can't be signed or encrypted as the account demands.",
};

/* Where handling failed, and what helps. */
export const categories: Record<string, [string, string]> = {
	mapping: ["A field couldn't be filled", "Mend the rule's mapping, or make the field optional; then try it again."],
	rule: ["The rule couldn't be applied", "Look at the rule's conditions; then try it again."],
	activity: ["The case couldn't be opened or changed", "Look at the case type; then try it again."],
	threading: ["Its case couldn't be found out", "Try it again; the reason says what was in the way."],
	answer: ["The answer couldn't be written", "Look at the response's template; then try it again."],
	fetch: ["The server didn't hand it out", "Look into the mailbox; then try it again."],
	gone: ["It is no longer in the mailbox", "Somebody moved or deleted it before it was read. Nothing is left to be done."],
	"too-large": ["It is too large", "Raise the listener's limit, and try it again."],
	crash: ["The program stopped while it was handled", "Try it again once; if that happens again, keep the mail and report it."],
	retry: ["It couldn't be taken up again", "The reason says why; then try it again."],
	store: ["It couldn't be stored", "Look at the store's disk; then try it again."],
	stranger: ["A stranger knows a case's number", "Whoever knows no more than a number may be anybody. Release it if you know the sender."],
	sender: ["The sender can't be who he says", "The sender's domain demands verified mail, and this isn't. Release it only if you are sure."],
};
