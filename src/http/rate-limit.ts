/**
 * A work budget for each account. It refills at a number of units per second and holds at most one second's
 * units. A request is refused if nothing is left. A served request may cost more than is left; the following
 * seconds repay the debt, so even the most expensive request can be served.
 */

/** If there are more budgets than this, full ones are dropped. */
const MAX_IDLE_BUDGETS = 10_000;

interface Budget {
  /** The units left at `at`; negative for a debt. */
  left: number;
  at: number;
}

/** Whether the request is served, and what is left of the budget. */
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

  /** Budgets in debt are kept: a flood of other accounts must not cancel a debt. */
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
