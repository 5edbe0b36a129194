import type { Work } from "../../delivery/lanes.ts";
import { toBridgeError } from "../../errors.ts";
import type { Log } from "../../log.ts";
import { renderPossibleRepeat } from "../../views/possible-repeat.ts";
import type { Texts } from "../../views/texts/en.ts";
import type { DirectMessages } from "../ports.ts";
import type { DirectBody } from "../stored/inbox-body.ts";
import { REQUEST } from "../stored/step-kinds.ts";

export interface TellPersonDependencies {
  directMessages: DirectMessages;
  texts: Texts;
  log: Log;
}

/**
 * Writes to one person directly. Whether it arrived cannot be looked up there: where that is in doubt it goes once more, and says
 * so. Somebody whom Slack does not let us write to is left out; the log says whom, and an alarm what everybody is missing.
 */
export async function tellPerson(
  work: Work<unknown>,
  { to, message }: DirectBody,
  { directMessages, texts, log }: TellPersonDependencies,
): Promise<void> {
  try {
    await work.step<null, null>("direct", {
      kind: REQUEST,
      intent: () => null,
      check: () => Promise.resolve("cannot-tell"),
      async run(_, isRepeat) {
        await directMessages.tell(to, isRepeat ? renderPossibleRepeat(message, texts) : message);
        return null;
      },
    });
  } catch (thrown) {
    const { disposition, message: error } = toBridgeError(thrown);
    if (disposition !== "dead-letter") throw thrown;
    log.warn({ person: to, error }, "direct.refused");
  }
}
