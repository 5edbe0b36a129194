import { resolve } from "node:path";
import type { StateLocation } from "../config/state-location.ts";
import { ConfigError } from "../errors.ts";

/** How people know it, without a password. */
export function describeLocation(location: StateLocation): string {
  if (location.engine === "sqlite") return resolve(location.path);
  const { host, pathname } = new URL(location.url.reveal());
  return `postgres://${host}${pathname}`;
}

/**
 * The file of a state that is one, for the tools that copy files.
 *
 * @throws {ConfigError} it is a database of PostgreSQL; says what to use instead
 */
export function fileOf(location: StateLocation): string {
  if (location.engine === "sqlite") return resolve(location.path);
  throw new ConfigError([
    `STATE_URL is ${describeLocation(location)}: back it up with pg_dump and restore it with pg_restore and then npm run restore, as docs/scaling.md says`,
  ]);
}
