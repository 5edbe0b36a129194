import { execFile } from "node:child_process";
import { join } from "node:path";
import { promisify } from "node:util";
import { findPostgres } from "../test/support/postgres-server.ts";
import type { Program } from "./running.ts";

/** Installs what the peers need. Resolves with those that can be started here, and says of the others why they cannot. */
export async function preparePeers(): Promise<Program[]> {
  if (!findPostgres()) {
    console.error("… the Chat SDK is left out: its state needs Debian's package `postgresql`");
    return [];
  }
  console.error("… npm ci in bench/peers");
  await promisify(execFile)("npm", ["ci"], { cwd: join(import.meta.dirname, "peers") });
  return ["chat-sdk"];
}
