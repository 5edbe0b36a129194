import type { Standing } from "../bridge/stored/last-known-schemas.ts";

/** Who people are in Slack, and to what they belong. */
export interface Directory {
  /** `undefined`: Slack does not say now. Never fails. It is the same object until Slack is asked again. `again`: as of some seconds ago. */
  personOf(agent: string, again?: "again"): Promise<Standing | undefined>;
  /**
   * All members of a user group (`S…`) or of a channel, never a part of them.
   *
   * @throws {BridgeError}
   */
  membersOf(id: string): Promise<readonly string[]>;
}
