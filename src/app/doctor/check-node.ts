import { ConfigError } from "../../errors.ts";

/** The oldest that runs the program as it is written. */
const OLDEST = 24;

/** @throws {ConfigError} it is too old */
export function checkNode(version: string = process.versions.node): Promise<string> {
  const major = Number.parseInt(version, 10);
  if (major >= OLDEST) return Promise.resolve(`${version}, at ${process.execPath}`);
  return Promise.reject(
    new ConfigError([
      `Node ${version} runs here, and the bridge needs ${OLDEST} or newer; npm ci brings it, unless optional packages are left out`,
    ]),
  );
}
