/** `connect-apps audit …`: what was changed in an account, by whom, when and from where. */

import type { Command } from 'commander';
import { listAuditEvents } from '../admin/acts/records.ts';
import type { Wire } from '../admin/input.ts';
import { AUDIT_COLUMNS } from '../audit/format.ts';
import { writeCsv } from '../http/formats/csv.ts';
import type { WireItem } from '../wire.ts';
import { addExamples } from './examples.ts';
import { operate, readAll } from './operator.ts';
import { printList } from './output.ts';
import { addOperatorFlags } from './settings.ts';

interface Flags {
  accountSid: string;
  eventType?: string;
  actorSid?: string;
  resourceSid?: string;
  source?: string;
  startDate?: string;
  endDate?: string;
  csv?: boolean;
  json?: boolean;
}

/** Adds the command. */
export function addAuditCommands(program: Command): void {
  const audit = program.command('audit').description('read the audit trail of an account');
  const list = addOperatorFlags(audit.command('list'))
    .description('list the changes of an account and its subaccounts, newest first')
    .requiredOption('--account-sid <sid>', 'the account, or an admin key')
    .option('--event-type <type>', 'only events of this type, such as connect-app.updated')
    .option('--actor-sid <sid>', 'only changes by this user or account')
    .option('--resource-sid <sid>', 'only changes of this account, Connect App, user or callback')
    .option(
      '--source <source>',
      'only changes from web, api, cli, admin, server, customer or owner',
    )
    .option('--start-date <day>', 'only changes from this day on, such as 2026-11-28 (UTC)')
    .option('--end-date <day>', 'only changes up to this day')
    .option('--csv', 'print CSV')
    .option('--json', 'print JSON')
    .action(printEvents);
  addExamples(
    list,
    'audit list --account-sid AC00000000000000000000000000000001',
    'audit list --account-sid AC00000000000000000000000000000001 --start-date 2026-11-01 --json',
  );
}

async function printEvents(flags: Flags): Promise<void> {
  const input: Wire = {
    account_sid: flags.accountSid,
    event_type: flags.eventType,
    actor_sid: flags.actorSid,
    resource_sid: flags.resourceSid,
    source: flags.source,
    start_date: flags.startDate,
    end_date: flags.endDate,
  };
  const items = await operate(flags, (call) => readAll(call, listAuditEvents, input));
  if (flags.csv) {
    process.stdout.write(writeCsv(AUDIT_COLUMNS, items.map(rowOf)));
    return;
  }
  const columns = [
    'event_date',
    'event_type',
    'source',
    'actor_email',
    'resource_sid',
    'properties',
  ];
  printList(items, columns, flags.json === true);
}

/** An event as a row: its values are texts, but for the list of properties. */
function rowOf(item: Wire): WireItem {
  const cells = AUDIT_COLUMNS.map((name) => {
    const value = item[name];
    return [name, Array.isArray(value) ? value.map(String) : textOrNull(value)] as const;
  });
  return Object.fromEntries(cells);
}

function textOrNull(value: unknown): string | null {
  return value === null || value === undefined ? null : String(value);
}
