import { describe, expect, it } from "vitest";
import {
  BridgeError,
  NetworkError,
  ParleyApiError,
  SlackApiError,
  toBridgeError,
} from "../../src/errors.ts";
import { ERRORS } from "./every-error.ts";

describe("errors", () => {
  it.each(Object.entries(ERRORS))(
    "of code %s say so, and are called after their class",
    (code, error) => {
      expect(error.code).toBe(code);
      expect(error.name).toBe(error.constructor.name);
      expect(error).toBeInstanceOf(BridgeError);
    },
  );

  it.each([
    ["config", "fatal"],
    ["payload", "dead-letter"],
    ["network", "retry"],
    ["uncertain", "uncertain"],
    ["rate-limited", "retry"],
    ["parley-api", "dead-letter"],
    ["not-owner", "ignore"],
    ["owner-unchanged", "retry"],
    ["going-elsewhere", "retry"],
    ["not-taken-over", "ignore"],
    ["conversation-closed", "ignore"],
    ["cancelled", "ignore"],
    ["empty-reply", "ignore"],
    ["storage", "retry"],
    ["defect", "retry"],
    ["unexpected", "retry"],
  ] as const)("of code %s are settled as %s", (code, disposition) => {
    expect(ERRORS[code].disposition).toBe(disposition);
  });

  it("of Parley's own making are tried again", () => {
    expect(new ParleyApiError("PUT /x", 503, []).disposition).toBe("retry");
    expect(new ParleyApiError("PUT /x", 499, []).disposition).toBe("dead-letter");
  });

  it("name the scope that Slack asks for", () => {
    const error = new SlackApiError("views.open", "missing_scope", "fatal", "commands");
    expect(error.message).toBe("views.open: missing_scope (needs scope commands)");
  });

  it("are made of whatever was thrown, keeping it as the cause", () => {
    const known = new NetworkError("x");
    expect(toBridgeError(known)).toBe(known);
    const thrown = new RangeError("too far");
    expect(toBridgeError(thrown)).toMatchObject({
      code: "defect",
      disposition: "retry",
      cause: thrown,
    });
    for (const odd of ["s3cr3t", undefined, null, 7, { message: "s3cr3t" }]) {
      expect(toBridgeError(odd).message).toBe("not an Error");
    }
  });
});
