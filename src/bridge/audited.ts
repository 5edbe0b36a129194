import { toBridgeError } from "../errors.ts";
import type { Audit, AuditRecord } from "./audit-port.ts";

/**
 * Does what nobody does again after a crash: that it is about to be done is recorded before, and what came of it afterwards.
 * After a crash in between the record says `begun`. `failure`: why a result is none.
 */
export async function audited<Result>(
  deed: Omit<AuditRecord, "result" | "why">,
  audit: Audit,
  act: () => Promise<Result>,
  failure: (result: Result) => string | undefined = () => undefined,
): Promise<Result> {
  await audit.record({ ...deed, result: "begun" });
  let result: Result;
  try {
    result = await act();
  } catch (thrown) {
    await audit.record({ ...deed, result: "failed", why: toBridgeError(thrown).code });
    throw thrown;
  }
  const why = failure(result);
  await audit.record(
    why === undefined ? { ...deed, result: "done" } : { ...deed, result: "failed", why },
  );
  return result;
}
