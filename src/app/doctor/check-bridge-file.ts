import type { ExaminedConfig } from "../../config/read-config.ts";
import { ConfigError } from "../../errors.ts";
import { type Remark, withWarnings } from "../../ops/doctor/check.ts";

/** @throws {ConfigError} with all that is wrong with the file, and with the folder of answers that it names */
export async function checkBridgeFile({
  file,
  config,
  ofFile,
  warnings,
}: ExaminedConfig): Promise<readonly Remark[]> {
  if (ofFile.length > 0) throw new ConfigError(ofFile);
  if (file === undefined) return withWarnings("there is none: one team, in SLACK_CHANNEL", []);
  const teams = config?.teams.length;
  const said = teams === undefined ? "" : `${teams === 1 ? "one team" : `${teams} teams`} of `;
  return withWarnings(`${said}${file}`, warnings);
}
