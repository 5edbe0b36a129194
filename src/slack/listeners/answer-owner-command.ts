import type { AckFn, RespondArguments, RespondFn, SlashCommand } from "@slack/bolt";
import { runOwnerCommand } from "../../bridge/ownership/owner-command.ts";
import { withinTime } from "../../within-time.ts";
import { toArguments } from "../message-arguments.ts";
import type { ListenerDependencies } from "./listener-dependencies.ts";

/** Slack shows an error after 3 s without an acknowledgement, and it takes time to find out who asks. */
const ANSWER_WITHIN_MS = 2_000;

/** Answers in the acknowledgement; if Parley takes too long for that it says so there, and answers later. */
export async function answerOwnerCommand(
  {
    ack,
    command,
    respond,
  }: { ack: AckFn<string | RespondArguments>; command: SlashCommand; respond: RespondFn },
  dependencies: ListenerDependencies,
): Promise<void> {
  const answer = runOwnerCommand(
    { text: command.text ?? "", agent: command.user_id, trigger: command.trigger_id },
    dependencies,
  );
  const inTime = await withinTime(answer, ANSWER_WITHIN_MS, undefined);
  if (inTime) return await ack({ response_type: "ephemeral", ...toArguments(inTime) });
  await ack({
    response_type: "ephemeral",
    text: `:hourglass_flowing_sand: ${dependencies.texts.ownerCommand.slow}`,
  });
  await respond({ response_type: "ephemeral", ...toArguments(await answer) });
}
