import { loadFile } from "../load-file.ts";
import { type ReadBridgeFile, readBridgeFile } from "./read-bridge-file.ts";

/** `bridge.yaml`, and what people call it. */
export type FoundBridgeFile = ReadBridgeFile & { readonly name: string };

/**
 * Reads the file that the environment names, or else the one of this name if it is there; `undefined`: there is none.
 * `fallbackChannel` is for teams that name no channel.
 */
export function findBridgeFile(
  named: string | undefined,
  ifThere: string | undefined,
  fallbackChannel: string | undefined,
): FoundBridgeFile | undefined {
  const name = named ?? ifThere;
  if (name === undefined) return undefined;
  const loaded = loadFile(name);
  if ("text" in loaded) return { name, ...readBridgeFile(loaded.text, name, fallbackChannel) };
  if (named === undefined && !loaded.isThere) return undefined;
  const subject = named === undefined ? `${name} must be` : "CONFIG_FILE must name";
  return {
    name,
    file: undefined,
    value: undefined,
    problems: [`${subject} a file ${loaded.problem}`],
  };
}
