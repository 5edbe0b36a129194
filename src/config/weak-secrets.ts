import type { Given } from "./read-given.ts";
import { isWeak, secretValues } from "./secret-rules.ts";

/** Parley and Slack choose the others. */
const NAMES = ["PARLEY_CALLBACK_TOKEN", "SLACK_SIGNING_SECRET"] as const;

/** Which of these variables have secrets short enough to be guessed, each with what to do. */
export const weakSecrets = (
  { values }: Given,
  names: readonly (typeof NAMES)[number][] = NAMES,
): string[] =>
  names
    .filter((name) => secretValues(values[name] ?? "").some(isWeak))
    .map(
      (name) =>
        `${name} is shorter than 24 characters and could be guessed; ${
          name === "PARLEY_CALLBACK_TOKEN"
            ? "choose a longer one, e.g. with: openssl rand -hex 32"
            : "copy it again from Basic Information, App Credentials"
        }`,
    );
