// Checks deliveries with the library that receivers use: node verify.cjs MODULES < deliveries.json
// A line of "ok" or of what is wrong for each of [{secret, headers, body}, …]; a public key "whpk_…" is checked with node's own crypto.
"use strict";
const crypto = require("node:crypto");
const fs = require("node:fs");
const path = require("node:path");

const { Webhook } = require(path.join(process.argv[2], "standardwebhooks"));

function verifyEd25519(key, headers, body) {
  const der = Buffer.concat([Buffer.from("302a300506032b6570032100", "hex"), Buffer.from(key.slice(5), "base64")]);
  const publicKey = crypto.createPublicKey({ key: der, format: "der", type: "spki" });
  const signed = Buffer.from(`${headers["webhook-id"]}.${headers["webhook-timestamp"]}.${body}`);
  const given = headers["webhook-signature"].split(" ").filter((text) => text.startsWith("v1a,"));
  if (!given.some((text) => crypto.verify(null, signed, publicKey, Buffer.from(text.slice(4), "base64"))))
    throw new Error("no signature of this key");
}

for (const { secret, headers, body } of JSON.parse(fs.readFileSync(0, "utf8"))) {
  try {
    if (secret.startsWith("whpk_")) verifyEd25519(secret, headers, body);
    else new Webhook(secret).verify(body, headers);
    console.log("ok");
  } catch (error) {
    console.log(error.message);
  }
}
