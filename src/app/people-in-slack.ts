import { createAlarms } from "../alarms.ts";
import { formerIdSchema } from "../bridge/stored/channel-note.ts";
import type { Config } from "../config/read-config.ts";
import { createLog } from "../log.ts";
import type { PeopleInSlack } from "../ops/run-people.ts";
import { openChannelIds } from "../slack/channel-ids.ts";
import { createPace } from "../slack/pace.ts";
import { makeMessageLink } from "../slack/permalink.ts";
import { createThreadEraser } from "../slack/thread-eraser.ts";
import type { OpenPeople } from "../state/open-people.ts";
import { textsFor } from "../views/texts/texts-for.ts";
import { connectOutside } from "./outside.ts";

/** Slack, for the tool that erases Users: with the pace that it shares with bridges on the same state. */
export async function connectPeopleInSlack(
  config: Config,
  { remembered, createLimiter, mayAct }: OpenPeople,
): Promise<PeopleInSlack> {
  const log = createLog("silent");
  const channelIds = await openChannelIds(remembered(formerIdSchema));
  const state = { mayAct, clockAheadMs: () => 0 };
  const { client, inspectWorkspace } = connectOutside(config, log, createAlarms(log), state, {
    channelIds,
  });
  const { workspace } = await inspectWorkspace();
  return {
    threadEraser: createThreadEraser({
      client,
      workspace,
      pace: createPace(config.slack.postsPerSecond, createLimiter),
      texts: textsFor(config.language),
    }),
    linkTo: (thread, ts) =>
      makeMessageLink(
        workspace.url,
        { ...thread, channel: channelIds.current(thread.channel) },
        ts,
      ),
  };
}
