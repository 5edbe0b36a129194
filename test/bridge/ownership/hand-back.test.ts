import { describe, expect, it } from "vitest";
import { withHandingBack } from "../../../src/bridge/ownership/handing-back.ts";
import {
  type BridgeError,
  NetworkError,
  ParleyAccessError,
  ParleyApiError,
  RateLimitedError,
  UncertainDeliveryError,
} from "../../../src/errors.ts";
import { ADA, AGENTS, BOT, NIGHT } from "../support/memory-parley.ts";
import { type Bridge, startBridge } from "../support/start-bridge.ts";

const GOODBYE = { lastMessage: "Goodbye" };
const UNCERTAIN = new UncertainDeliveryError("The answer is lost");

/** What the bridge asked Parley to change, in order, with repeats. */
const changes = ({ calls }: Bridge): string[] =>
  calls.made.filter((call) => /^parley\.(send|unsetAgent|setOwner)$/.test(call));

/** What the bridge says in the thread once the hand-back has failed, and says once. */
async function failure(bridge: Bridge): Promise<string> {
  await bridge.settled();
  const said = bridge.thread().filter((text) => /handing back did not work/.test(text));
  expect(said).toEqual([expect.stringContaining("<@U0ANNA>")]);
  return said[0] ?? "";
}

/** The User is still ours, agents' replies arrive, and handing back again works. */
async function expectUsable(bridge: Bridge): Promise<void> {
  bridge.calls.heal();
  expect(bridge.parley.user(ADA).owner).toBe(AGENTS.id);
  expect(bridge.root()).toContain("Hand back");
  await bridge.agentWrites("Still here", { agent: "U0BEN" });
  expect(bridge.sent().at(-1)).toBe("Still here");
  await bridge.userWrites("So am I");
  expect(bridge.thread().at(-1)).toBe("So am I");
  await bridge.agentHandsBack();
  expectHandedBack(bridge);
}

function expectHandedBack(bridge: Bridge): void {
  expect(bridge.parley.user(ADA).owner).toBe(BOT.id);
  expect(bridge.root()).toContain("*Handed back* to Bot Service by <@U0ANNA>");
  const said = bridge.thread().filter((text) => /handed this User back/.test(text));
  expect(said).toHaveLength(1);
}

async function handedOver(options?: Parameters<typeof startBridge>[0]): Promise<Bridge> {
  const bridge = await startBridge(options);
  await bridge.handover({ metadata: { reason: "damaged_parcel" } });
  return bridge;
}

describe("declining", () => {
  it("leaves a User alone whom a colleague has answered just before, and says so to whoever declined", async () => {
    const bridge = await handedOver();
    await bridge.agentWrites("One moment", { agent: "U0BEN" });
    await bridge.agentHandsBack({ reason: "declined", note: "Not for us" });
    await bridge.settled();
    expect(bridge.told("U0ANNA")).toEqual([
      expect.stringMatching(/was not declined: an agent has answered/),
    ]);
    expect(changes(bridge)).toEqual(["parley.send"]);
    await expectUsable(bridge);
  });
});

describe("handing back", () => {
  it("leaves alone for a minute whom somebody is giving to another Service, and says so", async () => {
    const bridge = await handedOver();
    const { id } = (await bridge.conversation()) ?? expect.unreachable();
    await bridge.conversations.update(id, (c) => withHandingBack(c, NIGHT.id, Date.now()));

    await bridge.agentHandsBack(GOODBYE);

    const said = await failure(bridge);
    expect(said).toMatch(/somebody else is giving the User to another Service/);
    // Nothing has to be typed twice.
    expect(said).toContain("Last message to the User:\n>Goodbye");
    expect(changes(bridge)).toEqual([]);
    expect(await bridge.conversation()).toMatchObject({ state: "open", handingBackTo: NIGHT.id });
    await bridge.later(60_000);
    await bridge.agentHandsBack();
    expectHandedBack(bridge);
  });

  it("sends the last message, unsets the agent and then changes the owner, telling why", async () => {
    const bridge = await handedOver();
    await bridge.userWrites("It is broken");
    await bridge.agentWrites("Sorry to hear that");

    await bridge.agentHandsBack({ note: "Refund is booked", lastMessage: "You get it back" });

    expectHandedBack(bridge);
    expect(changes(bridge)).toEqual([
      "parley.send",
      "parley.send",
      "parley.unsetAgent",
      "parley.setOwner",
    ]);
    expect(bridge.sent()).toEqual(["Sorry to hear that", "You get it back"]);
    expect(bridge.parley.user(ADA).hasAgent).toBe(false);
    expect(bridge.parley.user(ADA).handovers.at(-1)?.metadata).toMatchObject({
      reason: "handed_back",
      note: "Refund is booked",
      handedBackBy: "Anna",
      handedOverFor: "damaged_parcel",
      userMessages: 1,
      agentMessages: 2,
    });
  });

  it("says in root and thread who handed back to whom and when, with the note", async () => {
    const bridge = await handedOver();

    await bridge.agentHandsBack({ note: "Refund <!channel> is booked" });

    expectHandedBack(bridge);
    const at = Math.floor(Date.now() / 1_000);
    expect(bridge.root()).toContain(`Handed back* to Bot Service by <@U0ANNA> · <!date^${at}^`);
    expect(bridge.thread()).toEqual([
      expect.stringContaining("<@U0ANNA> handed this User back to *Bot Service*"),
    ]);
    expect(bridge.thread()[0]).toContain(">Refund &lt;!channel&gt; is booked");
    expect(bridge.root()).not.toContain("<!channel>");
  });

  it.each(["goes on", "is stopped", "is killed"])(
    "is shown in the new thread when the old one is gone and the bridge %s meanwhile",
    async (what) => {
      const bridge = await handedOver();
      const goOn = bridge.calls.hang("posts.acquire");
      const root = bridge.threadOf();
      await bridge.somebodyDeletesRoot();

      await bridge.agentHandsBack({ thread: root });
      if (what === "is killed") await bridge.crashAndRestart();
      const restarted = what === "is stopped" ? bridge.stopAndRestart() : undefined;
      goOn();
      await restarted;
      await bridge.settled();

      expectHandedBack(bridge);
      expect(bridge.threadOf()).not.toEqual(root);
      expect(bridge.root()).toContain("Handed back* to Bot Service by <@U0ANNA>");
      expect(bridge.thread()).toContainEqual(expect.stringContaining("handed this User back"));
    },
  );

  it("takes what agents wrote before it to the User first", async () => {
    const bridge = await handedOver();
    bridge.calls.fail("parley.send", new NetworkError("refused"));

    await bridge.agentWrites("first");
    await bridge.agentWrites("second", { agent: "U0BEN" });
    await bridge.agentHandsBack({ lastMessage: "third" });
    expect(bridge.sent()).toEqual([]);
    await bridge.settled();

    expect(bridge.sent()).toEqual(["first", "second", "third"]);
    expectHandedBack(bridge);
  });

  it.each(["at once", "after a restart", "after a crash"])(
    "happens once when the same form is submitted again %s",
    async (when) => {
      const bridge = await handedOver();
      const again = () => bridge.agentHandsBack({ ...GOODBYE, form: "V1" });
      await again();
      if (when === "after a restart") await bridge.stopAndRestart();
      if (when === "after a crash") await bridge.crashAndRestart();

      await again();

      expectHandedBack(bridge);
      expect(changes(bridge)).toEqual(["parley.send", "parley.unsetAgent", "parley.setOwner"]);
    },
  );

  it("tells the second of two agents who hand back at once that it was done already", async () => {
    const bridge = await handedOver();
    // Keeps Anna's hand-back under way until Ben's is in line behind it.
    bridge.calls.fail("parley.setOwner", new ParleyApiError("PUT owner", 503, []));
    await bridge.agentHandsBack();

    await bridge.agentHandsBack({ agent: "U0BEN", to: NIGHT.id, lastMessage: "They call you" });
    await bridge.settled();

    expectHandedBack(bridge);
    expect(bridge.sent()).toEqual([]);
    expect(bridge.told("U0BEN")).toEqual([
      expect.stringMatching(/is with \*Bot Service\*.*not sent/),
    ]);
  });

  it("takes Parley's callback about it for no news, whenever that comes", async () => {
    const bridge = await handedOver();
    const tellUs = () =>
      bridge.callback({ kind: "owner-changed", userId: ADA, user: {}, newOwner: BOT.id });
    // Parley has changed the owner, but its answer is lost: the callback comes before the hand-back is recorded.
    bridge.calls.fail("parley.setOwner", new NetworkError("lost"), { after: true });
    bridge.calls.fail("parley.ownerOf", new NetworkError("refused"), { skip: 1 });

    await bridge.agentHandsBack();
    expect(bridge.parley.user(ADA).owner).toBe(BOT.id);
    await tellUs();
    expect(bridge.root()).toContain("Hand back");
    await bridge.settled();
    await tellUs();

    expectHandedBack(bridge);
    expect(bridge.thread()).toHaveLength(1);
    expect(bridge.root()).not.toContain("Taken over");
  });

  it("does not happen to a User who is with another Service by now, and the thread is marked", async () => {
    const bridge = await handedOver();
    bridge.parley.user(ADA).owner = NIGHT.id;

    await bridge.agentHandsBack(GOODBYE);

    expect(await failure(bridge)).toContain("Nothing was sent");
    expect(bridge.root()).toMatch(/\*Taken over\* by Night shift/);
    expect(changes(bridge)).toEqual([]);
    expect(bridge.parley.user(ADA).owner).toBe(NIGHT.id);
  });

  it("leaves later news of the User what it is when it had failed before", async () => {
    const bridge = await handedOver();
    bridge.calls.fail("parley.setOwner", new ParleyApiError("PUT owner", 400, []));
    await bridge.agentHandsBack();
    await failure(bridge);

    bridge.parley.user(ADA).owner = BOT.id;
    await bridge.callback({ kind: "owner-changed", userId: ADA, user: {}, newOwner: BOT.id });

    expect(bridge.root()).toContain("Taken over");
    expect(bridge.thread().at(-1)).toMatch(/now with/);
  });
});

describe("a hand-back that fails", () => {
  it.each([400, 403, 404])(
    "goes no further when Parley refuses the last message: %i",
    async (status) => {
      const bridge = await handedOver();
      bridge.calls.fail("parley.send", new ParleyApiError("POST message", status, []));

      await bridge.agentHandsBack(GOODBYE);

      expect(await failure(bridge)).toContain("Nothing was sent");
      expect(changes(bridge)).toEqual(["parley.send"]);
      await expectUsable(bridge);
    },
  );

  it.each([
    ["it arrived", true],
    ["it did not arrive", false],
  ])(
    "does not send a last message again whose answer was lost, and says so: %s",
    async (_, after) => {
      const bridge = await handedOver();
      bridge.calls.fail("parley.send", UNCERTAIN, { after });

      await bridge.agentHandsBack(GOODBYE);

      expect(await failure(bridge)).toContain("Nobody can tell whether your last message");
      expect(changes(bridge)).toEqual(["parley.send"]);
      await expectUsable(bridge);
      expect(bridge.sent()).toEqual(after ? ["Goodbye", "Still here"] : ["Still here"]);
    },
  );

  it.each(["before", "after"])(
    "does not send a last message again at which the bridge was killed, and says so: %s Parley had it",
    async (when) => {
      const bridge = await handedOver();
      bridge.calls.hang("parley.send", { after: when === "after" });
      await bridge.agentHandsBack(GOODBYE);

      await bridge.crashAndRestart();

      expect(await failure(bridge)).toContain("Nobody can tell whether your last message");
      await expectUsable(bridge);
    },
  );

  it("is told after a while also when Parley only ever asks to wait", async () => {
    const bridge = await handedOver();
    const error = new RateLimitedError("429", 30_000);
    bridge.calls.fail("parley.setOwner", error, { times: Infinity });

    await bridge.agentHandsBack();
    await bridge.later(5 * 60_000);

    expect(bridge.thread().at(-1)).toContain("handing back did not work");
  });

  it.each([400, 500])(
    "hands back although unsetting the agent fails with %i, and says so",
    async (status) => {
      const bridge = await handedOver();
      const error = new ParleyApiError("PUT agent/unset", status, []);
      bridge.calls.fail("parley.unsetAgent", error, { times: Infinity });

      await bridge.agentHandsBack();
      await bridge.settled();

      expectHandedBack(bridge);
      expect(bridge.thread()[0]).toContain("may still show the agent's name");
      expect(bridge.thread()[0]).toContain(String(status));
    },
  );

  it("goes on where it was after a hiccup, without a second last message", async () => {
    const bridge = await handedOver();
    bridge.calls.fail("parley.unsetAgent", new ParleyApiError("PUT agent/unset", 500, []));
    bridge.calls.fail("parley.setOwner", new ParleyApiError("PUT owner", 503, []));

    await bridge.agentHandsBack(GOODBYE);
    await bridge.settled();

    expectHandedBack(bridge);
    expect(bridge.sent()).toEqual(["Goodbye"]);
    expect(changes(bridge).at(-1)).toBe("parley.setOwner");
    expect(bridge.thread()).toHaveLength(1);
    expect(bridge.parley.user(ADA).handovers.at(-1)?.metadata).toMatchObject({ agentMessages: 1 });
  });

  it("sends no part of a last message again when it is killed and the settings change", async () => {
    const bridge = await handedOver();
    const lastMessage = ["a", "b"].map((letter) => letter.repeat(80)).join("\n\n");
    const stored = bridge.calls.made.length;
    const release = bridge.calls.hang("outbox.saveProgress", { skip: 2 });

    await bridge.agentHandsBack({ lastMessage });
    expect(bridge.calls.made.slice(stored)).toContain("parley.send");
    await bridge.crashAndRestart({ messageLength: 100 });
    release();
    await bridge.settled();

    expect(bridge.sent()).toEqual([lastMessage]);
    expectHandedBack(bridge);
  });

  it.each<[string, BridgeError, boolean]>([
    ["refuses the change of owner", new ParleyApiError("PUT owner", 400, []), false],
    ["fails for good at the change of owner", new ParleyApiError("PUT owner", 500, []), false],
    ["cuts the connection at the change of owner", new NetworkError("refused"), false],
    ["refuses us altogether", new ParleyAccessError("PUT owner", 401, []), false],
  ])("keeps the User when Parley %s", async (_, error) => {
    const bridge = await handedOver();
    bridge.calls.fail("parley.setOwner", error, { times: Infinity });

    await bridge.agentHandsBack(GOODBYE);

    expect(await failure(bridge)).toContain("Your last message was sent");
    expect(bridge.sent()).toEqual(["Goodbye"]);
    await expectUsable(bridge);
  });

  it("keeps the User when Parley says that it changed the owner and did not", async () => {
    const bridge = await handedOver();
    bridge.parley.keepsOwners = true;

    await bridge.agentHandsBack(GOODBYE);

    expect(await failure(bridge)).toContain("Parley still has the User where they were");
    bridge.parley.keepsOwners = false;
    await expectUsable(bridge);
  });

  it("keeps the User when Parley is down altogether", async () => {
    const bridge = await handedOver();
    for (const call of ["ownerOf", "send", "unsetAgent", "setOwner", "services"]) {
      bridge.calls.fail(`parley.${call}`, new NetworkError("refused"), { times: Infinity });
    }

    await bridge.agentHandsBack(GOODBYE);

    expect(await failure(bridge)).toContain("Nothing was sent");
    expect(bridge.sent()).toEqual([]);
    await expectUsable(bridge);
  });

  it("is done where the answer to the change of owner was lost and Parley names the new owner", async () => {
    const bridge = await handedOver();
    bridge.calls.fail("parley.setOwner", new NetworkError("lost"), { after: true });

    await bridge.agentHandsBack();

    expectHandedBack(bridge);
    expect(changes(bridge)).toEqual(["parley.unsetAgent", "parley.setOwner"]);
  });
});

describe("a long last message", () => {
  const PARAGRAPHS = ["a", "b", "c"].map((letter) => letter.repeat(80));
  const lastMessage = PARAGRAPHS.join("\n\n");
  const withShortMessages = () => handedOver({ messageLength: 100 });

  it("goes in several messages, counted once for the bot", async () => {
    const bridge = await withShortMessages();
    await bridge.agentHandsBack({ lastMessage });
    expect(bridge.sent()).toEqual(PARAGRAPHS);
    expect(bridge.parley.user(ADA).handovers.at(-1)?.metadata).toMatchObject({ agentMessages: 1 });
  });

  it("goes on behind the part that went when Parley is away for a moment", async () => {
    const bridge = await withShortMessages();
    bridge.calls.fail("parley.send", new NetworkError("refused"), { skip: 1 });

    await bridge.agentHandsBack({ lastMessage });
    expect(bridge.sent()).toEqual(PARAGRAPHS.slice(0, 1));
    await bridge.crashAndRestart({ messageLength: 5_000 });
    await bridge.settled();

    expect(bridge.sent()).toEqual(PARAGRAPHS);
    expectHandedBack(bridge);
    expect(bridge.thread()).toHaveLength(1);
  });

  it.each<[string, BridgeError, string]>([
    [
      "refuses",
      new ParleyApiError("POST message", 400, []),
      "Only the beginning of your last message was sent",
    ],
    ["gives no answer to", UNCERTAIN, "Nobody can tell whether your last message arrived"],
  ])("keeps the User and says how far it came when Parley %s a part", async (_, error, words) => {
    const bridge = await withShortMessages();
    bridge.calls.fail("parley.send", error, { skip: 1 });

    await bridge.agentHandsBack({ lastMessage });

    expect(await failure(bridge)).toContain(words);
    expect(bridge.sent()).toEqual(PARAGRAPHS.slice(0, 1));
    expect(bridge.parley.user(ADA).owner).toBe(AGENTS.id);
  });

  it("stops at the part before which another Service took the User", async () => {
    const bridge = await withShortMessages();
    let answers = 0;
    bridge.parley.afterOwner = () => {
      answers += 1;
      if (answers === 2) bridge.parley.user(ADA).owner = NIGHT.id;
    };

    await bridge.agentHandsBack({ lastMessage });

    expect(await failure(bridge)).toContain("Only the beginning of your last message was sent");
    expect(bridge.sent().length).toBeLessThan(PARAGRAPHS.length);
    expect(bridge.root()).toMatch(/\*Taken over\* by Night shift/);
  });
});
