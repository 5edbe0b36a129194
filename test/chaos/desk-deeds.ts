import { textsFor } from "../../src/views/texts/texts-for.ts";
import { tokensIn } from "./ledger.ts";
import type { Stage } from "./stage.ts";
import type { Workload } from "./workload.ts";

/** Something that the desk did by itself, as people on either side see it. */
export interface DeskDeed {
  readonly user: number;
  /** The step, such as `remind group`, `tell waiting`, `hand back nobody_available`. */
  readonly step: string;
  /** ms since the epoch. */
  readonly at: number;
  /** What two posts of the same step have in common; missing where nothing tells them apart. */
  readonly tag?: string;
}

/** All of it, the oldest first. */
export function findDeskDeeds(
  { slack, parley, places, ledger }: Stage,
  { ids }: Pick<Workload, "ids">,
): DeskDeed[] {
  const inThreads = slack.state.messages.flatMap((message): DeskDeed[] => {
    const { bot_id, thread_ts = "", ts, text, metadata } = message;
    const user = places.userOf(thread_ts);
    const step = stepIn(text);
    if (bot_id !== slack.botId || user === undefined || !step) return [];
    const tag = `${thread_ts} ${JSON.stringify(metadata?.event_payload)}`;
    return [{ user, step, at: Number(ts) * 1000, tag }];
  });
  const inChats = [...ids].flatMap(([user, id]) =>
    parley.sent(id).flatMap(({ id: sent, message }): DeskDeed[] => {
      const name = nameOfText(message ?? "");
      return name ? [{ user, step: `tell ${name}`, at: ledger.arrivedAt.get(sent) ?? 0 }] : [];
    }),
  );
  const handBacks = [...ids].flatMap(([user, id]) =>
    parley.user(id).handovers.flatMap(({ metadata, at }): DeskDeed[] => {
      const reason = /"reason":"(nobody_available|user_silent)"/.exec(
        JSON.stringify(metadata) ?? "",
      );
      return reason ? [{ user, step: `hand back ${reason[1]}`, at }] : [];
    }),
  );
  return [...inThreads, ...inChats, ...handBacks].toSorted((a, b) => a.at - b.at);
}

function stepIn(text: string): string | undefined {
  if (text.includes("is free for others")) return "release";
  if (!text.startsWith(":bell:")) return undefined;
  if (!text.includes("nobody has answered")) return "remind claimant";
  if (text.includes("^S0LEADS>")) return "remind leads";
  return text.includes("<!subteam^") ? "remind group" : "remind thread";
}

/** The name of a text of the desk's own; none of people's words is one. */
function nameOfText(text: string): string | undefined {
  if (tokensIn(text).length > 0) return undefined;
  return Object.entries(textsFor("en").toUser).find(([, own]) => own === text)?.[0];
}
