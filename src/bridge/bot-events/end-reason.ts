import type { Conversation } from "../conversation.ts";

/** Of the ends that no hand-back is the reason of. */
const REASONS: Partial<Readonly<Record<Conversation["state"], string>>> = {
  "taken-away": "owner_changed",
  merged: "merged",
};

/** Why a conversation has ended, as bots are told. */
export const endReasonOf = ({ state, ending }: Pick<Conversation, "state" | "ending">): string =>
  REASONS[state] ?? ending?.reason ?? "handed_back";
