// Does what went over the wire fit the description, by another reading of OpenAPI than ours?
//     judge.mjs MODULES DESCRIPTION.json < exchanges > verdicts        both one JSON object a line, in the same order
// An exchange: {method, path, query, headers, body, raw, status, type, answer}. `query` has a text or a list of texts for each name;
// `body` and `answer` are JSON, parsed; `raw` stands for a body that is none, and then `type` is enough of the answer.
// `answer_only`: the request isn't asked about.
// A verdict: {operation, request: [what violates it], answer: [what violates it]}.
import { createRequire } from 'node:module';
import { readFileSync } from 'node:fs';
import { createInterface } from 'node:readline';

const [modules, description] = process.argv.slice(2);
const require = createRequire(modules + '/x.js');
const { getHttpOperationsFromSpec } = require('@stoplight/prism-http/dist/utils/operations');
const { validateInput, validateOutput, validateSecurity } = require('@stoplight/prism-http/dist/validator');
const route = require('@stoplight/prism-http/dist/router').default;

// Each reference replaced by what it stands for: with them, prism compiles all schemas anew for each request.
const document = JSON.parse(readFileSync(description, 'utf8'));
const follow = (reference) => reference.slice(2).split('/').reduce((part, name) => part[name], document);
const whole = (part) => {
  if (Array.isArray(part)) return part.map(whole);
  if (part === null || typeof part !== 'object') return part;
  if (typeof part.$ref === 'string') return whole(follow(part.$ref));
  return Object.fromEntries(Object.entries(part).map(([name, value]) => [name, whole(value)]));
};
const operations = await getHttpOperationsFromSpec({ ...whole(document), components: { securitySchemes: document.components.securitySchemes } });
for (const operation of operations) delete operation.__bundled__;

const violations = (result) =>
  result._tag === 'Right' ? [] : [result.left].flat().map((v) => `${(v.path ?? []).join('/')}: ${v.message}`);

function inputOf(exchange) {
  const headers = Object.fromEntries(Object.entries(exchange.headers).map(([name, value]) => [name.toLowerCase(), value]));
  const length = exchange.raw ?? (exchange.body === undefined ? '' : JSON.stringify(exchange.body));
  if (length !== '') headers['content-length'] = String(Buffer.byteLength(length));
  const body = exchange.raw ?? exchange.body;
  return { method: exchange.method.toLowerCase(), url: { path: exchange.path, query: exchange.query }, headers, body };
}

// Lines of JSON are each an answer of their own.
function answersOf(exchange) {
  const headers = exchange.type ? { ...exchange.answer_headers, 'content-type': exchange.type } : exchange.answer_headers;
  const bodies = Array.isArray(exchange.lines) ? exchange.lines : [exchange.answer];
  return bodies.map((body) => ({ statusCode: exchange.status, headers, body }));
}

function judge(exchange) {
  const element = inputOf(exchange);
  const found = route({ resources: operations, input: element });
  if (found._tag === 'Left') return { operation: null, request: [found.left.detail ?? found.left.message], answer: [] };
  const resource = found.right;
  return {
    operation: resource.iid,
    request: exchange.answer_only
      ? []
      : [...violations(validateInput({ resource, element })), ...violations(validateSecurity({ resource, element }))],
    answer: answersOf(exchange).flatMap((answer) => violations(validateOutput({ resource, element: answer }))),
  };
}

// A path that isn't UTF-8 is more than prism can take.
function judgeSafely(exchange) {
  try {
    return judge(exchange);
  } catch (error) {
    if (error instanceof URIError) return { operation: null, request: [error.message], answer: [] };
    throw error;
  }
}

for await (const line of createInterface({ input: process.stdin })) console.log(JSON.stringify(judgeSafely(JSON.parse(line))));
