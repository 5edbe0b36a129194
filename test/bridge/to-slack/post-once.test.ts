import { describe, expect, it } from "vitest";
import { NetworkError, UncertainDeliveryError } from "../../../src/errors.ts";
import { ADA, EVE } from "../support/memory-parley.ts";
import { type Bridge, startBridge } from "../support/start-bridge.ts";

const UNCERTAIN = new UncertainDeliveryError("The answer is lost");

/** The next post gets no answer. Slack takes it when the returned function is called. */
function takesLate({ slack: { posts } }: Bridge): () => Promise<unknown> {
  const { post } = posts;
  let take: () => Promise<unknown> = () => Promise.reject(new Error("There was no post"));
  Object.assign(posts, {
    post(...given: Parameters<typeof post>) {
      Object.assign(posts, { post });
      take = () => post(...given);
      return Promise.reject(UNCERTAIN);
    },
  });
  return () => take();
}

describe("a post that Slack takes late, while the bridge waits for its turn again", () => {
  it.each([
    ["alone", "Hello"],
    ["as one of several", "a".repeat(5_000)],
  ])("is not there twice: %s", async (_, text) => {
    const bridge = await startBridge();
    await bridge.handover();
    const take = takesLate(bridge);

    await bridge.userWrites(text);
    const goOn = bridge.slack.holdTurns();
    await bridge.later(2_000);
    await take();
    goOn();
    await bridge.settled();

    expect(bridge.thread().join("")).toBe(text);
  });

  it("opens no second thread", async () => {
    const bridge = await startBridge();
    const take = takesLate(bridge);

    await bridge.handover();
    const goOn = bridge.slack.holdTurns();
    await bridge.later(2_000);
    await take();
    goOn();
    await bridge.settled();

    expect(bridge.roots()).toHaveLength(1);
  });
});

it("a post that may be in the thread of a User who was merged meanwhile is not there and in the other's thread", async () => {
  const bridge = await startBridge();
  await bridge.handover();
  await bridge.handover({ user: EVE });
  bridge.calls.fail("posts.post", UNCERTAIN, { after: true });

  await bridge.userWrites("Hello");
  await bridge.callback({ kind: "merged", from: ADA, userId: EVE, user: {} });
  await bridge.settled();

  expect([...bridge.thread(ADA), ...bridge.thread(EVE)].filter((text) => text === "Hello")).toEqual(
    ["Hello"],
  );
});

it("messages that may have been posted together are all there, also when one was tried alone since", async () => {
  const bridge = await startBridge({ maxAgeMs: 60_000 });
  await bridge.handover();
  bridge.slack.isBusy = true;
  bridge.slack.refusesReading = true;
  bridge.calls.fail("posts.post", UNCERTAIN, { times: Infinity });
  const goOn = bridge.slack.holdTurns();
  await bridge.userWrites("One");
  await bridge.userWrites("Two");
  goOn();
  await bridge.settled();
  bridge.calls.heal();
  bridge.calls.fail("posts.post", new NetworkError("refused"));
  await bridge.retryDeadLetter("inbox", 1);
  await bridge.retryDeadLetter("inbox", 0);
  await bridge.settled();

  const words = bridge.thread().join("\n");
  expect(words).toContain("One");
  expect(words).toContain("Two");
});
