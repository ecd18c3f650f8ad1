/**
 * Plays the customer of one run. The forged callback comes before the true one, while the app still knows the
 * customer: an app that checks nothing would otherwise refuse it for another reason.
 */

import { allowedUrl, deniedUrl } from '../authorizations/redirect.ts';
import { deauthorizationParameters } from '../callbacks/callback.ts';
import { requestOf, sign } from '../callbacks/request.ts';
import type { Context } from '../context.ts';
import type { GuardedClient } from '../outgoing/guarded-client.ts';
import { createSid } from '../sid.ts';
import { ask, visit } from './exchanges.ts';
import type { CheckName, CheckResult, Exchange } from './flow-run.ts';
import type { Begun } from './operations.ts';
import { endAuthorization } from './store.ts';
import {
  type Judgement,
  judgeCallback,
  judgeMethod,
  judgeSpeed,
  judgeVisit,
  skipped,
} from './verdicts.ts';

/** After this, what is left is skipped. */
const LONGEST_MS = 120_000;

interface Stage {
  context: Context;
  client: GuardedClient;
  /** Called after each check with all that there are. */
  keep(checks: readonly CheckResult[]): Promise<void>;
}

/** Plays a run to its end and returns its checks. */
export async function play(
  { context, client, keep }: Stage,
  { run, app, subaccountSid }: Begun,
): Promise<CheckResult[]> {
  const { random, database, clock } = context;
  const checks: CheckResult[] = [];
  const startedAt = performance.now();
  const isLate = () => performance.now() - startedAt > LONGEST_MS;

  async function add(name: CheckName, exchanges: Exchange[], judgement: Judgement): Promise<void> {
    checks.push({ name, exchanges, ...judgement });
    await keep(checks);
  }

  async function visiting(name: 'accept' | 'deny' | 'again', url: string): Promise<void> {
    if (isLate()) return add(name, [], skipped(name, 'no_time'));
    const visits = await visit(client, url);
    await add(name, visits, judgeVisit(name, visits));
  }

  const key = { accountSid: run.customerSid, connectAppSid: app.sid };
  const redirectUrl = app.authorizeRedirectUrl ?? '';
  const link = { state: `try-${random.bytes(8).toString('hex')}`, cb: undefined };
  await visiting('accept', allowedUrl(redirectUrl, subaccountSid, link));
  await visiting('deny', deniedUrl(redirectUrl, link));
  await visiting('again', allowedUrl(redirectUrl, subaccountSid, link));

  const url = app.deauthorizeCallbackUrl;
  const method = app.deauthorizeCallbackMethod ?? 'POST';
  const token = createSid('WH', random);
  async function calling(
    name: 'revoke' | 'forged' | 'replay' | 'unknown',
    { accountSid = subaccountSid, idempotency = token } = {},
  ): Promise<Exchange | undefined> {
    if (url === null || isLate()) {
      await add(name, [], skipped(name, url === null ? 'no_url' : 'no_time'));
      return undefined;
    }
    const parameters = deauthorizationParameters({
      connectAppSid: app.sid,
      subaccountSid: accountSid,
    });
    const signed = await sign(context, database.query, {
      accountSid: app.accountSid,
      url,
      method,
      parameters,
    });
    const signature = name === 'forged' ? forged(signed.signature) : signed.signature;
    const request = requestOf(
      { ...signed, signature },
      { method, token: idempotency, isTest: false },
    );
    const { location: _, ...exchange } = await ask(client, request);
    await add(name, [exchange], judgeCallback(name, exchange));
    return exchange;
  }

  await calling('forged', { idempotency: createSid('WH', random) });
  await database.transaction((transaction) => endAuthorization(transaction, key, clock.now()));
  const revoked = await calling('revoke');
  await calling('replay');
  await (revoked === undefined
    ? add('method', [], skipped('method', url === null ? 'no_url' : 'no_answer'))
    : add('method', [revoked], judgeMethod(revoked)));
  await calling('unknown', {
    accountSid: createSid('AC', random),
    idempotency: createSid('WH', random),
  });
  const exchanges = checks.flatMap((check) => check.exchanges);
  await (exchanges.length === 0
    ? add('speed', [], skipped('speed', 'no_answer'))
    : add('speed', [], judgeSpeed(exchanges)));
  return checks;
}

/** Of the right length, and wrong. */
function forged(signature: string): string {
  const bytes = Buffer.from(signature, 'base64').map((byte) => byte ^ 0xff);
  return Buffer.from(bytes).toString('base64');
}
