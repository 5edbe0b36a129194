import { describe, expect, it } from "vitest";
import {
  NetworkError,
  ParleyAccessError,
  ParleyApiError,
  RateLimitedError,
  UncertainDeliveryError,
} from "../../../src/errors.ts";
import { png } from "../../support/files.ts";
import { numbered } from "../../support/numbered.ts";
import { ADA, EVE, NIGHT } from "../support/memory-parley.ts";
import { type Bridge, startBridge } from "../support/start-bridge.ts";

const UNCERTAIN = new UncertainDeliveryError("The answer is lost");

/** How often Parley was asked to send something. */
const requests = ({ calls }: Bridge): number =>
  calls.made.filter((call) => call === "parley.send").length;

describe("what agents write in the thread", () => {
  it("gets a mark once Parley has accepted it", async () => {
    const bridge = await startBridge();
    await bridge.handover();

    const reply = await bridge.agentWrites("Hello");

    expect(bridge.sent()).toEqual(["Hello"]);
    expect(bridge.marks(reply)).toEqual(["delivered"]);
    expect(bridge.told()).toEqual([]);
  });

  it("goes to each thread's own User, many at once, in order", async () => {
    const bridge = await startBridge();
    await bridge.handover();
    await bridge.handover({ user: EVE });

    await Promise.all(
      numbered("", 10).flatMap((n) => [
        bridge.agentWrites(`ada${n}`),
        bridge.agentWrites(`eve${n}`, { user: EVE, agent: "U0BEN" }),
      ]),
    );
    await bridge.settled();

    expect(bridge.sent(ADA)).toEqual(numbered("ada", 10));
    expect(bridge.sent(EVE)).toEqual(numbered("eve", 10));
  });

  it("reaches the User although the thread is not recorded yet", async () => {
    const bridge = await startBridge();
    bridge.calls.fail("posts.post", UNCERTAIN, { after: true });
    await bridge.handover();

    await bridge.agentWrites("Already here");

    expect(bridge.sent()).toEqual([]);
    await bridge.settled();
    expect(bridge.sent()).toEqual(["Already here"]);
    expect(bridge.told()).toEqual([]);
  });

  it.each(["at once", "after a restart", "after a crash"])(
    "is not sent again when it is reported again %s",
    async (when) => {
      const bridge = await startBridge();
      await bridge.handover();
      const reply = await bridge.agentWrites("Hello");
      if (when === "after a restart") await bridge.stopAndRestart();
      if (when === "after a crash") await bridge.crashAndRestart();

      await bridge.slackTells(reply);

      await bridge.agentWrites("Bye");
      expect(bridge.sent()).toEqual(["Hello", "Bye"]);
    },
  );
});

describe("a reply that may not be sent", () => {
  it("stays in a handed-back thread, and its author alone is told", async () => {
    const bridge = await startBridge();
    await bridge.handover();
    await bridge.agentHandsBack();

    const reply = await bridge.agentWrites("One more thing", { agent: "U0BEN" });

    expect(bridge.told("U0BEN")).toEqual([
      expect.stringMatching(
        new RegExp(
          `^:no_entry: \\*Not sent\\.\\* .* handed back to Bot Service\\. .*/parley-owner ${ADA}`,
        ),
      ),
    ]);
    expect(bridge.told("U0ANNA")).toEqual([]);
    expect(bridge.marks(reply)).toEqual(["failed"]);
    expect(requests(bridge)).toBe(0);
  });

  it("stays when another Service took the User unnoticed, and root and author learn of it", async () => {
    const bridge = await startBridge();
    await bridge.handover();
    bridge.parley.user(ADA).owner = NIGHT.id;

    const reply = await bridge.agentWrites("Hello");
    await bridge.agentWrites("Hello?");

    expect(bridge.root()).toMatch(/\*Taken over\* by Night shift/);
    expect(bridge.told()).toHaveLength(2);
    expect(bridge.told()[0]).toMatch(/^:no_entry: \*Not sent\.\* Night shift has this User now/);
    expect(bridge.marks(reply)).toEqual(["failed"]);
    expect(requests(bridge)).toBe(0);
  });

  it("stays when a callback said that another Service took the User", async () => {
    const bridge = await startBridge();
    await bridge.handover();
    await bridge.callback({ kind: "owner-changed", userId: ADA, user: {}, newOwner: NIGHT.id });

    await bridge.agentWrites("Hello");

    expect(bridge.told()[0]).toContain("Night shift has this User now.");
    expect(requests(bridge)).toBe(0);
  });

  it.each([400, 403, 404])(
    "is refused with %i because another Service took the User in this moment, and thread and writer learn it",
    async (status) => {
      const bridge = await startBridge();
      await bridge.handover();
      // The owner is asked before; the User goes away between the two.
      bridge.parley.afterOwner = () => {
        bridge.parley.user(ADA).owner = NIGHT.id;
      };
      bridge.calls.fail("parley.send", new ParleyApiError("POST", status, []));

      await bridge.agentWrites("Hello");

      expect(bridge.told()[0]).toMatch(/^:no_entry: \*Not sent\.\* Night shift has this User/);
      expect(bridge.root()).toMatch(/\*Taken over\* by Night shift/);
      expect(bridge.sent()).toEqual([]);
    },
  );

  it("is refused whoever may not answer Users, who is told once for each thread", async () => {
    const bridge = await startBridge({
      permissions: {
        refusalOf: ({ agent }) =>
          Promise.resolve(agent === "U0BEN" ? { kind: "guest" } : undefined),
      },
    });
    await bridge.handover();

    const reply = await bridge.agentWrites("From a guest", { agent: "U0BEN" });
    const another = await bridge.agentWrites("From a guest again", { agent: "U0BEN" });
    await bridge.agentWrites("From Anna");

    expect(bridge.sent()).toEqual(["From Anna"]);
    expect(bridge.told("U0BEN")).toEqual([
      expect.stringMatching(/^:lock: \*Not sent\.\* Guests of this workspace .* stays inside/),
    ]);
    for (const each of [reply, another]) expect(bridge.marks(each)).toEqual(["note"]);
  });

  it("waits a while for Slack to say for the first time who its writer is, and then stays inside", async () => {
    let isKnown = false;
    const bridge = await startBridge({
      permissions: {
        refusalOf: () => Promise.resolve(isKnown ? undefined : { kind: "not-known" }),
      },
    });
    await bridge.handover();
    const reply = await bridge.agentWrites("In vain");
    await bridge.later(30_000);
    expect(bridge.marks(reply)).toEqual(["delayed"]);
    await bridge.settled();
    expect(bridge.marks(reply)).toEqual(["note"]);
    expect(bridge.told()).toEqual([
      expect.stringMatching(/^:lock: \*Not sent\.\* Slack does not say/),
    ]);

    const patient = await bridge.agentWrites("Wait for me");
    isKnown = true;
    await bridge.settled();
    expect(bridge.sent()).toEqual(["Wait for me"]);
    expect(bridge.marks(patient)).toEqual(["delivered"]);
  });
});

describe("a reply that Parley does not take", () => {
  it("gets another mark, and its author alone is told why and may send it again", async () => {
    const bridge = await startBridge();
    await bridge.handover();
    bridge.calls.fail("parley.send", new ParleyApiError("POST", 400, []));

    const reply = await bridge.agentWrites("Refused");
    await bridge.agentWrites("Accepted", { agent: "U0BEN" });

    expect(bridge.told()).toEqual([
      expect.stringMatching(/^:x: \*Not delivered\.\* Parley refused it \(HTTP 400\)\./),
    ]);
    expect(bridge.told("U0BEN")).toEqual([]);
    expect(bridge.marks(reply)).toEqual(["failed"]);
    expect(bridge.items("outbox").dead).toBe(1);
    await bridge.press("sendAgain");
    expect(bridge.sent()).toEqual(["Accepted", "Refused"]);
    expect(bridge.marks(reply)).toEqual(["delivered"]);
    expect(bridge.items("outbox").dead).toBe(0);
  });

  it("is told of again when it fails again", async () => {
    const bridge = await startBridge();
    await bridge.handover();
    const reply = await failTwice(bridge);
    expect(bridge.told()).toHaveLength(2);
    expect(bridge.marks(reply)).toEqual(["failed"]);
    expect(bridge.sent()).toEqual([]);
  });

  async function failTwice(bridge: Bridge) {
    bridge.calls.fail("parley.send", new ParleyApiError("POST", 400, []), { times: 2 });
    const reply = await bridge.agentWrites("Refused");
    await bridge.later(1_000);
    await bridge.press("sendAgain");
    return reply;
  }

  it.each([
    ["busy", new RateLimitedError("429", 30_000)],
    ["not available", new ParleyApiError("POST", 503, [])],
    ["behind a gateway that could not reach it", new NetworkError("521")],
    ["refusing us altogether", new ParleyAccessError("POST", 401, [])],
  ])("is sent once, in its place, when Parley was only %s", async (_what, error) => {
    const bridge = await startBridge();
    await bridge.handover();
    bridge.calls.fail("parley.send", error, { times: 6 });

    const reply = await bridge.agentWrites("Hello");
    const next = await bridge.agentWrites("Next");
    await bridge.later(4_000);
    expect(bridge.marks(reply)).toEqual(["delayed"]);
    expect(bridge.marks(next)).toEqual(["delayed"]);

    await bridge.settled();
    expect(bridge.sent()).toEqual(["Hello", "Next"]);
    expect(bridge.marks(reply)).toEqual(["delivered"]);
    expect(bridge.marks(next)).toEqual(["delivered"]);
    expect(requests(bridge)).toBe(8);
    expect(bridge.told()).toEqual([]);
  });

  it("is given up when Parley was away for too long, and its author may send it again", async () => {
    const bridge = await startBridge({ maxAgeMs: 600_000 });
    await bridge.handover();
    bridge.calls.fail("parley.send", new NetworkError("refused"), { times: Infinity });
    const reply = await bridge.agentWrites("Hello");

    await bridge.later(700_000);

    expect(bridge.told()).toEqual([expect.stringMatching(/could not be reached for too long/)]);
    expect(bridge.marks(reply)).toEqual(["failed"]);
    bridge.calls.heal();
    await bridge.press("sendAgain");
    expect(bridge.sent()).toEqual(["Hello"]);
  });
});

describe("a reply whose fate nobody knows", () => {
  it.each([
    ["it arrived", true],
    ["it did not arrive", false],
  ])("is not sent twice, and its author is asked: %s", async (_, after) => {
    const bridge = await startBridge();
    await bridge.handover();
    bridge.calls.fail("parley.send", UNCERTAIN, { after });

    const reply = await bridge.agentWrites("Perhaps");
    await bridge.agentWrites("Next");
    await bridge.later(60_000);

    expect(bridge.sent()).toEqual(after ? ["Perhaps", "Next"] : ["Next"]);
    expect(bridge.told()).toEqual([
      expect.stringMatching(/^:grey_question: \*Perhaps not delivered\.\*/),
    ]);
    expect(bridge.marks(reply)).toEqual(["uncertain"]);
    expect(requests(bridge)).toBe(2);
  });

  it("is sent again once, however often the agent clicks", async () => {
    const bridge = await startBridge();
    await bridge.handover();
    bridge.calls.fail("parley.send", UNCERTAIN, { after: true });
    await bridge.agentWrites("Perhaps");

    await Promise.all([bridge.press("sendAgain"), bridge.press("sendAgain")]);
    await bridge.agentWrites("Next");

    expect(bridge.sent()).toEqual(["Perhaps", "Perhaps", "Next"]);
  });

  it("is dismissed for good when the agent says that it arrived", async () => {
    const bridge = await startBridge();
    await bridge.handover();
    bridge.calls.fail("parley.send", UNCERTAIN, { after: true });
    await bridge.agentWrites("Perhaps");

    await bridge.press("itArrived");
    await bridge.press("sendAgain");
    await bridge.agentWrites("Next");

    expect(bridge.sent()).toEqual(["Perhaps", "Next"]);
    expect(bridge.items("outbox").dead).toBe(0);
  });

  it.each(["before", "after"])(
    "is asked about when the bridge died while it was sent: %s Parley had it",
    async (when) => {
      const bridge = await startBridge();
      await bridge.handover();
      bridge.calls.hang("parley.send", { after: when === "after" });
      const reply = await bridge.agentWrites("Perhaps");

      await bridge.crashAndRestart();

      expect(bridge.told()).toEqual([
        expect.stringMatching(/^:grey_question: \*Perhaps not delivered\.\*/),
      ]);
      expect(bridge.marks(reply)).toEqual(["uncertain"]);
      await bridge.agentWrites("Next");
      expect(bridge.sent()).toEqual(when === "after" ? ["Perhaps", "Next"] : ["Next"]);
    },
  );
});

describe("a reply of several messages", () => {
  const PARTS = ["a", "b", "c"].map((letter) => letter.repeat(80));
  const LONG = PARTS.join("\n\n");

  it.each([
    ["hard", "one  \ntwo"],
    ["soft", "one\ntwo"],
  ] as const)("has its line breaks as they are wanted: %s", async (lineBreak, markdown) => {
    const bridge = await startBridge({ lineBreak });
    await bridge.handover();
    await bridge.agentWrites("one\ntwo");
    expect(bridge.sent()).toEqual([markdown]);
  });

  it.each(["stopped", "killed"])(
    "goes on with the same pieces where the bridge is %s and started again with another length",
    async (how) => {
      const bridge = await startBridge({ messageLength: 100 });
      await bridge.handover();
      bridge.calls.fail("parley.send", new NetworkError("refused"), { skip: 1 });
      await bridge.agentWrites(LONG);
      expect(bridge.sent()).toEqual(PARTS.slice(0, 1));

      if (how === "stopped") await bridge.stopAndRestart({ messageLength: 5_000 });
      else await bridge.crashAndRestart({ messageLength: 5_000 });
      await bridge.agentWrites("Next");
      await bridge.settled();

      expect(bridge.sent()).toEqual([...PARTS, "Next"]);
    },
  );

  it("sends each piece once when the answer to one is lost, and again only that one", async () => {
    const bridge = await startBridge({ messageLength: 100 });
    await bridge.handover();
    bridge.calls.fail("parley.send", UNCERTAIN, { after: true });

    await bridge.agentWrites(LONG);
    await bridge.agentWrites("Next");
    expect(bridge.sent()).toEqual([...PARTS, "Next"]);

    await bridge.press("sendAgain");
    expect(bridge.sent()).toEqual([...PARTS, "Next", PARTS[0]]);
  });

  it("stops at the piece before which another Service took the User, and says so", async () => {
    const bridge = await startBridge({ messageLength: 100 });
    await bridge.handover();
    let answers = 0;
    bridge.parley.afterOwner = () => {
      answers += 1;
      if (answers === 2) bridge.parley.user(ADA).owner = NIGHT.id;
    };

    await bridge.agentWrites(LONG);

    expect(bridge.sent().length).toBeLessThan(3);
    expect(bridge.told()).toEqual([
      expect.stringMatching(/A part of it has reached the User, or may have/),
    ]);
  });

  it("that is one message stays one when a file waits and the settings change", async () => {
    const bridge = await startBridge();
    await bridge.handover();
    const away = new ParleyApiError("POST message", 503, []);
    bridge.calls.fail("parley.send", away, { skip: 1, times: 3 });
    const text = numbered("Point ", 30).join("\n\n");
    const photo = { name: "photo.png", mimeType: "image/png", bytes: png(500) };

    await bridge.agentWrites(text, { files: [photo] });
    await bridge.crashAndRestart({ messageLength: 100 });
    await bridge.settled();

    expect(bridge.sent()).toEqual([text, "[photo.png]"]);
  });
});
