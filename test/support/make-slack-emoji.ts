import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

/** 49 MB for a file of 60 kB: fetched when it is needed, instead of with everything else. */
const SOURCE = { name: "emojibase-data", version: "17.0.0" };

/** Slack's names of emoji as the bridge keeps them, with the notice that their licence asks for. Asks the registry. */
export function makeSlackEmoji() {
  const folder = mkdtempSync(join(tmpdir(), "slack-emoji-"));
  try {
    const source = `${SOURCE.name}@${SOURCE.version}`;
    const options = ["--no-save", "--ignore-scripts", "--legacy-peer-deps", "--prefix", folder];
    execFileSync("npm", ["install", ...options, source], { stdio: "inherit" });
    const read = (path: string) =>
      readFileSync(join(folder, "node_modules", SOURCE.name, path), "utf8");
    const iamcal = JSON.parse(read("en/shortcodes/iamcal.json")) as Readonly<
      Record<string, string | string[]>
    >;
    return {
      source: `${SOURCE.name} ${SOURCE.version}, en/shortcodes/iamcal.json; written by "npm run emoji:names"`,
      licence: read("LICENSE").trim(),
      names: Object.fromEntries(
        Object.entries(iamcal).map(([code, names]) => [code, [names].flat().join(" ")]),
      ),
    };
  } finally {
    rmSync(folder, { recursive: true });
  }
}
