import { describe, expect, it } from "vitest";
import { ParleyApiError, RateLimitedError, UncertainDeliveryError } from "../../src/errors.ts";
import type { Json } from "../../src/json.ts";
import { makeAuthorization } from "../../src/parley/authorization.ts";
import { readEnvelope } from "../../src/parley/envelope.ts";
import { isTrue, readOwner } from "../../src/parley/owner-shape.ts";

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

const refusal = (status: number, body: unknown, retryAfter?: string): unknown =>
  thrownBy(() =>
    readEnvelope(CALL, {
      status,
      body: typeof body === "string" ? body : JSON.stringify(body),
      retryAfter,
    }),
  );

const failed = {
  status: "ERROR",
  notifications: [
    { type: "error", message: "api_key_not_valid" },
    { type: "success", message: "owner_updated_successfully" },
    { type: "warning", message: "try_again" },
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
    expect(readEnvelope(CALL, { status: 200, body: JSON.stringify(body) })).toEqual({
      services: [],
    });
  });

  it.each(["", "OK", "{}", "null", "[1]", '{"notifications":"none"}', '{"status":"SUCCESS"}'])(
    "takes a 2xx without data for a success: %s",
    (body) => {
      expect(readEnvelope(CALL, { status: 204, body })).toBeUndefined();
    },
  );

  it.each(["ERROR", "error"])("fails on status %s although HTTP says 200", (status) => {
    const error = refusal(200, { ...failed, status });
    expect(error).toBeInstanceOf(ParleyApiError);
    expect(error).toMatchObject({
      httpStatus: 200,
      notificationCodes: ["api_key_not_valid", "try_again"],
      disposition: "dead-letter",
      message: `${CALL}: HTTP 200, api_key_not_valid, try_again`,
    });
  });

  it.each([301, 400, 401, 404])(
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

  it.each([
    ["503, which says 'not now'", 503, ""],
    ["500 with Parley's own ERROR", 500, failed],
    ["500 with a page", 500, "<html>Internal error</html>"],
    ["502", 502, ""],
  ])("tries again on HTTP %s", (_, status, body) => {
    const error = refusal(status, body);
    expect(error).toBeInstanceOf(ParleyApiError);
    expect(error).toMatchObject({ httpStatus: status, disposition: "retry" });
  });

  it.each([
    [504, "<html>Gateway timeout, token=s3cr3t</html>"],
    [504, JSON.stringify({ status: "SUCCESS" })],
  ])("does not know what became of a request on HTTP %i: %s", (status, body) => {
    const error = refusal(status, body);
    expect(error).toBeInstanceOf(UncertainDeliveryError);
    expect(String(error)).toBe(`UncertainDeliveryError: ${CALL}: HTTP ${status}`);
  });

  it("fails on a page that is not JSON without repeating what it says", () => {
    const error = refusal(403, "<html>Forbidden, token=s3cr3t</html>");
    expect(error).toMatchObject({ httpStatus: 403, notificationCodes: [] });
    expect(String(error)).not.toContain("s3cr3t");
  });

  it.each([
    ["7", 7_000],
    ["0", 0],
    ["1.5", 1_500],
    [undefined, 5_000],
    ["", 5_000],
    ["soon", 5_000],
    ["-3", 5_000],
  ])("waits on HTTP 429 as Retry-After '%s' asks: %i ms", (retryAfter, retryAfterMs) => {
    const error = refusal(429, failed, retryAfter);
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
