import type { Config } from "../config/read-config.ts";
import type { ParleyMedia } from "../convert/to-slack/parley-message.ts";
import { isId } from "../ids.ts";

/** The API, and who else may give files out. */
type MediaPlaces = Pick<Config["parley"], "apiUrl" | "mediaPath" | "mediaHosts">;

export interface MediaAddress {
  url: URL;
  /** Whether this is Parley's API: only there our authorization may go. */
  isApi: boolean;
}

/**
 * Where a User's file is; `undefined` if that is nowhere we may look. Inferred: the Service API offers the Client API's
 * path, `/media/{year}/{month}/{day}/{filename}`, which is `media.id` without its first two segments.
 */
export function addressOf(media: ParleyMedia, places: MediaPlaces): MediaAddress | undefined {
  const { url, id, year, month, day, filename } = media;
  const absolute = [url, id].find((text) => text !== undefined && /^[a-z][a-z\d+.-]*:/i.test(text));
  if (absolute !== undefined) return ofAbsolute(absolute, places);
  const dated = [year, month, day, filename].filter((part) => part !== undefined);
  if (dated.length === 4) return ofSegments(dated, places);
  const segments = (id ?? url ?? "").split("/");
  return ofSegments(segments.length > 2 ? segments.slice(2) : segments, places);
}

function ofAbsolute(text: string, { apiUrl, mediaHosts }: MediaPlaces): MediaAddress | undefined {
  if (!URL.canParse(text)) return undefined;
  const url = new URL(text);
  if (url.username !== "" || url.password !== "") return undefined;
  if (url.origin === new URL(apiUrl).origin) return { url, isApi: true };
  const isAllowed = url.protocol === "https:" && mediaHosts.includes(url.hostname.toLowerCase());
  return isAllowed ? { url, isApi: false } : undefined;
}

function ofSegments(
  segments: readonly string[],
  { apiUrl, mediaPath }: MediaPlaces,
): MediaAddress | undefined {
  // A path that leads elsewhere is no path to a file.
  if (!segments.every(isId)) return undefined;
  const path = segments.map((segment) => encodeURIComponent(segment)).join("/");
  return { url: new URL(`${apiUrl}${mediaPath}/${path}`), isApi: true };
}
