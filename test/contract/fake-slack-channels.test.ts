import { describe, expect, it } from "vitest";
import { DEFAULT_SCOPES } from "../../fakes/slack/identity.ts";
import { clientOf, slackForTest } from "../support/slack-for-test.ts";

const BOT = "U0BRIDGE1";
const BILLING = { id: "C0BILLING", name: "billing", members: ["U0ANNA", BOT] };
const REFUSED = (error: string) => ({ data: { ok: false, error } });

describe("channels of the fake Slack", () => {
  it("tells of each channel whether it is public, private or shared, and hides private ones from strangers", async () => {
    const slack = await slackForTest({
      channels: [
        BILLING,
        { id: "C0SECRET", name: "secret", isPrivate: true, members: ["U0ANNA", BOT] },
        { id: "C0PARTNERS", name: "partners", isShared: true, members: [BOT] },
        { id: "C0HIDDEN", name: "hidden", isPrivate: true, members: ["U0ANNA"] },
        { id: "C0OPEN", name: "open", members: ["U0ANNA"] },
      ],
    });
    const client = clientOf(slack);
    const seen = async (channel: string) => {
      const { channel: found } = await client.conversations.info({ channel });
      return [found?.name, found?.is_private, found?.is_ext_shared, found?.is_member];
    };
    expect(await seen(slack.channel)).toEqual(["support", false, false, true]);
    expect(await seen("C0BILLING")).toEqual(["billing", false, false, true]);
    expect(await seen("C0SECRET")).toEqual(["secret", true, false, true]);
    expect(await seen("C0PARTNERS")).toEqual(["partners", false, true, true]);
    expect(await seen("C0OPEN")).toEqual(["open", false, false, false]);
    for (const call of [
      client.conversations.info({ channel: "C0HIDDEN" }),
      client.conversations.members({ channel: "C0HIDDEN" }),
      client.chat.postMessage({ channel: "C0HIDDEN", text: "t" }),
    ]) {
      await expect(call).rejects.toMatchObject(REFUSED("channel_not_found"));
    }
    await expect(client.chat.postMessage({ channel: "C0OPEN", text: "t" })).rejects.toMatchObject(
      REFUSED("not_in_channel"),
    );
    const { delivered } = await slack.post({ user: "U0ANNA", channel: "C0BILLING", text: "hi" });
    await delivered;
    expect([...slack.sentEvents.values()].map((sent) => sent.is_ext_shared_channel)).toEqual([
      false,
    ]);
    await slack.joinChannel({ user: "U0BEN", channel: "C0PARTNERS" });
    await slack.post({ user: "U0BEN", channel: "C0PARTNERS", text: "hi" });
    expect([...slack.sentEvents.values()].map((sent) => sent.is_ext_shared_channel)).toEqual([
      false,
      true,
      true,
    ]);
  });

  it("pages the members of a channel by cursors, with fewer than were asked for if it likes", async () => {
    const members = Array.from({ length: 5 }, (_, index) => `U0MEMBER${index}`);
    const slack = await slackForTest({
      channels: [{ id: "C0MANY", name: "many", members: [...members, BOT] }],
      limits: { membersPage: 2 },
    });
    const client = clientOf(slack);
    const found: string[] = [];
    const sizes: number[] = [];
    let cursor: string | undefined;
    do {
      const page = await client.conversations.members({
        channel: "C0MANY",
        limit: 200,
        ...(cursor && { cursor }),
      });
      found.push(...(page.members ?? []));
      sizes.push(page.members?.length ?? 0);
      cursor = page.response_metadata?.next_cursor;
    } while (cursor);
    expect(found).toEqual([...members, BOT]);
    expect(sizes).toEqual([2, 2, 2]);
  });

  it("takes no word of members who are not in the channel, and none at all once it is archived", async () => {
    const slack = await slackForTest({ channels: [BILLING] });
    const post = () => slack.post({ user: "U0BEN", channel: "C0BILLING", text: "hi" });
    await expect(post()).rejects.toThrow("not_in_channel");
    await slack.joinChannel({ user: "U0BEN", channel: "C0BILLING" });
    expect((await post()).ts).toMatch(/^\d+\.\d+$/);
    await slack.archive({ user: "U0ANNA", channel: "C0BILLING" });
    await expect(post()).rejects.toThrow("is_archived");
    await expect(
      clientOf(slack).chat.postMessage({ channel: "C0BILLING", text: "t" }),
    ).rejects.toMatchObject(REFUSED("is_archived"));
    await clientOf(slack).chat.postMessage({ channel: slack.channel, text: "t" });
  });

  it("counts the pace of each channel for itself", async () => {
    const now = 1_763_000_000_000;
    const slack = await slackForTest({
      channels: [BILLING],
      limits: { posts: true },
      now: () => now,
    });
    const client = clientOf(slack);
    const post = (channel: string) => client.chat.postMessage({ channel, text: "t" });
    for (let count = 0; count < 4; count++) await post(slack.channel);
    await expect(post(slack.channel)).rejects.toMatchObject({ retryAfter: 1 });
    for (let count = 0; count < 4; count++) await post("C0BILLING");
    await expect(post("C0BILLING")).rejects.toMatchObject({ retryAfter: 1 });
  });
});

describe("user groups of the fake Slack", () => {
  it("lists groups and who is in them, those that are disabled only if asked for", async () => {
    const slack = await slackForTest({
      usergroups: [
        { id: "S0AGENTS", handle: "agents", users: ["U0ANNA", "U0BEN"] },
        { id: "S0LEADS", handle: "leads", name: "Team leads", users: [] },
        { id: "S0OLD", handle: "old", users: ["U0BEN"], isDisabled: true },
      ],
    });
    const { usergroups } = clientOf(slack);
    const list = async (withDisabled: boolean) => {
      const answer = await usergroups.list({ include_disabled: withDisabled, include_users: true });
      return answer.usergroups?.map(({ id, users, date_delete }) => [id, users, !!date_delete]);
    };
    const enabled = [
      ["S0AGENTS", ["U0ANNA", "U0BEN"], false],
      ["S0LEADS", [], false],
    ];
    expect(await list(false)).toEqual(enabled);
    expect(await list(true)).toEqual([...enabled, ["S0OLD", ["U0BEN"], true]]);
    const usersIn = async (usergroup: string, include_disabled = false) =>
      (await usergroups.users.list({ usergroup, include_disabled })).users;
    expect(await usersIn("S0AGENTS")).toEqual(["U0ANNA", "U0BEN"]);
    expect(await usersIn("S0LEADS")).toEqual([]);
    await expect(usersIn("S0OLD")).rejects.toMatchObject(REFUSED("no_such_subteam"));
    expect(await usersIn("S0OLD", true)).toEqual(["U0BEN"]);
  });

  it("fails as the faults say", async () => {
    const slack = await slackForTest();
    const { usergroups, conversations } = clientOf(slack);
    const calls = {
      "usergroups.list": () => usergroups.list(),
      "usergroups.users.list": () => usergroups.users.list({ usergroup: "S0SUPPORT" }),
      "conversations.members": () => conversations.members({ channel: slack.channel }),
      "conversations.info": () => conversations.info({ channel: slack.channel }),
      "conversations.open": () => conversations.open({ users: "U0ANNA" }),
    };
    for (const [method, call] of Object.entries(calls)) {
      slack.faults.add(method, { kind: "rate-limited", retryAfterSeconds: 30 }, 1);
      await expect(call(), method).rejects.toMatchObject({ retryAfter: 30 });
      slack.faults.add(method, { kind: "status", status: 503 }, 1);
      await expect(call(), method).rejects.toMatchObject({ statusCode: 503 });
      expect((await call()).ok, method).toBe(true);
    }
  });
});

describe("direct messages of the fake Slack", () => {
  it("opens them once for each user, whom the app then writes to by either id", async () => {
    const slack = await slackForTest({ scopes: [...DEFAULT_SCOPES, "im:read"] });
    const client = clientOf(slack);
    const first = await client.conversations.open({ users: "U0ANNA" });
    const again = await client.conversations.open({ users: "U0ANNA", return_im: true });
    const id = first.channel?.id ?? "";
    expect(id).toMatch(/^D0/);
    expect([first.already_open, again.already_open]).toEqual([undefined, true]);
    expect(again.channel).toMatchObject({ id, is_im: true, user: "U0ANNA" });
    const { channel: shown } = await client.conversations.info({ channel: id });
    expect(shown).toMatchObject({ id, is_im: true, user: "U0ANNA" });
    const byChannel = await client.chat.postMessage({ channel: id, text: "one" });
    const byUser = await client.chat.postMessage({ channel: "U0ANNA", text: "two" });
    const toBen = await client.chat.postMessage({ channel: "U0BEN", text: "three" });
    expect([byChannel.channel, byUser.channel]).toEqual([id, id]);
    expect(toBen.channel).not.toBe(id);
    expect(
      slack.state.messages.filter(({ channel }) => channel === id).map(({ text }) => text),
    ).toEqual(["one", "two"]);
  });

  it("refuses them while the manifest has no messages tab", async () => {
    const slack = await slackForTest({ messagesTab: false });
    const client = clientOf(slack);
    const { channel } = await client.conversations.open({ users: "U0ANNA" });
    for (const place of [channel?.id ?? "", "U0ANNA"]) {
      await expect(client.chat.postMessage({ channel: place, text: "t" })).rejects.toMatchObject(
        REFUSED("messages_tab_disabled"),
      );
    }
    slack.state.manifest.messagesTab = true;
    expect((await client.chat.postMessage({ channel: "U0ANNA", text: "t" })).ok).toBe(true);
  });

  it("refuses to open them without the scope, and with whoever has left", async () => {
    const slack = await slackForTest({
      scopes: DEFAULT_SCOPES.filter((scope) => scope !== "im:write"),
      members: [{ id: "U0GONE", name: "gone", deleted: true }],
    });
    const client = clientOf(slack);
    const open = () => client.conversations.open({ users: "U0GONE" });
    await expect(open()).rejects.toMatchObject({
      data: { error: "missing_scope", needed: "im:write" },
    });
    slack.state.scopes.add("im:write");
    await expect(open()).rejects.toMatchObject(REFUSED("user_disabled"));
  });
});
