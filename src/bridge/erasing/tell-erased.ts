import type { Lanes } from "../../delivery/lanes.ts";
import { makeDerivedItemId } from "../../ids.ts";
import { type ErasedView, renderErased } from "../../views/erased.ts";
import type { Texts } from "../../views/texts/en.ts";
import { personLane } from "../inbox-lanes.ts";
import type { Permalink } from "../ports.ts";
import type { Erasure } from "../stored/erasure.ts";
import type { InboxBody } from "../stored/inbox-body.ts";
import type { Erasures } from "./erasures.ts";

export interface TellErasedDependencies {
  erasures: Erasures;
  inbox: Pick<Lanes<InboxBody>, "append">;
  permalink: Permalink;
  texts: Texts;
  now: () => number;
}

/** What nobody has asked for by then is forgotten. */
const REPORT_LIFE_MS = 7 * 86_400_000;

/** Tells those who wanted somebody erased in Slack what came of it, once, and forgets the order. Safe to repeat. */
export async function tellErased(dependencies: TellErasedDependencies): Promise<void> {
  const { erasures, inbox, texts, now } = dependencies;
  for (const id of await erasures.ids()) {
    const erasure = await erasures.get(id);
    if (erasure?.doneAt === undefined) continue;
    const { by, doneAt } = erasure;
    if (by === undefined) {
      if (now() - doneAt > REPORT_LIFE_MS) await erasures.delete(id);
      continue;
    }
    const messages = renderErased(toView(erasure, dependencies), texts);
    for (const [index, message] of messages.entries()) {
      await inbox.append({
        lane: personLane(by),
        id: makeDerivedItemId(id, `report ${index}`),
        body: { kind: "direct", to: by, message },
      });
    }
    await erasures.delete(id);
  }
}

function toView(
  { threads, rows = {} }: Erasure,
  { permalink }: Pick<TellErasedDependencies, "permalink">,
): ErasedView {
  const sum = (of: (thread: Erasure["threads"][number]) => number): number =>
    threads.reduce((total, thread) => total + of(thread), 0);
  return {
    messages: sum(({ messages, emptied, left }) => messages - emptied.length - left.length),
    files: sum(({ files }) => files),
    records: rows.audit ?? 0,
    left: threads.flatMap(({ thread, people, emptied, left }) => {
      const count = people.length + emptied.length + left.length;
      return count > 0 ? [{ link: permalink(thread), count }] : [];
    }),
    unseen: threads.flatMap(({ thread, refused }) => (refused ? [permalink(thread)] : [])),
  };
}
