import type { BridgeFile } from "./bridge-file/bridge-file-schema.ts";
import { withoutEffect } from "./bridge-file/without-effect.ts";

/** What the file says in vain: the environment wins, or this version does not carry it out. One line each. */
export function fileWarnings(
  file: BridgeFile,
  name: string,
  given: { readonly TEAM_LANGUAGE?: string; readonly SLACK_CHANNEL?: string },
): string[] {
  const isChannelUsed = file.teams?.every(({ channel }) => channel !== undefined) !== true;
  const ineffective = withoutEffect(file);
  return [
    ...(given.TEAM_LANGUAGE !== undefined && file.language !== undefined
      ? [`TEAM_LANGUAGE is set, so language in ${name} has no effect`]
      : []),
    ...(given.SLACK_CHANNEL !== undefined && !isChannelUsed
      ? [`SLACK_CHANNEL has no effect, because every team in ${name} names its channel`]
      : []),
    ...(ineffective.length > 0
      ? [`in ${name} this has no effect in this version: ${ineffective.join(", ")}`]
      : []),
  ];
}
