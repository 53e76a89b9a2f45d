// Makes src/api/types.ts and src/api/schema.json from the program's own description of its API:
//   npm run types [-- PATH/TO/hauspost]     or, with the description on standard input:  npm run types -- -
import { execFileSync } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";
import openapiTS, { astToString } from "openapi-typescript";

const given = process.argv[2] ?? "../build/src/cli/hauspost";
const text = given === "-" ? readFileSync(0, "utf8") : execFileSync(given, ["openapi"], { encoding: "utf8", maxBuffer: 1 << 26 });
const description = JSON.parse(text);
const here = new URL("../src/api/", import.meta.url);

// Forms are made of what POST /api/v1/KIND takes.
const schemas = {};
for (const [path, item] of Object.entries(description.paths)) {
	const kind = /^\/api\/v1\/([a-z_]+)$/.exec(path)?.[1];
	const ref = item.post?.requestBody?.content?.["application/json"]?.schema?.$ref;
	if (kind && ref && description.paths[`${path}/{id}`]?.put) schemas[kind] = description.components.schemas[ref.split("/").pop()];
}
// Their examples are for readers of the description.
const withoutExamples = (key, value) => (key === "examples" && Array.isArray(value) ? undefined : value);
writeFileSync(new URL("schema.json", here), JSON.stringify(schemas, withoutExamples) + "\n");

if (!process.argv.includes("--schema")) {
	const ast = await openapiTS(description, { alphabetize: true, defaultNonNullable: false });
	writeFileSync(new URL("types.ts", here), "/* Made by `npm run types` from our OpenAPI description. Don't edit. */\n" + astToString(ast).replace(/^( {4})+/gm, (indent) => "\t".repeat(indent.length / 4)));
}
