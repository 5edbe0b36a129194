import { z } from "zod";
import type { Service, Workspace } from "../ports.ts";
import { optional, record, serviceId, text } from "./fields.ts";

/** What Slack and Parley answered at the last start. */
export const workspaceSchema = record<Workspace>({
  team: text,
  url: text,
  botUserId: text,
  botId: text,
  enterprise: optional(text),
  channelNames: optional(z.record(z.string(), z.string())),
});

export const serviceSchema = record<Service>({ id: serviceId, name: text, isDefault: z.boolean() });
