import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { parse } from "yaml";
import { z } from "zod";
import type { SandboxRow } from "./wire.ts";

const schema = z.object({
  features: z.object({
    app_home: z.object({ messages_tab_enabled: z.boolean() }),
    shortcuts: z
      .array(z.object({ type: z.string(), name: z.string(), callback_id: z.string() }))
      .default([]),
    slash_commands: z
      .array(z.object({ command: z.string(), usage_hint: z.string().default("") }))
      .default([]),
  }),
  oauth_config: z.object({ scopes: z.object({ bot: z.array(z.string()) }) }),
  settings: z.object({
    event_subscriptions: z.object({ bot_events: z.array(z.string()) }),
  }),
});

/** What an administrator of Slack agrees to who installs the app. */
export interface AppManifest extends Pick<SandboxRow, "shortcuts" | "commands"> {
  readonly scopes: readonly string[];
  readonly botEvents: readonly string[];
  readonly messagesTab: boolean;
}

export async function readAppManifest(): Promise<AppManifest> {
  const text = await readFile(join(import.meta.dirname, "../../manifest.yml"), "utf8");
  const { features, oauth_config, settings } = schema.parse(parse(text));
  return {
    scopes: oauth_config.scopes.bot,
    botEvents: settings.event_subscriptions.bot_events,
    messagesTab: features.app_home.messages_tab_enabled,
    shortcuts: features.shortcuts
      .filter(({ type }) => type === "message")
      .map(({ name, callback_id }) => ({ name, callbackId: callback_id })),
    commands: features.slash_commands.map(({ command, usage_hint }) => ({
      command,
      hint: usage_hint,
    })),
  };
}
