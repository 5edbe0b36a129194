import { type Remark, withWarnings } from "../../ops/doctor/check.ts";
import type { Site } from "./site.ts";

/** The state: whether a bridge can use it. @throws as {@link checkState} */
export async function checkStored({ state }: Pick<Site, "state">): Promise<readonly Remark[]> {
  const { detail, warnings } = await state();
  return withWarnings(detail, warnings);
}
