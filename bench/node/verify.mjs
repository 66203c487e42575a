// SPDX-FileCopyrightText: 2026 the shearline authors
// SPDX-License-Identifier: BSL-1.0
// The cost of a verification with common Node.js packages: prints the nanoseconds of each sample as JSON.
import { generateKeyPairSync, randomBytes } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { defaultKeyHasher } from 'better-auth/plugins';
import { SignJWT, jwtVerify } from 'jose';
import jsonwebtoken from 'jsonwebtoken';
import prefixed from 'prefixed-api-key';

const samples = 5;
const verifications = 2_000;
const keys = 64;

const numbers = [...Array(keys).keys()];
const secret = randomBytes(32);
const claims = { sub: 'acme', scope: 'contacts:write' };

const prefixedKeys = await Promise.all(numbers.map(() => prefixed.generateAPIKey({ keyPrefix: 'instance' })));
const byShortToken = new Map(prefixedKeys.map((key) => [key.shortToken, key.longTokenHash]));
const texts = numbers.map(() => randomBytes(32).toString('base64url'));
const byHash = new Map(await Promise.all(texts.map(async (text) => [await defaultKeyHasher(text), claims])));
const hs256 = jsonwebtoken.sign(claims, secret, { algorithm: 'HS256', expiresIn: '1h' });
const ed25519 = generateKeyPairSync('ed25519');
const joseHs256 = await new SignJWT(claims).setProtectedHeader({ alg: 'HS256' }).setExpirationTime('1h').sign(secret);
const joseEdDsa = await new SignJWT(claims)
  .setProtectedHeader({ alg: 'EdDSA' })
  .setExpirationTime('1h')
  .sign(ed25519.privateKey);

// Each returns whether key or token number i is valid.
const subjects = {
  'prefixed-api-key': (i) => {
    const { token } = prefixedKeys[i % keys];
    return prefixed.checkAPIKey(token, byShortToken.get(prefixed.extractShortToken(token)));
  },
  'better-auth, API key': async (i) => byHash.has(await defaultKeyHasher(texts[i % keys])),
  'jsonwebtoken, HS256': () => jsonwebtoken.verify(hs256, secret, { algorithms: ['HS256'] }).scope === claims.scope,
  'jose, HS256': async () => (await jwtVerify(joseHs256, secret)).payload.scope === claims.scope,
  'jose, EdDSA': async () => (await jwtVerify(joseEdDsa, ed25519.publicKey)).payload.scope === claims.scope,
};

const ns = {};
for (const [name, verify] of Object.entries(subjects)) {
  ns[name] = [];
  for (let sample = -2; sample < samples; ++sample) {
    const begun = process.hrtime.bigint();
    for (let i = 0; i < verifications; ++i) {
      if (!(await verify(i))) throw new Error(`${name}: a good key was refused`);
    }
    const took = Number(process.hrtime.bigint() - begun) / verifications;
    if (sample >= 0) ns[name].push(took); // the earlier ones warm up
  }
}
const { dependencies } = JSON.parse(readFileSync(new URL('package.json', import.meta.url)));
const versions = Object.entries(dependencies).map(([name, version]) => `${name} ${version}`);
console.log(JSON.stringify({ versions: `Node.js ${process.versions.node}, ${versions.join(', ')}`, ns }, null, 2));
