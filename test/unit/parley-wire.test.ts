import { describe, expect, it, onTestFinished, vi } from "vitest";
import { toSecret } from "../../src/config/secret.ts";
import { defined } from "../../src/defined.ts";
import {
  ParleyAccessError,
  ParleyApiError,
  RateLimitedError,
  UncertainDeliveryError,
} from "../../src/errors.ts";
import type { Json } from "../../src/json.ts";
import { createAuthorizer, makeAuthorization } from "../../src/parley/authorization.ts";
import { type Reading, readEnvelope } from "../../src/parley/read-envelope.ts";
import { isTrue, readOwner } from "../../src/parley/read-owner.ts";

describe("the authorization string", () => {
  // Made-up inputs; two independent implementations agree on the results.
  it.each([
    {
      serviceIdentification: "Jlk9e7cSf9g3FFsaqe39",
      accountIdentification: "0123456789abcdefACCT",
      validUntilSeconds: 1_767_225_600,
      sharedSecret: "made-up-shared-secret",
      expected:
        "SmxrOWU3Y1NmOWczRkZzYXFlMzl8MDEyMzQ1Njc4OWFiY2RlZkFDQ1R8MTc2NzIyNTYwMHw5OGUwMjE0NjY1Y2YzZjBhYTQyMDNkZTg2ZTI4YzkwNzk1OGFmNmE2YzljNDk5M2VmZTc5YzgwYzNjOTU0YzEwYzk1MGE1YTdmNjkzZDM0ZTRmZTcyZThkOGUxMGE4YTMxNTIzZGYzMzk5ZmVmY2FhMDk3Yjk4MjVhMmQwYjA3Zg==",
    },
    {
      serviceIdentification: "svcA",
      accountIdentification: "acctB",
      validUntilSeconds: 4_102_444_800,
      sharedSecret: "s3cr3t",
      expected:
        "c3ZjQXxhY2N0Qnw0MTAyNDQ0ODAwfDZlMjYyYWJjMjI3ZDdiN2NiMzc0YjZhMjY3NDhkM2JiODk2ZjVhMDRlZDI2ZjMwMjIyYjgzNmFmYmEyYWViNjg4YTE3YzUzOGM4Yjk3ZDk0YzE5OWZhODg0ZDNkNjg5NTQyNjE3MjM2NGJmNTAzMjhiZWM5Zjg3Y2Y3NjkxZjc3",
    },
  ])("of $serviceIdentification is as documented", ({ expected, ...given }) => {
    expect(makeAuthorization(given)).toBe(expected);
  });

  it("is the same for the requests of a second, and another one a second later", () => {
    vi.useFakeTimers({ now: 1_800_000_000_000 });
    onTestFinished(() => void vi.useRealTimers());
    const authorize = createAuthorizer({
      serviceId: "svcA",
      accountId: "acctB",
      sharedSecret: toSecret("s3cr3t"),
    });
    const validUntil = () => Buffer.from(authorize(), "base64").toString().split("|")[2];
    expect(validUntil()).toBe("1800000600");
    const first = authorize();
    vi.advanceTimersByTime(999);
    expect(authorize()).toBe(first);
    vi.advanceTimersByTime(1);
    expect(validUntil()).toBe("1800000601");
  });
});

const CALL = "PUT /users/20/owner";

function thrownBy(run: () => unknown): unknown {
  try {
    run();
  } catch (error) {
    return error;
  }
  throw new Error("nothing was thrown");
}

/** A message: what may have gone must not go again. */
const SEND = { idempotent: false };
const REPEATABLE = { idempotent: true };

const refusal = (
  status: number,
  body: unknown,
  { retryAfter, ...reading }: Reading & { retryAfter?: string | undefined } = SEND,
): unknown =>
  thrownBy(() =>
    readEnvelope(
      CALL,
      {
        status,
        body: typeof body === "string" ? body : JSON.stringify(body),
        ...defined({ retryAfter }),
      },
      reading,
    ),
  );

const failed = {
  status: "ERROR",
  notifications: [
    { type: "error", message: "could_not_save_message" },
    { type: "success", message: "owner_updated_successfully" },
    { type: "warning", message: "try_again" },
    { type: "error", message: "Dear Ada, s3cr3t" },
    { type: "error" },
  ],
};

describe("Parley's envelope", () => {
  it("yields the data of a success", () => {
    const body = {
      data: { services: [] },
      notifications: [],
      status: "SUCCESS",
      metadata: { method: "get", duration: 0.014 },
      media: {},
    };
    expect(readEnvelope(CALL, { status: 200, body: JSON.stringify(body) }, SEND)).toEqual({
      services: [],
    });
  });

  it.each(['{"status":"SUCCESS"}', ' {"status":"success","data":null}'])(
    "is enough for a success, also without data: %s",
    (body) => {
      expect(readEnvelope(CALL, { status: 201, body }, SEND) ?? undefined).toBeUndefined();
    },
  );

  const FOREIGN: readonly [string, number, string][] = [
    ["nothing", 200, ""],
    ["nothing, and says so", 204, ""],
    ["a word", 200, "OK"],
    ["a page", 200, "<html>We are in maintenance, s3cr3t</html>"],
    ["an empty object", 200, "{}"],
    ["null", 200, "null"],
    ["a list", 200, '[{"status":"SUCCESS"}]'],
    ["somebody else's status", 200, '{"status":"ok"}'],
    ["a status that is no text", 200, '{"status":200}'],
    ["data alone", 200, '{"data":{"messageId":"1"}}'],
    ["half of an answer", 200, '{"data":{},"status":"SUCC'],
    [
      "what nobody can walk through",
      200,
      `{"status":"SUCCESS","data":${"[".repeat(9_000)}${"]".repeat(9_000)}}`,
    ],
  ];

  it.each(FOREIGN)("is missing in %s: a message is uncertain then", (_, status, body) => {
    const error = refusal(status, body);
    expect(error).toBeInstanceOf(UncertainDeliveryError);
    expect(String(error)).toBe(
      `UncertainDeliveryError: ${CALL}: HTTP ${status} without Parley's envelope`,
    );
  });

  it.each(FOREIGN)("is missing in %s: what may be repeated is tried again", (_, status, body) => {
    expect(refusal(status, body, REPEATABLE)).toMatchObject({
      code: "network",
      disposition: "retry",
    });
  });

  it("may be missing where an operator says so, but a web page is none of Parley's answers", () => {
    const reading = { ...SEND, needsNoEnvelope: true };
    for (const body of ["", "OK", "{}"]) {
      expect(readEnvelope(CALL, { status: 200, body }, reading)).toBeUndefined();
    }
    expect(refusal(200, " \n<!DOCTYPE html>", reading)).toBeInstanceOf(UncertainDeliveryError);
    expect(refusal(500, "", reading)).toBeInstanceOf(UncertainDeliveryError);
    expect(refusal(200, { status: "ERROR" }, reading)).toBeInstanceOf(ParleyApiError);
  });

  it.each(["ERROR", "error"])("fails on status %s although HTTP says 200", (status) => {
    const error = refusal(200, { ...failed, status });
    expect(error).toBeInstanceOf(ParleyApiError);
    expect(error).toMatchObject({
      httpStatus: 200,
      notificationCodes: ["could_not_save_message", "try_again"],
      disposition: "dead-letter",
      message: `${CALL}: HTTP 200, could_not_save_message, try_again`,
    });
  });

  it.each([301, 400, 403, 404, 409, 422])(
    "fails for good on HTTP %i, also if the body says SUCCESS",
    (status) => {
      const error = refusal(status, { status: "SUCCESS", notifications: [] });
      expect(error).toBeInstanceOf(ParleyApiError);
      expect(error).toMatchObject({
        httpStatus: status,
        disposition: "dead-letter",
        message: `${CALL}: HTTP ${status}, no reason given`,
      });
    },
  );

  it.each<[number, unknown]>([
    [401, ""],
    [401, "<html>Unauthorized</html>"],
    [401, { status: "SUCCESS" }],
    [200, { status: "ERROR", notifications: [{ type: "error", message: "api_key_not_valid" }] }],
    [400, { status: "ERROR", notifications: [{ type: "error", message: "api_key_not_valid" }] }],
  ])("says that our credentials are refused, which somebody can repair: %i %j", (status, body) => {
    const error = refusal(status, body);
    expect(error).toBeInstanceOf(ParleyAccessError);
    expect(error).toMatchObject({ code: "parley-api", httpStatus: status, disposition: "retry" });
  });

  it.each<[number, unknown]>([
    [503, ""],
    [503, failed],
    [503, "upstream connect error"],
    [500, failed],
    [521, "<html>Web server is down</html>"],
    [523, ""],
    [525, ""],
    [526, ""],
    [530, "error code: 1016"],
    [425, ""],
  ])("was not reached by the request on HTTP %i: it is tried again (%j)", (status, body) => {
    const error = refusal(status, body);
    expect(error).toBeInstanceOf(ParleyApiError);
    expect(error).toMatchObject({ httpStatus: status, disposition: "retry" });
  });

  const PERHAPS: readonly [number, unknown][] = [
    [408, ""],
    [499, ""],
    [500, "<html>Internal error</html>"],
    [500, { status: "SUCCESS" }],
    [502, ""],
    [502, failed],
    [
      503,
      "upstream connect error or disconnect/reset before headers. reset reason: connection termination",
    ],
    [504, "<html>Gateway timeout, token=s3cr3t</html>"],
    [504, { status: "SUCCESS" }],
    [504, failed],
    [520, ""],
    [522, ""],
    [524, ""],
    [598, ""],
    [599, ""],
    // What is there to see stands elsewhere, or has not changed: either may follow on the work.
    [303, ""],
    [304, ""],
    // Whoever says this had the answer of Parley.
    [503, { status: "SUCCESS" }],
    // Nobody listed them.
    [99, ""],
    [999, ""],
    [507, ""],
    [527, ""],
    [561, ""],
  ];

  it.each(PERHAPS)("does not know what became of a message on HTTP %i: %j", (status, body) => {
    const error = refusal(status, body);
    expect(error).toBeInstanceOf(UncertainDeliveryError);
    expect(String(error)).toBe(`UncertainDeliveryError: ${CALL}: HTTP ${status}`);
  });

  it.each(PERHAPS)("lets what may be repeated be tried again on HTTP %i: %j", (status, body) => {
    expect(refusal(status, body, REPEATABLE)).toMatchObject({ disposition: "retry" });
  });

  it("fails on a page that is not JSON without repeating what it says", () => {
    const error = refusal(403, "<html>Forbidden, token=s3cr3t</html>");
    expect(error).toMatchObject({ httpStatus: 403, notificationCodes: [] });
    expect(String(error)).not.toContain("s3cr3t");
  });

  it.each([
    ["7", 7_000],
    ["0", 1_000],
    ["1.5", 1_500],
    [undefined, 5_000],
    ["", 5_000],
    ["soon", 5_000],
    ["-3", 5_000],
  ])("waits on HTTP 429 as Retry-After '%s' asks: %i ms", (retryAfter, retryAfterMs) => {
    const error = refusal(429, failed, { ...SEND, retryAfter });
    expect(error).toBeInstanceOf(RateLimitedError);
    expect(error).toMatchObject({ retryAfterMs, disposition: "retry" });
  });
});

describe("the owner in Parley's answer", () => {
  it.each<[string, Json]>([
    ["a string", "svc"],
    ["data.owner, a string", { owner: "svc" }],
    ["data.owner.identification", { owner: { identification: "svc", name: "Bot" } }],
    ["data.identification", { identification: "svc", name: "Bot" }],
    ["data.service, a string", { service: "svc" }],
    ["data.service.identification", { service: { identification: "svc" } }],
    ["data.currentOwner", { currentOwner: { identification: "svc" } }],
    [
      "data.services with a flag",
      {
        services: [
          { identification: "other", owner: "false" },
          { identification: "svc", owner: "true" },
        ],
      },
    ],
    [
      "data.services with a boolean",
      { services: ["x", { identification: "svc", isOwner: true }, { identification: "other" }] },
    ],
  ])("is read from %s", (_, data) => {
    expect(readOwner(data)).toBe("svc");
  });

  it.each<[string, Json | undefined]>([
    ["nothing", undefined],
    ["null", null],
    ["an empty string", ""],
    ["a number", 20],
    ["a list", ["svc"]],
    ["an empty object", {}],
    ["an owner without an identification", { owner: { name: "Bot" } }],
    ["a numeric identification", { owner: { identification: 7 } }],
    ["Services of which none is flagged", { services: [{ identification: "svc" }] }],
    ["a flag without an identification", { services: [{ owner: true }] }],
  ])("stays unknown for %s", (_, data) => {
    expect(readOwner(data)).toBeUndefined();
  });

  it.each<[Json | undefined, boolean]>([
    [true, true],
    ["true", true],
    [false, false],
    ["false", false],
    [1, false],
    [undefined, false],
  ])("takes the flag %j for %s", (flag, expected) => {
    expect(isTrue(flag)).toBe(expected);
  });
});
