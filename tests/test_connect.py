"""`hauspost test` with real servers: Dovecot, Postfix, Exim, `openssl s_server`, a name server of its own. What is wrong is named, and so is what
would work; and what must be refused (bad certificates, old TLS, stripped STARTTLS) is refused for IMAP and SMTP alike."""

import json
import os
import subprocess
import sys
import unittest

from servers import Dns, Dovecot, Exim, Postfix, SmtpSink, TlsServer
from servers.private import closed_port
from support import Home, server_or_skip

PASSWORD = "correct-horse-battery"
# Dovecot lets wrong passwords wait, and whoever comes from the same address after them.
PROMPT = "auth_failure_delay = 0\nservice anvil {\n  unix_listener anvil-auth-penalty {\n    mode = 0\n  }\n}\n"


def receive(port, security="tls", **more):
    return {"receive": {"host": "localhost", "port": port, "security": security, "user": "support", "password": PASSWORD, "timeout_s": 20,
                        **more}}


def send(port, security="starttls", address="support@example.test", login=True, **more):
    user = {"user": "support", "password": PASSWORD} if login else {}
    return {"send": {"host": "localhost", "port": port, "security": security, "address": address, "timeout_s": 20, **user, **more}}


class Result:
    """What `hauspost test --json` says of one side."""

    def __init__(self, answer):
        self.lines = [json.loads(line) for line in answer.out.splitlines()]
        self.steps = {line["step"]: line for line in self.lines if "status" in line}
        self.end = self.lines[-1]
        faults = [line for line in self.lines if "cause" in line]
        self.fault = faults[0] if faults else {}
        self.cause = self.fault.get("cause")
        self.hints = " ".join(self.fault.get("hints", []))


class Connect(unittest.TestCase):
    def setUp(self):
        self.home = self.enterContext(Home())

    def probe(self, account, *words, code=None, **records):
        """Tests an account that isn't stored anywhere."""
        path = self.home.write("unsaved.json", json.dumps({"accounts": {"a": account}, **records}))
        answer = self.home.run("test", "a", "-f", path, "--json", *words, expect=code)
        self.assertIn(answer.code, (0, 5), answer.err)
        self.assertNotIn(PASSWORD, answer.out + answer.err)
        result = Result(answer)
        self.assertEqual(answer.code, 0 if result.end["ok"] else 5)
        return result

    def probe_silence(self, account, cause, hint):
        """The other side may say nothing until it is given up; on a machine that stalls that must not come before it was asked at all."""
        for seconds in (1, 4, 16):
            for side in account.values():
                side["timeout_s"] = seconds
            result = self.probe(account)
            if result.cause == cause and hint in result.hints:
                break
        return result

    def assert_cause(self, result, cause, setting=None):
        self.assertEqual(result.cause, cause, result.lines)
        if setting is not None:
            self.assertEqual(result.fault["setting"], setting)


class WithDovecot(Connect):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.dovecot = server_or_skip(cls, Dovecot, password=PASSWORD, extra=PROMPT)
        cls.tls = {"tls": {"truststore": cls.dovecot.ca}}
        cls.dovecot.deliver("support", b"Subject: one\r\n\r\none\r\n")
        cls.dovecot.doveadm("mailbox", "create", "-u", "support", "Orders", "Archive/2026")

    def test_steps_and_closing_lines(self):
        cases = [("tls", self.dovecot.imaps_port, "IMAP (Connect using IMAPS)"),
                 ("starttls", self.dovecot.imap_port, "IMAP (Connect using STARTTLS)"),
                 ("none", self.dovecot.imap_port, "IMAP (Connect using default) - insecure")]
        for security, port, line in cases:
            with self.subTest(security=security):
                result = self.probe(receive(port, security, allow_insecure_login=security == "none", **self.tls), code=0)
                self.assertEqual(result.end["result"], line)
                self.assertEqual(result.steps["log-in"]["status"], "warning" if security == "none" else "ok")
                self.assertRegex(result.steps["folder"]["text"], "^INBOX: 1 message, tells of new mail at once")
                self.assertIn("127.0.0.1", result.steps["look-up"]["text"])
                self.assertTrue(all(step["ms"] >= 0 for step in result.steps.values()))
                if security != "none":
                    details = " ".join(result.steps["TLS" if security == "tls" else "STARTTLS"]["details"])
                    self.assertRegex(details, "issued by Hauspost test CA, until .*names localhost, 127.0.0.1 verified by .*ca.pem")

    def test_checking_switched_off_is_never_silent(self):
        """No CA is known that the certificate could be of: it works, and a warning says at what price."""
        off = {"tls": {"verify": False}}
        for security, port, step in (("tls", self.dovecot.imaps_port, "TLS"), ("starttls", self.dovecot.imap_port, "STARTTLS")):
            with self.subTest(security=security):
                result = self.probe(receive(port, security, **off), code=0)
                self.assertEqual(result.steps[step]["status"], "warning")
                self.assertIn("NOT VERIFIED: tls/verify is false, so anybody could be at the other end", result.steps[step]["details"])
                result = self.probe(receive(port, security, **self.tls), code=0)
                self.assertEqual(result.steps[step]["status"], "ok")
        path = self.home.write("unsaved.json", json.dumps({"accounts": {"a": receive(self.dovecot.imaps_port, **off)}}))
        answer = self.home.run("test", "a", "-f", path)
        self.assertIn("NOT VERIFIED", answer.out)
        self.assertEqual(answer.err.count("certificate is not verified (tls/verify is false): it may be anybody's"), 1)

    def test_wrong_security_is_named_with_what_works(self):
        result = self.probe(receive(self.dovecot.imap_port, "tls", **self.tls))
        self.assert_cause(result, "tls-not-spoken", "accounts/a/receive/security")
        self.assertIn(f"port {self.dovecot.imap_port} with security starttls", result.hints)
        for security in ("starttls", "none"):
            account, hint = receive(self.dovecot.imaps_port, security, allow_insecure_login=True, **self.tls), f"port {self.dovecot.imaps_port} with security tls"
            result = self.probe_silence(account, "tls-from-the-start", hint)
            self.assert_cause(result, "tls-from-the-start", "accounts/a/receive/security")
            self.assertIn(hint, result.hints)

    def test_wrong_password(self):
        result = self.probe(receive(self.dovecot.imaps_port, password="wrong", **self.tls))
        self.assert_cause(result, "password-refused", "accounts/a/receive/password")
        self.assertIn("[AUTHENTICATIONFAILED]", result.fault["said"])

    def test_every_listeners_folder_is_tried(self):
        listeners = {name: {"account": "a", "folder": folder, "rule": "r"}
                     for name, folder in (("good", "Orders"), ("lost", "Ordres"), ("deep", "Archive/2026"))}
        result = self.probe(receive(self.dovecot.imaps_port, **self.tls), listeners=listeners, rules={"r": {"branches": [{"activity": "discard"}]}})
        self.assert_cause(result, "folder-missing", "listeners/lost/folder")
        self.assertIn("Orders", result.hints)
        folders = [(line["status"], line["text"].split(":")[0]) for line in result.lines if line.get("step") == "folder" and "status" in line]
        self.assertEqual(sorted(folders), [("failed", "folder Ordres"), ("ok", "Archive/2026"), ("ok", "Orders")])

    def test_own_ca_must_be_named(self):
        self.assert_cause(self.probe(receive(self.dovecot.imaps_port)), "certificate-unknown-ca", "accounts/a/receive/tls/truststore")

    def test_imap_port_for_smtp(self):
        result = self.probe(send(self.dovecot.imap_port, **self.tls))
        self.assert_cause(result, "wrong-protocol", "accounts/a/send/port")
        self.assertIn("IMAP", result.hints)

    def test_page_and_trace_for_people(self):
        path = self.home.write("unsaved.json", json.dumps({"accounts": {"a": receive(self.dovecot.imaps_port, **self.tls)}}))
        page = self.home.run("test", "-f", path, "--trace", "--color", "always").out
        self.assertRegex(page, r"\x1b\[[0-9;]*m✓\x1b\[[0-9;]*m log-in")
        self.assertIn("<secret>", page)
        self.assertNotIn(PASSWORD, page)
        self.assertEqual(self.home.run("test", "-f", path, "--color", "never").out.splitlines()[-1], "IMAP (Connect using IMAPS)")

    def test_stored_account_and_a_change_that_is_not(self):
        good = {"accounts": {"a": receive(self.dovecot.imaps_port, **self.tls)}}
        self.home.apply(json.dumps(good))
        self.assertEqual(self.home.run("test", "a").out.splitlines()[-1], "IMAP (Connect using IMAPS)")
        self.assert_cause(self.probe(receive(self.dovecot.imaps_port, password="wrong", **self.tls)), "password-refused")
        self.home.run("test", "a")  # nothing of it was stored
        self.assertIn("no account", self.home.run("test", "b", expect=1).err)


class WithExim(Connect):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.exim = server_or_skip(cls, Exim, password=PASSWORD)
        cls.tls = {"tls": {"truststore": cls.exim.ca}}

    def test_starttls_and_smtps_with_log_in_send_nothing(self):
        before = len(self.exim.queued())
        for security, port, line in (("starttls", self.exim.smtp_port, "SMTP (Connect using STARTTLS)"),
                                     ("tls", self.exim.smtps_port, "SMTP (Connect using SMTPS)")):
            result = self.probe(send(port, security, **self.tls), code=0)
            self.assertEqual(result.end["result"], line)
            self.assertIn("would be taken", result.steps["envelope"]["text"])
            self.assertIn("support with", result.steps["log-in"]["text"])
        self.assertEqual(len(self.exim.queued()), before)

    def test_a_mail_where_one_is_asked_for(self):
        self.probe(send(self.exim.smtp_port, **self.tls), "--to", "bob@example.test", code=0)
        self.assertIn("test of the account", self.exim.queued()[-1])

    def test_refusals_have_names(self):
        cases = [({"password": "wrong"}, [], "password-refused"), ({"address": "chef@example.test"}, [], "sender-refused"),
                 ({"login": False}, [], "login-required"), ({}, ["--to", "grey@example.test"], "greylisted"),
                 ({}, ["--to", "listed@example.test"], "blocked-by-address")]
        for change, words, cause in cases:
            with self.subTest(cause=cause):
                self.assert_cause(self.probe(send(self.exim.smtp_port, **{**self.tls, **change}), *words), cause)

    def test_wrong_security(self):
        hint = f"port {self.exim.smtps_port} with security tls"
        result = self.probe_silence(send(self.exim.smtps_port, "starttls", **self.tls), "tls-from-the-start", hint)
        self.assert_cause(result, "tls-from-the-start", "accounts/a/send/security")
        self.assertIn(hint, result.hints)
        self.assert_cause(self.probe(send(self.exim.smtp_port, "tls", **self.tls)), "tls-not-spoken")

    def test_log_in_is_offered_over_tls_only(self):
        result = self.probe(send(self.exim.smtp_port, "none", allow_insecure_login=True))
        self.assert_cause(result, "login-needs-tls", "accounts/a/send/security")
        self.assertIn("with security starttls", result.hints)

    def test_daily_sending(self):
        """The outbox by Exim, with STARTTLS and with SMTPS."""
        for number, (security, port) in enumerate((("starttls", self.exim.smtp_port), ("tls", self.exim.smtps_port))):
            self.home.apply(json.dumps({"accounts": {"a": send(port, security, **self.tls)}}))
            self.home.run("send", "--account", "a", "--to", "carl@example.test", "--subject", f"daily {number}", "-", input="hello")
            self.home.run("outbox", "flush")
            self.assertIn(f"Subject: daily {number}", "".join(self.exim.queued()))


class WithPostfix(Connect):
    def test_login_required_and_client_refused(self):
        postfix = server_or_skip(self, Postfix, settings="smtpd_client_restrictions = permit_sasl_authenticated, reject\n")
        result = self.probe(send(postfix.smtp_port, login=False, tls={"truststore": postfix.ca}))
        self.assert_cause(result, "blocked-by-address")
        result = self.probe(send(postfix.smtp_port, tls={"truststore": postfix.ca}))
        self.assert_cause(result, "login-not-offered", "accounts/a/send/port")

    def test_submission_without_log_in(self):
        dovecot = server_or_skip(self, Dovecot, password=PASSWORD)
        postfix = server_or_skip(self, Postfix, deliver_to=dovecot, login_required=True)
        tls = {"truststore": postfix.ca}
        self.assertEqual(self.probe(send(postfix.smtps_port, "tls", tls=tls), code=0).end["result"], "SMTP (Connect using SMTPS)")
        result = self.probe(send(postfix.smtp_port, login=False, tls=tls))
        self.assert_cause(result, "login-required", "accounts/a/send/user")


class Tls(Connect):
    """Each must be refused on both sides, by daily work's own code, before anything is said."""

    def sides(self, server, cause, setting="", lowest=None, hint="", truststore=True, sides=("receive", "send")):
        tls = {"truststore": server.ca} if truststore else {}
        if lowest:
            tls["lowest"] = lowest
        for name in sides:
            result = self.probe((receive if name == "receive" else send)(server.port, "tls", tls=tls))
            self.assert_cause(result, cause, setting and f"accounts/a/{name}/{setting}")
            self.assertIn(hint, result.hints)
            self.assertNotIn("log-in", result.steps)
        return result

    def test_bad_certificates(self):
        cases = [("self-signed", "certificate-self-signed", "tls/truststore", "issued by"), ("expired", "certificate-expired", "", "2024-02-01"),
                 ("future", "certificate-not-yet-valid", "", "2099-01-01"), ("other-name", "certificate-wrong-name", "host", "other.example")]
        for kind, cause, setting, hint in cases:
            with self.subTest(kind=kind):
                self.sides(server_or_skip(self, TlsServer, certificate=kind), cause, setting, hint=hint)

    def test_unknown_ca(self):
        server = server_or_skip(self, TlsServer)
        self.sides(server, "certificate-unknown-ca", "tls/truststore", hint="Hauspost test CA", truststore=False)

    def test_old_versions_are_refused_unless_allowed(self):
        for option, version in (("-tls1", "TLSv1"), ("-tls1_1", "TLSv1.1")):
            server = server_or_skip(self, TlsServer, option, "-cipher", "ALL:@SECLEVEL=0")
            with self.subTest(version=version):
                self.sides(server, "tls-too-old", "tls/lowest", hint=f"speaks {version} at best")
                result = self.sides(server, "connection-closed", lowest="1.0", sides=["send"])  # it shakes hands, and has nothing to say
                self.assertEqual((result.steps["TLS"]["status"], result.steps["TLS"]["text"].split(",")[0]), ("warning", version))
        server = server_or_skip(self, TlsServer, "-tls1_2")
        self.sides(server, "tls-too-old", "tls/lowest", lowest="1.3", hint="TLSv1.2")

    def test_nothing_in_common(self):
        self.sides(server_or_skip(self, TlsServer, "-tls1_2", "-cipher", "ADH-AES128-SHA256:@SECLEVEL=0"), "tls-nothing-in-common")

    def test_client_certificate(self):
        for option, side in (("-tls1_2", "receive"), ("-tls1_3", "send")):
            with self.subTest(version=option):
                self.sides(server_or_skip(self, TlsServer, option, "-Verify", "1"), "client-certificate-demanded", "port", sides=[side])

    def test_starttls_stripped(self):
        """A sink that knows no STARTTLS: neither user, password nor sender leaves."""
        sink = server_or_skip(self, SmtpSink)
        result = self.probe(send(sink.smtp_port))
        self.assertIn(result.cause, ("starttls-missing", "certificate-unknown-ca"), result.lines)
        said = "\n".join(sink.transcript)
        self.assertNotIn("AUTH ", said.replace("250-AUTH ", "").replace("250 AUTH ", ""))
        self.assertNotIn("MAIL", said)


class WithoutStore(Connect):
    def test_a_mail_that_must_be_encrypted_needs_certificates(self):
        """They are in the store, and there is none yet: nothing is sent in clear instead."""
        sink = server_or_skip(self, SmtpSink)
        pem = os.path.join(self.home.top, "own.pem")
        subprocess.run(["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-keyout", pem, "-out", pem + ".cert", "-subj", "/CN=Support",
                        "-addext", "subjectAltName=email:support@example.test", "-days", "30"], check=True, capture_output=True)
        with open(pem, encoding="ascii") as key, open(pem + ".cert", encoding="ascii") as cert:
            keystores = {"own": {"content": key.read() + cert.read()}}
        account = send(sink.smtp_port, security="none", login=False, smime={"encrypt": "required", "keystore": "own"})
        result = self.probe(account, "--sender", "--to", "bob@customer.test", keystores=keystores)
        self.assertIn("'hauspost apply' it first", result.fault["error"], result.lines)
        self.assertEqual(len(sink.mails), 0)


class Ports(Connect):
    def test_closed_port(self):
        result = self.probe(receive(closed_port()))
        self.assert_cause(result, "connection-refused", "accounts/a/receive/port")
        self.assertIn("127.0.0.1: Connection refused", " ".join(result.steps["connection"]["details"]))

    def test_web_server(self):
        folder = self.home.write("index.html", "")
        web = subprocess.Popen([sys.executable, "-u", "-m", "http.server", "0", "--bind", "127.0.0.1", "--directory", os.path.dirname(folder)],
                               stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
        self.addCleanup(web.stdout.close)
        self.addCleanup(web.wait)
        self.addCleanup(web.kill)
        port = int(web.stdout.readline().split(" port ")[1].split()[0])
        result = self.probe_silence(receive(port, "starttls"), "wrong-protocol", "a web server")
        self.assert_cause(result, "wrong-protocol", "accounts/a/receive/port")
        self.assertIn("a web server", result.hints)


def inside_namespace(files):
    """Runs in a network of its own, where port 53 is free and nothing else is reachable: tests each file, prints the answers."""
    for words in (["ip", "link", "set", "lo", "up"], ["mount", "--bind", files["resolv"], "/etc/resolv.conf"]):
        subprocess.run(words, check=True)
    records = {"nomail.example.test": "nodata", ("away.example.test", "A"): ["192.0.2.1"], "broken.example.test": "servfail"}
    with Dns(records, port=53) as dns:
        for path in files["accounts"]:
            home = Home()
            answer = home.run("test", "a", "-f", path, "--json", expect=5)
            print(answer.out)
            home.close()
        dns.asked.clear()


class Names(Connect):
    """The system's own look-up, in a network where the name server is ours."""

    def test_names_that_lead_nowhere(self):
        if os.getuid() != 0 or subprocess.run(["unshare", "-mn", "ip", "link"], capture_output=True, check=False).returncode != 0:
            self.skipTest("a network namespace needs root and iproute2")
        hosts = {"imap.gmial.com": "name-not-found", "nomail.example.test": "no-address", "broken.example.test": "dns-failure",
                 "away.example.test": "no-route"}
        paths = [self.home.write(f"{host}.json", json.dumps({"accounts": {"a": receive(993, host=host)}})) for host in hosts]
        resolv = self.home.write("resolv.conf", "nameserver 127.0.0.1\noptions timeout:1 attempts:1\n")
        run = subprocess.run(["unshare", "-mn", sys.executable, os.path.abspath(__file__), "inside",
                              json.dumps({"resolv": resolv, "accounts": paths})], capture_output=True, text=True, timeout=120, check=False)
        self.assertEqual(run.returncode, 0, run.stderr)
        faults = [json.loads(line) for line in run.stdout.splitlines() if '"cause"' in line]
        self.assertEqual([fault["cause"] for fault in faults], list(hosts.values()))
        self.assertIn("imap.gmail.com", " ".join(faults[0]["hints"]))


if __name__ == "__main__":
    if sys.argv[1:2] == ["inside"]:
        inside_namespace(json.loads(sys.argv[2]))
    else:
        unittest.main(verbosity=2)
