/** `connect-apps world, snapshot, clock, fail, requests`: a test server driven from a shell. */

import type { Command } from 'commander';
import {
  addControlFlags,
  asRecord,
  type ControlFlags,
  controlOf,
  listOf,
} from './control-client.ts';
import { print, printItem, printList } from './output.ts';

/** Adds the commands. */
export function addControlCommands(program: Command): void {
  addWorldCommands(program.command('world').description('worlds of a test server'));
  addSnapshotCommands(
    program.command('snapshot').description('keep and load the state of a world'),
  );
  addClockCommands(program.command('clock').description('turn the clock of a world'));
  addFailCommand(program);
  addRequestsCommand(program);
}

function addWorldCommands(world: Command): void {
  addControlFlags(world.command('new'), 'world new --seed 7')
    .description('add a world, with accounts and an app of its own')
    .option('--seed <number>', 'make SIDs and tokens from this number')
    .option('--now <time>', 'where its clock stands')
    .action(async (flags: ControlFlags & { seed?: string; now?: string }) => {
      const { seed, now } = flags;
      const body = { ...(seed && { seed: Number(seed) }), ...(now && { now }) };
      printItem(await controlOf(flags)('POST', '/worlds', body), flags.json === true);
    });
  addControlFlags(world.command('list'), 'world list')
    .description('list the worlds')
    .action(async (flags: ControlFlags) => {
      const { worlds } = await controlOf(flags)('GET', '/worlds');
      printList(listOf(worlds), ['id', 'connectApp'], flags.json === true);
    });
  addControlFlags(world.command('drop <id>'), 'world drop 0a1b2c3d4e5f')
    .description('end a world')
    .action(async (id: string, flags: ControlFlags) => {
      await controlOf({ ...flags, world: id })('DELETE', '…');
    });
  addControlFlags(world.command('reset'), 'world reset --to empty')
    .description('take a world back to how it began')
    .option('--to <what>', 'seed, empty or the name of a snapshot', 'seed')
    .action(async (flags: ControlFlags & { to: string }) => {
      await controlOf(flags)('POST', '…/reset', { to: flags.to });
    });
}

function addSnapshotCommands(snapshot: Command): void {
  addControlFlags(snapshot.command('save [name]'), 'snapshot save before')
    .description('keep everything as it is now; prints the name')
    .action(async (name: string | undefined, flags: ControlFlags) => {
      const kept = await controlOf(flags)('POST', '…/snapshots', { ...(name && { name }) });
      printItem(kept, flags.json === true);
    });
  addControlFlags(snapshot.command('load <name>'), 'snapshot load before')
    .description('go back to a snapshot')
    .action(async (name: string, flags: ControlFlags) => {
      await controlOf(flags)('POST', `…/snapshots/${encodeURIComponent(name)}/load`);
    });
}

function addClockCommands(clock: Command): void {
  const turn = async (flags: ControlFlags, body: object) => {
    const { now, done } = await controlOf(flags)('POST', '…/clock', body);
    if (flags.json) printItem({ now, done }, true);
    else {
      print(String(now));
      printList(listOf(done), ['callback', 'attempt', 'status'], false);
    }
  };
  addControlFlags(clock.command('advance <span>'), 'clock advance 5m')
    .description('let time pass, such as 90s, 5m, 2h or 3d; ends when all that became due is done')
    .action((advance: string, flags: ControlFlags) => turn(flags, { advance }));
  addControlFlags(clock.command('set <time>'), 'clock set 2027-01-01T00:00:00Z')
    .description('turn to a later time, such as 2026-01-01T00:00:00Z')
    .action((to: string, flags: ControlFlags) => turn(flags, { to }));
  addControlFlags(clock.command('freeze'), 'clock freeze')
    .description('stop the clock')
    .action((flags: ControlFlags) => turn(flags, { freeze: true }));
  addControlFlags(clock.command('run'), 'clock run')
    .description('let it run')
    .action((flags: ControlFlags) => turn(flags, { run: true }));
}

interface FailFlags extends ControlFlags {
  method?: string;
  path?: string;
  status?: string;
  code?: string;
  retryAfter?: string;
  delay?: string;
  drop?: boolean;
  times?: string;
}

function addFailCommand(program: Command): void {
  addControlFlags(program.command('fail'), 'fail --method GET --status 429 --times 2')
    .description('let requests of a test server fail')
    .option('--method <method>', 'only requests with this method')
    .option('--path <path>', 'only this path; * stands for any text')
    .option('--status <number>', 'answer with this status')
    .option('--code <number>', "Twilio's error code")
    .option(
      '--retry-after <seconds>',
      'answer 429 with Retry-After, unless --status says otherwise',
    )
    .option('--delay <milliseconds>', 'answer later')
    .option('--drop', 'close the connection without an answer')
    .option('--times <number>', 'how many requests fail; all of them when absent')
    .action(async (flags: FailFlags) => {
      const { method, path } = flags;
      const how = numbersOf({
        status: flags.status,
        code: flags.code,
        retryAfter: flags.retryAfter,
        delayMs: flags.delay,
        times: flags.times,
      });
      const match = { ...(method && { method }), ...(path && { path }) };
      const body = { match, how: { ...how, ...(flags.drop && { drop: true }) } };
      printItem(await controlOf(flags)('POST', '…/faults', body), flags.json === true);
    });
}

function numbersOf(texts: Readonly<Record<string, string | undefined>>): Record<string, number> {
  const given = Object.entries(texts).filter(([, text]) => text !== undefined);
  return Object.fromEntries(given.map(([name, text]) => [name, Number(text)]));
}

function addRequestsCommand(program: Command): void {
  addControlFlags(program.command('requests'), 'requests --follow')
    .description('list what was asked of a test server, and why it was refused')
    .option('--follow', 'go on with what comes')
    .action(async (flags: ControlFlags & { follow?: boolean }) => {
      const ask = controlOf(flags);
      let after = '';
      for (let path = '…/requests?'; ; path = '…/requests?wait=30s&') {
        const { requests } = await ask('GET', `${path}after=${after}`);
        const found = listOf(requests);
        if (!flags.follow) {
          const columns = ['at', 'method', 'path', 'status', 'code', 'reason'];
          printList(found, columns, flags.json === true);
          return;
        }
        for (const one of found) print(flags.json ? JSON.stringify(one) : lineOf(asRecord(one)));
        after = String(found.at(-1)?.id ?? after);
      }
    });
}

function lineOf({ at, method, path, status, reason }: Record<string, unknown>): string {
  return `${at} ${method} ${path} ${status ?? 'dropped'}${reason === null ? '' : ` ${reason}`}`;
}
