import type { ViewOutput } from "@slack/bolt";
import { requestMove } from "../../bridge/teams/request-move.ts";
import { defined } from "../../defined.ts";
import type { Thread } from "../../ids.ts";
import { errorFields } from "../../log.ts";
import { MOVE_INPUTS, toTeamValue } from "../../views/move-form.ts";
import { type MoveProblem, renderMoveProblem } from "../../views/move-problem.ts";
import { foreignTeamOf } from "../foreign-team.ts";
import type { ListenerDependencies } from "./listener-dependencies.ts";
import type { Submission } from "./requests.ts";
import { typedIn } from "./typed-in.ts";

/**
 * Stores the move behind all that the User wrote before it, and only then closes the form. Until it is stored the form stays
 * open and says why, so that the note need not be typed twice.
 */
export async function submitMove(
  { value: thread, ack, body, view }: Submission<Thread>,
  dependencies: ListenerDependencies,
): Promise<void> {
  const { conversations, desk, team: workspace, texts, log } = dependencies;
  const refuse = (problem: string) =>
    ack({ response_action: "errors", errors: { [MOVE_INPUTS.destination]: problem } });
  const { destination, note } = readInputs(view);
  const to = desk.teams.find(({ name }) => toTeamValue(name) === destination)?.name ?? "";
  let result: "appended" | "duplicate" | MoveProblem;
  try {
    const conversation = thread && (await conversations.byThread(thread));
    if (!thread || !conversation) return await refuse(texts.handBackForm.isOver);
    const foreignTeam = foreignTeamOf(workspace, [body.team?.id, body.user.team_id]);
    const actor = { agent: body.user.id, ...defined({ foreignTeam }) };
    const wish = { conversation, from: thread, to, actor, trigger: view.id };
    result = await requestMove({ ...wish, ...defined({ note }) }, dependencies);
  } catch (error) {
    log.error(errorFields(error), "move.not-stored");
    return await refuse(texts.handBackForm.notStored);
  }
  if (result === "duplicate") return await refuse(texts.moveForm.sentAlready);
  if (result !== "appended") return await refuse(renderMoveProblem(result, texts));
  await ack();
}

function readInputs(view: ViewOutput) {
  const { destination, note } = MOVE_INPUTS;
  return {
    destination: view.state.values[destination]?.[destination]?.selected_option?.value,
    note: typedIn(view, note),
  };
}
