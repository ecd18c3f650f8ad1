import assert from 'node:assert/strict';
import { createPrivateKey, createPublicKey } from 'node:crypto';
import { once } from 'node:events';
import {
  chmodSync,
  chownSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { connect, createServer } from 'node:tls';
import { findAuthorityFolder } from '../../src/exec/tls/authority-file.ts';
import { writeLeafCertificate } from '../../src/exec/tls/certificate.ts';
import { loadAuthority } from '../../src/exec/tls/certificate-authority.ts';
import { Problem } from '../../src/problem.ts';
import { makeSelfSigned } from './self-signed.ts';
import { execParameters, hasProgram, run, temporaryFolder } from './support.ts';

const YEAR_MS = 365 * 24 * 60 * 60 * 1000;

function load(folder: string, now = Date.now()) {
  const notices: string[] = [];
  const { certificate } = loadAuthority(folder, { now: () => now }, (line) => notices.push(line));
  return { certificate, notices, path: join(folder, 'exec-authority.pem') };
}

test('an authority is made once, in one file that its owner alone can read', (t) => {
  const folder = join(temporaryFolder(t), 'not-made-yet');
  const first = load(folder);
  const second = load(folder);
  assert.equal(second.certificate, first.certificate);
  assert.deepEqual([...first.notices, ...second.notices], []);
  assert.deepEqual(readdirSync(folder), ['exec-authority.pem']);
  assert.equal(statSync(first.path).mode & 0o777, 0o600);
  assert.equal(statSync(folder).mode & 0o777, 0o700);
  assert.ok(!first.certificate.includes('PRIVATE'));
});

test('an authority that has expired is made anew, with a notice', (t) => {
  const folder = temporaryFolder(t);
  const { certificate } = load(folder);
  assert.equal(load(folder, Date.now() + 9 * YEAR_MS).certificate, certificate);
  const late = load(folder, Date.now() + 10 * YEAR_MS);
  assert.notEqual(late.certificate, certificate);
  assert.match(late.notices.join(), /exec-authority\.pem has expired\. Creating a new one/);
});

for (const [damage, spoil] of [
  ['empty', () => ''],
  ['not PEM', () => 'nonsense'],
  ['cut short', (pem: string) => pem.slice(0, -200)],
  ['without its key', (pem: string) => pem.slice(pem.indexOf('-----BEGIN CERT'))],
  ['with the key of another', (pem: string, other: string) => keyOf(other) + certificateOf(pem)],
] as const) {
  test(`an authority that is ${damage} is made anew, with a notice`, (t) => {
    const folder = temporaryFolder(t);
    const { certificate, path } = load(folder);
    const other = readFileSync(load(temporaryFolder(t)).path, 'utf8');
    writeFileSync(path, spoil(readFileSync(path, 'utf8'), other));
    const remade = load(folder);
    assert.notEqual(remade.certificate, certificate);
    assert.match(remade.notices.join(), /is damaged\. Creating a new one/);
    assert.deepEqual(load(folder).notices, []);
  });
}

function keyOf(pem: string): string {
  return pem.slice(0, pem.indexOf('-----BEGIN CERT'));
}

function certificateOf(pem: string): string {
  return pem.slice(pem.indexOf('-----BEGIN CERT'));
}

test('processes that make it at the same time each work, and leave one whole authority', async (t) => {
  const folder = temporaryFolder(t);
  const command = ['curl', '-sS', 'https://api.twilio.com/'];
  const parameters = execParameters(folder, command);
  const ended = await Promise.all([1, 2, 3, 4].map(() => run(process.execPath, parameters)));
  assert.deepEqual(
    ended.map(({ code }) => code),
    [0, 0, 0, 0],
    ended.map(({ stderr }) => stderr).join(''),
  );
  assert.deepEqual(readdirSync(folder), ['exec-authority.pem']);
  assert.deepEqual(load(folder).notices, []);
});

test('a folder that cannot be written is a problem that names it', (t) => {
  const file = join(temporaryFolder(t), 'a-file');
  writeFileSync(file, '');
  const isNamed = (error: unknown) =>
    error instanceof Problem && error.message.includes(`certificate authority in ${file}/data`);
  assert.throws(() => load(`${file}/data`), isNamed);
});

for (const [circumstance, spoil, fault] of [
  ['others can read', (path: string) => chmodSync(path, 0o644), 'is open to other users'],
  ['its group can change', (path: string) => chmodSync(path, 0o620), 'is open to other users'],
  ['lies behind a link', putBehindLink, 'is a symbolic link'],
  [
    'vouches for every host',
    (path: string) => writeFileSync(path, anyAuthority()),
    'was not created by exec',
  ],
] as const) {
  test(`an authority that ${circumstance} is made anew, with a notice`, (t) => {
    const folder = temporaryFolder(t);
    const { certificate, path } = load(folder);
    spoil(path);
    const remade = load(folder);
    assert.notEqual(remade.certificate, certificate);
    assert.ok(
      remade.notices.join().includes(`${fault}. Creating a new one`),
      remade.notices.join(),
    );
    assert.equal(statSync(path).mode & 0o777, 0o600);
    assert.deepEqual(load(folder), { ...remade, notices: [] });
  });
}

test('an authority that belongs to another user is made anew, with a notice', (t) => {
  if (process.geteuid?.() !== 0) return t.skip('only root can give a file away');
  const folder = temporaryFolder(t);
  const { certificate, path } = load(folder);
  chownSync(path, 65534, 65534);
  const remade = load(folder);
  assert.notEqual(remade.certificate, certificate);
  assert.match(remade.notices.join(), /belongs to another user\. Creating a new one/);
  assert.equal(statSync(path).uid, 0);
});

test('a folder that others can open, or that is a link, is a problem that says what to do', (t) => {
  const open = join(temporaryFolder(t), 'open');
  mkdirSync(open);
  chmodSync(open, 0o755);
  assert.throws(() => load(open), /other users can open it; run chmod 700 '.*open'/);
  const link = join(temporaryFolder(t), 'link');
  symlinkSync(temporaryFolder(t), link);
  assert.throws(() => load(link), /it is a link, not a folder/);
});

function putBehindLink(path: string): void {
  renameSync(path, `${path}.there`);
  symlinkSync(`${path}.there`, path);
}

/** A key and a certificate that belong together, and no constraints: whose leaves clients would take for any host. */
function anyAuthority(): string {
  const { key, cert } = makeSelfSigned('localhost');
  return key + cert;
}

test('the folder is the one of XDG_DATA_HOME, or below HOME, or a problem that names both', () => {
  assert.equal(findAuthorityFolder({ XDG_DATA_HOME: '/x', HOME: '/h' }), '/x/connect-apps');
  const below = '/h/.local/share/connect-apps';
  assert.equal(findAuthorityFolder({ HOME: '/h' }), below);
  assert.equal(findAuthorityFolder({ XDG_DATA_HOME: 'relative', HOME: '/h' }), below);
  assert.throws(() => findAuthorityFolder({}), /Set HOME, or set XDG_DATA_HOME/);
});

/** The authority of a new folder, and a leaf for `host` made with its key. */
function makeLeaf(t: TestContext, host: string) {
  const { certificate, path } = load(temporaryFolder(t));
  const key = createPrivateKey(readFileSync(path));
  const validity = { notBefore: new Date(), notAfter: new Date(Date.now() + YEAR_MS) };
  const leaf = writeLeafCertificate(
    host,
    createPublicKey(key),
    key,
    validity,
    'http://127.0.0.1/x',
  );
  return { authority: certificate, leaf, key: readFileSync(path, 'utf8') };
}

for (const [host, isTrusted] of [
  ['api.twilio.com', true],
  ['api.dublin.ie1.twilio.com', true],
  ['example.com', false],
  ['eviltwilio.com', false],
  ['twilio.com.example.com', false],
] as const) {
  test(`Node ${isTrusted ? 'accepts' : 'rejects'} a certificate of the authority for ${host}`, async (t) => {
    const { authority, leaf, key } = makeLeaf(t, host);
    const server = createServer({ cert: leaf, key }, (socket) => socket.end());
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    t.after(() => server.close());
    const address = server.address();
    const port = typeof address === 'object' && address !== null ? address.port : 0;
    const socket = connect({ host: '127.0.0.1', port, servername: host, ca: authority });
    t.after(() => socket.destroy());
    const handshake = once(socket, 'secureConnect');
    if (isTrusted) await handshake;
    else await assert.rejects(handshake, /permitted subtree violation/);
  });

  test(`OpenSSL ${isTrusted ? 'accepts' : 'rejects'} a certificate of the authority for ${host}`, async (t) => {
    if (!(await hasProgram('openssl'))) return t.skip('this machine has no openssl');
    const { authority, leaf } = makeLeaf(t, host);
    const folder = temporaryFolder(t);
    writeFileSync(join(folder, 'authority.pem'), authority);
    writeFileSync(join(folder, 'leaf.pem'), leaf);
    const strict = ['verify', '-x509_strict', '-purpose', 'sslserver', '-verify_hostname', host];
    const files = ['-CAfile', join(folder, 'authority.pem'), join(folder, 'leaf.pem')];
    const { code, stdout, stderr } = await run('openssl', [...strict, ...files]);
    if (isTrusted) assert.equal(code, 0, stderr);
    else assert.match(stdout + stderr, /permitted subtree violation/);
  });
}
