import type { UserId } from "../../ids.ts";
import type { Audit } from "../audit-port.ts";
import type { Erasure } from "../stored/erasure.ts";
import { recordOf } from "./erase-user.ts";
import type { Erasures } from "./erasures.ts";

/**
 * Stores the order that a User is erased, and returns its id. One that is there for this User already is gone on with. `by`: the
 * Slack id of who wants it.
 */
export async function orderErasure(
  { userIds, by, at }: { userIds: readonly UserId[]; by?: string; at: number },
  { erasures, audit }: { erasures: Erasures; audit: Audit },
): Promise<string> {
  for (const id of await erasures.ids()) {
    const known = (await erasures.get(id))?.userIds;
    if (known?.some((userId) => userIds.includes(userId))) return id;
  }
  const erasure: Erasure = {
    at,
    pseudonym: `erased-${byChance()}`,
    userIds,
    threads: [],
    ...(by !== undefined && { by }),
  };
  // The oldest has the first id.
  const id = `${String(at).padStart(15, "0")}-${byChance()}`;
  await audit.record({ ...recordOf(id, erasure), result: "begun" });
  await erasures.set(id, erasure);
  return id;
}

const byChance = (): string => crypto.randomUUID().replaceAll("-", "").slice(0, 24);
