import assert from 'node:assert/strict';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { systemClock } from '../../src/clock.ts';
import { changesToEnvironment } from '../../src/exec/child-environment.ts';
import { findUpstreamProxy } from '../../src/exec/connection.ts';
import { exportLines } from '../../src/exec/shell.ts';
import { loadAuthority } from '../../src/exec/tls/certificate-authority.ts';
import { parsePem } from '../../src/exec/tls/pem.ts';
import { writeTrustFiles } from '../../src/exec/tls/trust-files.ts';
import { makeSelfSigned } from './self-signed.ts';
import { hasProgram, run, temporaryFolder } from './support.ts';

const TRUST = {
  authority: '/t/authority.pem',
  bundle: '/t/a.pem',
  javaTrustStore: '/t/a.p12',
  phpIniFolder: '/t/php',
  remove() {},
};
const CREDENTIALS = { accountSid: 'ACdemo', authToken: 'demo-token' };

function changes(environment: NodeJS.ProcessEnv, adminKey?: string) {
  const proxyUrl = 'http://127.0.0.1:8080';
  const server = { url: 'http://127.0.0.1:2010', ...(adminKey && { adminKey }) };
  const settings = { proxyUrl, trust: TRUST, credentials: CREDENTIALS, server };
  return changesToEnvironment(environment, settings);
}

test('each language finds the proxy and the authority where it looks for them', () => {
  const { JAVA_TOOL_OPTIONS, NODE_OPTIONS, ...others } = changes({});
  assert.deepEqual(others, {
    http_proxy: 'http://127.0.0.1:8080',
    HTTP_PROXY: 'http://127.0.0.1:8080',
    https_proxy: 'http://127.0.0.1:8080',
    HTTPS_PROXY: 'http://127.0.0.1:8080',
    no_proxy: 'localhost,127.0.0.1,::1',
    NO_PROXY: 'localhost,127.0.0.1,::1',
    _CONNECT_APPS_PROXY: 'http://127.0.0.1:8080',
    _CONNECT_APPS_AUTHORITY: '/t/authority.pem',
    NODE_USE_ENV_PROXY: '1',
    NODE_EXTRA_CA_CERTS: '/t/a.pem',
    SSL_CERT_FILE: '/t/a.pem',
    REQUESTS_CA_BUNDLE: '/t/a.pem',
    CURL_CA_BUNDLE: '/t/a.pem',
    TWILIO_CA_BUNDLE: '/t/a.pem',
    PHP_INI_SCAN_DIR: ':/t/php',
    TWILIO_REGION: undefined,
    TWILIO_EDGE: undefined,
    TWILIO_ACCOUNT_SID: 'ACdemo',
    TWILIO_AUTH_TOKEN: 'demo-token',
  });
  assert.match(NODE_OPTIONS ?? '', /^--require ".*\/src\/exec\/node-preload\.cjs"$/);
  assert.ok(JAVA_TOOL_OPTIONS?.includes('-Dhttps.proxyHost=127.0.0.1 -Dhttps.proxyPort=8080'));
  assert.ok(JAVA_TOOL_OPTIONS?.includes('-Dhttp.nonProxyHosts=localhost|127.0.0.1|'));
  assert.ok(JAVA_TOOL_OPTIONS?.includes('"-Djavax.net.ssl.trustStore=/t/a.p12"'));
});

test('a process of Node.js hands on all of it to its children, but for the credentials', () => {
  const preload = readFileSync('src/exec/node-preload.cjs', 'utf8');
  const list = /const KEPT = \[(.*?)\]/s.exec(preload)?.[1] ?? '';
  const kept = [...list.matchAll(/'(\w+)'/g)].map(([, name = '']) => name);
  const names = Object.entries(changes({})).flatMap(([name, value]) => (value ? [name] : []));
  const own = ['TWILIO_ACCOUNT_SID', 'TWILIO_AUTH_TOKEN'];
  // The first two stand there by the names of constants.
  const handedOn = [...kept, '_CONNECT_APPS_PROXY', '_CONNECT_APPS_AUTHORITY', ...own];
  assert.deepEqual(handedOn.toSorted(), names.toSorted());
});

test('what the user has set for Java and PHP stays, in front of ours', () => {
  const { JAVA_TOOL_OPTIONS, PHP_INI_SCAN_DIR } = changes({
    JAVA_TOOL_OPTIONS: '-Xmx64m',
    PHP_INI_SCAN_DIR: '/etc/mine',
  });
  assert.match(JAVA_TOOL_OPTIONS ?? '', /^-Xmx64m -Dhttp\.proxyHost=/);
  assert.equal(PHP_INI_SCAN_DIR, '/etc/mine:/t/php');
});

test('credentials of the user are left alone, as a pair', () => {
  for (const own of [{ TWILIO_ACCOUNT_SID: 'ACmine' }, { TWILIO_AUTH_TOKEN: 'mine' }]) {
    const names = Object.keys(changes(own));
    assert.ok(!names.includes('TWILIO_ACCOUNT_SID') && !names.includes('TWILIO_AUTH_TOKEN'));
  }
});

for (const [given, kept] of [
  ['internal.example,.corp.example:8080', ',internal.example,.corp.example:8080'],
  ['10.0.0.0/8 registry.local', ',10.0.0.0/8,registry.local'],
  ['*', ''],
  ['twilio.com,.twilio.com,*.twilio.com,api.twilio.com:443,API.TWILIO.COM,com,.com', ''],
  ['nottwilio.com,localhost', ',nottwilio.com'],
] as const) {
  test(`NO_PROXY=${given} keeps its own entries, but none leads past the proxy to Twilio`, () => {
    assert.equal(changes({ NO_PROXY: given }).no_proxy, `localhost,127.0.0.1,::1${kept}`);
  });
}

test('the proxy of the environment is found in the spellings that clients take', () => {
  assert.equal(findUpstreamProxy({}), undefined);
  assert.equal(findUpstreamProxy({ HTTPS_PROXY: 'http://a:1', HTTP_PROXY: 'b:2' })?.host, 'a:1');
  assert.equal(findUpstreamProxy({ http_proxy: 'b:2' })?.href, 'http://b:2/');
  assert.equal(findUpstreamProxy({ HTTPS_PROXY: 'socks5://a:1' }), undefined);
});

/** The trust files of a new authority. */
function writeFor(t: TestContext, environment: NodeJS.ProcessEnv) {
  const { certificate } = loadAuthority(temporaryFolder(t), systemClock, () => {});
  const trust = writeTrustFiles(certificate, environment);
  t.after(() => trust.remove());
  return { certificate, trust };
}

test('the bundle holds our authority, those of the system and those of the user, each once', (t) => {
  const own = join(temporaryFolder(t), 'own.pem');
  const { cert } = makeSelfSigned('corporate.example');
  writeFileSync(
    own,
    `Corporate root\n${cert}-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----`,
  );
  const environment = { REQUESTS_CA_BUNDLE: own, CURL_CA_BUNDLE: own, SSL_CERT_FILE: '/none' };
  const { certificate, trust } = writeFor(t, environment);
  const bundle = readFileSync(trust.bundle, 'utf8');
  assert.ok(bundle.startsWith(certificate));
  assert.equal(bundle.split(cert).length, 2);
  assert.ok(parsePem(bundle).length > 100);
  assert.ok(!bundle.includes('PRIVATE KEY') && !bundle.includes('AAAA\n-----END'));
});

test('the files go with the command', (t) => {
  const { trust } = writeFor(t, {});
  assert.match(readFileSync(join(trust.phpIniFolder, 'connect-apps.ini'), 'utf8'), /^curl\.cainfo/);
  trust.remove();
  assert.ok(!existsSync(trust.bundle) && !existsSync(trust.javaTrustStore));
});

test('OpenSSL reads every certificate of the trust store for Java', async (t) => {
  if (!(await hasProgram('openssl'))) return t.skip('this machine has no openssl');
  const { trust } = writeFor(t, {});
  const parameters = ['pkcs12', '-in', trust.javaTrustStore, '-nokeys', '-nomacver', '-passin'];
  const { stdout, stderr } = await run('openssl', [...parameters, 'pass:']);
  const inBundle = parsePem(readFileSync(trust.bundle, 'utf8')).length;
  assert.equal(parsePem(stdout).length, inBundle, stderr);
});

test('a shell reads back each value exactly, and unsets what has none', async () => {
  const value = `it's "a" $HOME \`x\`\n*`;
  const script = `GONE=here\n${exportLines({ VALUE: value, GONE: undefined })}`;
  const probe = 'printf "%s|%s" "$VALUE" "$' + '{GONE-unset}"';
  const { stdout } = await run('/bin/sh', ['-c', script + probe]);
  assert.equal(stdout, `${value}|unset`);
});

test('commands of ours act on the server when there is a key of it, and otherwise as without exec', () => {
  assert.ok(!('CONNECT_APPS_URL' in changes({})));
  const own = changes({ CONNECT_APPS_URL: 'http://elsewhere' }, 'of this exec');
  assert.equal(own.CONNECT_APPS_URL, 'http://127.0.0.1:2010');
  assert.equal(own.CONNECT_APPS_ADMIN_KEY, 'of this exec');
  const given = changes({ CONNECT_APPS_ADMIN_KEY: 'of the user' });
  assert.equal(given.CONNECT_APPS_URL, 'http://127.0.0.1:2010');
  assert.equal(given.CONNECT_APPS_ADMIN_KEY, 'of the user');
});
