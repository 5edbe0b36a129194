import type { Json } from "../../json.ts";
import type { Sample } from "./samples/every-view.ts";

/** All that is asked of Slack's validator in one question. */
export interface Batch {
  /** One for each block that is asked about, or one alone. */
  readonly owners: readonly Sample[];
  readonly asked: Readonly<Partial<Record<"blocks" | "message" | "view", Json>>>;
}

const MAX_BLOCKS = 40;
const MAX_LENGTH = 10_000;
/** A message of more is asked alone, as a message, because some limits hold for the whole of it. */
const FEW_BLOCKS = 6;

/** Puts small messages together, which makes many questions into few. */
export function batchesOf(samples: readonly Sample[]): readonly Batch[] {
  const batches: Batch[] = [];
  let owners: Sample[] = [];
  let blocks: Json[] = [];

  function finish(): void {
    if (blocks.length > 0) batches.push({ owners, asked: { blocks } });
    [owners, blocks] = [[], []];
  }

  for (const sample of samples) {
    const { shown } = sample;
    if ("view" in shown) {
      batches.push({ owners: [sample], asked: { view: shown.view } });
    } else if (shown.blocks.length > FEW_BLOCKS) {
      batches.push({ owners: [sample], asked: { message: { blocks: shown.blocks } } });
    } else {
      const all = [...blocks, ...shown.blocks];
      if (all.length > MAX_BLOCKS || JSON.stringify(all).length > MAX_LENGTH) finish();
      blocks.push(...shown.blocks);
      owners.push(...shown.blocks.map(() => sample));
    }
  }
  finish();
  return batches;
}
