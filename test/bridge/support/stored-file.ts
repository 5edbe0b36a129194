import type { FileContent } from "../../../src/files/check-file.ts";

/** A file that somebody has handed in. */
export interface StoredFile {
  readonly name: string;
  readonly mimeType: string;
  readonly bytes: Uint8Array;
}

/** All of a file that is on its way. */
export async function readFile({ name, mimeType, bytes }: FileContent): Promise<StoredFile> {
  const chunks: Uint8Array[] = [];
  for await (const chunk of bytes) chunks.push(chunk);
  return { name, mimeType, bytes: Buffer.concat(chunks) };
}

/** A file as it is handed out: its bytes can be read once. */
export const toContent = ({ name, mimeType, bytes }: StoredFile): FileContent => ({
  name,
  mimeType,
  size: bytes.length,
  bytes: once(bytes),
});

async function* once(bytes: Uint8Array): AsyncGenerator<Uint8Array> {
  yield await Promise.resolve(bytes);
}
