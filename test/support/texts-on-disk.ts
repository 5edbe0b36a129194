import { readFile } from "node:fs/promises";

/** Which of these texts stand anywhere in the files of a state, its write-ahead log included. */
export async function textsOnDisk(path: string, texts: readonly string[]): Promise<string[]> {
  const files = await Promise.all(
    ["", "-wal", "-shm"].map((end) => readFile(path + end).catch(() => Buffer.alloc(0))),
  );
  return texts.filter((text) => files.some((file) => file.includes(text)));
}
