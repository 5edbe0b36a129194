import { expect, it } from "vitest";
import { UncertainDeliveryError } from "../../../src/errors.ts";
import { dieAtEveryStep, failAtEveryCall, type Story } from "./every-step.ts";
import type { Bridge } from "./start-bridge.ts";

/** Nobody can tell whether the call was carried out. */
export const UNCERTAIN = new UncertainDeliveryError("The answer is lost");

/** The story ends well although an answer of Parley is lost, and the bridge killed besides. */
export function survivesLostAnswersOfParley(story: Story): void {
  it.each([true, false])("although the answer to any request is lost, done: %s", async (after) => {
    await failAtEveryCall(story, /^parley\.send$/, UNCERTAIN, { after });
  });

  it.each([true, false])(
    "although an answer is lost and the bridge killed at any step besides, done: %s",
    async (after) => {
      const lose = ({ calls }: Bridge) => calls.fail("parley.send", UNCERTAIN, { after });
      expect(await dieAtEveryStep(story, "after", lose)).toBeGreaterThan(6);
    },
  );
}

/** The same of an answer of Slack. */
export function survivesLostAnswersOfSlack(story: Story): void {
  it("although an answer of Slack is lost, also where the bridge is killed besides", async () => {
    const calls = /^(posts\.post|slackFiles\.(upload|share))$/;
    expect(await failAtEveryCall(story, calls, UNCERTAIN, { after: true })).toBeGreaterThan(0);
    expect(await failAtEveryCall(story, calls, UNCERTAIN)).toBeGreaterThan(0);
    const lose = ({ calls: { fail } }: Bridge) => fail("posts.post", UNCERTAIN, { after: true });
    await dieAtEveryStep(story, "after", lose);
  });
}
