import { describe, expect, it } from "vitest";
import type { FakeSlack } from "../../fakes/slack/fake-slack.ts";
import { clientOf, slackForTest } from "../support/slack-for-test.ts";

const BOT = "U0BRIDGE1";
const ANNA = "U0ANNA";
const SECRET = { id: "G0SECRET", name: "secret", isPrivate: true, members: [ANNA, BOT] };

/** What the app was told besides messages, oldest first. */
const told = ({ sentEvents }: FakeSlack): string[] =>
  [...sentEvents.values()].map(({ event }) => event.type).filter((type) => type !== "message");

const refused = (error: string) => ({ data: { ok: false, error } });

describe.each([
  ["public", "C0SUPPORT", "channel"],
  ["private", SECRET.id, "group"],
])("a %s channel of the fake Slack", (_, channel, family) => {
  it("is archived, back, renamed and deleted, with Slack's events and refusals", async () => {
    const slack = await slackForTest({ channels: [SECRET] });
    const client = clientOf(slack);
    const post = () => client.chat.postMessage({ channel, text: "t" });

    await slack.archive({ user: ANNA, channel });
    await expect(post()).rejects.toMatchObject(refused("is_archived"));
    expect((await client.conversations.info({ channel })).channel?.is_archived).toBe(true);
    await slack.unarchive({ user: ANNA, channel });
    await post();
    await slack.rename({ name: "other", channel });
    expect((await client.conversations.info({ channel })).channel?.name).toBe("other");
    await slack.deleteChannel({ user: ANNA, channel });
    await expect(post()).rejects.toMatchObject(refused("channel_not_found"));

    expect(told(slack)).toEqual(
      ["archive", "unarchive", "rename", "deleted"].map((what) => `${family}_${what}`),
    );
    expect(slack.state.messages.filter((message) => message.channel === channel)).toEqual([]);
  });

  it("is shared with another company, invited or there, or within the organisation", async () => {
    const slack = await slackForTest({ channels: [SECRET] });
    const seen = async () => {
      const { channel: found } = await clientOf(slack).conversations.info({ channel });
      return [found?.is_ext_shared, found?.is_pending_ext_shared, found?.is_org_shared];
    };

    await slack.shareChannel({ channel, as: "pending" });
    expect(await seen()).toEqual([false, true, false]);
    await slack.shareChannel({ channel });
    expect(await seen()).toEqual([true, false, false]);
    await slack.shareChannel({ channel, as: "org" });
    expect(await seen()).toEqual([false, false, true]);
    await slack.unshareChannel({ channel });
    expect(await seen()).toEqual([false, false, false]);
    expect(told(slack)).toEqual([
      "channel_shared",
      "channel_shared",
      "channel_shared",
      "channel_unshared",
    ]);
  });
});

it("keeps messages and their ts under another id of their channel, which the old one does not lead to", async () => {
  const slack = await slackForTest({ channels: [SECRET] });
  const client = clientOf(slack);
  const { ts = "" } = await client.chat.postMessage({ channel: SECRET.id, text: "Hello" });

  await slack.changeId({ channel: SECRET.id, to: "C0SECRET" });

  const query = { channel: "C0SECRET", ts };
  expect((await client.conversations.replies(query)).messages?.[0]?.text).toBe("Hello");
  await expect(
    client.conversations.replies({ ...query, channel: SECRET.id }),
  ).rejects.toMatchObject(refused("channel_not_found"));
  const event = [...slack.sentEvents.values()].at(-1)?.event;
  expect(event).toMatchObject({
    type: "channel_id_changed",
    old_channel_id: SECRET.id,
    new_channel_id: "C0SECRET",
  });
});

it("keeps the id of a channel that is made private, and tells so in it", async () => {
  const slack = await slackForTest();

  await slack.makePrivate({ user: ANNA });

  const { channel } = await clientOf(slack).conversations.info({ channel: slack.channel });
  expect(channel?.is_private).toBe(true);
  expect([...slack.sentEvents.values()].map(({ event }) => event.subtype)).toEqual([
    "channel_convert_to_private",
  ]);
});
