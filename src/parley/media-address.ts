import type { Config } from "../config/read-config.ts";
import type { ParleyMedia } from "../convert/to-slack/parley-message.ts";
import { isId } from "../ids.ts";

/** The API, and the other hosts that files may be fetched from. */
type MediaHosts = Pick<Config["parley"], "apiUrl" | "mediaPath" | "mediaHosts">;

export interface MediaAddress {
  url: URL;
  /** Whether this is Parley's API: our authorization may be sent nowhere else. */
  isApi: boolean;
}

/**
 * The address of a User's file; `undefined` if it is on a host that we may not ask. Inferred: the Service API offers the
 * Client API's path, `/media/{year}/{month}/{day}/{filename}`, which is `media.id` without its first two segments.
 */
export function addressOf(media: ParleyMedia, hosts: MediaHosts): MediaAddress | undefined {
  const { url, id, year, month, day, filename } = media;
  const absolute = [url, id].find((text) => text !== undefined && /^[a-z][a-z\d+.-]*:/i.test(text));
  if (absolute !== undefined) return ofAbsolute(absolute, hosts);
  const dated = [year, month, day, filename].filter((part) => part !== undefined);
  if (dated.length === 4) return ofSegments(dated, hosts);
  const segments = (id ?? url ?? "").split("/");
  return ofSegments(segments.length > 2 ? segments.slice(2) : segments, hosts);
}

function ofAbsolute(text: string, { apiUrl, mediaHosts }: MediaHosts): MediaAddress | undefined {
  if (!URL.canParse(text)) return undefined;
  const url = new URL(text);
  if (url.username !== "" || url.password !== "") return undefined;
  if (url.origin === new URL(apiUrl).origin) return { url, isApi: true };
  const isAllowed = url.protocol === "https:" && mediaHosts.includes(url.hostname.toLowerCase());
  return isAllowed ? { url, isApi: false } : undefined;
}

function ofSegments(
  segments: readonly string[],
  { apiUrl, mediaPath }: MediaHosts,
): MediaAddress | undefined {
  // A path with `..` in it could lead elsewhere.
  if (!segments.every(isId)) return undefined;
  const path = segments.map((segment) => encodeURIComponent(segment)).join("/");
  return { url: new URL(`${apiUrl}${mediaPath}/${path}`), isApi: true };
}
