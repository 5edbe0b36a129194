import { giveOfferedUser } from "../../bridge/ownership/owner-command.ts";
import type { OfferedChange } from "../../views/actions.ts";
import { toArguments } from "../message-arguments.ts";
import type { ListenerDependencies } from "./listener-dependencies.ts";
import type { Press } from "./requests.ts";

/** A Service was chosen under the command's answer, which only its reader sees. A second click changes nothing. */
export async function answerServiceChoice(
  { value, body, respond }: Press<OfferedChange>,
  dependencies: ListenerDependencies,
): Promise<void> {
  const answer = await giveOfferedUser({ offered: value, agent: body.user.id }, dependencies);
  await respond({ replace_original: true, ...toArguments(answer) });
}
