import { makeDerivedItemId } from "../ids.ts";
import type { Audit, AuditRecord } from "./audit-port.ts";

/** How long further attempts of the same kind are the same one. */
const HOUR_MS = 60 * 60_000;

/**
 * Records that somebody was not allowed to do something: for each person, place and kind of attempt once in an hour of the
 * clock, however often it is tried and at whichever replica. `place`: the thread, or what else tells where it was.
 */
export async function auditRefusal(
  {
    place,
    ...attempt
  }: Omit<AuditRecord, "id" | "result"> & { readonly by: string; readonly place: string },
  audit: Audit,
): Promise<void> {
  const { by, what, at } = attempt;
  const id = makeDerivedItemId(`${by} ${what} ${place}`, `refused ${Math.floor(at / HOUR_MS)}`);
  await audit.record({ ...attempt, id, result: "refused" });
}
