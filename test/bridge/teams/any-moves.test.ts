import fc from "fast-check";
import { expect } from "vitest";
import { NetworkError, UncertainDeliveryError } from "../../../src/errors.ts";
import { makeThreadKey } from "../../../src/ids.ts";
import { holds } from "../../support/property.ts";
import { accountedFor, handedOver, writes } from "../support/accounted-for.ts";
import { ADA } from "../support/memory-parley.ts";
import { BILLING_CHANNEL, CHANNEL } from "../support/memory-slack.ts";
import { type Bridge, startBridge } from "../support/start-bridge.ts";

const teams = [
  { name: "Support", channel: CHANNEL },
  { name: "Billing", channel: BILLING_CHANNEL },
  { name: "Night", channel: "C0NIGHT" },
] as const;

type Step =
  | { readonly does: "user" | "crash" | "settle" | "parley-away" | "slack-away" | "post-lost" }
  /** Into the thread that is so many before the newest. */
  | { readonly does: "agent"; readonly back: number }
  | { readonly does: "move"; readonly to: string; readonly by: string };

const steps = fc.array(
  fc.oneof(
    { weight: 3, arbitrary: fc.constant<Step>({ does: "user" }) },
    {
      weight: 4,
      arbitrary: fc.nat(2).map((back): Step => ({ does: "agent", back })),
    },
    {
      weight: 3,
      arbitrary: fc
        .tuple(fc.constantFrom("Support", "Billing", "Night"), fc.constantFrom("U0ANNA", "U0BEN"))
        .map(([to, by]): Step => ({ does: "move", to, by })),
    },
    {
      weight: 2,
      arbitrary: fc.constantFrom<Step>(
        { does: "crash" },
        { does: "settle" },
        { does: "parley-away" },
        { does: "slack-away" },
        { does: "post-lost" },
      ),
    },
  ),
  { minLength: 4, maxLength: 14 },
);

async function play(bridge: Bridge, all: readonly Step[]): Promise<string[]> {
  const said: string[] = [];
  for (const [n, step] of all.entries()) {
    switch (step.does) {
      case "user":
        said.push(`User ${n}`);
        await bridge.userWrites(`User ${n}`);
        break;
      case "agent": {
        const threads = bridge.roots().map(({ thread }) => thread);
        await writes(bridge, `Agent ${n}`, defined(threads.at(-1 - step.back)));
        break;
      }
      case "move": {
        // The root of the next thread may be there already.
        const thread = (await bridge.conversation())?.thread;
        await bridge.agentMoves(step.to, { agent: step.by, ...defined(thread) });
        break;
      }
      case "crash":
        await bridge.crashAndRestart();
        break;
      case "settle":
        await bridge.settled();
        break;
      case "parley-away":
        bridge.calls.fail("parley.ownerOf", new NetworkError("refused"), { times: 2 });
        break;
      case "slack-away":
        bridge.calls.fail("posts.post", new NetworkError("refused"), { times: 2 });
        break;
      case "post-lost":
        bridge.calls.fail("posts.post", new UncertainDeliveryError("lost"), { after: true });
        break;
    }
  }
  return said;
}

const defined = (thread: { team: string; channel: string; ts: string } | undefined) =>
  thread ? { thread } : {};

holds(
  "whatever is written and moved, and whatever fails meanwhile: all of it is in one place, once and in order",
  fc.tuple(steps, fc.boolean()),
  async ([all, isSlow]) => {
    const bridge = await startBridge({ teams, isSlow });
    await handedOver(bridge);
    const said = await play(bridge, all);
    await bridge.settled();

    const shown = bridge.slack.messages.filter(
      ({ tag }) => tag?.kind === "message" && tag.of === "user",
    );
    expect(shown.map(({ message }) => message.text)).toEqual(said);
    await accountedFor(bridge);
    const now = (await bridge.conversation())?.thread;
    const live = bridge
      .roots()
      .filter(({ thread }) => /Hand back/.test(bridge.root(ADA, thread)))
      .map(({ thread }) => makeThreadKey(thread));
    expect(live).toEqual(now && [makeThreadKey(now)]);
    expect(bridge.items("inbox")).toMatchObject({ waiting: 0, dead: 0 });
  },
  { runs: 40 },
);
