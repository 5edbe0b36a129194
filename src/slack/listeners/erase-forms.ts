import type { ViewOutput } from "@slack/bolt";
import type { ModalView } from "@slack/web-api";
import { threadsOf } from "../../bridge/conversation.ts";
import { orderErasure } from "../../bridge/erasing/order-erasure.ts";
import type { KeptOfUser } from "../../bridge/erasing/user-records.ts";
import { teamIn } from "../../bridge/teams/team-in.ts";
import { errorFields } from "../../log.ts";
import type { ShownUser } from "../../views/actions.ts";
import {
  ERASE_INPUTS,
  type ErasePlan,
  renderErase,
  renderEraseFind,
} from "../../views/erase-forms.ts";
import type { Texts } from "../../views/texts/en.ts";
import { callSlack } from "../web-api.ts";
import type { ListenerDependencies } from "./listener-dependencies.ts";
import { publishHome } from "./publish-home.ts";
import { recordRefusedDeed } from "./refusal-in.ts";
import type { Press, Submission } from "./requests.ts";

/** Slack waits 3 s for everything. */
const LOOK_UP_WITHIN_MS = 500;

/** Whose data are to be erased is asked in a form. */
export async function openErase(
  { body, client }: Press<"find">,
  dependencies: ListenerDependencies,
): Promise<void> {
  const { texts } = dependencies;
  const agent = body.user.id;
  const refusal = await refusalToErase(agent, undefined, dependencies);
  if (refusal) return await publishHome({ agent, client }, undefined, dependencies, refusal);
  await callSlack("views.open", () =>
    client.views.open({
      trigger_id: body.trigger_id,
      view: renderEraseFind(texts) as unknown as ModalView,
    }),
  );
}

/** Says what would be erased, and wants that confirmed. */
export async function submitEraseFind(
  { ack, body, view }: Submission<"find">,
  dependencies: ListenerDependencies,
): Promise<void> {
  const { userRecords, texts } = dependencies;
  const refuse = refuseWith(ack, ERASE_INPUTS.name);
  await orRefuse(refuse, dependencies, async () => {
    const by = body.user.id;
    // Whoever leads no team does not hear whether there is somebody of that name.
    const refusal = await refusalToErase(by, undefined, dependencies);
    if (refusal) return await refuse(refusal);
    const name = literally(view, ERASE_INPUTS.name);
    const found = name ? await userRecords.find(name) : [];
    if (found.length > 1) {
      const ids = found.map(([id = ""]) => id).join(", ");
      return await refuse(texts.eraseForm.several(ids));
    }
    const [userIds] = found;
    const kept = userIds && (await userRecords.read(userIds));
    if (!kept) return await refuse(texts.eraseForm.nobody);
    const refusalHere = await refusalToErase(by, kept, dependencies);
    if (refusalHere) return await refuse(refusalHere);
    if (kept.busy) return await refuse(texts.eraseForm.busy[kept.busy]);
    await ack(toConfirm(kept, texts));
  });
}

/** Stores the order, and only then closes the form. */
export async function submitErase(
  { value, ack, body, view }: Submission<ShownUser>,
  dependencies: ListenerDependencies,
): Promise<void> {
  const { userRecords, onErasureOrdered, texts, now } = dependencies;
  const refuse = refuseWith(ack, ERASE_INPUTS.confirm);
  await orRefuse(refuse, dependencies, async () => {
    if (!value || literally(view, ERASE_INPUTS.confirm) !== value.userId) {
      return await refuse(texts.eraseForm.notConfirmed);
    }
    const [userIds] = await userRecords.find(value.userId, "user-id");
    const kept = userIds && (await userRecords.read(userIds));
    const by = body.user.id;
    const refusal = await refusalToErase(by, kept, dependencies);
    if (refusal) return await refuse(refusal);
    if (!kept) return await refuse(texts.eraseForm.nobody);
    if (kept.busy) return await refuse(texts.eraseForm.busy[kept.busy]);
    // Merged since: whoever confirms has to have seen all of it.
    if (kept.userIds.length !== value.ids) return await ack(toConfirm(kept, texts));
    await orderErasure({ userIds: kept.userIds, by, at: now() }, dependencies);
    onErasureOrdered();
    await ack();
  });
}

/** The form says what would be erased. */
const toConfirm = (kept: KeptOfUser, texts: Texts) => ({
  response_action: "update" as const,
  view: renderErase(planOf(kept), texts) as unknown as ModalView,
});

const refuseWith =
  (ack: Submission<unknown>["ack"], input: string) =>
  (problem: string): Promise<void> =>
    ack({ response_action: "errors", errors: { [input]: problem } });

/** Until it is stored the form stays open and says why. */
async function orRefuse(
  refuse: (problem: string) => Promise<void>,
  { texts, log }: ListenerDependencies,
  act: () => Promise<void>,
): Promise<void> {
  try {
    await act();
  } catch (error) {
    log.error(errorFields(error), "erasure.not-stored");
    await refuse(texts.handBackForm.notStored);
  }
}

/** As it was typed: what looks like an emoji may be a part of an id. */
const literally = ({ state }: ViewOutput, input: string): string =>
  (state.values[input]?.[input]?.value ?? "").toWellFormed().trim();

/**
 * Why somebody may not erase this User, in words for them: it takes to be named as a lead of every team that has had the User, or of any
 * team if none has.
 */
async function refusalToErase(
  by: string,
  kept: KeptOfUser | undefined,
  dependencies: ListenerDependencies,
): Promise<string | undefined> {
  const { permissions, desk } = dependencies;
  const conversations = kept?.conversations ?? [];
  const had = conversations.flatMap((conversation) =>
    [undefined, ...threadsOf(conversation)].map((thread) => teamIn(thread, conversation, desk)),
  );
  const teams = new Map(had.map((team) => [team.name, team] as const));
  // Side by side: however many there are, they take no longer than one.
  const refusals = await Promise.all(
    (teams.size > 0 ? [...teams.values()] : [undefined]).map((team) =>
      permissions.refusalOf({ agent: by }, { as: "eraser", team }, LOOK_UP_WITHIN_MS),
    ),
  );
  const refusal = refusals.find((each) => each !== undefined);
  return (
    refusal &&
    (await recordRefusedDeed(refusal, conversations[0], { by, what: "erase" }, dependencies))
  );
}

function planOf({ userIds, conversationIds, threads, rows }: KeptOfUser): ErasePlan {
  const [first, ...others] = userIds;
  if (first === undefined) throw new Error("a User without an id");
  const undelivered = [...(rows.inbox ?? []), ...(rows.outbox ?? [])].filter(
    ({ state }) => state === "dead" || state === "held",
  );
  return {
    userIds: [first, ...others],
    conversations: conversationIds.length,
    threads: threads.length,
    undelivered: undelivered.length,
  };
}
