import type { FakeParley } from "../../fakes/parley/fake-parley.ts";
import type { FakeSlack } from "../../fakes/slack/fake-slack.ts";

/** What Slack and Parley had when an earlier version was stopped, beside its state. */
export interface EarlierWorld {
  /** The conversation that goes on. */
  readonly open: Thread;
  /** The one with a dead letter. */
  readonly refused: Thread;
  readonly messages: FakeSlack["state"]["messages"];
  readonly users: readonly ParleyUser[];
}

interface Thread {
  readonly userId: string;
  readonly ts: string;
}

type ParleyUser = ReturnType<FakeParley["user"]>;

/** Gives the fakes what others had before. */
export function putBack(
  { messages, users }: EarlierWorld,
  { slack, parley }: { readonly slack: FakeSlack; readonly parley: FakeParley },
): void {
  slack.state.messages.push(...messages);
  for (const user of users) {
    parley.state.users.set(user.id, user);
    parley.state.nextUserId = Math.max(parley.state.nextUserId, Number(user.id) + 1);
    for (const { id } of user.messages) {
      parley.state.nextMessageId = Math.max(parley.state.nextMessageId, Number(id) + 1);
    }
  }
}
