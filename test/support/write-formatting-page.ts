import { mkdirSync, writeFileSync } from "node:fs";
import { makeFormattingPage } from "./formatting-page.ts";

mkdirSync("docs", { recursive: true });
writeFileSync("docs/formatting.md", makeFormattingPage());
