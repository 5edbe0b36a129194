import { describe, expect, it } from "vitest";
import { unescapeText } from "../../../src/convert/text/slack-text.ts";
import {
  ParleyApiError,
  RateLimitedError,
  SlackApiError,
  UncertainDeliveryError,
} from "../../../src/errors.ts";
import { numbered } from "../../support/numbered.ts";
import { activeMarkup } from "../../support/threads.ts";
import { dieAtEveryStep, type Story } from "../support/every-step.ts";
import { ADA, AGENTS, EVE } from "../support/memory-parley.ts";
import { type Bridge, startBridge } from "../support/start-bridge.ts";

describe("what a User writes", () => {
  it("comes into the thread in order, each User's into their own", async () => {
    const bridge = await startBridge();
    await bridge.handover();
    await bridge.handover({ user: EVE });

    for (let n = 0; n < 15; n++) {
      await bridge.userWrites(`ada ${n}`);
      await bridge.userWrites(`eve ${n}`, { user: EVE });
    }

    expect(bridge.thread(ADA)).toEqual(numbered("ada", 15));
    expect(bridge.thread(EVE)).toEqual(numbered("eve", 15));
  });

  it.each([
    ["<!channel> <!here> <!everyone>", "&lt;!channel&gt; &lt;!here&gt; &lt;!everyone&gt;"],
    [
      "<@U0ANNA> <#C0SUPPORT> <!subteam^S0SUPPORT>",
      "&lt;@U0ANNA&gt; &lt;#C0SUPPORT&gt; &lt;!subteam^S0SUPPORT&gt;",
    ],
    [
      "<https://evil.example|https://bank.example>",
      "&lt;https://evil.example|https://bank.example&gt;",
    ],
    ["Tom & Jerry &lt;!channel&gt;", "Tom &amp; Jerry &amp;lt;!channel&amp;gt;"],
  ])("is escaped: %s", async (written, shown) => {
    const bridge = await startBridge();
    await bridge.handover();

    await bridge.userWrites(written, {
      title: written,
      buttons: [{ type: "reply", title: written, payload: "x" }],
    });

    expect(bridge.thread()).toEqual([`${shown}\n${shown}\n[${shown}]`]);
    expect(bridge.slack.messages.flatMap(({ message }) => activeMarkup(message))).toEqual([]);
  });

  it("is split without loss when it is long", async () => {
    const bridge = await startBridge();
    await bridge.handover();
    const long = `${"One & two <three>. 👩‍👩‍👧‍👦 ".repeat(150)}\n\n${"x".repeat(4_500)}${"\n- point".repeat(300)}`;

    await bridge.userWrites(long);

    const pieces = bridge.thread().map(unescapeText);
    expect(pieces.length).toBeGreaterThan(4);
    expect(Math.max(...pieces.map((piece) => piece.length))).toBeLessThanOrEqual(4_000);
    expect(pieces.join("")).toBe(long);
  });

  it.each(["while the bridge runs", "after a restart", "after a crash"])(
    "appears once when Parley sends it again %s",
    async (when) => {
      const bridge = await startBridge();
      await bridge.handover();
      const again = () => bridge.userWrites("Hello", { id: "7" });
      await again();
      if (when === "after a restart") await bridge.stopAndRestart();
      if (when === "after a crash") await bridge.crashAndRestart();

      await again();

      await bridge.userWrites("Hello", { id: "8" });
      await bridge.userWrites("Still there?", { id: "9" });
      expect(bridge.thread()).toEqual(["Hello", "Hello", "Still there?"]);
    },
  );

  it("goes on in the same thread after a restart", async () => {
    const bridge = await startBridge();
    await bridge.handover();
    await bridge.stopAndRestart();

    await bridge.userWrites("Hello");

    expect(bridge.thread()).toEqual(["Hello"]);
    expect(bridge.roots()).toHaveLength(1);
  });
});

describe("what Slack refuses for good", () => {
  const REFUSED = new SlackApiError("chat.postMessage", "invalid_arguments", "dead-letter");

  it("is missing in the thread, which says so, and holds up nothing", async () => {
    const bridge = await startBridge();
    await bridge.handover();
    bridge.calls.fail("posts.post", REFUSED);

    await bridge.userWrites("Refused");
    await bridge.userWrites("Next");

    expect(bridge.thread()).toHaveLength(2);
    expect(bridge.thread()).toContain("Next");
    expect(bridge.thread()).toContainEqual(
      expect.stringMatching(/^:x: A message of this User could not be shown here/),
    );
    expect(bridge.items("inbox")).toMatchObject({ waiting: 0, dead: 1 });
  });

  it.each(["before", "after", "unsynced"] as const)(
    "is told of once, where the bridge is killed at any step: %s",
    async (when) => {
      const story: Story = {
        before: (bridge) => bridge.handover(),
        async play(bridge) {
          bridge.calls.fail("posts.post", REFUSED);
          await bridge.userWrites("Refused");
          await bridge.userWrites("Next");
        },
        check(bridge) {
          const thread = bridge.thread();
          const isTold = thread.filter((text) => /could not be shown/.test(text)).length;
          const isShown = thread.filter((text) => text === "Refused").length;
          // Killed right after the refusal it is tried once more, and then Slack takes it.
          expect(isTold + isShown).toBe(1);
          expect(thread.filter((text) => text === "Next")).toHaveLength(1);
        },
      };
      expect(await dieAtEveryStep(story, when)).toBeGreaterThan(5);
    },
  );

  it("is no root: the next message opens the thread", async () => {
    const bridge = await startBridge();
    bridge.calls.fail("posts.post", REFUSED);
    await bridge.handover();
    expect(bridge.roots()).toEqual([]);

    await bridge.userWrites("Hello");

    expect(bridge.roots()).toHaveLength(1);
    expect(bridge.thread()).toEqual(["Hello"]);
  });

  it("is posted with a warning where nobody can look whether it is there", async () => {
    const bridge = await startBridge();
    await bridge.handover();
    const lost = new UncertainDeliveryError("lost");
    bridge.calls.fail("posts.post", lost, { after: true });
    bridge.slack.refusesReading = true;

    await bridge.userWrites("Hello");
    await bridge.settled();

    expect(bridge.thread()).toEqual([
      "Hello",
      expect.stringMatching(/^Hello\n_\(may be a repeat\)_/),
    ]);
  });
});

describe("a User without a handover callback", () => {
  it("gets a thread with the first message iff we own the User", async () => {
    const bridge = await startBridge();
    await bridge.userWrites("To the bot");
    expect(bridge.slack.messages).toEqual([]);

    bridge.parley.user(ADA).owner = AGENTS.id;
    await bridge.userWrites("To the agents");

    expect(bridge.thread()).toEqual(["To the agents"]);
    expect(bridge.root()).toContain("New conversation");
    expect(bridge.root()).not.toContain(":warning:");
  });

  it.each([
    ["answers in a way that nobody understands", hide],
    ["refuses the question", refuse],
  ])("gets a thread with a warning when Parley %s", async (_, trouble) => {
    const bridge = await startBridge();
    bridge.parley.user(ADA).owner = AGENTS.id;
    trouble(bridge);

    await bridge.userWrites("Hello?");

    expect(bridge.thread()).toEqual(["Hello?"]);
    expect(bridge.root()).toContain(":warning: Parley did not say whether this User is ours.");
  });

  it.each([
    ["answers in a way that nobody understands", hide],
    ["refuses the question", refuse],
  ])("gets none then if the operator wants that: Parley %s", async (_, trouble) => {
    const bridge = await startBridge({ ownerUnknown: "ignore" });
    bridge.parley.user(ADA).owner = AGENTS.id;
    trouble(bridge);

    await bridge.userWrites("Hello?");

    expect(bridge.slack.messages).toEqual([]);
    expect(bridge.items("inbox")).toEqual({ waiting: 0, held: 0, dead: 0 });
  });

  it("opens a thread after a while also when Parley only ever asks to wait", async () => {
    const bridge = await startBridge();
    const error = new RateLimitedError("429", 30_000);
    bridge.calls.fail("parley.ownerOf", error, { times: Infinity });

    await bridge.userWrites("Hello?");
    expect(bridge.slack.messages).toEqual([]);
    await bridge.later(5 * 60_000);

    expect(bridge.thread()).toEqual([expect.stringContaining("Hello?")]);
  });

  function hide({ parley }: Bridge): void {
    parley.hidesOwners = true;
  }

  function refuse({ calls }: Bridge): void {
    calls.fail("parley.ownerOf", new ParleyApiError("GET owner", 400, []));
  }
});

describe("what nobody typed", () => {
  const SYSTEM = [
    ["an info message", 3, "Chat started"],
    ["a system message of the User", 4, "app opened"],
    ["a system message of the account", 5, "Chat closed"],
    ["user_registered", 1, "user_registered"],
  ] as const;

  it.each(SYSTEM)("opens no thread: %s", async (_what, typeId, text) => {
    const bridge = await startBridge();
    bridge.parley.user(ADA).owner = AGENTS.id;

    await bridge.userWrites(text, { typeId });

    expect(bridge.slack.messages).toEqual([]);
    await bridge.userWrites("A person");
    expect(bridge.thread()).toEqual(["A person"]);
  });

  it.each(SYSTEM)("is a quiet line in an open thread: %s", async (_what, typeId, text) => {
    const bridge = await startBridge();
    await bridge.handover();

    await bridge.userWrites(text, { typeId });

    expect(bridge.slack.messages.at(-1)?.message.blocks).toEqual([
      expect.objectContaining({
        type: "context",
        elements: [expect.objectContaining({ type: "mrkdwn", text: `:gear: ${text}` })],
      }),
    ]);
  });

  it("includes what the account itself sent: it appears nowhere", async () => {
    const bridge = await startBridge();
    await bridge.handover();
    bridge.parley.user(EVE).owner = AGENTS.id;

    await bridge.userWrites("From the account", { user: EVE, typeId: 2 });
    await bridge.userWrites("From the account", { typeId: 2 });
    await bridge.userWrites("From the User");

    expect(bridge.thread()).toEqual(["From the User"]);
    expect(bridge.roots()).toHaveLength(1);
  });
});

describe("typing", () => {
  const types = (bridge: Bridge, active: boolean, user = ADA) =>
    bridge.callback({ kind: "typing", userId: user, user: {}, active });

  it("is shown until it stops, never as a message", async () => {
    const bridge = await startBridge();
    await bridge.handover();
    const { ts } = bridge.threadOf();

    await types(bridge, true);
    expect([...bridge.slack.typing]).toEqual([ts]);
    await types(bridge, false);

    expect([...bridge.slack.typing]).toEqual([]);
    expect(bridge.thread()).toEqual([]);
  });

  it("of a User without a conversation shows nowhere", async () => {
    const bridge = await startBridge();
    bridge.parley.user(ADA).owner = AGENTS.id;

    await types(bridge, true);

    expect(bridge.calls.made).not.toContain("posts.showTyping");
    expect(bridge.slack.messages).toEqual([]);
  });

  it("is not shown any more when the bridge comes to it too late", async () => {
    const bridge = await startBridge();
    await bridge.handover();
    // The lane waits behind a message whose turn does not come.
    const goOn = bridge.slack.holdTurns();
    await bridge.userWrites("Hello");
    await types(bridge, true);
    await bridge.later(21_000);

    goOn();
    await bridge.userWrites("Anybody?");

    expect(bridge.slack.messages.at(-1)?.message.text).toBe("Anybody?");
    expect(bridge.calls.made).not.toContain("posts.showTyping");
  });

  it("is not shown where the words themselves came first", async () => {
    const bridge = await startBridge();
    await bridge.handover();
    const goOn = bridge.slack.holdTurns();
    await bridge.userWrites("1");
    await types(bridge, true);
    await bridge.later(1);
    await bridge.userWrites("2");
    goOn();
    await bridge.settled();
    expect(bridge.thread()).toEqual(["1", "2"]);
    expect(bridge.calls.made).not.toContain("posts.showTyping");
  });
});
