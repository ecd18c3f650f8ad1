/**
 * The slots for attempts in progress, shared among the owners of apps. An owner with many attempts in
 * progress gets another slot only while as many are free. However many slots silent receivers hold, and
 * however many host names one owner uses, a slot is left for everyone else.
 */

/** Simultaneous attempts in total. */
const PLACES = 256;
/** So that a slow receiver is not flooded. */
const GENTLE: LimitsAtReceiver = { all: 16, owner: 4 };

/** Simultaneous attempts to one receiver. */
export interface LimitsAtReceiver {
  /** For all owners together. */
  all: number;
  /** For one owner. */
  owner: number;
}

/** The owner who calls, and the host and port that are called. */
export interface Call {
  owner: string;
  receiver: string;
}

export interface Places {
  /** How many attempts could begin. */
  free(): number;
  /** Whether an owner may start an attempt to any receiver. */
  hasRoomFor(owner: string): boolean;
  /** Takes a slot for this call; false if there is none now. */
  take(call: Call): boolean;
  /** Returns a slot. */
  giveBack(call: Call): void;
}

/** Creates the slots of one worker. */
export function createPlaces(limits = GENTLE): Places {
  const taken = new Map<string, number>();
  let inAll = 0;
  const countOf = (key: string) => taken.get(key) ?? 0;
  const atReceiver = ({ receiver }: Call) => `at ${receiver}`;
  const ofOwner = ({ owner, receiver }: Call) => `${owner} at ${receiver}`;

  function add(key: string, change: number): void {
    const count = countOf(key) + change;
    if (count > 0) taken.set(key, count);
    else taken.delete(key);
  }

  function change(call: Call, by: 1 | -1): void {
    inAll += by;
    for (const key of [call.owner, atReceiver(call), ofOwner(call)]) add(key, by);
  }

  const hasRoomFor = (owner: string) => countOf(owner) < PLACES - inAll;

  return {
    free: () => PLACES - inAll,
    hasRoomFor,
    take(call) {
      const there = countOf(ofOwner(call));
      const freeThere = limits.all - countOf(atReceiver(call));
      if (there >= Math.min(limits.owner, freeThere)) return false;
      if (!hasRoomFor(call.owner)) return false;
      change(call, 1);
      return true;
    },
    giveBack: (call) => change(call, -1),
  };
}
