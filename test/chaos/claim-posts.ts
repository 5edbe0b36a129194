import type { Stage } from "./stage.ts";

/** A post that says who answers a User from now on. */
export interface ClaimPost {
  readonly thread: string;
  /** Slack id; missing: nobody. */
  readonly to?: string;
  /** From whom they were taken; missing: nobody had them. */
  readonly from?: string;
  /** The same for a post that is shown once more. */
  readonly tag: string;
}

/** All of them, in the order of posting. */
export function findClaimPosts({ slack, places }: Pick<Stage, "slack" | "places">): ClaimPost[] {
  return slack.state.messages.flatMap(({ bot_id, thread_ts, text, metadata }) => {
    if (bot_id !== slack.botId || places.userOf(thread_ts ?? "") === undefined) return [];
    const change = claimIn(text);
    const tag = JSON.stringify(metadata?.event_payload);
    return change && thread_ts ? [{ ...change, thread: thread_ts, tag }] : [];
  });
}

/** `undefined`: it says nothing about that. */
export function claimIn(text: string): Pick<ClaimPost, "to" | "from"> | undefined {
  const [first = "", second = "", third] = [...text.matchAll(/<@(\w+)>/g)].flatMap(
    ([, id]) => id ?? [],
  );
  if (/^:wave: .*(is free for others|obody answers)/.test(text)) return {};
  if (/^:point_right: It is the turn of/.test(text)) return { to: first };
  if (/^:raising_hand: .* instead of/.test(text)) return { to: first, from: second };
  if (/^:raising_hand: /.test(text)) return { to: first };
  if (/^:point_right: .* gave this User to/.test(text)) {
    return { to: second, ...(third && { from: third }) };
  }
  return undefined;
}

/** Two who both answer, as a thread says, without that the first had let go of the User. */
export function findRivals(posts: readonly ClaimPost[]): string[] {
  return [...Map.groupBy(posts, ({ thread }) => thread)].flatMap(([thread, all]) => {
    let has: string | undefined;
    const seen = new Set<string>();
    return all.flatMap(({ to, from, tag }) => {
      if (seen.has(tag)) return [];
      seen.add(tag);
      const isRival = to !== undefined && from === undefined && has !== undefined && has !== to;
      const line = `${to} answers in ${thread}, and so does ${has}`;
      has = to;
      return isRival ? [line] : [];
    });
  });
}
