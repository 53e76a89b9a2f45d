// The OAuth server of the tests: oidc-provider over TLS, with a switchboard for what a test wants to go wrong.
//
//   provider.mjs CONFIG.json     {"port", "key", "cert", "modules", "certificate": PEM of the client "certificate", "desk": PEM of an issuer}
//
// Clients: robot (secret; client credentials, password-free), certificate (private_key_jwt), desk (JWT bearer), desktop (public, authorization
// code), studio (secret, sign-in with OpenID Connect; whoever logs in is NAME@firm.test), dovecot (introspects). POST /test/set {"ttl": seconds} changes the lifetime of tokens, {"dead": [token…]} revokes,
// {"revoke": 1} all of them, refresh tokens too, {"fail": status} answers everything at /token with that status; GET /test/seen lists every secret that was given out.
import { createPublicKey, X509Certificate } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { createServer } from 'node:https';
import { createRequire } from 'node:module';
import { pathToFileURL } from 'node:url';

const config = JSON.parse(readFileSync(process.argv[2], 'utf8'));
const require = createRequire(config.modules + '/x.js');
const { Provider, errors } = await import(pathToFileURL(config.modules + '/oidc-provider/lib/index.js').href).then((m) => ({ Provider: m.default, errors: m.errors }));
const jose = await import(pathToFileURL(require.resolve('jose')).href);

const origin = `https://localhost:${config.port}`;
const state = { ttl: 3600, fail: 0, dead: new Set(), seen: new Set(), asked: [] };
const BEARER = 'urn:ietf:params:oauth:grant-type:jwt-bearer';

const keyOf = (path) => createPublicKey(new X509Certificate(readFileSync(path)).publicKey.export({ type: 'spki', format: 'pem' }));
const jwkOf = (path, kid) => ({ ...keyOf(path).export({ format: 'jwk' }), kid, alg: 'RS256', use: 'sig' });
const plain = { redirect_uris: [], response_types: [], scope: 'mail' };

const provider = new Provider(origin, {
  clients: [
    { ...plain, client_id: 'robot', client_secret: 'robot-secret-41x', grant_types: ['client_credentials'], token_endpoint_auth_method: 'client_secret_post' },
    { ...plain, client_id: 'basic', client_secret: 'basic-secret&%42', grant_types: ['client_credentials'], token_endpoint_auth_method: 'client_secret_basic' },
    { ...plain, client_id: 'certificate', grant_types: ['client_credentials'], token_endpoint_auth_method: 'private_key_jwt', token_endpoint_auth_signing_alg: 'RS256',
      jwks: { keys: [jwkOf(config.certificate, 'c')] } },
    { ...plain, client_id: 'desk', client_secret: 'desk-secret-43x', grant_types: [BEARER], token_endpoint_auth_method: 'client_secret_post' },
    { ...plain, client_id: 'counter', client_secret: 'counter-secret-47x', grant_types: ['password'], token_endpoint_auth_method: 'client_secret_post' },
    { client_id: 'desktop', application_type: 'native', redirect_uris: ['http://127.0.0.1/', 'http://127.0.0.1/api/v1/consent/callback'], response_types: ['code'], scope: 'openid mail offline_access',
      grant_types: ['authorization_code', 'refresh_token'], token_endpoint_auth_method: 'none' },
    { client_id: 'studio', client_secret: 'studio-secret&45', application_type: 'native', redirect_uris: ['http://127.0.0.1/api/v1/session/oidc/callback'],
      response_types: ['code'], scope: 'openid email', grant_types: ['authorization_code'], token_endpoint_auth_method: 'client_secret_basic' },
    { ...plain, client_id: 'dovecot', client_secret: 'dovecot-secret-44x', grant_types: ['client_credentials'], token_endpoint_auth_method: 'client_secret_basic' },
  ],
  scopes: ['openid', 'offline_access', 'mail', 'email'],
  claims: { openid: ['sub'], email: ['email', 'email_verified'] },
  cookies: { keys: ['test'] },
  pkce: { required: () => true },
  rotateRefreshToken: true,
  issueRefreshToken: async () => true,
  features: {
    clientCredentials: { enabled: true },
    introspection: { enabled: true, allowedPolicy: () => true },
    devInteractions: { enabled: true },
    resourceIndicators: { enabled: false },
  },
  ttl: {
    AccessToken: () => state.ttl, ClientCredentials: () => state.ttl, RefreshToken: () => 86400,
    AuthorizationCode: () => 60, Grant: () => 86400, IdToken: () => 3600, Interaction: () => 600, Session: () => 600,
  },
  extraTokenClaims: (ctx, token) => ({ email: token.accountId ?? 'support' }),
  findAccount: (ctx, id) => ({ accountId: id, claims: () => ({ sub: id, email: `${id}@firm.test`, email_verified: !id.startsWith('unverified') }) }),
  async renderError(ctx, out) {
    ctx.type = 'json';
    ctx.body = out;
  },
});

// RFC 7523 §2.1: whoever `desk` trusts says for whom the token is.
provider.registerGrantType(BEARER, async (ctx, next) => {
  const { client, params } = ctx.oidc;
  let claims;
  try {
    ({ payload: claims } = await jose.jwtVerify(params.assertion, keyOf(config.desk), { issuer: 'https://desk.test', audience: `${origin}/token`, maxTokenAge: '10m' }));
  } catch (fault) {
    throw new errors.InvalidGrant('assertion: ' + fault.message);
  }
  const token = new provider.AccessToken({ client, accountId: claims.sub, scope: 'mail', expiresIn: state.ttl, gty: 'jwt-bearer', grantId: 'none', claims: {}, extra: { email: claims.sub } });
  ctx.body = { access_token: await token.save(), token_type: 'Bearer', expires_in: state.ttl, scope: 'mail' };
  await next();
}, ['assertion', 'scope']);

// RFC 6749 §4.3, which oidc-provider leaves to its user.
provider.registerGrantType('password', async (ctx, next) => {
  const { client, params } = ctx.oidc;
  if (params.username !== 'anna' || params.password !== 'anna-secret&%46') throw new errors.InvalidGrant('user or password is wrong');
  const token = new provider.AccessToken({ client, accountId: params.username, scope: params.scope, expiresIn: state.ttl, gty: 'password', grantId: 'none', claims: {}, extra: { email: params.username } });
  ctx.body = { access_token: await token.save(), token_type: 'Bearer', expires_in: state.ttl, scope: params.scope };
  await next();
}, ['username', 'password', 'scope']);

const readBody = (request) => new Promise((done) => {
  let body = '';
  request.on('data', (piece) => { body += piece; });
  request.on('end', () => done(body));
});

async function switchboard(request, response) {
  if (request.url === '/test/set') {
    const set = JSON.parse(await readBody(request));
    if ('dead' in set) set.dead.forEach((token) => state.dead.add(token));
    if ('kill' in set) state.seen.forEach((token) => state.dead.add(token));
    if ('revoke' in set) for (const token of state.seen) {
      state.dead.add(token);
      await (await provider.RefreshToken.find(token))?.destroy();
    }
    if ('ttl' in set) state.ttl = set.ttl;
    if ('fail' in set) state.fail = set.fail;
  }
  response.setHeader('Content-Type', 'application/json');
  response.end(JSON.stringify({ seen: [...state.seen], asked: state.asked }));
}

// What goes out by /token is noted; a token that was killed is not active, whatever the provider thinks.
provider.use(async (ctx, next) => {
  await next();
  if (ctx.path === '/token') {
    state.asked.push({ grant: ctx.oidc?.params?.grant_type, status: ctx.status });
    for (const name of ['access_token', 'refresh_token', 'id_token']) if (ctx.body?.[name]) state.seen.add(ctx.body[name]);
  }
  if (ctx.path === '/token/introspection' && state.dead.has(ctx.oidc?.params?.token)) ctx.body = { active: false };
});

const handle = provider.callback();
createServer({ key: readFileSync(config.key), cert: readFileSync(config.cert) }, async (request, response) => {
  if (request.url.startsWith('/test/')) return switchboard(request, response);
  if (request.url === '/token' && state.fail) {
    state.asked.push({ grant: '-', status: state.fail });
    response.statusCode = state.fail;
    return response.end('<html>out of order</html>');
  }
  return handle(request, response);
}).listen(config.port, '127.0.0.1', () => console.log('ready'));
