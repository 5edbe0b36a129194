import { isAnswered } from "../../bridge/conversation.ts";
import type { Thread } from "../../ids.ts";
import { DECLINE_INPUTS } from "../../views/decline-form.ts";
import type { ListenerDependencies } from "./listener-dependencies.ts";
import type { Submission } from "./requests.ts";
import { storeHandBack } from "./store-hand-back.ts";
import { typedIn } from "./typed-in.ts";

/** Stores that a team does not want a User whom nobody has answered yet. What comes between is found out when it is carried out. */
export async function submitDecline(
  form: Submission<Thread>,
  dependencies: ListenerDependencies,
): Promise<void> {
  const { value: thread, ack, view } = form;
  const { conversations, botService, texts } = dependencies;
  const refuse = (problem: string, input: string = DECLINE_INPUTS.destination) =>
    ack({ response_action: "errors", errors: { [input]: problem } });
  const { destination: id } = DECLINE_INPUTS;
  const destination = view.state.values[id]?.[id]?.selected_option?.value ?? botService;
  const note = typedIn(view, DECLINE_INPUTS.reason);
  if (!note) return await refuse(texts.declineForm.reasonMissing, DECLINE_INPUTS.reason);
  const conversation = thread && (await conversations.byThread(thread));
  if (conversation?.state === "open" && isAnswered(conversation)) {
    return await refuse(texts.declineForm.answered);
  }
  const wish = { reason: "declined", note } as const;
  await storeHandBack({ thread, destination, refuse }, wish, form, dependencies);
}
