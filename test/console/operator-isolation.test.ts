/**
 * To everybody but operators, the URLs of operators are pages that do not exist: the same answer, to the byte but
 * for the reference, as at a URL that nobody has written. The URLs are found in the sources, so that a new one is
 * held to it, too.
 */

import assert from 'node:assert/strict';
import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { createUser, getUser } from '../../src/users/operations.ts';
import { DATABASES } from '../support/databases.ts';
import { type Reply, startServer, type TestServer } from '../support/server.ts';
import { startSession } from '../support/session.ts';

const SESSION = 'connect_apps_session';
const FOLDER = join(import.meta.dirname, '../../src/console/operator');

const SOURCES = globSync('*.ts', { cwd: FOLDER }).map((name) =>
  readFileSync(join(FOLDER, name), 'utf8'),
);
const ONE = /ONE = '([^']+)'/.exec(SOURCES.join('\n'))?.[1] ?? '';

const ACT = /\$\{act\.name\}/;

/** The paths of the pages, and of the forms, with a SID of nothing in each; those of a list of acts, for each act. */
function pathsOf(kind: 'operatorPage' | 'operatorForm'): string[] {
  return SOURCES.flatMap((text) => {
    const acts = [...text.matchAll(/\bname: '([a-z][^']+)'/g)].map(([, name = '']) => name);
    const added = text.matchAll(new RegExp(`${kind}\\(\\s*(?:'([^']+)'|\`([^\`]+)\`|(ONE))`, 'g'));
    return [...added].flatMap(([, plain, template, name]) => {
      const path = plain ?? template ?? name ?? '';
      const named = path.replace(/\$\{ONE\}|^ONE$/, ONE);
      return ACT.test(named) ? acts.map((act) => named.replace(ACT, act)) : [named];
    });
  }).map((path) => {
    const filled = path.replaceAll(
      /:\w+\(\^(\w\w)\[0-9a-f\]\{32\}\$\)/g,
      (_, prefix) => `${prefix}${'0'.repeat(32)}`,
    );
    return `/console/operator/${filled}`;
  });
}

const PAGES = pathsOf('operatorPage');
const FORMS = pathsOf('operatorForm');
const NOWHERE = ['/console/operator/nowhere', '/console/nowhere', '/console/operator'];

for (const engine of DATABASES) {
  describe(`the URLs of operators on ${engine}`, () => {
    let server: TestServer;
    let cookies: Record<'nobody' | 'owner' | 'member' | 'stale', string>;
    before(async () => {
      server = await startServer({ engine });
      const { context, customer } = server;
      const owner = await getUser(context, 'customer@example.com');
      const member = await createUser(context, {
        email: 'member@example.com',
        password: 'correct horse battery',
        accountSids: [customer.accountSid],
        role: 'member',
      });
      cookies = {
        nobody: '',
        owner: await startSession(context, owner.sid),
        member: await startSession(context, member.sid),
        stale: 'a session that nobody has',
      };
    });
    after(() => server.close());

    async function ask(
      method: string,
      path: string,
      cookie: string,
      more: { accept?: string; form?: Record<string, string> } = {},
    ): Promise<Reply> {
      const { accept = 'text/html', form } = more;
      const headers = { accept, ...(cookie && { cookie: `${SESSION}=${cookie}` }) };
      return server.request(method, path, { headers, form });
    }
    /** What a person could tell answers apart by, without what differs each time. */
    function faceOf({ status, headers, text }: Reply, path: string) {
      const { date: _, 'content-length': __, 'set-cookie': cookie, ...others } = headers;
      for (const name of ['x-request-id', 'twilio-request-id', 'etag']) delete others[name];
      return {
        status,
        headers: others,
        cookies: [...(cookie ?? '').matchAll(/(?:^|,)([\w-]+)=/g)].map(([, name]) => name),
        text: text
          .replaceAll(path.replaceAll('&', '&amp;'), 'PATH')
          .replaceAll(/name="_csrf" value="[^"]+"/g, 'CSRF')
          .replaceAll(/<code>[^<]*<\/code>/g, 'REFERENCE')
          .replaceAll(/RQ[0-9a-f]{32}/g, 'REFERENCE'),
      };
    }

    it('are found', () => {
      assert.ok(PAGES.length >= 5, PAGES.join());
      assert.ok(FORMS.length >= 4, FORMS.join());
      for (const path of [...PAGES, ...FORMS]) assert.match(path, /^\/console\/operator\/[\w/-]+$/);
    });

    it('exist for an operator, each of them', async () => {
      const { sid } = await createUser(server.context, {
        email: 'operator@example.com',
        password: 'correct horse battery',
        accountSids: [],
        isOperator: true,
      });
      const cookie = await startSession(server.context, sid);
      for (const path of PAGES.filter((one) => !/0{32}/.test(one))) {
        assert.equal((await ask('GET', path, cookie)).status, 200, path);
      }
      // A form without its token: that there is one is no secret from an operator.
      for (const path of FORMS)
        assert.equal((await ask('POST', path, cookie, { form: {} })).status, 403, path);
    });

    for (const who of ['nobody', 'owner', 'member', 'stale'] as const) {
      for (const accept of ['text/html', '*/*', 'application/json']) {
        it(`cannot be told from URLs that do not exist by ${who}, who takes ${accept}`, async () => {
          const cookie = cookies[who];
          for (const method of ['GET', 'POST', 'HEAD', 'PUT', 'DELETE', 'OPTIONS']) {
            const form = method === 'POST' ? { FriendlyName: 'x', LastDigits: '0000' } : undefined;
            const missing = await Promise.all(
              NOWHERE.map(async (path) =>
                faceOf(await ask(method, path, cookie, { accept, ...(form && { form }) }), path),
              ),
            );
            assert.notEqual(missing[0]?.status, 500);
            assert.deepEqual(missing[1], missing[0]);
            assert.deepEqual(missing[2], missing[0]);
            for (const path of [...PAGES, ...FORMS]) {
              const reply = await ask(method, path, cookie, { accept, ...(form && { form }) });
              assert.deepEqual(faceOf(reply, path), missing[0], `${method} ${path}`);
            }
          }
        });
      }
    }

    it('show nobody else that there is an operator: the menu of a person has no such link', async () => {
      for (const who of ['owner', 'member'] as const) {
        const { text } = await ask('GET', '/console/accounts', cookies[who]);
        assert.match(text, /Sign out/);
        assert.doesNotMatch(text, /operator/i);
      }
    });
  });
}
