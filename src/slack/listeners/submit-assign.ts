import type { ViewOutput } from "@slack/bolt";
import { requestClaim } from "../../bridge/claims/request-claim.ts";
import { defined } from "../../defined.ts";
import { errorFields } from "../../log.ts";
import type { Assignment } from "../../views/actions.ts";
import { ASSIGN_INPUTS } from "../../views/assign-form.ts";
import { type ClaimProblem, renderClaimProblem } from "../../views/claim-problem.ts";
import { foreignTeamOf } from "../foreign-team.ts";
import type { ListenerDependencies } from "./listener-dependencies.ts";
import type { Submission } from "./requests.ts";
import { typedIn } from "./typed-in.ts";

/** Stores the assignment, and only then closes the form. Until it is stored the form stays open and says why. */
export async function submitAssign(
  { value, ack, body, view }: Submission<Assignment>,
  dependencies: ListenerDependencies,
): Promise<void> {
  const { conversations, team: workspace, texts, log } = dependencies;
  const refuse = (problem: string) =>
    ack({ response_action: "errors", errors: { [ASSIGN_INPUTS.agent]: problem } });
  const { agent: to, note } = readInputs(view);
  let result: "appended" | "duplicate" | ClaimProblem;
  try {
    const conversation = value && (await conversations.byThread(value));
    if (!conversation || !to) return await refuse(texts.handBackForm.isOver);
    const { from: expects, ...from } = value;
    const foreignTeam = foreignTeamOf(workspace, [body.team?.id, body.user.team_id]);
    const actor = { agent: body.user.id, ...defined({ foreignTeam }) };
    const wish = { conversation, from, actor, to, trigger: view.id };
    result = await requestClaim({ ...wish, ...defined({ expects, note }) }, dependencies);
  } catch (error) {
    log.error(errorFields(error), "claim.not-stored");
    return await refuse(texts.handBackForm.notStored);
  }
  if (result === "duplicate") return await refuse(texts.assignForm.sentAlready);
  if (result !== "appended") return await refuse(renderClaimProblem(result, texts));
  await ack();
}

function readInputs(view: ViewOutput) {
  const { agent, note } = ASSIGN_INPUTS;
  return {
    agent: view.state.values[agent]?.[agent]?.selected_user ?? undefined,
    note: typedIn(view, note),
  };
}
