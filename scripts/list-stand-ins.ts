/**
 * Prints the table of docs/stand-ins.md, which test/stand-ins/every-resource.test.ts holds to the description:
 *
 *   node scripts/list-stand-ins.ts
 */

import { stdout } from 'node:process';
import { BEHAVIOURS } from '../src/stand-ins/behaviours.ts';
import { DESCRIPTION } from '../src/stand-ins/description.ts';
import { findTarget } from '../src/stand-ins/places.ts';

/** One row for each URL below an account: its methods, and whether it does more than being stored. */
export function tableOfStandIns(): string {
  const rows = DESCRIPTION.places.map(({ path, list, fetch, post, delete: canDelete }) => {
    const methods = [
      ...(list || fetch ? ['GET'] : []),
      ...(post ? ['POST'] : []),
      ...(canDelete ? ['DELETE'] : []),
    ];
    const type = findTarget(path.slice(1))?.type ?? '';
    return [`\`${path}\``, methods.join(', '), type in BEHAVIOURS ? 'detailed' : 'generic'];
  });
  return [['resource', 'methods', 'stand-in'], ['---', '---', '---'], ...rows.sort()]
    .map((cells) => `| ${cells.join(' | ')} |\n`)
    .join('');
}

if (import.meta.main) stdout.write(tableOfStandIns());
