import { describe, expect, it } from "vitest";
import { allTold, EAGER, press } from "../support/replies.ts";
import { sentTo } from "../support/sent.ts";
import { handOver } from "../support/steps.ts";
import { postsIn, reactionsOn, textOf, toldTo } from "../support/threads.ts";
import { type Env, startWorld, type World } from "../support/world.ts";

/** An agent's reply that Parley refuses once. */
async function refuse(world: World, userId: string, threadTs: string, text = "Refused") {
  const { slack, parley } = world;
  parley.faults.add(`POST /users/${userId}/messages`, { kind: "status", status: 400 }, 1);
  return (await slack.post({ user: "U0ANNA", threadTs, text })).ts;
}

async function open(env: Env = EAGER) {
  const world = await startWorld({ env });
  const { user, root } = await handOver(world);
  return { world, slack: world.slack, parley: world.parley, user, root };
}

/** The question that everyone in the thread sees. */
const questionIn = ({ slack }: World, rootTs: string) =>
  slack.waitFor(() => postsIn(slack, rootTs).find(({ text }) => /did not reach/.test(text)));

const questionsIn = ({ slack }: World, rootTs: string) => [
  ...toldTo(slack, "U0ANNA", rootTs).map(({ text }) => text),
  ...postsIn(slack, rootTs).map(({ text }) => text),
];

describe("the question about a reply that is a dead letter", () => {
  it.each([{ kind: "lost-answer" }, { kind: "status", status: 503 }] as const)(
    "is put once to its writer though nobody knows what Slack did with it (%o), and ends with one mark",
    async (fault) => {
      const { world, slack, parley, user, root } = await open();
      slack.faults.add("chat.postEphemeral", fault, 1);
      const ts = await refuse(world, user.id, root.ts);
      const question = await questionIn(world, root.ts);
      expect(question.text).toContain("A reply by <@U0ANNA> did not reach the User");
      const click = { user: "U0ANNA", channel: slack.channel, actionId: "parley_send_again" };
      await slack.click({ ...click, ts: question.ts });
      await parley.until(() => sentTo(world, user.id).includes("Refused"));
      await allTold(world, root.ts);
      await slack.waitFor(() => reactionsOn(slack, ts).join() === "white_check_mark");
      expect(slack.calls("chat.postEphemeral")).toHaveLength(1);
      expect(postsIn(slack, root.ts)).toHaveLength(1);
    },
  );

  it("is put again where Slack surely did not take it, and marks the reply once", async () => {
    const { world, slack, user, root } = await open();
    slack.faults.add("chat.postEphemeral", { kind: "rate-limited", retryAfterSeconds: 0 }, 3);
    const ts = await refuse(world, user.id, root.ts);
    await slack.waitFor(() => toldTo(slack, "U0ANNA", root.ts)[0]);
    await allTold(world, root.ts);
    expect(toldTo(slack, "U0ANNA", root.ts)).toHaveLength(1);
    expect(reactionsOn(slack, ts)).toEqual(["x"]);
    expect(slack.calls("reactions.add")).toHaveLength(1);
  });

  it("is left out, with its mark, once somebody has answered it elsewhere", async () => {
    const { world, slack, parley, user, root } = await open();
    slack.faults.add("reactions.add", { kind: "rate-limited", retryAfterSeconds: 1 }, 1);
    const ts = await refuse(world, user.id, root.ts);
    const question = await questionIn(world, root.ts);
    const click = { user: "U0BEN", channel: slack.channel, actionId: "parley_send_again" };
    await slack.click({ ...click, ts: question.ts });
    await parley.until(() => sentTo(world, user.id).includes("Refused"));
    await allTold(world, root.ts);
    expect(toldTo(slack, "U0ANNA", root.ts)).toEqual([]);
    expect(reactionsOn(slack, ts)).not.toContain("x");
  });

  it("is put a second time when the reply fails a second time", async () => {
    const { world, slack, user, root } = await open();
    await refuse(world, user.id, root.ts);
    const first = await slack.waitFor(() => toldTo(slack, "U0ANNA", root.ts)[0]);
    world.parley.faults.add(`POST /users/${user.id}/messages`, { kind: "status", status: 400 }, 1);
    await press(world, first, "parley_send_again");
    const isSecond = () => toldTo(slack, "U0ANNA", root.ts)[1];
    expect((await slack.waitFor(isSecond)).text).toContain("Not delivered");
  });

  it("can be answered only in the reply's own thread", async () => {
    const { world, slack, parley, user, root } = await open();
    const { root: other } = await handOver(world);
    await refuse(world, user.id, root.ts);
    const question = await questionIn(world, root.ts);
    // As if it had been brought there.
    Object.assign(question, { thread_ts: other.ts });
    for (const actionId of ["parley_send_again", "parley_dismiss"]) {
      await slack.click({ user: "U0BEN", channel: slack.channel, ts: question.ts, actionId });
    }
    const told = await slack.waitFor(() => {
      const all = slack.state.ephemerals.filter(({ user: to }) => to === "U0BEN");
      return all.length === 2 ? all : undefined;
    });
    for (const { text } of told) expect(text).toContain("belongs to another thread");
    expect(sentTo(world, user.id)).toEqual([]);

    Object.assign(question, { thread_ts: root.ts });
    await slack.click({
      user: "U0BEN",
      channel: slack.channel,
      ts: question.ts,
      actionId: "parley_send_again",
    });
    await parley.until(() => sentTo(world, user.id).includes("Refused"));
  });
});

describe("what only one agent is told", () => {
  it("is said to all, once, where nobody can tell whether the agent was told", async () => {
    const { world, slack, parley, user, root } = await open();
    const { ts } = await slack.post({ user: "U0ANNA", threadTs: root.ts, text: "oops" });
    await parley.until(() => sentTo(world, user.id).includes("oops"));
    slack.faults.add("chat.postEphemeral", { kind: "lost-answer" }, 1);
    await slack.remove({ user: "U0ANNA", ts });
    await slack.waitFor(() => postsIn(slack, root.ts)[0]);
    await allTold(world, root.ts);
    const said = questionsIn(world, root.ts).filter((text) => /cannot take it back/.test(text));
    expect(said).toHaveLength(2);
    expect(slack.calls("chat.postEphemeral")).toHaveLength(1);
  });

  it("is a lock instead where it asks whether a message may go", async () => {
    const { world, slack, root } = await open({ ...EAGER, REPLY_MODE: "explicit" });
    slack.faults.add("chat.postEphemeral", { kind: "lost-answer" }, 1);
    const { ts } = await slack.post({ user: "U0ANNA", threadTs: root.ts, text: "Refund?" });
    await slack.waitFor(() => reactionsOn(slack, ts).includes("lock"));
    await allTold(world, root.ts);
    expect(toldTo(slack, "U0ANNA", root.ts).map(textOf)).toHaveLength(1);
    expect(postsIn(slack, root.ts)).toEqual([]);
  });
});
