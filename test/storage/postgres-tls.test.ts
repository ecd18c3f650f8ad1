/** What `sslmode` of a postgres:// URL promises, against a PostgreSQL that wants TLS. */

import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { runCommand } from '../support/cli.ts';
import { emptyDatabase, POSTGRES_OBSTACLE } from '../support/databases.ts';
import { startCluster } from '../support/postgres.ts';

/** Makes a certificate for localhost that an authority vouches for, or it itself. */
function makeCertificate(
  folder: string,
  name: string,
  { whose = 'connect-apps', authority }: { whose?: string; authority?: string } = {},
): void {
  const words = ['req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1'];
  const names = ['-subj', `/CN=${whose}`, '-addext', 'subjectAltName=DNS:localhost'];
  const files = ['-keyout', `${name}.key`, '-out', `${name}.crt`];
  const signed = authority ? ['-CA', `${authority}.crt`, '-CAkey', `${authority}.key`] : [];
  execFileSync('openssl', [...words, '-nodes', '-days', '1', ...names, ...files, ...signed], {
    cwd: folder,
    stdio: 'pipe',
  });
}

describe('sslmode', { skip: POSTGRES_OBSTACLE }, () => {
  const folder = mkdtempSync(join(tmpdir(), 'connect-apps-tls-'));
  const certificate = join(folder, 'server.crt');
  let url: string;
  before(async () => {
    makeCertificate(folder, 'server');
    makeCertificate(folder, 'other');
    const cluster = await startCluster({
      settings: { ssl: 'on' },
      files: {
        'server.crt': readFileSync(certificate, 'utf8'),
        'server.key': readFileSync(join(folder, 'server.key'), 'utf8'),
        'pg_hba.conf': 'host postgres all all trust\nhostssl all all all trust\n',
      },
    });
    url = await cluster.createDatabase();
    const made = await runCommand(folder, ['migrate', '--database-url', `${url}?sslmode=require`]);
    assert.equal(made.exitCode, 0, made.stderr);
  });
  after(() => rmSync(folder, { recursive: true, force: true }));

  /** Runs a command on the database by a host and with words of the URL. */
  async function ask(host: string, words: string) {
    const at = `${url.replace('127.0.0.1', host)}${words && `?${words}`}`;
    return runCommand(folder, ['accounts', 'list', '--database-url', at]);
  }

  for (const [name, host, words] of [
    ['require', '127.0.0.1', () => 'sslmode=require'],
    ['verify-ca, by another name', '127.0.0.1', () => verified('verify-ca')],
    ['verify-full', 'localhost', () => verified('verify-full')],
  ] as const) {
    it(`${name}: connects, and says nothing`, async () => {
      const outcome = await ask(host, words());
      assert.equal(outcome.exitCode, 0, outcome.stderr);
      assert.doesNotMatch(outcome.stderr, /warning/i);
    });
  }

  function verified(mode: string, file = certificate): string {
    return `sslmode=${mode}&sslrootcert=${encodeURIComponent(file)}`;
  }

  for (const [name, host, words, said] of [
    [
      'no sslmode',
      '127.0.0.1',
      () => '',
      /PostgreSQL refuses: no pg_hba.conf entry .+no encryption/,
    ],
    ['disable', '127.0.0.1', () => 'sslmode=disable', /PostgreSQL refuses: .+no encryption/],
    [
      'verify-ca, and another authority',
      '127.0.0.1',
      () => verified('verify-ca', join(folder, 'other.crt')),
      /Cannot connect securely to PostgreSQL: .+ Check sslmode/,
    ],
    [
      'verify-full, and another name',
      '127.0.0.1',
      () => verified('verify-full'),
      /Cannot connect securely to PostgreSQL: Hostname\/IP does not match/,
    ],
    [
      'verify-full, and nobody to trust',
      'localhost',
      () => 'sslmode=verify-full',
      /Cannot connect securely to PostgreSQL: self-signed certificate/,
    ],
    [
      'verify-ca without an authority',
      'localhost',
      () => 'sslmode=verify-ca',
      /sslmode=verify-ca needs sslrootcert/,
    ],
    [
      'prefer, which may mean nothing',
      'localhost',
      () => 'sslmode=prefer',
      /sslmode must be one of disable, require, verify-ca, verify-full/,
    ],
    ['ssl, a word of the driver alone', 'localhost', () => 'ssl=no-verify', /use sslmode instead/],
    [
      'a file that is not there',
      'localhost',
      () => verified('verify-full', '/nowhere'),
      /DATABASE_URL: ENOENT.+\/nowhere/,
    ],
  ] as const) {
    it(`${name}: refuses in one sentence`, async () => {
      const outcome = await ask(host, words());
      assert.equal(outcome.exitCode, 1);
      assert.match(outcome.stderr, said);
      assert.match(outcome.stderr, /^connect-apps: [^\n]+\n$/);
    });
  }

  it('require: refuses a server without TLS', async () => {
    const plain = await emptyDatabase('postgres', folder);
    const outcome = await runCommand(folder, [
      'accounts',
      'list',
      '--database-url',
      `${plain}?sslmode=require`,
    ]);
    assert.equal(outcome.exitCode, 1);
    assert.match(
      outcome.stderr,
      /^connect-apps: \S+: Cannot connect securely to PostgreSQL: .+\n$/,
    );
  });
});

describe('sslcert and sslkey, where PostgreSQL asks who it is', { skip: POSTGRES_OBSTACLE }, () => {
  const folder = mkdtempSync(join(tmpdir(), 'connect-apps-tls-'));
  const read = (name: string) => readFileSync(join(folder, name), 'utf8');
  let url: string;
  before(async () => {
    makeCertificate(folder, 'authority');
    makeCertificate(folder, 'server', { authority: 'authority' });
    makeCertificate(folder, 'right', { whose: 'tester', authority: 'authority' });
    makeCertificate(folder, 'somebody', { whose: 'somebody', authority: 'authority' });
    makeCertificate(folder, 'stranger', { whose: 'tester' });
    const cluster = await startCluster({
      settings: { ssl: 'on', ssl_ca_file: 'authority.crt' },
      files: {
        'authority.crt': read('authority.crt'),
        'server.crt': read('server.crt'),
        'server.key': read('server.key'),
        'pg_hba.conf': 'host postgres all all trust\nhostssl all all all cert\n',
      },
    });
    url = await cluster.createDatabase();
    const made = await ask('right', ['migrate']);
    assert.equal(made.exitCode, 0, made.stderr);
  });
  after(() => rmSync(folder, { recursive: true, force: true }));

  /** Runs a command with the certificate of this name, or none. */
  async function ask(name?: string, words = ['accounts', 'list']) {
    const at = new URL(url.replace('127.0.0.1', 'localhost'));
    at.searchParams.set('sslmode', 'verify-full');
    at.searchParams.set('sslrootcert', join(folder, 'authority.crt'));
    if (name !== undefined) {
      at.searchParams.set('sslcert', join(folder, `${name}.crt`));
      at.searchParams.set('sslkey', join(folder, `${name}.key`));
    }
    return runCommand(folder, [...words, '--database-url', at.href]);
  }

  it('connects with the certificate of its user, and says nothing', async () => {
    const outcome = await ask('right');
    assert.equal(outcome.exitCode, 0, outcome.stderr);
    assert.doesNotMatch(outcome.stderr, /warning/i);
  });

  for (const [what, name, said] of [
    ['no certificate', undefined, /PostgreSQL refuses: connection requires a valid client certi/],
    ['that of another user', 'somebody', /PostgreSQL refuses: certificate authentication failed/],
    [
      'one that nobody vouches for',
      'stranger',
      /Cannot connect securely to PostgreSQL: tlsv1 alert unknown ca\. Check/,
    ],
  ] as const) {
    it(`refuses in one sentence with ${what}`, async () => {
      const outcome = await ask(name);
      assert.equal(outcome.exitCode, 1);
      assert.match(outcome.stderr, said);
      assert.match(outcome.stderr, /^connect-apps: [^\n]+\n$/);
    });
  }
});
