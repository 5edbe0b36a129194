import { readFile } from "node:fs/promises";

/**
 * How many transactions the write-ahead log of a state holds: a frame that ends one names the size of the database.
 * Source: sqlite.org/fileformat2.html, section 4.1.
 */
export async function transactionsIn(path: string): Promise<number> {
  const log = await readFile(`${path}-wal`);
  const frameBytes = 24 + log.readUInt32BE(8);
  let count = 0;
  for (let at = 32; at + frameBytes <= log.length; at += frameBytes) {
    if (log.readUInt32BE(at + 4) > 0) count += 1;
  }
  return count;
}
