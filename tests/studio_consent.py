"""The mailbox that tests/studio/consent.mjs signs in to, at a provider that takes no passwords; and what the script asks for: mail that
arrives, consents that are withdrawn."""

import json
import subprocess

import office


class Consent:
    """`home` gets the provider, and the profile that its users sign in by. The server must trust dovecot.ca."""

    def __init__(self, home, oidc, dovecot):
        self.oidc, self.dovecot = oidc, dovecot
        self.count = 0
        self.deeds = {"deliver": self.deliver, "revoke": self.revoke}
        home.apply(json.dumps(self.setup()))

    def setup(self):
        return {
            "providers": {"firm": {
                "name": "Firm Mail", "domains": ["firm.test"], "login": "address", "oauth": {"template": "none", "required": True},
                "receive": {"host": "localhost", "port": self.dovecot.imaps_port, "security": "tls"}, "send": {"enabled": False}}},
            "authentication_profiles": {"firm": {
                "name": "Firm", "grant": "authorization-code", "client_id": "desktop", "client_authentication": "none", "truststore": self.oidc.ca,
                "authorization_endpoint": f"{self.oidc.origin}/auth", "token_endpoint": f"{self.oidc.origin}/token",
                "scopes": ["openid", "mail", "offline_access"], "allow_private_network": True}},
        }

    def deliver(self, user, subject):
        self.count += 1
        self.dovecot.deliver(user, office.mail(subject, "ann@customer.test", "Hello", f"consent-{self.count}"))

    def revoke(self, user):
        """And the connection that stands ends, as all do some day."""
        self.oidc.set(revoke=1)
        subprocess.run(["doveadm", "-c", self.dovecot.config, "kick", user], check=True, capture_output=True)
