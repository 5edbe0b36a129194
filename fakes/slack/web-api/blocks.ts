import type { ApiTestResponse, BlocksValidateResponse } from "@slack/web-api";
import { type BlockProblems, checkBlocks, isObject } from "../block-limits.ts";
import { invalidArguments, SlackError } from "../slack-error.ts";
import { checkView } from "../view-limits.ts";
import type { Method, Wire } from "./method.ts";

const KINDS = ["blocks", "message", "view"] as const;

/** A hint of ours as the validator puts it: with a pointer that begins at what was given. */
function toError(hint: string, prefix: RegExp) {
  const [, message = hint, pointer = ""] =
    /^\[ERROR\] (.*) \[json-pointer:(.*)\]$/.exec(hint) ?? [];
  return { code: "failed_constraint", message, pointer: pointer.replace(prefix, "") };
}

/** Source: docs.slack.dev/reference/methods/blocks.validate. */
const validate: Method = {
  run(_, args) {
    const given = KINDS.filter((kind) => args.nested(kind) !== undefined);
    const [kind] = given;
    if (kind === undefined || given.length > 1) {
      throw invalidArguments("must provide exactly one of `blocks`, `view`, or `message`");
    }
    const value = args.nested(kind);
    const { hints } = problemsOf(kind, value);
    if (hints.length > 0) {
      const prefix = kind === "blocks" ? /^\/blocks/ : /^\/view/;
      throw new SlackError(`invalid_${kind}`, {
        errors: hints.map((hint) => toError(hint, prefix)),
      });
    }
    return {} satisfies Wire<BlocksValidateResponse>;
  },
};

function problemsOf(kind: (typeof KINDS)[number], value: unknown): BlockProblems {
  if (kind === "view") return checkView(value);
  return checkBlocks(kind === "message" && isObject(value) ? value.blocks : value, "message");
}

/** Answers everybody, also who does not say who asks. */
const apiTest: Method = {
  token: "none",
  run: () => ({}) satisfies Wire<ApiTestResponse>,
};

export const blocks = {
  "api.test": apiTest,
  "blocks.validate": validate,
} satisfies Record<string, Method>;
