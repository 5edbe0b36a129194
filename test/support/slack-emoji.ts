import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import iamcal from "emojibase-data/en/shortcodes/iamcal.json" with { type: "json" };

const { resolve } = createRequire(import.meta.url);
const licence = readFileSync(resolve("emojibase-data/LICENSE"), "utf8");
const { version } = JSON.parse(readFileSync(resolve("emojibase-data/package.json"), "utf8")) as {
  version: string;
};

/** Slack's names of emoji as the bridge keeps them, with the notice that their licence asks for. Made of `emojibase-data`. */
export const makeSlackEmoji = () => ({
  source: `emojibase-data ${version}, en/shortcodes/iamcal.json; written by "npm run emoji:names"`,
  licence: licence.trim(),
  names: Object.fromEntries(
    Object.entries(iamcal as Readonly<Record<string, string | string[]>>).map(([code, names]) => [
      code,
      [names].flat().join(" "),
    ]),
  ),
});
