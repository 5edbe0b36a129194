import type { Work } from "../../delivery/lanes.ts";
import { toBridgeError } from "../../errors.ts";
import type { Log } from "../../log.ts";
import type { DirectMessages } from "../ports.ts";
import { requestOnce } from "../request-once.ts";
import type { DirectBody } from "../stored/inbox-body.ts";

export interface TellPersonDependencies {
  directMessages: DirectMessages;
  log: Log;
}

/**
 * Writes to one person directly, once: nobody can look whether it arrived, so it never goes again on a guess. Somebody whom
 * Slack does not let us write to is left out; the log says whom, and an alarm what everybody is missing.
 */
export async function tellPerson(
  work: Work<unknown>,
  { to, message }: DirectBody,
  { directMessages, log }: TellPersonDependencies,
): Promise<void> {
  try {
    await requestOnce(work, "direct", () => directMessages.tell(to, message));
  } catch (thrown) {
    const { disposition, message: error } = toBridgeError(thrown);
    if (disposition === "uncertain") return log.warn({ person: to, error }, "direct.uncertain");
    if (disposition !== "dead-letter") throw thrown;
    log.warn({ person: to, error }, "direct.refused");
  }
}
