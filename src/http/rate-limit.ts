/**
 * A budget of work for each account. It fills by so many units a second and never holds more than those
 * of one second. A request is refused when nothing is left; one that is served may cost more than is
 * left, and what it owes is paid by the seconds that follow, so the dearest request is served, too.
 */

/** Budgets that are full again are forgotten when there are more than this. */
const MAX_IDLE_BUDGETS = 10_000;

interface Budget {
  /** What was left at `at`; negative for what is owed. */
  left: number;
  at: number;
}

/** What became of a request: whether it is served, and what is left. */
export interface Spending {
  isServed: boolean;
  /** Whole units that are left. */
  left: number;
  /** Whole seconds until a request is served again, when none is left. */
  retryAfterSeconds: number;
}

/** Returns the function that takes `cost` units from the budget of `key`; `now` counts milliseconds. */
export function createBudgets(
  unitsPerSecond: number,
  now: () => number = () => performance.now(),
): (key: string, cost: number) => Spending {
  const budgets = new Map<string, Budget>();
  let sweepAt = MAX_IDLE_BUDGETS;

  const leftOf = ({ left, at }: Budget, time: number) =>
    Math.min(unitsPerSecond, left + ((time - at) / 1000) * unitsPerSecond);

  /** Those that owe something stay: a flood of others must not forgive them. */
  function sweep(time: number): void {
    for (const [key, budget] of budgets) {
      if (leftOf(budget, time) >= unitsPerSecond) budgets.delete(key);
    }
    sweepAt = Math.max(MAX_IDLE_BUDGETS, 2 * budgets.size);
  }

  return function spend(key, cost) {
    const time = now();
    let budget = budgets.get(key);
    if (budget === undefined) {
      if (budgets.size >= sweepAt) sweep(time);
      budget = { left: unitsPerSecond, at: time };
      budgets.set(key, budget);
    }
    const left = leftOf(budget, time);
    const isServed = left >= 1;
    budget.left = isServed ? left - cost : left;
    budget.at = time;
    return {
      isServed,
      left: Math.max(0, Math.floor(budget.left)),
      retryAfterSeconds: Math.max(1, Math.ceil((1 - budget.left) / unitsPerSecond)),
    };
  };
}
