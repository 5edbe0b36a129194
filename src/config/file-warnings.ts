import type { BridgeFile } from "./bridge-file/bridge-file-schema.ts";

/** What the file or the environment says in vain, because the other one wins. One line each. */
export function fileWarnings(
  file: BridgeFile,
  name: string,
  given: { readonly TEAM_LANGUAGE?: string; readonly SLACK_CHANNEL?: string },
): string[] {
  const isChannelUsed = file.teams?.every(({ channel }) => channel !== undefined) !== true;
  return [
    ...(given.TEAM_LANGUAGE !== undefined && file.language !== undefined
      ? [`TEAM_LANGUAGE is set, so language in ${name} has no effect`]
      : []),
    ...(given.SLACK_CHANNEL !== undefined && !isChannelUsed
      ? [`SLACK_CHANNEL has no effect, because every team in ${name} names its channel`]
      : []),
  ];
}
