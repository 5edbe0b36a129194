import { isShownByParley, MAX_FILE_BYTES } from "../../files/file-types.ts";
import type { NotShown } from "../../files/not-shown.ts";
import { isJsonObject, type Json } from "../../json.ts";

/** A file in Slack that can be fetched. */
export interface SlackFile {
  id: string;
  name: string;
  mimeType: string;
  size: number;
  /** Private: it can be opened only with our token. Never passed on. */
  url: string;
}

/** A file that an agent shared, according to Slack. */
export type SharedFile =
  | ({ kind: "ready" } & SlackFile)
  /** Slack does not know everything about it yet. */
  | { kind: "unfinished"; id: string; name: string }
  /** It cannot be fetched: deleted or hidden by the workspace's plan (`gone`), or stored elsewhere. */
  | { kind: "gone" | "elsewhere"; id: string; name: string };

const GONE = new Set(["tombstone", "hidden_by_limit"]);

/** `undefined`: no file object. Source: docs.slack.dev/reference/objects/file-object, November 2026. */
export function parseSlackFile(value: Json): SharedFile | undefined {
  if (!isJsonObject(value) || typeof value.id !== "string" || value.id === "") return undefined;
  const { id, mode, size, mimetype } = value;
  const name = [value.name, value.title].find((text) => typeof text === "string" && text !== "");
  const named = {
    id,
    name: typeof name === "string" ? name.toWellFormed() : "file without a name",
  };
  if (typeof mode === "string" && GONE.has(mode)) return { kind: "gone", ...named };
  if (value.is_external === true || mode === "external") return { kind: "elsewhere", ...named };
  const url = [value.url_private_download, value.url_private].find(
    (address) => typeof address === "string" && address !== "",
  );
  const isTold = value.file_access !== "check_file_info" && mode !== "file_access";
  if (!isTold || typeof url !== "string" || typeof size !== "number" || !mimetype) {
    return { kind: "unfinished", ...named };
  }
  return { kind: "ready", ...named, mimeType: String(mimetype), size, url };
}

/** Why Parley's clients could not show it; `undefined`: they can. */
export function whyNotShown(file: SharedFile): NotShown | undefined {
  if (file.kind === "unfinished") return undefined;
  if (file.kind !== "ready") return { why: file.kind };
  const { mimeType, size } = file;
  if (!isShownByParley(mimeType)) return { why: "type", mimeType };
  if (size === 0) return { why: "empty" };
  return size > MAX_FILE_BYTES ? { why: "size", size } : undefined;
}
