import { writeFileSync } from "node:fs";
import { makeSlackEmoji } from "./make-slack-emoji.ts";

const text = JSON.stringify(makeSlackEmoji(), undefined, 2);
writeFileSync("src/convert/to-parley/slack-emoji.json", `${text}\n`);
