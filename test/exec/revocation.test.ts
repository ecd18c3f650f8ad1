/** Clients that ask whether a certificate was revoked, and the libraries' own test of certificates. */

import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import {
  execParameters,
  hasProgram,
  run,
  runExec,
  startEchoServer,
  startProxy,
  temporaryFolder,
} from './support.ts';

test('OpenSSL downloads the list of revoked certificates and accepts ours', async (t) => {
  if (!(await hasProgram('openssl'))) return t.skip('this machine has no openssl');
  const proxy = await startProxy(t);
  const authority = join(temporaryFolder(t), 'authority.pem');
  writeFileSync(authority, proxy.authority);
  const checks = ['-crl_check', '-crl_download', '-verify_return_error', '-x509_strict'];
  const target = ['-connect', 'api.twilio.com:443', '-proxy', new URL(proxy.url).host];
  const parameters = ['s_client', ...target, '-CAfile', authority, ...checks];
  const { code, stdout, stderr } = await run('openssl', parameters);
  assert.match(stdout, /Verify return code: 0 \(ok\)/, stderr);
  assert.equal(code, 0);
});

test('the list is empty, signed by the authority, and due again within a week', async (t) => {
  if (!(await hasProgram('openssl'))) return t.skip('this machine has no openssl');
  const proxy = await startProxy(t);
  const answer = await fetch(`${proxy.url}/connect-apps-exec.crl`);
  assert.equal(answer.headers.get('content-type'), 'application/pkix-crl');
  const folder = temporaryFolder(t);
  const [list, authority] = [join(folder, 'list.crl'), join(folder, 'authority.pem')];
  writeFileSync(list, Buffer.from(await answer.arrayBuffer()));
  writeFileSync(authority, proxy.authority);
  const parameters = [
    'crl',
    '-inform',
    'DER',
    '-in',
    list,
    '-CAfile',
    authority,
    '-text',
    '-noout',
  ];
  const { code, stdout, stderr } = await run('openssl', parameters);
  assert.equal(code, 0, stderr);
  assert.match(stderr, /verify OK/);
  assert.match(stdout, /No Revoked Certificates/);
  assert.match(stdout, /X509v3 Authority Key Identifier/);
  assert.match(stdout, /X509v3 CRL Number: \n +\d+|X509v3 CRL Number:\s+0x[0-9A-F]+/);
  const next = Date.parse(/Next Update: (.*)/.exec(stdout)?.[1] ?? '');
  assert.ok(next > Date.now() + 86_400_000 && next <= Date.now() + 7 * 86_400_000);
});

test('a shell with the settings of --print-env gets the list, too', async (t) => {
  if (!(await hasProgram('openssl'))) return t.skip('this machine has no openssl');
  const exec = spawn(process.execPath, execParameters(temporaryFolder(t), []));
  t.after(() => exec.kill('SIGKILL'));
  const [settings] = await once(exec.stdout, 'data');
  const script = `${settings}
    openssl s_client -connect api.twilio.com:443 -proxy "\${HTTPS_PROXY#http://}" -CAfile "$SSL_CERT_FILE" \\
      -crl_check -crl_download -verify_return_error -x509_strict </dev/null`;
  const { code, stdout, stderr } = await run('/bin/sh', ['-c', script]);
  assert.match(stdout, /Verify return code: 0 \(ok\)/, stderr);
  assert.equal(code, 0);
  const proxyUrl = /^export HTTPS_PROXY='(.*)'$/m.exec(String(settings))?.[1];
  const answer = await fetch(`${proxyUrl}/connect-apps-exec.crl`);
  assert.deepEqual(
    [answer.status, answer.headers.get('content-type')],
    [200, 'application/pkix-crl'],
  );
});

test('nothing but the list is served on that address', async (t) => {
  const proxy = await startProxy(t);
  for (const [method, path] of [
    ['POST', '/connect-apps-exec.crl'],
    ['GET', '/connect-apps-exec.crl?x'],
    ['GET', '/'],
  ] as const) {
    assert.equal((await fetch(proxy.url + path, { method })).status, 502);
  }
});

const JAVA = `public class Ask {
  public static void main(String[] words) throws Exception {
    var answer = new java.net.URL("https://api.twilio.com/x").openStream();
    System.out.println(new String(answer.readAllBytes()));
  }
}`;

test('Java that checks for revocation reaches the server', async (t) => {
  if (!(await hasProgram('javac'))) return t.skip('this machine has no JDK');
  const file = join(temporaryFolder(t), 'Ask.java');
  writeFileSync(file, JAVA);
  const options = ['-Dcom.sun.net.ssl.checkRevocation=true', '-Dcom.sun.security.enableCRLDP=true'];
  const serverUrl = await startEchoServer(t);
  const { stdout, stderr } = await runExec(t, ['java', ...options, file], { serverUrl });
  assert.match(stdout, /"url":"\/x"/, stderr);
});

test('tls-test.twilio.com answers 200 with nothing, whatever is asked, and no server is', async (t) => {
  if (!(await hasProgram('curl'))) return t.skip('this machine has no curl');
  const urls = ['/', '/any/path?x', ':443/'].map((path) => `https://tls-test.twilio.com${path}`);
  const format = '%{http_code} %{size_download}\n';
  const command = ['curl', '-sS', '-w', format, ...urls, 'http://tls-test.twilio.com/'];
  const { stdout, stderr } = await runExec(t, command, { serverUrl: await startEchoServer(t) });
  assert.equal(stdout, '200 0\n'.repeat(4), stderr);
  assert.match(stderr, /^4 requests reached the local server\.\n$/);
});
