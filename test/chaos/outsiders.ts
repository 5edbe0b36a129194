import type { FakeParley } from "../../fakes/parley/fake-parley.ts";
import type { FakeSlack } from "../../fakes/slack/fake-slack.ts";
import type { Places } from "./places.ts";
import { speak } from "./speak.ts";
import { OUTSIDER } from "./teams.ts";

type Message = FakeSlack["state"]["messages"][number];

/** Who is in no team writes in threads, too. */
export interface Outsiders {
  /** Settles when the bridge has the words, or Slack has given up. */
  write(root: Message): Promise<void>;
  /** What became of it all; looks at both sides. */
  judge(
    ids: Iterable<string>,
    places: Pick<Places, "conversationOf">,
  ): { readonly written: number; readonly wrong: readonly string[] };
}

const TOKEN = /o-\d{5}/g;

export function createOutsiders(stage: { slack: FakeSlack; parley: FakeParley }): Outsiders {
  const { slack, parley } = stage;
  /** What the bridge has confirmed: where each of the words stands. */
  const taken = new Map<string, Message>();
  let written = 0;
  return {
    async write({ channel, ts: threadTs }) {
      const token = `o-${String(written).padStart(5, "0")}`;
      written += 1;
      const text = `${token} from somebody else`;
      const { ts, delivered } = await speak(slack, { user: OUTSIDER, channel, threadTs, text });
      if ((await delivered).status !== "delivered") return;
      const message = slack.state.messages.find((other) => other.ts === ts);
      if (message) taken.set(token, message);
    },
    judge(ids, places) {
      // Somebody may have deleted the root: the bridge tells it where the conversation goes on.
      const placeOf = (thread: string | undefined) => places.conversationOf(thread) ?? thread;
      const leaked = [...ids].flatMap((id) =>
        parley.sent(id).flatMap(({ message }) => message?.match(TOKEN) ?? []),
      );
      const isLocked = ({ reactions = [] }: Message) =>
        reactions.some(({ name, users }) => name === "lock" && users.includes(slack.botUserId));
      const toldIn = new Set(
        slack.state.ephemerals.flatMap(({ user, thread_ts }) =>
          user === OUTSIDER && thread_ts !== undefined ? [placeOf(thread_ts)] : [],
        ),
      );
      return {
        written,
        wrong: [
          ...leaked.map((token) => `words of an outsider reached a User: ${token}`),
          ...[...taken].flatMap(([token, message]) => [
            ...(isLocked(message) ? [] : [`words of an outsider without a lock: ${token}`]),
            ...(toldIn.has(placeOf(message.thread_ts))
              ? []
              : [`the outsider was not told: ${token}`]),
          ]),
        ],
      };
    },
  };
}
