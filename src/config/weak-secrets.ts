import type { Given } from "./read-given.ts";
import { isWeak, secretValues } from "./secret-rules.ts";

/** Variables whose secrets are short enough to be guessed, each with what to do. Parley and Slack choose the others. */
export const weakSecrets = ({ values }: Given): string[] =>
  (["PARLEY_CALLBACK_TOKEN", "SLACK_SIGNING_SECRET"] as const)
    .filter((name) => secretValues(values[name] ?? "").some(isWeak))
    .map(
      (name) =>
        `${name} is shorter than 24 characters and could be guessed; ${
          name === "PARLEY_CALLBACK_TOKEN"
            ? "choose a longer one, e.g. with: openssl rand -hex 32"
            : "copy it again from Basic Information, App Credentials"
        }`,
    );
