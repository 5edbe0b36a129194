import { fileTypeFromBuffer } from "file-type";
import { FileError } from "../errors.ts";
import { baseType, contradicts, contradictsBytes, isVague, MAX_FILE_BYTES } from "./file-types.ts";

/** A file that is being transferred. Its bytes can be read once; reading throws if they are not what was announced. */
export interface FileContent {
  readonly name: string;
  readonly mimeType: string;
  /** In bytes, exactly. */
  readonly size: number;
  readonly bytes: AsyncIterable<Uint8Array>;
}

/** A download, and everything that was said about it before. */
export interface AnnouncedFile {
  /** For log lines: an opaque id. */
  id: string;
  name: string;
  /** The type that the other side declares; empty: none. */
  mimeType: string;
  /** What the other side said about its size before, bytes. */
  size?: number;
  /** `Content-Type` and `Content-Length` of the answer that brings it. */
  contentType?: string;
  contentLength?: number;
  bytes: AsyncIterable<Uint8Array>;
}

/** Enough for the signature of every type of file. */
const SAMPLE_BYTES = 4_100;

/**
 * Compares a download with what was announced before anything of it is passed on: the first bytes are checked here, the
 * rest is counted while it is read. If nobody has told the size, the whole file is read first.
 *
 * @throws {FileError} also later, while `bytes` are read
 */
export async function checkFile(file: AnnouncedFile): Promise<FileContent> {
  const fail = (trouble: FileError["trouble"]) => new FileError(trouble, file);
  const source = file.bytes[Symbol.asyncIterator]();
  const giveUp = async (error: FileError): Promise<never> => {
    await source.return?.().catch(() => {});
    throw error;
  };
  const { size = file.contentLength, contentType } = file;
  if (contentType !== undefined && contradicts(file.mimeType, contentType)) {
    return giveUp(fail(isPage(contentType) ? "login-page" : "wrong-type"));
  }
  if (file.contentLength !== undefined && file.contentLength !== size) {
    return giveUp(fail("wrong-size"));
  }
  if (size !== undefined && size > MAX_FILE_BYTES) return giveUp(fail("too-large"));

  const sample = await readUntil(source, SAMPLE_BYTES);
  if (sample.length === 0) throw fail(size === undefined || size === 0 ? "empty" : "wrong-size");
  const mimeType = baseType(file.mimeType) || baseType(contentType ?? "");
  if (looksLikePage(sample) && !/^text\//.test(mimeType)) return giveUp(fail("login-page"));
  // A text may begin like another type: "BMW" begins like a bitmap.
  const isText = /^text\//.test(mimeType) && !sample.includes(0);
  const found = isText ? undefined : await typeOf(sample);
  if (contradictsBytes(mimeType, found)) return giveUp(fail("wrong-type"));
  const known = {
    name: file.name,
    mimeType: (isVague(mimeType) ? found : undefined) ?? (mimeType || "application/octet-stream"),
  };
  if (size !== undefined) return { ...known, size, bytes: counted(sample, source, size, fail) };
  const all = await readUntil(source, MAX_FILE_BYTES + 1 - sample.length, sample);
  if (all.length > MAX_FILE_BYTES) return giveUp(fail("too-large"));
  return { ...known, size: all.length, bytes: once(all) };
}

const isPage = (contentType: string): boolean => baseType(contentType) === "text/html";

/** HTML comments must end at their first `-->`: otherwise matching could take exponentially long. */
const PAGE = /^(?:\s|<!--(?:(?!-->)[\s\S])*-->)*<(?:!doctype html|html)\b/i;

const looksLikePage = (sample: Uint8Array): boolean =>
  PAGE.test(
    Buffer.from(sample)
      .subarray(0, 1_024)
      .toString("utf8")
      .replace(/^\uFEFF/, ""),
  );

async function typeOf(sample: Uint8Array): Promise<string | undefined> {
  const found = await fileTypeFromBuffer(sample);
  if (found) return found.mime;
  // PDF readers allow other bytes in front of the signature.
  const isPdf = Buffer.from(sample).subarray(0, 1_024).includes("%PDF-");
  return isPdf ? "application/pdf" : undefined;
}

async function readUntil(
  source: AsyncIterator<Uint8Array>,
  length: number,
  begin?: Uint8Array,
): Promise<Uint8Array> {
  const chunks: Uint8Array[] = begin ? [begin] : [];
  for (let read = 0; read < length; ) {
    const { value, done } = await source.next();
    if (done) break;
    chunks.push(value);
    read += value.length;
  }
  return Buffer.concat(chunks);
}

async function* once(all: Uint8Array): AsyncGenerator<Uint8Array> {
  yield all;
}

/** Yields the sample and what follows it; throws if that is longer or shorter than announced. */
async function* counted(
  sample: Uint8Array,
  source: AsyncIterator<Uint8Array>,
  size: number,
  fail: (trouble: FileError["trouble"]) => FileError,
): AsyncGenerator<Uint8Array> {
  let count = 0;
  try {
    for (let chunk: Uint8Array | undefined = sample; chunk !== undefined; ) {
      count += chunk.length;
      if (count > size) throw fail("wrong-size");
      yield chunk;
      const next = await source.next();
      chunk = next.done ? undefined : next.value;
    }
    if (count < size) throw fail("wrong-size");
  } finally {
    await source.return?.().catch(() => {});
  }
}
