import { randomBytes, randomUUID } from "node:crypto";
import { extname } from "node:path";
import { type Answer, Refusal } from "./envelope.ts";
import type { MessageMedia } from "./message.ts";
import type { ParleyState } from "./state.ts";

/** Parley's own apps refuse more; Inferred: the Service API has the same limit. */
export const MAX_MEDIA_BYTES = 10_000_000;

export interface StoredMedia extends Omit<MessageMedia, "id" | "description"> {
  /** What the upload answered, to be named in a message. */
  readonly uploadId: string;
  /** The `media.id` of messages. */
  readonly id: string;
  readonly originalName: string;
  readonly bytes: Buffer;
  /** `service:<identification>` or `user:<id>`. */
  readonly uploadedBy: string;
  /** What its address answers instead. */
  readonly served?: ServedMedia | undefined;
}

/** A download that is not what it should be. */
export interface ServedMedia {
  readonly status?: number;
  /** Instead of its own; an empty text takes one away. */
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: Buffer;
  /** The connection breaks off after so many bytes. */
  readonly cutAfter?: number;
}

/**
 * Reads a multipart upload and stores its field `media`.
 * @throws {Refusal} `missing_media`, `media_too_large`, `invalid_media_type`
 */
export async function storeUpload(
  state: ParleyState,
  upload: {
    readonly body: Buffer;
    readonly contentType: string | undefined;
    readonly uploadedBy: string;
    readonly accountId: number;
    readonly nowMs: number;
  },
): Promise<StoredMedia> {
  const file = await readMediaField(upload.body, upload.contentType);
  const bytes = Buffer.from(await file.arrayBuffer());
  if (bytes.length === 0) throw new Refusal(400, "missing_media");
  if (bytes.length > MAX_MEDIA_BYTES) throw new Refusal(400, "media_too_large");
  const mimeType = (file.type.split(";")[0] ?? "").trim().toLowerCase();
  if (!isSupported(mimeType)) throw new Refusal(400, "invalid_media_type");
  const media = toStoredMedia(file.name, mimeType, bytes, upload);
  state.media.set(media.uploadId, media);
  return media;
}

/** The answer to a download. */
export function toDownload({ mimeType, bytes, served }: StoredMedia): Answer {
  const { status = 200, body = bytes, cutAfter } = served ?? {};
  const headers = {
    "content-type": mimeType,
    "content-length": String(body.length),
    ...served?.headers,
  };
  return {
    status,
    headers: Object.fromEntries(Object.entries(headers).filter(([, value]) => value !== "")),
    body,
    ...(cutAfter !== undefined && { cutAfter }),
  };
}

/** Stores bytes for callers in the same process, such as a test acting as a User. */
export function storeMedia(
  state: ParleyState,
  file: {
    readonly name: string;
    readonly mimeType: string;
    readonly bytes: Uint8Array;
    readonly served?: ServedMedia;
  },
  origin: { readonly uploadedBy: string; readonly accountId: number; readonly nowMs: number },
): StoredMedia {
  const stored = toStoredMedia(file.name, file.mimeType, Buffer.from(file.bytes), origin);
  const media = { ...stored, served: file.served };
  state.media.set(media.uploadId, media);
  return media;
}

/** @throws {Refusal} `media_not_found` */
export function toMessageMedia(
  state: ParleyState,
  reference: { readonly id: string; readonly description?: string | null | undefined },
): MessageMedia {
  const media = state.media.get(reference.id);
  if (!media) throw new Refusal(400, "media_not_found");
  const { id, mimeType, year, month, day, filename } = media;
  const description = reference.description ?? media.originalName;
  return { id, mimeType, year, month, day, filename, description };
}

/** The media behind `/media/{year}/{month}/{day}/{filename}`. */
export function findMedia(
  state: ParleyState,
  path: Readonly<Record<string, string>>,
): StoredMedia | undefined {
  for (const media of state.media.values()) {
    const isIt =
      media.filename === path.filename &&
      media.year === path.year &&
      media.month === path.month &&
      media.day === path.day;
    if (isIt) return media;
  }
  return undefined;
}

async function readMediaField(body: Buffer, contentType: string | undefined): Promise<File> {
  if (!contentType?.startsWith("multipart/form-data")) throw new Refusal(400, "missing_media");
  const headers = { "content-type": contentType };
  const form = await new Response(new Uint8Array(body), { headers }).formData().catch(() => {
    throw new Refusal(400, "missing_media");
  });
  const field = form.get("media");
  if (!(field instanceof File)) throw new Refusal(400, "missing_media");
  return field;
}

function toStoredMedia(
  originalName: string,
  mimeType: string,
  bytes: Buffer,
  origin: { readonly uploadedBy: string; readonly accountId: number; readonly nowMs: number },
): StoredMedia {
  const date = new Date(origin.nowMs);
  const [year, month, day] = [date.getUTCFullYear(), date.getUTCMonth() + 1, date.getUTCDate()];
  const filename = `${randomBytes(20).toString("hex")}${extname(originalName).toLowerCase()}`;
  return {
    uploadId: randomUUID(),
    id: `img/${origin.accountId}/${year}/${month}/${day}/${filename}`,
    year: String(year),
    month: String(month),
    day: String(day),
    filename,
    mimeType,
    originalName,
    bytes,
    uploadedBy: origin.uploadedBy,
  };
}

/** What Parley's web client shows or offers for download. */
function isSupported(mimeType: string): boolean {
  return SUPPORTED_MIME_TYPES.has(mimeType) || /^(audio|video)\/[\w.+-]+$/.test(mimeType);
}

const OFFICE = "application/vnd.openxmlformats-officedocument";
const SUPPORTED_MIME_TYPES = new Set([
  "image/jpeg",
  "image/png",
  "image/gif",
  "application/pdf",
  "application/msword",
  `${OFFICE}.wordprocessingml.document`,
  "application/vnd.ms-excel",
  `${OFFICE}.spreadsheetml.sheet`,
  "application/vnd.ms-powerpoint",
  `${OFFICE}.presentationml.presentation`,
  "text/plain",
  "text/csv",
]);
