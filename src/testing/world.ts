/** One world: a server of its own with data, clock, randomness, inbox, faults and journal that no other shares. */

import { getAccount } from '../accounts/operations.ts';
import { findOwnerOf } from '../connect-apps/operations.ts';
import type { Context } from '../context.ts';
import { TEST_PASSWORD_COST } from '../password-cost.ts';
import { Problem } from '../problem.ts';
import { systemRandom } from '../random.ts';
import { createApp } from '../server/app.ts';
import { createConfig } from '../server/config.ts';
import { migrate } from '../storage/migrate.ts';
import { openReplaceable } from '../storage/replaceable.ts';
import { createTurnableClock, parseTime } from './clock.ts';
import { connectTo } from './connect.ts';
import { createEdge } from './edge.ts';
import { createFaults, type Faults } from './faults.ts';
import { addFixture, exportFixture } from './fixture.ts';
import { checkFixture, readFixtureFile } from './fixture-file.ts';
import { createInbox, type WorldInbox } from './inbox.ts';
import { createJournal, type Journal } from './journal.ts';
import { createCustomer } from './people.ts';
import { createPrinter } from './print.ts';
import { createRandom } from './random.ts';
import { emailOf, makeAccount, makeApp, seed } from './seed.ts';
import { createWorldClock } from './turning.ts';
import type { Done, Options, World } from './types.ts';

/** What the control plane needs besides. */
export interface OpenWorld extends World {
  readonly context: Context;
  readonly requests: Journal;
  readonly inbox: WorldInbox;
  readonly faults: Faults;
  /** Opens the world's admin API. */
  readonly adminKey: string;
}

export interface WorldOptions extends Options {
  /** Private networks that callbacks may reach, besides loopback. */
  allowedNetworks?: string;
}

/** Everything of a moment, to go back to. */
interface Moment {
  image: Buffer;
  /** Undefined: the real time. */
  time: number | undefined;
  isRunning: boolean;
  positions: number[];
}

let migrated: Promise<Buffer> | undefined;

/** The image of a database with all tables and nothing in them, made once: it is the same for all worlds. */
function emptyImage(): Promise<Buffer> {
  migrated ??= (async () => {
    const database = openReplaceable();
    await migrate(database);
    const image = await database.bytes();
    await database.close();
    return image;
  })();
  return migrated;
}

/** Creates a world and resolves once it answers; leaves nothing open when it cannot. */
export async function createWorld(options: WorldOptions = {}): Promise<OpenWorld> {
  const { seed: seedNumber, port = 0, log = 'silent', allowedNetworks } = options;
  const { fixture: given = {} } = options;
  const fixture = typeof given === 'string' ? await readFixtureFile(given) : checkFixture(given);
  const startsAt = options.now === undefined ? undefined : parseTime(options.now);
  const clock = createTurnableClock(startsAt);
  const randoms = {
    ids: createRandom(seedNumber, 'ids'),
    requests: createRandom(seedNumber, 'requests'),
  };
  const print = createPrinter(log, process.stderr);
  const faults = createFaults();
  const journal = createJournal();
  const done: Done[] = [];
  const attempts = new Map<string, number>();
  const inbox = createInbox({
    now: clock.now,
    tokenOf,
    hasten: () => app.settle(),
    log(request, outcome) {
      const callback = request.headers['i-twilio-idempotency-token'];
      const attempt = callback === undefined ? undefined : (attempts.get(callback) ?? 0) + 1;
      print.sent(request, outcome, { now: clock.now(), attempt });
      if (callback === undefined || attempt === undefined) return;
      attempts.set(callback, attempt);
      done.push({ callback, attempt, status: outcome.answered ? outcome.status : null });
    },
  });
  const edge = createEdge({
    clock,
    faults,
    log(request) {
      journal.add(request);
      print.answered(request);
    },
  });
  const secret = createRandom(seedNumber, 'secrets').bytes(32).toString('hex');
  // Not of the seed, which others may know: it opens more than the tokens of the accounts do.
  const adminKey = systemRandom.bytes(32).toString('hex');
  const database = openReplaceable(await emptyImage());
  const config = createConfig(
    {
      HOST: '127.0.0.1',
      PORT: String(port),
      DATABASE_URL: 'sqlite::memory:',
      CALLBACK_ALLOWED_NETWORKS: allowedNetworks,
      ADMIN_KEY: adminKey,
    },
    'development',
  );
  const app = await createApp(config, {
    secretKey: secret,
    database,
    clock,
    random: randoms.ids,
    passwordCost: TEST_PASSWORD_COST,
    createRequestSid: () => `RQ${randoms.requests.bytes(16).toString('hex')}`,
    addHooks: edge.addHooks,
    wrapClient: inbox.wrap,
    spread: () => 0,
    // Nobody is flooded: a test that lets days pass waits for all of it.
    limitsAtReceiver: { all: 256, owner: 256 },
  });
  const { context } = app;
  const cast = await seed(context, fixture).catch(closing);
  const url = await app.listen().catch(closing);
  const begin = await takeMoment();
  begin.time = startsAt;
  const moments = new Map([['seed', begin]]);
  const worldClock = createWorldClock({ app, clock, done });

  async function closing(error: unknown): Promise<never> {
    await app.close();
    throw error;
  }

  async function tokenOf(connectAppSid: string): Promise<string> {
    const owner = await findOwnerOf(context, connectAppSid);
    return (await getAccount(context, owner ?? cast.developer.accountSid)).authToken;
  }

  async function takeMoment(): Promise<Moment> {
    await app.settle();
    return {
      image: await database.bytes(),
      time: clock.now(),
      isRunning: clock.isRunning(),
      positions: Object.values(randoms).map((random) => random.position()),
    };
  }

  async function goTo({ image, time, isRunning, positions }: Moment): Promise<void> {
    await edge.settle();
    await app.settle();
    await database.load(image);
    clock.turnTo(time ?? Date.now());
    if (isRunning) clock.run();
    else clock.freeze();
    for (const [index, random] of Object.values(randoms).entries()) {
      if (seedNumber !== undefined) random.rewind(positions[index] ?? 0);
    }
    inbox.clear();
    journal.clear();
    faults.clear();
    attempts.clear();
    done.length = 0;
  }

  let snapshots = 0;
  let closed: Promise<void> | undefined;
  const close = () => {
    closed ??= app.close();
    return closed;
  };
  return {
    ...cast,
    url,
    id: cast.developer.accountSid.slice(2, 14),
    context,
    adminKey,
    env: {
      CONNECT_APPS_URL: url,
      CONNECT_APPS_ADMIN_KEY: adminKey,
      TWILIO_ACCOUNT_SID: cast.developer.accountSid,
      TWILIO_AUTH_TOKEN: cast.developer.authToken,
    },
    connect: (client) => connectTo(url, client),
    createApp: (properties = {}) => makeApp(context, cast.developer.accountSid, properties),
    createAccount: (properties = {}) => makeAccount(context, properties),
    customerOf: (connectAppSid, accountSid = cast.customer.accountSid) =>
      createCustomer(
        { context, url, client: app.client, emailOf: (sid) => emailOf(context, sid) },
        connectAppSid,
        accountSid,
      ),
    inbox,
    clock: worldClock,
    requests: journal,
    faults,
    fail(filter, how) {
      const id = faults.add(filter, how);
      return () => faults.remove(id);
    },
    async reset(to = 'seed') {
      const moment = to === 'empty' ? { ...begin, image: await emptyImage() } : moments.get(to);
      if (moment === undefined) throw new Problem('not_found', `There is no snapshot ${to}.`);
      await goTo(moment);
    },
    async snapshot(name) {
      snapshots += 1;
      const key = name ?? `snapshot-${snapshots}`;
      moments.set(key, await takeMoment());
      return key;
    },
    async export() {
      const { developer, customer } = cast;
      const people = { developer: developer.accountSid, customer: customer.accountSid };
      return { ...people, ...(await exportFixture(context)) };
    },
    import: async (added) => addFixture(context, checkFixture(added)),
    close,
    [Symbol.asyncDispose]: close,
  };
}
