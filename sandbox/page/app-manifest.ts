import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { parse } from "yaml";
import { z } from "zod";
import type { SandboxRow } from "./wire.ts";

const schema = z.object({
  features: z.object({
    shortcuts: z
      .array(z.object({ type: z.string(), name: z.string(), callback_id: z.string() }))
      .default([]),
    slash_commands: z
      .array(z.object({ command: z.string(), usage_hint: z.string().default("") }))
      .default([]),
  }),
});

/** What the app's manifest puts into Slack's menus. */
export async function readAppManifest(): Promise<Pick<SandboxRow, "shortcuts" | "commands">> {
  const text = await readFile(join(import.meta.dirname, "../../manifest.yml"), "utf8");
  const { features } = schema.parse(parse(text));
  return {
    shortcuts: features.shortcuts
      .filter(({ type }) => type === "message")
      .map(({ name, callback_id }) => ({ name, callbackId: callback_id })),
    commands: features.slash_commands.map(({ command, usage_hint }) => ({
      command,
      hint: usage_hint,
    })),
  };
}
