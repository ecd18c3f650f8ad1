/** `connect-apps audit …`: what was changed in an account, by whom, when and from where. */

import type { Command } from 'commander';
import { isSubaccount } from '../accounts/account.ts';
import { getAccount } from '../accounts/operations.ts';
import { AUDIT_COLUMNS, auditEventToWire } from '../audit/format.ts';
import { listingOfEvents, parseAuditFilters } from '../audit/operations.ts';
import type { Context } from '../context.ts';
import { writeCsv } from '../http/formats/csv.ts';
import { addExamples } from './examples.ts';
import { lookUp, onDatabase } from './on-database.ts';
import { printList } from './output.ts';
import { readAll } from './read-all.ts';
import { addDatabaseFlags } from './settings.ts';

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
  const list = addDatabaseFlags(audit.command('list'))
    .description('list the changes of an account and its subaccounts, newest first')
    .requiredOption('--account-sid <sid>', 'the account')
    .option('--event-type <type>', 'only events of this type, such as connect-app.updated')
    .option('--actor-sid <sid>', 'only changes by this user or account')
    .option('--resource-sid <sid>', 'only changes of this account, Connect App, user or callback')
    .option('--source <source>', 'only changes from web, api, cli, server, customer or owner')
    .option('--start-date <day>', 'only changes from this day on, such as 2026-11-28 (UTC)')
    .option('--end-date <day>', 'only changes up to this day')
    .option('--csv', 'print CSV')
    .option('--json', 'print JSON')
    .action((flags: Flags) => onDatabase(flags, (context) => printEvents(context, flags)));
  addExamples(
    list,
    'audit list --account-sid AC00000000000000000000000000000001',
    'audit list --account-sid AC00000000000000000000000000000001 --start-date 2026-11-01 --json',
  );
}

async function printEvents(context: Context, flags: Flags): Promise<void> {
  const account = await lookUp(`account ${flags.accountSid}`, () =>
    getAccount(context, flags.accountSid),
  );
  const filters = parseAuditFilters({
    EventType: flags.eventType,
    ActorSid: flags.actorSid,
    ResourceSid: flags.resourceSid,
    Source: flags.source,
    StartDate: flags.startDate,
    EndDate: flags.endDate,
  });
  // A subaccount has no trail of its own: what was changed in it stands in its parent's.
  const listing = listingOfEvents(context, account.ownerAccountSid, filters);
  const events = await readAll(listing.slice);
  const items = events
    .filter((event) => !isSubaccount(account) || event.changedAccountSid === account.sid)
    .map(auditEventToWire);
  if (flags.csv) {
    process.stdout.write(writeCsv(AUDIT_COLUMNS, items));
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
