import { bold } from "./notice.ts";
import type { Texts } from "./texts/en.ts";

/** To somebody who asked for something in a thread that its conversation has left for `team`; `link`: where it is now. */
export const renderLeftThread = (
  team: string,
  link: string | undefined,
  { leftThread }: Texts,
): string =>
  link === undefined ? leftThread.unlinked(bold(team)) : leftThread.withLink(bold(team), link);
