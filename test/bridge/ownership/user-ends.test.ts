import { describe, expect, it } from "vitest";
import { NetworkError } from "../../../src/errors.ts";
import { dieAtEveryStep, failAtEveryCall, type Story } from "../support/every-step.ts";
import { ADA, AGENTS, BOT } from "../support/memory-parley.ts";
import { type Bridge, startBridge } from "../support/start-bridge.ts";

const RULES = { endWords: ["/end", "Stop"] };

async function handedOver(options?: Parameters<typeof startBridge>[0]): Promise<Bridge> {
  const bridge = await startBridge({ rules: RULES, ...options });
  await bridge.handover({ metadata: { reason: "damaged_parcel" } });
  return bridge;
}

const ENDED = expect.stringContaining("The User ended the conversation");

/** What the bot was told with each User that it got back. */
const handovers = ({ parley }: Bridge) =>
  parley
    .user(ADA)
    .handovers.filter(({ to }) => to === BOT.id)
    .map(({ metadata }) => metadata);

function expectEnded(bridge: Bridge): void {
  expect(bridge.parley.user(ADA).owner).toBe(BOT.id);
  expect(handovers(bridge)).toEqual([expect.objectContaining({ reason: "user_ended" })]);
  expect(bridge.root()).toContain("*Handed back* to ");
}

describe("the User ends the conversation", () => {
  it.each(["/end", "  stop\n", "STOP"])("with %j, which the thread shows first", async (word) => {
    const bridge = await handedOver();

    await bridge.userWrites(word);

    expectEnded(bridge);
    expect(bridge.thread()).toEqual([word, ENDED]);
    expect(handovers(bridge)[0]).toMatchObject({ handedBackBy: null, userMessages: 1 });
  });

  it.each(["stop it", "please stop", "stop.", "/endless"])("not with %j", async (text) => {
    const bridge = await handedOver();
    await bridge.userWrites(text);
    expect(bridge.parley.user(ADA).owner).toBe(AGENTS.id);
  });

  it("with a word, but not with a picture that has it below", async () => {
    const bridge = await handedOver();
    await bridge.userWrites("stop", {
      media: { mimeType: "image/png", filename: "a.png" },
    } as object);
    expect(bridge.parley.user(ADA).owner).toBe(AGENTS.id);
  });

  it("behind the replies that wait", async () => {
    const bridge = await handedOver();
    bridge.calls.fail("parley.send", new NetworkError("refused"));
    await bridge.agentWrites("first");
    await bridge.agentWrites("second");

    await bridge.userWrites("stop");
    await bridge.settled();

    expect(bridge.sent()).toEqual(["first", "second"]);
    expectEnded(bridge);
  });

  it("once, although they say it twice at once while an agent answers", async () => {
    const bridge = await handedOver({ isSlow: true });

    await bridge.atOnce(async () => {
      await bridge.userWrites("stop");
      await bridge.agentWrites("One moment");
      await bridge.userWrites("/end");
    });
    await bridge.settled();

    expectEnded(bridge);
    expect(bridge.thread().filter((text) => /ended the conversation/.test(text))).toHaveLength(1);
    expect(bridge.thread()).toEqual(expect.arrayContaining(["stop", "/end"]));
    const isSent = bridge.sent().includes("One moment");
    expect(bridge.told().some((text) => /not sent|handed back/i.test(text))).toBe(!isSent);
  });

  it("with a word in the middle of many that wait for Slack", async () => {
    const bridge = await handedOver({ groupMs: 1_000 });

    for (const text of ["one", "two", "stop", "three"]) await bridge.userWrites(text);
    await bridge.settled();

    expectEnded(bridge);
    const shown = bridge.thread().join("\n");
    for (const text of ["one", "two", "stop", "three"]) expect(shown).toContain(text);
  });

  it("is tried again for a while when Parley is away, and then told", async () => {
    const bridge = await handedOver();
    bridge.calls.fail("parley.setOwner", new NetworkError("refused"), { times: 4 });
    await bridge.userWrites("stop");
    await bridge.settled();
    expectEnded(bridge);
  });
});

const story: Story = {
  options: { rules: RULES },
  before: (bridge) => bridge.handover({ metadata: { reason: "refund" } }),
  async play(bridge) {
    await bridge.agentWrites("One moment");
    await bridge.userWrites("stop");
  },
  async check(bridge) {
    expectEnded(bridge);
    const thread = bridge.thread();
    expect(thread.filter((text) => text === "stop")).toHaveLength(1);
    expect(thread.filter((text) => /ended the conversation/.test(text))).toHaveLength(1);
    expect(bridge.items("outbox").waiting).toBe(0);
  },
};

describe("that a User ends it happens once", () => {
  it.each(["before", "after", "unsynced"] as const)("killed at any step: %s", async (when) => {
    expect(await dieAtEveryStep(story, when)).toBeGreaterThan(10);
  });

  it("although Parley cannot be reached at any call", async () => {
    const failures = await failAtEveryCall(story, /^parley\./, new NetworkError("refused"));
    expect(failures).toBeGreaterThan(3);
  });
});
