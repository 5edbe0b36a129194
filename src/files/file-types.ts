/** What Parley's own apps take at most, in both directions. */
export const MAX_FILE_BYTES = 10_000_000;

const OFFICE = "application/vnd.openxmlformats-officedocument";

/**
 * What Parley's clients show or offer for download. Source: SupportedMediaTypes.js of Parley's web library, June 2025;
 * webp, heic, svg and zip are missing there on purpose.
 */
const SHOWN_BY_PARLEY = new Set([
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
  "audio/aac",
  "audio/mp4",
  "audio/mpeg",
  "audio/ogg",
  "audio/wav",
  "audio/webm",
  "video/3gpp",
  "video/mp4",
  "video/mpeg",
  "video/ogg",
  "video/quicktime",
  "video/webm",
  "video/x-msvideo",
]);

/** One name for each type: those on the left mean the same as those on the right. */
const ALIASES: Readonly<Record<string, string>> = {
  "application/csv": "text/csv",
  "application/x-pdf": "application/pdf",
  "audio/m4a": "audio/mp4",
  "audio/mp3": "audio/mpeg",
  "audio/vnd.wave": "audio/wav",
  "audio/wave": "audio/wav",
  "audio/x-m4a": "audio/mp4",
  "audio/x-wav": "audio/wav",
  "image/apng": "image/png",
  "image/jpg": "image/jpeg",
  "image/pjpeg": "image/jpeg",
  "image/x-png": "image/png",
  "video/avi": "video/x-msvideo",
  "video/vnd.avi": "video/x-msvideo",
};

/** `text/plain; charset=utf-8` → `text/plain`; several names of one type become one. */
export function baseType(type: string): string {
  const base = (type.split(";")[0] ?? "").trim().toLowerCase();
  return ALIASES[base] ?? base;
}

export const isShownByParley = (type: string): boolean => SHOWN_BY_PARLEY.has(baseType(type));

/** Types that say nothing about what is inside. */
const VAGUE = new Set(["", "application/octet-stream", "binary/octet-stream"]);
export const isVague = (type: string): boolean => VAGUE.has(baseType(type));

/** What office formats look like by their first bytes: the newer ones are zip archives, the older ones CFB. */
const PACKAGES: Readonly<Record<string, RegExp>> = {
  "application/zip": /^application\/vnd\.(openxmlformats|oasis)|\+zip$/,
  "application/x-cfb": /^application\/(msword|vnd\.ms-)/,
};
const isSound = (type: string): boolean => /^(audio|video)\/|^application\/ogg$/.test(type);
const isText = (type: string): boolean => /^text\/|[/+](json|xml)$/.test(type);

/** Whether a file that is announced as `declared` cannot be of the type `found` that the answer's header names. */
export function contradicts(declared: string, found: string): boolean {
  const [announced, other] = [baseType(declared), baseType(found)];
  if (isVague(announced) || isVague(other) || announced === other) return false;
  if (other === "text/html" || announced.startsWith("image/") || other.startsWith("image/")) {
    return true;
  }
  return isSound(announced) !== isSound(other);
}

/**
 * Whether the bytes of a file cannot be of the type `declared`. `found`: the type of their signature; `undefined` if they
 * have none, as texts.
 */
export function contradictsBytes(declared: string, found: string | undefined): boolean {
  const announced = baseType(declared);
  if (isVague(announced)) return false;
  if (found === undefined) return /^image\/(jpeg|png|gif)$|^application\/pdf$/.test(announced);
  const other = baseType(found);
  if (other === announced) return false;
  if (PACKAGES[other]?.test(announced)) return false;
  if (isSound(announced)) return !isSound(other);
  if (isText(announced)) return !isText(other);
  return true;
}
