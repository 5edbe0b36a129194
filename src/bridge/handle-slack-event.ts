import type { Handler, Item } from "../delivery/lanes.ts";
import type { Desk } from "./desk-ports.ts";
import { type HandBackDependencies, handBack } from "./ownership/hand-back.ts";
import type { OutboxBody } from "./stored/outbox-body.ts";
import { type RelayReplyDependencies, relayReply } from "./to-parley/relay-reply.ts";
import { type TellUserDependencies, tellUser } from "./to-parley/tell-user.ts";

export interface OutboxDependencies
  extends RelayReplyDependencies,
    HandBackDependencies,
    TellUserDependencies {
  people: RelayReplyDependencies["people"];
  desk: Desk;
  outbox: RelayReplyDependencies["outbox"] & TellUserDependencies["outbox"];
}

export const replyGoesAhead = ({ body }: Item<OutboxBody>): boolean => body.kind === "reply";

/** Handles outbox items, one of a thread at a time, in the order in which people wrote. */
export function createSlackEventHandler(dependencies: OutboxDependencies): Handler<OutboxBody> {
  return async (work) => {
    const { body } = work.item;
    switch (body.kind) {
      case "reply":
        return await relayReply(work, body, dependencies);
      case "hand-back":
        return await handBack(work, body.request, dependencies);
      case "tell-user":
        return await tellUser(work, body, dependencies);
      default:
        return body satisfies never;
    }
  };
}
