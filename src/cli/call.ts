/** What commands are written against. */

import type { Act } from '../admin/act.ts';
import type { Wire } from '../admin/input.ts';

/** Does an act, wherever that is, and returns what it answers. */
export type Call = (act: Act, input?: Wire) => Promise<Wire>;
