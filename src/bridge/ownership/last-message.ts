import { escapeText } from "../../convert/text/slack-text.ts";
import type { MessageWriting } from "../../convert/to-parley/agent-reply.ts";
import { toParleyMessages } from "../../convert/to-parley/agent-reply.ts";
import { NO_NAMES } from "../../convert/to-parley/mentions.ts";
import { defined } from "../../defined.ts";
import type { Work } from "../../delivery/lanes.ts";
import type { BridgeError } from "../../errors.ts";
import type { renderHandBackFailed, UnsentWords } from "../../views/hand-back-failed.ts";
import { withAnswer } from "../claims/with-claim.ts";
import type { Conversation } from "../conversation.ts";
import { assertOwner } from "../owner.ts";
import { piecesOnce } from "../pieces.ts";
import type { Conversations, Parley, People } from "../ports.ts";
import { requestOnce, storeDone } from "../request-once.ts";
import type { HandBackRequest, OutboxBody } from "../stored/outbox-body.ts";

export interface LastMessageDependencies extends MessageWriting {
  parley: Parley;
  people: Pick<People, "identityOf">;
  conversations: Pick<Conversations, "update">;
  now: () => number;
}

/** The step that stands for the whole last message; each of its parts is a step before it. */
const LAST_MESSAGE = "last message";
const PART = "part ";

/** What the agent typed into the form takes the same way as a reply; nothing of it goes twice. */
export async function sendLastMessage(
  work: Work<OutboxBody>,
  { id, userId }: Conversation,
  request: HandBackRequest,
  { parley, people, conversations, now, ...writing }: LastMessageDependencies,
): Promise<void> {
  const { agent: by, lastMessage } = request;
  if (by === undefined || lastMessage === undefined || isLastMessageSent(work)) return;
  const agent = await people.identityOf(by);
  // A form gives what was typed, which Slack escapes everywhere else.
  const typed = { text: escapeText(lastMessage) };
  const texts = await piecesOnce(work, hasBegun(work), async () =>
    toParleyMessages(typed, NO_NAMES, writing),
  );
  for (const [index, text] of texts.entries()) {
    const name = `${PART}${index}`;
    if (work.stateOf(name) === "done") continue;
    if (index > 0) await assertOwner(parley, userId);
    await requestOnce(work, name, () => parley.send(userId, { text, agent }));
  }
  await storeDone(work, LAST_MESSAGE);
  const answer = { by, at: now() };
  if (texts.length > 0) await conversations.update(id, (c) => withAnswer(c, answer));
}

export const isLastMessageSent = (work: Work<OutboxBody>): boolean =>
  work.stateOf(LAST_MESSAGE) === "done";

/** Something of it may have gone. */
const hasBegun = (work: Work<OutboxBody>): boolean =>
  work.names().some((name) => name.startsWith(PART));

/** What the agent wrote and nobody got; of a last message of which something may have gone the notice says how far it came. */
export const unsentOf = (
  work: Work<OutboxBody>,
  { lastMessage, messageForUser, note }: HandBackRequest,
): UnsentWords =>
  defined({ messageForUser, note, lastMessage: hasBegun(work) ? undefined : lastMessage });

type Stage = Parameters<typeof renderHandBackFailed>[2];

/** How far it came: what an agent has to know when it fails. */
export function stageOf(work: Work<OutboxBody>, error: BridgeError): Stage {
  if (error.disposition === "uncertain") return "message-uncertain";
  if (!hasBegun(work)) return "nothing-done";
  return isLastMessageSent(work) ? "message-sent" : "message-begun";
}
