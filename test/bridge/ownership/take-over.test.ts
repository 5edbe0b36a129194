import { describe, expect, it } from "vitest";
import type { AgentReply } from "../../../src/bridge/stored/agent-reply.ts";
import { NetworkError, ParleyApiError } from "../../../src/errors.ts";
import { ADA, AGENTS, BOT, NIGHT } from "../support/memory-parley.ts";
import { type Bridge, startBridge } from "../support/start-bridge.ts";

const BEN = { agent: "U0BEN" };

/** Ben wrote in a thread whose User another Service has; he has been told, with buttons. */
async function refusedReply(options?: Parameters<typeof startBridge>[0]) {
  const bridge = await startBridge(options);
  await bridge.handover();
  await bridge.agentHandsBack();
  const old = bridge.threadOf();
  const reply = await bridge.agentWrites("It ships today", BEN);
  return { bridge, old, reply };
}

/** How often we asked for the User. */
const takenOver = ({ parley }: Bridge): number =>
  parley.user(ADA).handovers.filter(({ to }) => to === AGENTS.id).length;

/** Another Service has the User as soon as Parley has given them to us. */
function nightIsFaster({ parley }: Bridge): void {
  parley.afterOwner = (user) => {
    if (parley.user(user).handovers.at(-1)?.to === AGENTS.id) parley.user(user).owner = NIGHT.id;
  };
}

const linkTo = (ts: string): string => `/p${ts.replace(".", "")}`;
const PARTS = ["a", "b", "c"].map((letter) => `${letter.repeat(80)}.`);

/** Another Service takes the User when the first part of Ben's long reply has gone; he has been told. */
async function refusedRest() {
  const bridge = await startBridge({ messageLength: 100 });
  await bridge.handover();
  bridge.parley.afterOwner = () => {
    if (bridge.sent().length > 0) bridge.parley.user(ADA).owner = NIGHT.id;
  };
  bridge.calls.fail("parley.send", new ParleyApiError("POST", 403, []), { skip: 1 });
  const reply = await bridge.agentWrites(PARTS.join("\n\n"), BEN);
  bridge.parley.afterOwner = () => {};
  return { bridge, reply };
}

describe("a reply that is refused because another Service has the User", () => {
  it("can be sent by taking the User over, exactly this reply, once", async () => {
    const { bridge, old, reply } = await refusedReply();

    await bridge.press("takeOver", "U0BEN");
    await bridge.settled();

    expect(bridge.sent()).toEqual(["It ships today"]);
    expect(bridge.parley.user(ADA).owner).toBe(AGENTS.id);
    expect(takenOver(bridge)).toBe(1);
    expect(bridge.marks(reply)).toEqual(["delivered"]);
    expect(bridge.roots()).toHaveLength(2);
    expect(bridge.thread()).toEqual([expect.stringMatching(/<@U0BEN> took this User over/)]);
    expect(bridge.thread()[0]).toContain(linkTo(reply.ts));
    expect(bridge.root(ADA, old)).toContain(linkTo(bridge.threadOf().ts));
    await bridge.userWrites("Thank you");
    expect(bridge.thread().at(-1)).toBe("Thank you");
  });

  it("is offered so also if the User was taken away unnoticed, and to everyone in the thread", async () => {
    const bridge = await startBridge();
    await bridge.handover();
    const old = bridge.threadOf();
    bridge.parley.user(ADA).owner = NIGHT.id;
    await bridge.agentWrites("It ships today", BEN);
    expect(bridge.below(old).at(-1)).toContain("<@U0BEN> did not reach the User");

    await bridge.press("takeOver", "U0ANNA");
    await bridge.settled();

    expect(bridge.sent()).toEqual(["It ships today"]);
    expect(bridge.thread()).toEqual([expect.stringMatching(/<@U0ANNA> took/)]);
  });

  it("goes once, however often and whoever clicks", async () => {
    const { bridge } = await refusedReply();
    for (const agent of ["U0BEN", "U0BEN", "U0ANNA", "U0BEN"])
      await bridge.press("takeOver", agent);
    await bridge.settled();
    await bridge.agentWrites("Next", BEN);
    expect(bridge.sent()).toEqual(["It ships today", "Next"]);
    expect(takenOver(bridge)).toBe(1);
    expect(bridge.roots()).toHaveLength(2);
  });

  it("is left alone for good if its writer says so", async () => {
    const { bridge } = await refusedReply();
    await bridge.press("dismiss", "U0BEN");
    await bridge.press("takeOver", "U0BEN");
    await bridge.settled();
    expect(bridge.parley.user(ADA).owner).toBe(BOT.id);
    expect(bridge.sent()).toEqual([]);
    expect(bridge.items("outbox")).toEqual({ waiting: 0, held: 0, dead: 0 });
  });

  it("does not go any more once its writer has deleted it", async () => {
    const { bridge, reply } = await refusedReply();
    await bridge.agentDeletes(reply);
    await bridge.press("takeOver", "U0BEN");
    await bridge.settled();
    expect(bridge.parley.user(ADA).owner).toBe(BOT.id);
    expect(takenOver(bridge)).toBe(0);
    expect(bridge.sent()).toEqual([]);
  });

  it("goes after all that were refused before it, each once, and one thread opens", async () => {
    const { bridge, old } = await refusedReply();
    await bridge.press("takeOver", "U0BEN");
    await bridge.settled();
    await bridge.agentWrites("Second", { ...BEN, thread: old });
    expect(bridge.told("U0BEN").at(-1)).toMatch(/goes on with us in another thread/);
    expect(bridge.sent()).toEqual(["It ships today"]);
    expect(takenOver(bridge)).toBe(1);
    expect(bridge.roots()).toHaveLength(2);
  });

  it("goes into the thread that the one before it has opened", async () => {
    const { bridge, old } = await refusedReply();
    await bridge.agentWrites("Second", { ...BEN, thread: old });
    // Both are offered; the newest button is that of the second.
    await bridge.press("takeOver", "U0BEN");
    await bridge.settled();
    expect(bridge.sent()).toEqual(["Second"]);
    expect(bridge.roots()).toHaveLength(2);
    expect(bridge.items("outbox").held).toBe(1);
  });
});

describe("taking over for a reply", () => {
  it.each(["stopped", "killed"])(
    "takes the User once although the answer is lost, and goes on where the bridge is %s",
    async (how) => {
      const { bridge } = await refusedReply();
      bridge.calls.fail("parley.setOwner", new NetworkError("lost"), { after: true });
      bridge.calls.fail("parley.send", new ParleyApiError("POST", 503, []), { times: Infinity });
      await bridge.press("takeOver", "U0BEN");
      await bridge.later(5_000);

      bridge.calls.heal();
      if (how === "stopped") await bridge.stopAndRestart();
      else await bridge.crashAndRestart();
      await bridge.settled();

      expect(bridge.sent()).toEqual(["It ships today"]);
      expect(takenOver(bridge)).toBe(1);
      expect(bridge.roots()).toHaveLength(2);
    },
  );

  it("asks when the bridge died while the reply was sent, and sends nothing twice", async () => {
    const { bridge } = await refusedReply();
    bridge.calls.hang("parley.send", { after: true });
    await bridge.press("takeOver", "U0BEN");
    await bridge.later(5_000);
    expect(bridge.sent()).toEqual(["It ships today"]);

    await bridge.crashAndRestart();
    await bridge.settled();

    expect(bridge.told("U0BEN").at(-1)).toMatch(/Perhaps not delivered/);
    expect(bridge.sent()).toEqual(["It ships today"]);
  });

  it.each(["heard", "lost"])(
    "is refused again, with a new question, when another Service is faster, and our own answer was %s",
    async (answer) => {
      const { bridge } = await refusedReply();
      nightIsFaster(bridge);
      if (answer === "lost") {
        bridge.calls.fail("parley.setOwner", new NetworkError("lost"), { after: true });
      }

      await bridge.press("takeOver", "U0BEN");
      await bridge.settled();

      expect(bridge.told("U0BEN").at(-1)).toMatch(/did not give us this User/);
      expect(bridge.sent()).toEqual([]);
      expect(takenOver(bridge)).toBe(1);
      bridge.parley.afterOwner = () => {};
      await bridge.press("takeOver", "U0BEN");
      await bridge.settled();
      expect(bridge.sent()).toEqual(["It ships today"]);
      expect(takenOver(bridge)).toBe(2);
    },
  );

  it("does nothing any more once the writer has deleted what was refused again", async () => {
    const { bridge, reply } = await refusedReply();
    nightIsFaster(bridge);
    await bridge.press("takeOver", "U0BEN");
    await bridge.settled();
    bridge.parley.afterOwner = () => {};

    await bridge.agentDeletes(reply);
    await bridge.press("takeOver", "U0BEN");
    await bridge.settled();

    expect(takenOver(bridge)).toBe(1);
    expect(bridge.sent()).toEqual([]);
    expect(bridge.told("U0BEN").join()).not.toMatch(/has this message already/);
    expect(bridge.parley.user(ADA).owner).not.toBe(AGENTS.id);
  });

  it("is refused again when the new conversation ended before the reply could go", async () => {
    const { bridge } = await refusedReply();
    bridge.calls.fail("parley.send", new ParleyApiError("POST", 503, []), { times: Infinity });
    await bridge.press("takeOver", "U0BEN");
    await bridge.later(5_000);
    expect(bridge.roots()).toHaveLength(2);

    await bridge.agentHandsBack();
    await bridge.later(120_000);

    bridge.calls.heal();
    expect(bridge.told("U0BEN").at(-1)).toMatch(/handed back to Bot Service/);
    expect(bridge.sent()).toEqual([]);
    expect(bridge.parley.user(ADA).owner).toBe(BOT.id);
    expect(takenOver(bridge)).toBe(1);
    expect(bridge.items("outbox").held).toBe(1);
  });

  it("is refused again when another Service takes the User while Slack keeps the new thread from opening", async () => {
    const { bridge } = await refusedReply();
    bridge.calls.fail("posts.post", new NetworkError("refused"), { times: Infinity });
    await bridge.press("takeOver", "U0BEN");
    await bridge.later(5_000);
    expect(takenOver(bridge)).toBe(1);

    bridge.parley.user(ADA).owner = NIGHT.id;
    await bridge.later(60_000);

    expect(bridge.told("U0BEN")).toHaveLength(2);
    expect(bridge.items("outbox")).toMatchObject({ waiting: 0, held: 1 });
    bridge.calls.heal();
    await bridge.settled();
    expect(bridge.roots()).toHaveLength(1);
    expect(bridge.sent()).toEqual([]);
    expect(takenOver(bridge)).toBe(1);
    await bridge.press("takeOver", "U0BEN");
    await bridge.settled();
    expect(bridge.sent()).toEqual(["It ships today"]);
    expect(takenOver(bridge)).toBe(2);
  });

  it("sends into what a colleague has opened meanwhile, without asking Parley for the User again", async () => {
    const { bridge } = await refusedReply();
    await bridge.handover();

    await bridge.press("takeOver", "U0BEN");
    await bridge.settled();

    expect(bridge.sent()).toEqual(["It ships today"]);
    expect(bridge.thread()).toEqual([expect.stringMatching(/earlier thread/)]);
    expect(takenOver(bridge)).toBe(0);
    expect(bridge.roots()).toHaveLength(2);
  });

  it("takes the User from whoever has them although the bridge took them for ours", async () => {
    const { bridge } = await refusedReply();
    await bridge.handover();
    const stale = bridge.threadOf();
    bridge.parley.user(ADA).owner = NIGHT.id;

    await bridge.press("takeOver", "U0BEN");
    await bridge.settled();

    expect(bridge.sent()).toEqual(["It ships today"]);
    expect(takenOver(bridge)).toBe(1);
    expect(bridge.root(ADA, stale)).toMatch(/\*Taken over\* by Night shift/);
    expect(bridge.roots()).toHaveLength(3);
  });

  it("says so when Parley does not give the User, and sends nothing", async () => {
    const { bridge } = await refusedReply();
    bridge.calls.fail("parley.setOwner", new ParleyApiError("PUT owner", 403, []));

    await bridge.press("takeOver", "U0BEN");
    await bridge.settled();

    expect(bridge.told("U0BEN").at(-1)).toMatch(/did not give us this User/);
    expect(bridge.items("outbox").held).toBe(1);
    expect(bridge.sent()).toEqual([]);
    expect(bridge.parley.user(ADA).owner).toBe(BOT.id);
  });

  it("gives the wish up when Parley was away for long: the agent meant now", async () => {
    const { bridge } = await refusedReply();
    bridge.calls.fail("parley.ownerOf", new NetworkError("refused"), { times: Infinity });
    await bridge.press("takeOver", "U0BEN");
    await bridge.later(15 * 60_000);
    bridge.calls.heal();
    await bridge.settled();
    expect(bridge.told("U0BEN").at(-1)).toMatch(/did not give us this User/);
    expect(bridge.sent()).toEqual([]);
    expect(bridge.parley.user(ADA).owner).toBe(BOT.id);
  });

  it("is offered no more after a reply was refused five times", async () => {
    const { bridge } = await refusedReply();
    const error = new ParleyApiError("PUT owner", 403, []);
    bridge.calls.fail("parley.setOwner", error, { times: Infinity });
    for (let round = 1; round <= 5; round++) {
      expect(bridge.items("outbox").held).toBe(1);
      await bridge.press("takeOver", "U0BEN");
      await bridge.settled();
    }
    expect(bridge.items("outbox")).toEqual({ waiting: 0, held: 0, dead: 0 });
    expect(bridge.told("U0BEN")).toHaveLength(6);
    expect(bridge.sent()).toEqual([]);
  });

  it("sends only what the User does not have of a long reply", async () => {
    const { bridge } = await refusedRest();
    expect(bridge.sent()).toEqual(PARTS.slice(0, 1));
    expect(bridge.told("U0BEN")).toEqual([
      expect.stringMatching(/A part of it has reached the User, or may have/),
    ]);

    await bridge.press("takeOver", "U0BEN");
    await bridge.settled();

    expect(bridge.sent()).toEqual(PARTS);
  });

  it.each<[string, (bridge: Bridge, reply: AgentReply) => Promise<void>]>([
    ["deleted", (bridge, reply) => bridge.agentDeletes(reply)],
    ["changed", (bridge, reply) => bridge.agentEdits(reply, "Something else")],
  ])("sends nothing more of a long reply that was %s when a part had gone", async (_, take) => {
    const { bridge, reply } = await refusedRest();

    await take(bridge, reply);
    expect(bridge.told("U0BEN").at(-1)).toMatch(/has this message already|Parley cannot change/);
    await bridge.press("takeOver", "U0BEN");
    await bridge.settled();

    expect(takenOver(bridge)).toBe(0);
    expect(bridge.sent()).toEqual(PARTS.slice(0, 1));
    expect(bridge.parley.user(ADA).owner).not.toBe(AGENTS.id);
  });
});

describe("a reply in an old thread", () => {
  it("is refused with a link to the thread where the User is, and the old root points there", async () => {
    const bridge = await startBridge();
    await bridge.handover();
    const old = bridge.threadOf();
    await bridge.agentHandsBack();
    await bridge.handover();
    const { ts } = bridge.threadOf();

    await bridge.agentWrites("Still here?", { ...BEN, thread: old });

    expect(bridge.root(ADA, old)).toContain(linkTo(ts));
    expect(bridge.told("U0BEN")).toEqual([
      expect.stringMatching(
        /^:no_entry: \*Not sent\.\* This User goes on with us in another thread/,
      ),
    ]);
    expect(bridge.told("U0BEN")[0]).toContain(linkTo(ts));
    expect(bridge.told("U0BEN")[0]).not.toContain("/parley-owner");
    expect(bridge.items("outbox").held).toBe(0);
    expect(bridge.sent()).toEqual([]);
  });
});
