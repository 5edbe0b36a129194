import type { WebClient } from "@slack/web-api";
import type { Mark, Reactions } from "../bridge/ports.ts";
import { SlackApiError, toBridgeError } from "../errors.ts";
import type { Log } from "../log.ts";
import { createTurns } from "../turns.ts";
import { callExtra, type Pace } from "./pace.ts";
import { REACTIONS } from "./reaction-names.ts";

/** Marks of success that would have to wait longer than this are left out: nobody misses them. */
const PATIENCE_MS = 10_000;

export function createReactions({
  client,
  pace,
  log,
}: {
  client: WebClient;
  pace: Pace;
  log: Log;
}): Reactions {
  /** Setting and taking away have a pace each, so a mark could be set after it was to be taken away. */
  const inTurn = createTurns<string>();
  const turnOf = (channel: string, ts: string, as: Mark): string => `${channel}/${ts}/${as}`;

  const react = (channel: string, ts: string, as: Mark, priority?: "low"): Promise<void> => {
    const call = () => client.reactions.add({ channel, timestamp: ts, name: REACTIONS[as] });
    return inTurn(turnOf(channel, ts, as), () =>
      callExtra(pace, "reactions.add", call, priority).catch(ignoring("already_reacted")),
    );
  };

  function inTheBackground(work: Promise<void>): void {
    work.catch((error: unknown) => {
      log.info({ error: toBridgeError(error).message }, "mark.not-changed");
    });
  }

  return {
    mark: ({ channel }, ts, as) => react(channel, ts, as),

    markLater({ channel }, ts, as) {
      if (pace.extras.waitMs("reactions.add") + pace.posts.waitMs(channel) > PATIENCE_MS) return;
      inTheBackground(react(channel, ts, as, "low"));
    },

    unmark({ channel }, ts, as) {
      const call = () => client.reactions.remove({ channel, timestamp: ts, name: REACTIONS[as] });
      inTheBackground(
        inTurn(turnOf(channel, ts, as), () =>
          callExtra(pace, "reactions.remove", call, "low").catch(ignoring("no_reaction")),
        ),
      );
    },
  };
}

/** Already set, or already gone, counts as success. */
const ignoring = (slackError: string) => (error: unknown) => {
  if (!(error instanceof SlackApiError) || error.slackError !== slackError) throw error;
};
