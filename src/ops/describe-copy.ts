import type { CopyFacts } from "../state/sqlite/copy-facts.ts";
import { formatSize } from "../views/format-size.ts";
import { en } from "../views/texts/en.ts";

/** What is in a copy of a state, for operators. */
export const describeCopy = ({ bytes, waiting, deadLetters }: CopyFacts): string =>
  `${formatSize(bytes, en)}, ${count(waiting, "item")} waiting, ${count(deadLetters, "dead letter")}`;

const count = (amount: number, what: string): string =>
  `${amount} ${what}${amount === 1 ? "" : "s"}`;
