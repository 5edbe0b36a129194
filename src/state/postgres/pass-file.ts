import { readFileSync, statSync } from "node:fs";
import { ConfigError } from "../../errors.ts";

/** Where a password is for. */
interface PasswordPlace {
  readonly host: string;
  readonly port: number;
  readonly database: string;
  readonly user: string;
}

/**
 * The password of the first line that fits, in a file as libpq reads it: `host:port:database:user:password`, `*` for any, `\`
 * before a `:` or `\` within a value.
 *
 * @throws {ConfigError} it cannot be read, or others than its owner may read it, which libpq does not accept either
 */
export function readPassFile(path: string, place: PasswordPlace): string | undefined {
  // A Unix socket counts as this machine.
  const host = place.host.startsWith("/") ? "localhost" : place.host;
  const wanted = [host, String(place.port), place.database, place.user];
  for (const line of readPrivate(path).split(/\r?\n/)) {
    if (line.startsWith("#")) continue;
    const fields = line.split(/(?<!(?<!\\)(?:\\\\)*\\):/).map(withoutEscapes);
    const [password, ...rest] = [fields[4], ...fields.slice(0, 4)];
    if (rest.length === 4 && rest.every((value, at) => value === "*" || value === wanted[at])) {
      return password;
    }
  }
  return undefined;
}

const withoutEscapes = (field: string): string => field.replaceAll(/\\(.)/g, "$1");

const OTHERS = 0o077;

function readPrivate(path: string): string {
  let mode: number;
  let text: string;
  try {
    mode = statSync(path).mode;
    text = readFileSync(path, "utf8");
  } catch (cause) {
    throw new ConfigError([`the file of passwords ${path} cannot be read`], { cause });
  }
  if ((mode & OTHERS) !== 0) {
    throw new ConfigError([
      `the file of passwords ${path} can be read by others than its owner; chmod 600 it`,
    ]);
  }
  return text;
}
