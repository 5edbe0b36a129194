import { defined } from "../../defined.ts";
import type { Rule, TeamConfig } from "../team-config.ts";
import type { BridgeFile } from "./bridge-file-schema.ts";
import { parseCondition } from "./parse-condition.ts";
import { toRules } from "./to-rules.ts";

type FileTeam = NonNullable<BridgeFile["teams"]>[number];
type FileRule = NonNullable<FileTeam["when"]>[number];

/** The teams of a file that is right. `fallbackChannel` is for those that name none. */
export function toTeams(
  file: BridgeFile,
  fallbackChannel: string,
): readonly [TeamConfig, ...TeamConfig[]] {
  const [first = { name: "Support" }, ...others] = file.teams ?? [];
  const toTeam = (team: FileTeam, index: number): TeamConfig => ({
    name: team.name.trim(),
    channel: team.channel ?? fallbackChannel,
    writtenAt: team.channel === undefined ? "SLACK_CHANNEL" : `teams[${index}].channel`,
    when: team.when?.map(toRule),
    agents: team.agents ?? file.agents ?? "channel",
    leads: team.leads ?? file.leads,
    allowShared: team["allow-shared"] ?? file["allow-shared"] ?? false,
    rules: toRules(file, team),
  });
  return [toTeam(first, 0), ...others.map((team, index) => toTeam(team, index + 1))];
}

const toRule = ({ reason, metadata, language }: FileRule): Rule =>
  defined({
    reason: toList(reason)?.map((pattern) => pattern.trim()),
    metadata: metadata && Object.entries(metadata).map(([path, given]) => toField(path, given)),
    language: toList(language),
  });

const toList = (given: string | string[] | undefined): readonly string[] | undefined =>
  typeof given === "string" ? [given] : given;

function toField(path: string, given: string | number | boolean) {
  const condition = parseCondition(given);
  if (typeof condition === "string") throw new TypeError("the file was not checked");
  return { path, condition };
}
