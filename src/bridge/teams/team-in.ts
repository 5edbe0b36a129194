import { defined } from "../../defined.ts";
import type { Thread } from "../../ids.ts";
import { type Conversation, movedFrom } from "../conversation.ts";
import type { Desk, Team } from "../desk-ports.ts";

/** Whose thread it is: of a thread that the conversation was moved from still the team that had it there. */
export function teamIn(
  thread: Thread | undefined,
  conversation: Conversation,
  desk: Pick<Desk, "teamOf">,
): Team {
  const left = thread && movedFrom(conversation, thread);
  if (!left) return desk.teamOf(conversation);
  const { team: _, ...rest } = conversation;
  return desk.teamOf({ ...rest, thread: left.thread, ...defined({ team: left.team }) });
}
