import { expect, it } from "vitest";
import { postsIn, rootsOf } from "../support/threads.ts";
import { startWorld } from "../support/world.ts";

it("carries a conversation from handover to hand-back", async () => {
  const { slack, parley } = await startWorld();
  const user = parley.createUser({
    uniqueIdentifier: "customer-7",
    additionalInformation: { name: "Ada Lovelace", email: "ada@example.com" },
  });

  await parley.handOver({
    userId: user.id,
    to: parley.agentService.identification,
    metadata: { reason: "question_too_complex", order: { id: 42 } },
  });
  const root = await slack.waitFor(() => rootsOf(slack)[0]);
  expect(JSON.stringify(root)).toContain("Question too complex");

  await parley.userWrites(user.id, "My parcel <!channel> is lost");
  const post = await slack.waitFor(() => postsIn(slack, root.ts)[0]);
  expect(post.text).toBe("My parcel &lt;!channel&gt; is lost");

  const reply = await slack.post({
    user: "U0ANNA",
    threadTs: root.ts,
    text: "I am looking into it",
  });
  await parley.until(() => parley.sent(user.id)[0]);
  expect(parley.sent(user.id)[0]).toMatchObject({
    message: "I am looking into it",
    agent: { name: slack.state.users.get("U0ANNA")?.displayName },
  });
  await slack.waitFor(() =>
    slack.state.messages
      .find(({ ts }) => ts === reply.ts)
      ?.reactions?.some(({ name }) => name === "white_check_mark"),
  );

  await slack.shortcut({
    user: "U0ANNA",
    callbackId: "parley_hand_back",
    channel: slack.channel,
    ts: reply.ts,
  });
  const opened = await slack.waitFor(() => [...slack.state.views.values()][0]);
  await slack.submitView({
    user: "U0ANNA",
    viewId: opened.view.id,
    values: { note: "Parcel found", last_message: "It arrives tomorrow" },
  });
  await parley.until(
    () => parley.user(user.id).owner === parley.botService.identification || undefined,
  );
  expect(parley.sent(user.id).at(-1)?.message).toBe("It arrives tomorrow");
  await slack.waitFor(() => /Handed back/.test(JSON.stringify(rootsOf(slack)[0]?.blocks)));
  await slack.waitFor(() =>
    postsIn(slack, root.ts).some(({ text }) => /handed this User back/.test(text)),
  );
});
