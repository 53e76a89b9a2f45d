// A mail server's neighbours: a mail handed to Postfix, and a port that leads to a server, or to nobody.
import net from "node:net";

/* One mail over SMTP, taken with 250 or thrown. */
export async function sendMail(port, { from, to, subject, text }) {
	const socket = net.connect(port, "127.0.0.1");
	const answers = [];
	let wake = () => undefined;
	socket.on("data", (bytes) => {
		answers.push(...bytes.toString().split("\r\n").filter((line) => /^\d{3} /.test(line)));
		wake();
	});
	const answer = async () => {
		while (!answers.length) await new Promise((resolve) => (wake = resolve));
		return answers.shift();
	};
	const say = async (line, wanted) => {
		if (line) socket.write(line + "\r\n");
		const said = await answer();
		if (!said.startsWith(wanted)) throw new Error(`${line}: ${said}`);
	};
	await say("", "2");
	await say("EHLO customer.test", "2");
	await say(`MAIL FROM:<${from}>`, "2");
	await say(`RCPT TO:<${to}>`, "2");
	await say("DATA", "3");
	const id = `${Date.now()}.${Math.random().toString(36).slice(2)}@customer.test`;
	await say(`From: Ann <${from}>\r\nTo: ${to}\r\nSubject: ${subject}\r\nMessage-ID: <${id}>\r\nDate: ${new Date().toUTCString().replace("GMT", "+0000")}\r\n\r\n${text}\r\n.`, "2");
	socket.end("QUIT\r\n");
}

/* Whatever comes to `port` goes to the server at `to`. */
export function leadTo(port, to) {
	return new Promise((resolve, reject) => {
		const server = net.createServer((client) => {
			const behind = net.connect(to, "127.0.0.1");
			client.pipe(behind).pipe(client);
			for (const socket of [client, behind]) socket.on("error", () => (client.destroy(), behind.destroy()));
		});
		server.on("error", reject);
		server.listen(port, "127.0.0.1", () => resolve(server));
	});
}
