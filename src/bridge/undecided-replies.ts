import type { Lanes } from "../delivery/lanes.ts";
import type { UndecidedLine } from "../views/home.ts";
import type { Desk, Team } from "./desk-ports.ts";
import type { Conversations, Permalink } from "./ports.ts";
import type { OutboxBody } from "./stored/outbox-body.ts";
import { teamIn } from "./teams/team-in.ts";

/** With more dead letters than this something is wrong that no agent can mend one by one, and reading all of them takes long. */
const MOST = 100;

/** So many are told at once; the others follow when these are decided. */
const TOLD = 5;

/** The replies of some teams that are dead letters, the oldest first: some of them, if there are many. */
export async function undecidedReplies(
  teams: readonly Team[],
  {
    outbox,
    conversations,
    desk,
    permalink,
  }: {
    outbox: Pick<Lanes<OutboxBody>, "deadLetters" | "backlog">;
    conversations: Pick<Conversations, "byThread">;
    desk: Pick<Desk, "teamOf">;
    permalink: Permalink;
  },
): Promise<UndecidedLine[]> {
  const { deadLetters: count } = await outbox.backlog();
  if (count === 0 || count > MOST) return [];
  const names = new Set(teams.map(({ name }) => name));
  const told: UndecidedLine[] = [];
  for (const { id, body, code } of await outbox.deadLetters()) {
    if (body.kind !== "reply") continue;
    const { thread, ts, agent } = body.reply;
    const conversation = await conversations.byThread(thread);
    if (!conversation || !names.has(teamIn(thread, conversation, desk).name)) continue;
    const { user, userId } = conversation;
    told.push({
      dead: { item: id, ts },
      fate: code === "uncertain" ? "uncertain" : "failed",
      agent,
      user,
      userId,
      link: permalink({ ...thread, ts }),
    });
    if (told.length === TOLD) break;
  }
  return told;
}
