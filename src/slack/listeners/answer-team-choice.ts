import { moveOfferedUser } from "../../bridge/ownership/owner-command.ts";
import type { OfferedChange } from "../../views/actions.ts";
import { toArguments } from "../message-arguments.ts";
import type { ListenerDependencies } from "./listener-dependencies.ts";
import type { Press } from "./requests.ts";

/** Somebody has chosen a team under the answer of `/parley-owner`, which nobody else sees. A second press changes nothing. */
export async function answerTeamChoice(
  { value, body, respond }: Press<OfferedChange>,
  dependencies: ListenerDependencies,
): Promise<void> {
  const answer = await moveOfferedUser({ offered: value, agent: body.user.id }, dependencies);
  await respond({ replace_original: true, ...toArguments(answer) });
}
