import { describeBuild, VERSION } from "../../build-info.ts";
import type { ExaminedConfig } from "../../config/read-config.ts";
import type { Given } from "../../config/read-given.ts";
import { unknownVariables } from "../../config/unknown-variables.ts";
import { weakSecrets } from "../../config/weak-secrets.ts";
import { ConfigError } from "../../errors.ts";
import { type Remark, withWarnings } from "../../ops/doctor/check.ts";

/** The variables, and the files of secrets. @throws {ConfigError} with all that is wrong with them */
export async function checkConfiguration(
  env: Readonly<Record<string, string | undefined>>,
  given: Given,
  { config, ofVariables }: ExaminedConfig,
): Promise<readonly Remark[]> {
  const unknown = unknownVariables(env);
  // Most likely what is missing is what was mistyped.
  if (ofVariables.length > 0) throw new ConfigError([...ofVariables, ...unknown]);
  const mode = config ? `, mode ${describeBuild(config).mode}` : "";
  const weak = weakSecrets(given, ["SLACK_SIGNING_SECRET"]);
  return withWarnings(`version ${VERSION}${mode}`, [...unknown, ...weak]);
}
