import type { Debt, Lane } from "./lane.ts";

/** Adds something that must be done before the lane goes on. */
export const owe = (lane: Lane, item: Debt["item"], pay: Debt["pay"]): void => {
  lane.debts.push({ item, pay });
};

/** Does what the lane owes, in order. What fails stays, with everything behind it, and is thrown. */
export async function payDebts(lane: Lane): Promise<void> {
  for (let debt = lane.debts[0]; debt; debt = lane.debts[0]) {
    await debt.pay();
    lane.debts.shift();
    lane.failures = 0;
  }
}
