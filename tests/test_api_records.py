"""The set-up over REST, from outside: records and their versions, who sees which, an account's test against a real server, a listener
stopped and started, files in and out, consent with a provider. Every answer is checked against the description of the API."""

import re
import unittest

import office
from api_client import Api
from servers import Oidc
from servers.dovecot import Dovecot
from support import Home, keep_secret, server_or_skip, wait_until

PATIENCE_S = 30


class Served(unittest.TestCase):
    @classmethod
    def serve(cls):
        cls.home = cls.enterClassContext(Home())
        cls.home.run("operator", "add", "root", "--role", "administrator")
        cls.url = cls.home.serve_http()
        cls.api = cls.caller("root")

    @classmethod
    def caller(cls, operator, *words):
        token = cls.home.json("operator", "token", operator, *words)["token"]
        keep_secret(token)
        return Api(cls.url, token=token)


class Records(Served):
    @classmethod
    def setUpClass(cls):
        cls.dovecot = server_or_skip(cls, Dovecot)
        cls.serve()
        cls.setup = office.setup(cls.dovecot)
        cls.home.apply(cls.setup)
        cls.api.post("/api/v1/accounts", {"id": "sales", "send": {"address": "sales@example.test", "host": "localhost", "port": 25}})

    def test_a_record_is_changed_by_its_version(self):
        made = self.api.post("/api/v1/templates", {"id": "bye", "text": "Bye."}, expect=201)
        self.assertEqual(made.headers["location"], "/api/v1/templates/bye")
        seen = self.api.get("/api/v1/templates/bye")
        self.assertEqual(self.api.get("/api/v1/templates/bye", headers={"If-None-Match": seen.revision}).status, 304)
        changed = {**seen.json, "text": "Good bye."}
        self.api.put("/api/v1/templates/bye", changed, headers={"If-Match": seen.revision})
        late = self.api.put("/api/v1/templates/bye", changed, headers={"If-Match": seen.revision}, expect=412)
        self.assertIn("was changed meanwhile", late.json["detail"])
        self.api.put("/api/v1/templates/bye", changed, expect=428)
        versions = self.api.get("/api/v1/templates/bye/history").json["items"]
        self.assertEqual([version["action"] for version in versions], ["changed", "created"])
        self.assertEqual(versions[0]["changes"], ['text: "Bye." -> "Good bye."'])
        self.assertTrue(versions[0]["author"].startswith("root"))
        self.api.delete("/api/v1/templates/bye", headers={"If-Match": '"2"'})
        self.api.get("/api/v1/templates/bye", expect=404)
        audit = self.api.get("/api/v1/audit?kind=template&id=bye").json["items"]
        self.assertEqual([version["action"] for version in audit], ["deleted", "changed", "created"])

    def test_what_is_wrong_names_its_place(self):
        for body, path in (({"id": "x", "send": {"port": 70000}}, "accounts/x/send/port"),
                           ({"id": "x", "nmae": "x"}, "accounts/x/nmae"),
                           ({"id": "x", "send": {"password": {"file": "/etc/passwd"}}}, "accounts/x/send/password"),
                           ({"id": "sales"}, "accounts/sales")):
            answer = self.api.post("/api/v1/accounts", body, expect=409 if body == {"id": "sales"} else 400)
            self.assertEqual(answer.json["path"], path)
        used = self.api.delete("/api/v1/accounts/support", expect=409)
        self.assertIn("still used by listeners/support", used.json["detail"])

    def test_every_list_is_as_described(self):
        for plural in ("accounts", "providers", "keystores", "authentication_profiles", "listeners", "inlets", "rules", "case_types",
                       "templates", "blocks", "operators", "catalogue", "audit", "expiring"):
            with self.subTest(plural=plural):
                self.api.get(f"/api/v1/{plural}?limit=2")
        names = [provider["id"] for provider in self.api.pages("/api/v1/catalogue?limit=40")]
        self.assertEqual(len(names), len(set(names)))
        self.assertIn("gmail", names)
        self.assertEqual([a["id"] for a in self.api.pages("/api/v1/accounts?sort=-id&limit=1")], ["support", "sales"])

    def test_who_is_bound_to_an_account_sees_no_other(self):
        bound = self.caller("root", "--account", "sales")
        self.assertEqual([a["id"] for a in bound.get("/api/v1/accounts").json["items"]], ["sales"])
        self.assertEqual(bound.get("/api/v1/listeners").json["items"], [])
        for path in ("accounts/support", "accounts/support/history", "listeners/support", "listeners/support/state"):
            bound.get(f"/api/v1/{path}", expect=404)
        bound.delete("/api/v1/listeners/support", expect=404)
        bound.post("/api/v1/accounts", {"id": "more"}, expect=403)
        bound.post("/api/v1/accounts/support/test", {}, expect=404)
        reader = self.caller("root", "--right", "accounts.read")
        reader.get("/api/v1/accounts/support")
        reader.post("/api/v1/accounts", {"id": "more"}, expect=403)
        reader.get("/api/v1/rules", expect=403)
        Api(self.url).get("/api/v1/accounts", expect=401)

    def test_an_account_is_tested_step_by_step(self):
        lines = self.api.post("/api/v1/accounts/support/test", {"side": "receiver"}).lines
        steps = [line["step"] for line in lines if "status" in line]
        self.assertEqual(steps[0], "look-up")
        self.assertIn("log-in", steps)
        self.assertTrue(lines[-1]["ok"], lines[-1])

    def test_a_form_is_tested_before_it_is_stored(self):
        form = self.api.get("/api/v1/accounts/support").json
        self.assertEqual(form["receive"]["password"], "********")
        lines = self.api.post("/api/v1/accounts/test", {"account": form, "side": "receiver"}).lines
        self.assertTrue(lines[-1]["ok"], lines[-1])  # the masked password is the stored one
        form["receive"]["password"] = "not the password"
        lines = self.api.post("/api/v1/accounts/test", {"account": form, "side": "receiver", "trace": True}).lines
        self.assertEqual([line["cause"] for line in lines if "cause" in line], ["password-refused"])
        self.assertTrue(any("trace" in line for line in lines))
        self.assertFalse(lines[-1]["ok"])
        self.assertEqual(self.api.get("/api/v1/accounts/support").revision, '"1"')

    def state(self):
        return self.api.get("/api/v1/listeners/support/state").json["state"]

    def test_what_another_process_made_is_tested_at_once(self):
        eva = "operators: {eva: {rights: [accounts.manage], accounts: [{account: %s, manage: true}]}}\n"
        self.home.apply(eva % "sales")
        api = self.caller("eva")
        for fresh in ("fresh1", "fresh2"):
            api.get("/api/v1/session")  # by the set-up as it was
            self.home.apply(eva % fresh + "accounts: {%s: {send: {address: f@example.test, host: localhost, port: 25}}}" % fresh)
            api.post(f"/api/v1/accounts/{fresh}/test", {"side": "sender"})

    def test_a_listener_stops_and_goes_on(self):
        wait_until(lambda: self.state() == "idle", PATIENCE_S, "the listener's connection")
        self.api.post("/api/v1/listeners/support/stop")
        self.assertEqual(self.state(), "paused")
        self.dovecot.deliver("support", office.mail("While it stood still", ident="still"))
        self.api.post("/api/v1/listeners/support/start")
        wait_until(lambda: "While it stood still" in self.home.run("cases", "list").out, PATIENCE_S, "the mail that waited")
        wait_until(lambda: self.state() == "idle", PATIENCE_S, "the listener after its start")
        self.api.post("/api/v1/listeners/support/restart")
        wait_until(lambda: self.state() == "idle", PATIENCE_S, "the listener after its restart")
        status = self.api.get("/api/v1/status").json
        self.assertTrue(status["running"])
        self.assertIn("support", [part["id"] for part in status["listeners"]])

    def test_the_set_up_goes_out_and_in_as_a_file(self):
        text = self.api.get("/api/v1/setup.yaml").body
        self.assertNotIn(b"password: pw", text)
        tried = self.api.post("/api/v1/setup?dry_run=true", text).json
        self.assertEqual(tried["changed"], 0)
        report = self.api.post("/api/v1/setup?dry_run=true", b"templates: { new: { text: hello } }").json["report"]
        self.assertEqual(report, ["templates/new: created"])
        self.api.get("/api/v1/templates/new", expect=404)
        wrong = self.api.post("/api/v1/setup", b"templates: { new: { txt: hello } }", expect=400)
        self.assertEqual(wrong.json["path"], "templates/new/txt")

    def test_the_description_is_cached(self):
        first = Api(self.url).get("/api/v1/openapi.json")
        self.assertEqual(self.api.get("/api/v1/openapi.json", headers={"If-None-Match": first.revision}).status, 304)


class Consent(Served):
    @classmethod
    def setUpClass(cls):
        cls.oidc = server_or_skip(cls, Oidc)
        cls.serve()

    def test_consent_in_a_browser(self):
        self.api.post("/api/v1/authentication_profiles", {
            "id": "p", "grant": "authorization-code", "client_id": "desktop", "client_authentication": "none",
            "authorization_endpoint": f"{self.oidc.origin}/auth", "token_endpoint": f"{self.oidc.origin}/token",
            "scopes": ["openid", "mail", "offline_access"], "truststore": self.oidc.ca, "allow_private_network": True})
        asked = self.api.post("/api/v1/authentication_profiles/p/consent").json
        self.assertTrue(asked["redirect_uri"].endswith("/api/v1/consent/callback"))
        end = self.oidc.consent(asked["url"] + "&prompt=consent", "anna")
        target = end.removeprefix(self.url)
        browser = Api(self.url, description=self.api.description)
        wrong = re.sub(r"state=\w+", "state=abc", target)
        self.assertIn("begin anew", browser.send("GET", wrong).text)
        page = browser.send("GET", target)
        self.assertEqual(page.status, 200)
        self.assertIn("Thank you", page.text)
        self.assertIn("begin anew", browser.send("GET", target).text)  # once
        self.home.run("profile", "test", "p")
        self.api.post("/api/v1/authentication_profiles/none/consent", expect=404)


if __name__ == "__main__":
    unittest.main()
