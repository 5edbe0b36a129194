import { Webhook } from "standardwebhooks";
import { describe, expect, it } from "vitest";
import { signatureOf } from "../../src/bot/signature-of.ts";
import { toSecret } from "../../src/config/secret.ts";

const SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";
const OTHER = `whsec_${Buffer.alloc(32, 7).toString("base64")}`;
const ID = "msg_p5jXN8AQM9LWM0D4loKWxJek";
const BODY = '{"test": 2432232314}';
const AT = 1_614_265_330_000;

describe("a request to the bot", () => {
  it("is signed as the published example", () => {
    expect(signatureOf(ID, BODY, [toSecret(SECRET)], AT)).toEqual({
      "webhook-id": ID,
      "webhook-timestamp": "1614265330",
      "webhook-signature": "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=",
    });
  });

  it("is known by either of two secrets, and by no third one, nor when it was changed", () => {
    const headers = { ...signatureOf(ID, BODY, [SECRET, OTHER].map(toSecret), Date.now()) };
    for (const secret of [SECRET, OTHER]) {
      expect(new Webhook(secret).verify(BODY, headers)).toEqual({ test: 2_432_232_314 });
    }
    const third = new Webhook(`whsec_${Buffer.alloc(32, 8).toString("base64")}`);
    expect(() => third.verify(BODY, headers)).toThrow("No matching signature");
    expect(() => new Webhook(SECRET).verify(BODY.replace("2", "3"), headers)).toThrow();
  });
});
