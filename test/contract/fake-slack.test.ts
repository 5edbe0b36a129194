import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { WebClient } from "@slack/web-api";
import { describe, expect, it, onTestFinished } from "vitest";
import { WebSocket } from "ws";
import { readBody, sendJson, startHttpServer } from "../../fakes/http/http-server.ts";
import type { FakeSlack, FakeSlackOptions } from "../../fakes/slack/fake-slack.ts";
import { sign } from "../../fakes/slack/http-delivery.ts";
import { DEFAULT_BOT_EVENTS, DEFAULT_SCOPES } from "../../fakes/slack/identity.ts";
import { compareTs } from "../../fakes/slack/timestamps.ts";
import { METHODS } from "../../fakes/slack/web-api/router.ts";
import { clientOf, slackForTest } from "../support/slack-for-test.ts";

const ALL_SCOPES = [...DEFAULT_SCOPES, "emoji:read", "users:read.email"];
const ALL_EVENTS = [...DEFAULT_BOT_EVENTS, "reaction_added"];

interface AppRequest {
  readonly headers: Record<string, string | string[] | undefined>;
  readonly raw: string;
}

interface AppAnswer {
  readonly status: number;
  readonly body?: unknown;
  readonly headers?: Record<string, string>;
}

/** An app that records what it gets and answers what `answer` says (default: 200 without a body). */
async function appForTest(
  slack: FakeSlack,
  answer: (request: AppRequest, count: number) => AppAnswer | "never" = () => ({
    status: 200,
  }),
): Promise<AppRequest[]> {
  const requests: AppRequest[] = [];
  const server = await startHttpServer(async (request, response) => {
    const received = { headers: request.headers, raw: (await readBody(request)).toString() };
    requests.push(received);
    const result = answer(received, requests.length);
    if (result === "never") return;
    if (result.body === undefined) response.writeHead(result.status, result.headers).end();
    else sendJson(response, result.status, result.body);
  });
  onTestFinished(() => server.close());
  slack.deliverTo(`${server.url}/slack/events`);
  return requests;
}

const button = (text: string) => ({
  type: "button" as const,
  action_id: "go",
  value: "1",
  text: { type: "plain_text" as const, text },
});
const actions = { type: "actions" as const, block_id: "buttons", elements: [button("Go")] };
const modal = {
  type: "modal" as const,
  callback_id: "modal",
  private_metadata: "{}",
  notify_on_close: true,
  title: { type: "plain_text" as const, text: "A modal" },
  submit: { type: "plain_text" as const, text: "Send" },
  blocks: [
    {
      type: "input" as const,
      block_id: "note",
      label: { type: "plain_text" as const, text: "Note" },
      element: { type: "plain_text_input" as const, action_id: "text", initial_value: "hello" },
    },
  ],
};

/** Calls every method with success and does everything that a member can do. */
async function playEverything(slack: FakeSlack): Promise<void> {
  const client = clientOf(slack);
  const [user, channel] = ["U0ANNA", slack.channel];
  await client.auth.test();
  await client.api.test();
  await client.blocks.validate({ blocks: [actions] });
  await client.users.list({});
  await client.users.lookupByEmail({ email: "anna@parley.test" });
  await clientOf(slack, slack.appToken).apps.connections.open({});
  await appForTest(slack);
  const { ts: root = "" } = await client.chat.postMessage({
    channel,
    text: "root",
    blocks: [{ type: "section", text: { type: "mrkdwn", text: "*root*" } }, actions],
    metadata: { event_type: "parley_handover", event_payload: { id: "1" } },
  });
  const { ts: named = "" } = await client.chat.postMessage({
    channel,
    thread_ts: root,
    text: "as a customer",
    username: "Casey",
    icon_emoji: ":wave:",
  });
  const { message_ts: ephemeral = "" } = await client.chat.postEphemeral({
    channel,
    user,
    thread_ts: root,
    text: "only you",
    blocks: [actions],
  });
  await client.chat.update({ channel, ts: root, text: "root, changed", blocks: [actions] });
  await client.chat.update({ channel, ts: named, text: "changed" });
  await client.chat.getPermalink({ channel, message_ts: named });
  await client.reactions.add({ channel, timestamp: root, name: "eyes" });
  await client.reactions.get({ channel, timestamp: root });
  await client.assistant.threads.setStatus({
    channel_id: channel,
    thread_ts: root,
    status: "typing",
  });

  const { ts: reply } = await slack.post({ user, threadTs: root, text: "a reply" });
  await slack.post({ user, threadTs: root, text: "to all", subtype: "thread_broadcast" });
  await slack.post({ user, text: "waves", subtype: "me_message" });
  await slack.react({ user, ts: reply, name: "tada" });
  await slack.edit({ user, ts: reply, text: "a better reply" });
  await slack.remove({ user, ts: reply });
  const { ts: shared } = await slack.shareFile({
    user,
    threadTs: root,
    name: "photo.png",
    mimetype: "image/png",
    bytes: Buffer.from("png"),
    text: "look",
  });
  await slack.edit({ user, ts: shared, text: "look again" });
  const upload = await client.filesUploadV2({
    channel_id: channel,
    thread_ts: root,
    filename: "a.txt",
    file: Buffer.from("abc"),
  });
  expect(upload.ok).toBe(true);
  const [file = ""] = [...slack.state.files.keys()].slice(-1);
  await client.files.info({ file });

  await client.conversations.info({ channel });
  await client.conversations.members({ channel });
  await client.conversations.history({ channel, include_all_metadata: true });
  await client.conversations.replies({ channel, ts: root, include_all_metadata: true });
  await client.users.info({ user });
  await client.users.getPresence({ user });
  await client.usergroups.list({ include_users: true });
  await client.usergroups.users.list({ usergroup: "S0SUPPORT" });
  await client.conversations.open({ users: user, return_im: true });
  await client.emoji.list();

  await client.views.publish({ user_id: user, view: { type: "home", blocks: [actions] } });
  await slack.openHome({ user });
  await slack.shortcut({ user, callbackId: "parley_hand_back", channel, ts: root });
  await client.views.open({
    trigger_id: lastPayload(slack, "interactive:message_action"),
    view: modal,
  });
  const [viewId = ""] = slack.state.views.keys();
  await client.views.update({
    view_id: viewId,
    view: { ...modal, blocks: [...modal.blocks, actions] },
  });
  await slack.click({ user, viewId, actionId: "go" });
  await client.views.push({
    trigger_id: lastPayload(slack, "interactive:block_actions"),
    view: modal,
  });
  const [, pushed = ""] = slack.state.views.keys();
  await slack.submitView({ user, viewId: pushed });
  await slack.closeView({ user, viewId });
  await slack.click({ user, channel, ts: root, actionId: "go" });
  await slack.click({ user, channel, ts: ephemeral, actionId: "go" });
  await slack.command({ user, channel, command: "/parley-owner", text: "U1" });
  await client.reactions.remove({ channel, timestamp: root, name: "eyes" });
  await client.files.delete({ file });
  await client.chat.delete({ channel, ts: root });
  await slack.removeFromChannel({ user: "U0BEN" });
  await slack.joinChannel({ user: "U0BEN" });
  await slack.archive({ user });
}

/** The trigger_id of the last delivery of a kind. */
function lastPayload(slack: FakeSlack, method: string): string {
  return String(slack.calls(method).at(-1)?.args.trigger_id);
}

const samplesDir = process.env.SLACK_SAMPLES_DIR;
const samplesMissing =
  !samplesDir || !existsSync(samplesDir)
    ? "SLACK_SAMPLES_DIR does not name a folder with Slack's official samples"
    : undefined;

function sample(path: string): unknown {
  return JSON.parse(readFileSync(join(samplesDir ?? "", path), "utf8"));
}

/** What may be there although the samples lack it, by path (array indexes left out), each with the reason. */
const NEWER_THAN_SAMPLES: readonly (readonly [path: RegExp, reason: string])[] = [
  [/\.blocks\.rich_text$/, "the samples leave rich_text out; @slack/types has RichTextBlock"],
  [
    /\.context_(team|enterprise)_id$/,
    "only some event samples have them; the docs have them on all",
  ],
  [
    /\.metadata\.event_payload$/,
    "the event samples show only the type; the docs say that it is there",
  ],
  [/message\.files$/, "@slack/types GenericMessageEvent has files"],
  [/message\.(username|icons)$/, "@slack/types BotMessageEvent has them, and so has what wraps it"],
  [
    /^replied\.event\.(channel_type|message\.(bot_id|thread_ts|reply_count|replies))$/,
    "@slack/types MessageRepliedEvent and the docs have them",
  ],
  [
    /^conversations\.replies\.messages\.(subtype|username|icons|client_msg_id)$/,
    "conversations.history shows the same messages with them",
  ],
  [
    /^(message_action|block_actions)\.message\.reactions\.users$/,
    "on every message of the Web API",
  ],
  [/^command\.is_enterprise_install$/, "a string in form fields; see bolt's SlashCommand"],
  [
    /\.view\.blocks$/,
    "the interaction and event samples omit the blocks of a view; bolt's ViewOutput has them",
  ],
  [/^view_submission\.response_urls$/, "bolt's ViewSubmitAction has it"],
  [/\.verbatim$/, "a text object's documented key, missing in some samples"],
];

type Json = Record<string, unknown>;
const isObject = (value: unknown): value is Json =>
  typeof value === "object" && value !== null && !Array.isArray(value);

/** Paths in `value` whose key or type the sample lacks. `null` and empty lists fit everything: samples have neither. */
function inventions(value: unknown, known: unknown, path: string): string[] {
  if (NEWER_THAN_SAMPLES.some(([allowed]) => allowed.test(path))) return [];
  if (value === null || value === undefined) return [];
  if (known === undefined) return [`${path} is unknown`];
  if (Array.isArray(value)) {
    if (!Array.isArray(known)) return [`${path} is a list`];
    if (known.length === 0) return [];
    return value.flatMap((item) => inventionsOfItem(item, known, path));
  }
  if (isObject(value)) {
    if (!isObject(known)) return [`${path} is an object`];
    const entries = Object.entries(known);
    // Objects without keys stand for anything; objects by id (shares by channel) show some id.
    if (entries.length === 0) return [];
    const byId = entries.every(([key]) => /^[CUT]0/.test(key));
    return Object.entries(value).flatMap(([key, item]) =>
      inventions(item, byId ? entries[0]?.[1] : known[key], `${path}.${key}`),
    );
  }
  return typeof value === typeof known ? [] : [`${path} is a ${typeof value}`];
}

function inventionsOfItem(item: unknown, known: readonly unknown[], path: string): string[] {
  if (!isObject(item)) return inventions(item, known[0], path);
  const itemPath = path.endsWith(".blocks") ? `${path}.${String(item.type)}` : path;
  const sameType = known.filter((other) => isObject(other) && other.type === item.type);
  const candidates = sameType.length > 0 ? sameType : known;
  const [best = []] = candidates
    .map((candidate) => inventions(item, candidate, itemPath))
    .sort((a, b) => a.length - b.length);
  return best;
}

describe("shapes of the fake Slack", () => {
  it("offers no method that the play leaves out", async () => {
    const slack = await slackForTest({ scopes: ALL_SCOPES, botEvents: ALL_EVENTS });
    await playEverything(slack);
    const answered = slack.requests.filter(
      ({ kind, answer }) => kind === "web-api" && isObject(answer) && answer.ok === true,
    );
    expect(new Set(answered.map(({ method }) => method))).toEqual(new Set(METHODS.keys()));
  });

  it("answers with no key or type that Slack's samples lack", async ({ skip }) => {
    if (samplesMissing) skip(samplesMissing);
    const slack = await slackForTest({ scopes: ALL_SCOPES, botEvents: ALL_EVENTS });
    await playEverything(slack);
    const compared = new Set<string>();
    const found = slack.requests.flatMap(({ kind, method, answer }) => {
      const path = `api/${method === "views.push" ? "views.open" : method}.json`;
      if (kind !== "web-api" || !existsSync(join(samplesDir ?? "", path))) return [];
      compared.add(method);
      return inventions(answer, sample(path), method);
    });
    expect(found).toEqual([]);
    expect(compared.size).toBeGreaterThan(15);
  });

  it("delivers no key or type that Slack's samples lack", async ({ skip }) => {
    if (samplesMissing) skip(samplesMissing);
    const slack = await slackForTest({ botEvents: ALL_EVENTS, scopes: ALL_SCOPES });
    slack.state.quirks.messageReplied = true;
    await playEverything(slack);
    const seen = new Set<string>();
    const found = slack.requests.flatMap(({ kind, args }) => {
      const name = kind === "delivery" ? sampleNameOf(args) : undefined;
      if (!name) return [];
      seen.add(name);
      return inventions(args, sample(name), labelOf(name, args));
    });
    expect(found).toEqual([]);
    expect([...seen].sort()).toEqual(
      [
        "app-backend/interactive-components/BlockActionPayload.json",
        "app-backend/interactive-components/MessageShortcutPayload.json",
        "app-backend/slash-commands/SlashCommandPayload.json",
        "app-backend/views/ViewClosedPayload.json",
        "app-backend/views/ViewSubmissionPayload.json",
        "events/AppHomeOpenedPayload.json",
        "events/ChannelArchivePayload.json",
        "events/MemberLeftChannelPayload.json",
        "events/MessageBotPayload.json",
        "events/MessageChangedPayload.json",
        "events/MessageDeletedPayload.json",
        "events/MessageFileSharePayload.json",
        "events/MessagePayload.json",
        "events/MessageRepliedPayload.json",
        "events/MessageThreadBroadcastPayload.json",
      ].sort(),
    );
  });
});

/** What the paths of a delivered payload start with. */
function labelOf(name: string, { type }: Json): string {
  if (!name.startsWith("events")) return typeof type === "string" ? type : "command";
  return name.includes("Replied") ? "replied" : "event";
}

/** Which official sample a delivered payload belongs to. */
function sampleNameOf(payload: Json): string | undefined {
  const { type, event, command } = payload;
  if (command !== undefined) return "app-backend/slash-commands/SlashCommandPayload.json";
  const interactive: Record<string, string> = {
    block_actions: "interactive-components/BlockActionPayload",
    message_action: "interactive-components/MessageShortcutPayload",
    view_submission: "views/ViewSubmissionPayload",
    view_closed: "views/ViewClosedPayload",
  };
  const name = interactive[String(type)];
  if (name) return `app-backend/${name}.json`;
  if (!isObject(event)) return undefined;
  const byType: Record<string, string> = {
    app_home_opened: "AppHomeOpened",
    member_left_channel: "MemberLeftChannel",
    channel_archive: "ChannelArchive",
  };
  const ofType = byType[String(event.type)];
  if (ofType) return `events/${ofType}Payload.json`;
  if (event.type !== "message") return undefined;
  if (event.subtype === undefined && event.message) return "events/MessageRepliedPayload.json";
  const bySubtype: Record<string, string> = {
    bot_message: "MessageBot",
    message_changed: "MessageChanged",
    message_deleted: "MessageDeleted",
    file_share: "MessageFileShare",
    thread_broadcast: "MessageThreadBroadcast",
    undefined: "Message",
  };
  const kind = bySubtype[String(event.subtype)];
  return kind && `events/${kind}Payload.json`;
}

describe("Web API of the fake Slack", () => {
  it("posts into the open channel for a thread that is not there, and refuses one of a reply", async () => {
    const slack = await slackForTest();
    const client = new WebClient(slack.botToken, { slackApiUrl: slack.apiUrl });
    const { channel } = slack;
    const { ts: root } = await slack.post({ user: "U0ANNA", text: "root" });
    const { ts: reply } = await slack.post({ user: "U0ANNA", text: "reply", threadTs: root });
    slack.expireThread({ ts: root });
    const { ok, message } = await client.chat.postMessage({ channel, text: "t", thread_ts: root });
    expect([ok, message?.thread_ts]).toEqual([true, undefined]);
    await slack.post({ user: "U0ANNA", text: "reply", threadTs: message?.ts ?? "", ts: reply });
    await expect(client.chat.postMessage({ channel, text: "t", thread_ts: reply })).rejects.toThrow(
      "cannot_reply_to_message",
    );
  });

  it("refuses calls in Slack's words", async () => {
    const scopes = DEFAULT_SCOPES.filter((scope) => scope !== "reactions:read");
    const slack = await slackForTest({ scopes });
    const { channel } = slack;
    const { ts: theirs } = await slack.post({ user: "U0ANNA", text: "mine" });
    const call = async (method: string, args: Json, token = slack.botToken): Promise<Json> => {
      const response = await fetch(`${slack.apiUrl}${method}`, {
        method: "POST",
        headers: { "content-type": "application/json", authorization: `Bearer ${token}` },
        body: JSON.stringify(args),
      });
      expect(response.status).toBe(200);
      return (await response.json()) as Json;
    };
    const blocks = (...list: Json[]) => ({ channel, text: "t", blocks: list });
    const section = (length: number) => ({
      type: "section",
      text: { type: "mrkdwn", text: "x".repeat(length) },
    });
    const refusals: [method: string, args: Json, error: string][] = [
      ["no.such", {}, "unknown_method"],
      ["chat.postMessage", { text: "t" }, "invalid_arguments"],
      ["chat.postMessage", { channel: "C0NOWHERE", text: "t" }, "channel_not_found"],
      ["chat.postMessage", { channel }, "no_text"],
      ["chat.postMessage", { channel, text: "t", blocks: "{" }, "invalid_blocks_format"],
      ["chat.postMessage", blocks(section(3_001)), "invalid_blocks"],
      [
        "chat.postMessage",
        blocks(...Array.from({ length: 51 }, () => section(1))),
        "invalid_blocks",
      ],
      [
        "chat.postMessage",
        blocks({ type: "header", text: { type: "plain_text", text: "x".repeat(151) } }),
        "invalid_blocks",
      ],
      [
        "chat.postMessage",
        blocks({ type: "actions", elements: [button("x".repeat(76))] }),
        "invalid_blocks",
      ],
      [
        "chat.postMessage",
        blocks(...Array.from({ length: 5 }, () => section(3_000))),
        "msg_blocks_too_long",
      ],
      [
        "chat.postMessage",
        { channel, text: "t", metadata: { event_type: 1 } },
        "invalid_metadata_format",
      ],
      ["chat.update", { channel, ts: theirs, text: "t" }, "cant_update_message"],
      ["chat.update", { channel, ts: "1.000001", text: "t" }, "message_not_found"],
      ["chat.delete", { channel, ts: theirs }, "cant_delete_message"],
      ["chat.postEphemeral", { channel, user: "U0NOBODY", text: "t" }, "user_not_in_channel"],
      ["conversations.replies", { channel, ts: "1.000001" }, "thread_not_found"],
      ["conversations.history", { channel, limit: 1_001 }, "invalid_limit"],
      ["reactions.add", { channel, timestamp: theirs, name: "Not A Name" }, "invalid_name"],
      ["reactions.remove", { channel, timestamp: theirs, name: "eyes" }, "no_reaction"],
      ["reactions.get", { channel, timestamp: theirs }, "missing_scope"],
      ["users.info", { user: "U0NOBODY" }, "user_not_found"],
      ["usergroups.users.list", {}, "invalid_arguments"],
      ["usergroups.users.list", { usergroup: "S0NONE" }, "no_such_subteam"],
      ["conversations.members", { channel: "C0NOWHERE" }, "channel_not_found"],
      ["conversations.members", { channel, limit: 1_001 }, "invalid_limit"],
      ["conversations.members", { channel, cursor: "?" }, "invalid_cursor"],
      ["conversations.open", {}, "users_list_not_supplied"],
      ["conversations.open", { channel }, "method_not_supported_for_channel_type"],
      ["conversations.open", { users: "U0NOBODY" }, "user_not_found"],
      ["conversations.open", { users: slack.botUserId }, "cannot_dm_bot"],
      ["conversations.open", { users: "U0ANNA,U0BEN" }, "missing_scope"],
      ["views.open", { trigger_id: "1.2.x", view: modal }, "invalid_trigger_id"],
      [
        "assistant.threads.setStatus",
        { channel_id: channel, thread_ts: "1.000001", status: "s" },
        "invalid_thread_ts",
      ],
      ["files.completeUploadExternal", { files: [{ id: "F0NONE" }] }, "file_not_found"],
      ["apps.connections.open", {}, "not_allowed_token_type"],
    ];
    for (const [method, args, error] of refusals) {
      expect(
        await call(method, args),
        `${method} ${JSON.stringify(args).slice(0, 80)}`,
      ).toMatchObject({
        ok: false,
        error,
      });
    }
    expect(await call("auth.test", {}, "xoxb-wrong")).toEqual({ ok: false, error: "invalid_auth" });
    const anonymous = await fetch(`${slack.apiUrl}auth.test`, { method: "POST" });
    expect(await anonymous.json()).toEqual({ ok: false, error: "not_authed" });
    expect(await call("chat.postMessage", blocks(section(3_001)))).toHaveProperty(
      "response_metadata.messages",
      ["[ERROR] must be less than 3001 characters [json-pointer:/blocks/0/text/text]"],
    );
    expect(await call("reactions.get", { channel, timestamp: theirs })).toMatchObject({
      needed: "reactions:read",
      provided: scopes.join(","),
    });
    await call("reactions.add", { channel, timestamp: theirs, name: "eyes" });
    expect(await call("reactions.add", { channel, timestamp: theirs, name: "eyes" })).toMatchObject(
      {
        error: "already_reacted",
      },
    );
    const home = slack.state.channels.get(channel);
    home?.members.delete(slack.botUserId);
    expect(await call("chat.postMessage", { channel, text: "t" })).toMatchObject({
      error: "not_in_channel",
    });
    if (home) home.isArchived = true;
    expect(await call("chat.postMessage", { channel, text: "t" })).toMatchObject({
      error: "is_archived",
    });
  });

  it("cuts long texts, hides metadata unless asked, and pages threads from the oldest", async () => {
    const slack = await slackForTest();
    const client = clientOf(slack);
    const { channel } = slack;
    const metadata = { event_type: "parley_message", event_payload: { id: "7" } };
    const { ts: root = "" } = await client.chat.postMessage({
      channel,
      text: "x".repeat(40_001),
      metadata,
    });
    expect(slack.state.messages[0]?.text).toHaveLength(40_000);
    for (const text of ["a", "b", "c"]) await slack.post({ user: "U0BEN", threadTs: root, text });
    const first = await client.conversations.replies({ channel, ts: root, limit: 3 });
    expect(first.messages?.map(({ text }) => text?.slice(0, 1))).toEqual(["x", "a", "b"]);
    expect(first.messages?.[0]?.metadata).toEqual({ event_type: "parley_message" });
    expect(first.messages?.[0]).toMatchObject({ thread_ts: root, reply_count: 3 });
    const cursor = first.response_metadata?.next_cursor ?? "";
    const second = await client.conversations.replies({ channel, ts: root, limit: 3, cursor });
    expect(second.messages?.map(({ text }) => text)).toEqual(["c"]);
    const full = await client.conversations.history({ channel, include_all_metadata: true });
    expect(full.messages?.map((message) => message.metadata)).toEqual([metadata]);
    const order = slack.state.messages.map(({ ts }) => ts);
    expect(order.toSorted(compareTs)).toEqual(order);
    expect(new Set(order).size).toBe(order.length);
  });

  it("answers 429 beyond the pace of posts and of reactions once told to", async () => {
    let now = 1_763_000_000_000;
    const slack = await slackForTest({ limits: { posts: true, reactions: true }, now: () => now });
    const client = clientOf(slack);
    const post = () => client.chat.postMessage({ channel: slack.channel, text: "t" });
    for (let count = 0; count < 4; count++) await post();
    await expect(post()).rejects.toMatchObject({ retryAfter: 1 });
    for (let second = 0; second < 3; second++) {
      now += 1_000;
      await post();
    }
    // One user can set 23 reactions on one message, so it takes three messages to reach the limit.
    const targets = slack.state.messages.slice(-3).map(({ ts }) => ts);
    const react = (count: number) => {
      const timestamp = targets[Math.floor(count / 20)] ?? "";
      return client.reactions.add({ channel: slack.channel, timestamp, name: `name${count}` });
    };
    for (let count = 0; count < 50; count++) await react(count);
    await expect(react(50)).rejects.toMatchObject({ retryAfter: 2 });
  });

  it("loses answers, refuses and delays as the faults say", async () => {
    const slack = await slackForTest();
    const client = clientOf(slack);
    const post = (text: string) => client.chat.postMessage({ channel: slack.channel, text });
    slack.faults.add("chat.postMessage", { kind: "lost-answer" }, 1);
    await expect(post("stored")).rejects.toThrow();
    slack.faults.add("chat.postMessage", { kind: "refused" }, 1);
    await expect(post("never")).rejects.toThrow();
    slack.faults.add("chat.postMessage", { kind: "rate-limited", retryAfterSeconds: 7 }, 1);
    await expect(post("never")).rejects.toMatchObject({ retryAfter: 7 });
    await post("stored too");
    expect(slack.state.messages.map(({ text }) => text)).toEqual(["stored", "stored too"]);
    expect(slack.calls("chat.postMessage").map(({ status }) => status)).toEqual([
      "cut",
      "cut",
      429,
      200,
    ]);
  });

  it("removes blocks that an update leaves out and leaves a tombstone for a thread's root", async () => {
    const slack = await slackForTest();
    const client = clientOf(slack);
    const { channel } = slack;
    const { ts = "" } = await client.chat.postMessage({ channel, text: "t", blocks: [actions] });
    await client.chat.update({ channel, ts, text: "plain" });
    expect(slack.state.messages[0]).toMatchObject({
      text: "plain",
      edited: { user: slack.botUserId },
    });
    expect(slack.state.messages[0]).not.toHaveProperty("blocks");
    await slack.post({ user: "U0BEN", threadTs: ts, text: "reply" });
    await client.chat.delete({ channel, ts });
    const { messages } = await client.conversations.replies({ channel, ts });
    expect(messages?.map(({ text }) => text)).toEqual(["This message was deleted.", "reply"]);
  });

  it("takes a file up, shares it in the thread and gives it only to the bot", async () => {
    const slack = await slackForTest();
    const client = clientOf(slack);
    const { channel } = slack;
    const { ts: root = "" } = await client.chat.postMessage({ channel, text: "root" });
    await client.filesUploadV2({
      channel_id: channel,
      thread_ts: root,
      filename: "a.txt",
      file: Buffer.from("abc"),
    });
    const [file = ""] = slack.state.files.keys();
    const { file: info } = await client.files.info({ file });
    const shared = slack.state.messages.at(-1);
    expect(shared).toMatchObject({ subtype: "file_share", thread_ts: root, user: slack.botUserId });
    expect(info?.shares?.public?.[channel]).toMatchObject([{ ts: shared?.ts, thread_ts: root }]);
    const address = info?.url_private_download ?? "";
    const authorization = `Bearer ${slack.botToken}`;
    const download = await fetch(address, { headers: { authorization } });
    expect([download.headers.get("content-type"), await download.text()]).toEqual([
      "text/plain",
      "abc",
    ]);
    const page = await fetch(address);
    expect([page.status, page.headers.get("content-type")]).toEqual([
      200,
      "text/html; charset=utf-8",
    ]);
    slack.state.scopes.delete("files:read");
    expect(await (await fetch(address, { headers: { authorization } })).text()).toContain(
      "Sign in",
    );
    await expect(
      client.files.completeUploadExternal({ files: [{ id: file }] }),
    ).rejects.toMatchObject({ data: { error: "file_not_found" } });
  });
});

describe("deliveries of the fake Slack", () => {
  it("signs events and repeats them on Slack's schedule until they are taken", async () => {
    const slack = await slackForTest();
    const app = await appForTest(slack, (_, count) => ({ status: count < 4 ? 500 : 200 }));
    const { delivered } = await slack.post({ user: "U0ANNA", text: "hello" });
    expect(await delivered).toMatchObject({ status: "delivered", attempts: 4, httpStatus: 200 });
    const retries = app.map(({ headers }) => headers["x-slack-retry-num"]);
    expect(retries).toEqual([undefined, "1", "2", "3"]);
    expect(app[1]?.headers["x-slack-retry-reason"]).toBe("http_error");
    expect(new Set(app.map(({ raw }) => raw)).size).toBe(1);
    for (const { headers, raw } of app) {
      const timestamp = String(headers["x-slack-request-timestamp"]);
      expect(headers["x-slack-signature"]).toBe(sign(slack.signingSecret, timestamp, raw));
    }
  });

  it("signs as in Slack's published example", () => {
    const body =
      "token=xyzz0WbapA4vBCDEFasx0q6G&team_id=T1DC2JH3J&team_domain=testteamnow&channel_id=G8PSS9T3V&channel_name=foobar&user_id=U2CERLKJA&user_name=roadrunner&command=%2Fwebhook-collect&text=&response_url=https%3A%2F%2Fhooks.slack.com%2Fcommands%2FT1DC2JH3J%2F397700885554%2F96rGlfmibIGlgcZRskXaIFfN&trigger_id=398738663015.47445629121.803a0bc887a14d10d2c447fce8b6703c";
    expect(sign("8f742231b10e8888abcd99yyyzzz85a5", "1531420618", body)).toBe(
      "v0=a2114d57b48eac39b9ad189dd8316235a7b4a8d21a10bd27519666489c69b503",
    );
  });

  it("gives up after four tries, or at once if the app asks for no retries", async () => {
    const slack = await slackForTest({ ackTimeoutMs: 20 });
    const app = await appForTest(slack, () => "never");
    const { delivered } = await slack.post({ user: "U0ANNA", text: "hello" });
    expect(await delivered).toMatchObject({ status: "failed", attempts: 4 });
    expect(app.at(-1)?.headers["x-slack-retry-reason"]).toBe("http_timeout");
    const patient = await slackForTest();
    const noRetry = { status: 500, headers: { "x-slack-no-retry": "1" } };
    const unwilling = await appForTest(patient, () => noRetry);
    const { delivered: refused } = await patient.post({ user: "U0ANNA", text: "hello" });
    expect(await refused).toMatchObject({ status: "failed", attempts: 1 });
    expect(unwilling).toHaveLength(1);
    patient.deliverTo("http://127.0.0.1:9/slack/events");
    const { delivered: nobody } = await patient.post({ user: "U0ANNA", text: "hello" });
    expect(await nobody).toMatchObject({ status: "failed", attempts: 4 });
  });

  it("misses events without an address, drops and reorders them on request, and repeats them", async () => {
    const slack = await slackForTest();
    const say = (text: string) => slack.post({ user: "U0ANNA", text });
    expect(await (await say("missed")).delivered).toMatchObject({ status: "missed" });
    const app = await appForTest(slack);
    slack.dropEvents(1);
    expect(await (await say("dropped")).delivered).toMatchObject({ status: "dropped" });
    expect(slack.lostEvents.map(({ event }) => event.text)).toEqual(["missed", "dropped"]);
    const held = slack.holdEvents();
    for (const text of ["a", "b", "c"]) await say(text);
    await held.release([2, 0, 1]);
    const eventOf = ({ raw }: AppRequest) => JSON.parse(raw) as { event_id: string; event: Json };
    expect(app.map((request) => eventOf(request).event.text)).toEqual(["c", "a", "b"]);
    const [first] = app.map(eventOf);
    await slack.redeliver(first?.event_id ?? "", { retryNum: 2, reason: "http_timeout" });
    expect(app.at(-1)?.raw).toBe(app[0]?.raw);
    expect(app.at(-1)?.headers["x-slack-retry-num"]).toBe("2");
    await slack.removeFromChannel({ user: slack.botUserId });
    expect(app.at(-1)?.raw).toContain("channel_left");
    await (await say("not for the bot")).delivered;
    expect(app).toHaveLength(5);
  });

  it("greets sockets, repeats what they do not acknowledge, and announces the end", async () => {
    const slack = await slackForTest({ socketRetryMs: 20 });
    const frames: Json[] = [];
    const open = await clientOf(slack, slack.appToken).apps.connections.open({});
    const socket = new WebSocket(open.url ?? "");
    let acknowledges = false;
    socket.on("message", (data: Buffer) => {
      const frame = JSON.parse(data.toString()) as Json;
      frames.push(frame);
      if (frame.retry_attempt === 1) acknowledges = true;
      if (acknowledges && frame.envelope_id) {
        socket.send(JSON.stringify({ envelope_id: frame.envelope_id, payload: { text: "hi" } }));
      }
    });
    const closed = new Promise((resolve) => socket.once("close", resolve));
    await slack.waitFor(() => slack.socketConnections === 1);
    const { delivered } = await slack.post({ user: "U0ANNA", text: "hello" });
    expect(await delivered).toMatchObject({ status: "delivered", attempts: 2, via: "socket" });
    const command = { user: "U0ANNA", channel: slack.channel, command: "/parley-owner", text: "" };
    expect(await slack.command(command)).toMatchObject({
      status: "delivered",
      ack: { text: "hi" },
    });
    expect(slack.state.ephemerals).toMatchObject([{ user: "U0ANNA", text: "hi", via: "command" }]);
    slack.disconnectSockets("refresh_requested");
    await closed;
    expect(frames.map(({ type }) => type)).toEqual([
      "hello",
      "events_api",
      "events_api",
      "slash_commands",
      "disconnect",
    ]);
    expect(frames[2]).toMatchObject({ retry_attempt: 1, retry_reason: "timeout" });
    expect(await (await slack.post({ user: "U0ANNA", text: "missed" })).delivered).toMatchObject({
      status: "missed",
    });
    const again = new WebSocket(open.url ?? "");
    const refused = await new Promise((resolve) => again.once("error", resolve));
    expect(String(refused)).toContain("404");
  });
});

describe("interactions of the fake Slack", () => {
  async function interactiveSlack(options: FakeSlackOptions = {}) {
    const slack = await slackForTest(options);
    const { ts = "" } = await clientOf(slack).chat.postMessage({
      channel: slack.channel,
      text: "root",
      blocks: [actions],
    });
    const click = { user: "U0ANNA", channel: slack.channel, ts, actionId: "go" };
    return { slack, client: clientOf(slack), ts, click };
  }

  it("lets a trigger be used once and for three seconds", async () => {
    let now = 1_763_000_000_000;
    const { slack, client, click } = await interactiveSlack({ now: () => now });
    await appForTest(slack);
    await slack.click(click);
    const trigger_id = lastPayload(slack, "interactive:block_actions");
    await client.views.open({ trigger_id, view: modal });
    await expect(client.views.open({ trigger_id, view: modal })).rejects.toMatchObject({
      data: { error: "exchanged_trigger_id" },
    });
    await slack.click(click);
    now += 3_001;
    const late = lastPayload(slack, "interactive:block_actions");
    await expect(client.views.open({ trigger_id: late, view: modal })).rejects.toMatchObject({
      data: { error: "expired_trigger_id" },
    });
    const title = { type: "plain_text" as const, text: "x".repeat(25) };
    await slack.click(click);
    const another = lastPayload(slack, "interactive:block_actions");
    await expect(
      client.views.open({ trigger_id: another, view: { ...modal, title } }),
    ).rejects.toMatchObject({ data: { error: "invalid_arguments" } });
  });

  it("takes a caller who leaves while a request is held for no defect of its own", async () => {
    const slack = await slackForTest();
    const held = Promise.withResolvers<void>();
    const leaving = new AbortController();
    slack.faults.add("response_url", { kind: "held", until: held.promise });
    const call = () => slack.calls("response_url")[0];
    const { signal } = leaving;
    const post = fetch(`${slack.url}/app/gone`, { method: "POST", body: "{}", signal });
    await slack.waitFor(call);
    leaving.abort();
    await expect(post).rejects.toThrow();
    // Whoever comes later is answered only after the fake has heard of the other one's leaving.
    await fetch(`${slack.url}/nothing`);
    held.resolve();
    await slack.waitFor(() => call()?.status === "cut");
  });

  it("takes five posts to a response_url, which replace or delete the message on request", async () => {
    const { slack, click } = await interactiveSlack();
    await appForTest(slack);
    await slack.click(click);
    const url = String(slack.calls("interactive:block_actions").at(-1)?.args.response_url);
    const respond = async (body: Json) =>
      (await fetch(url, { method: "POST", body: JSON.stringify(body) })).status;
    expect(await respond({ text: "only you" })).toBe(200);
    expect(slack.state.ephemerals).toMatchObject([{ user: "U0ANNA", text: "only you" }]);
    await respond({ text: "all", response_type: "in_channel" });
    expect(slack.state.messages.map(({ text }) => text)).toEqual(["root", "all"]);
    await respond({ text: "replaced", replace_original: true });
    expect(slack.state.messages[0]).toMatchObject({ text: "replaced" });
    await respond({ delete_original: true });
    expect(slack.state.messages.map(({ text }) => text)).toEqual(["all"]);
    await respond({ text: "fifth" });
    expect(await respond({ text: "sixth" })).toBe(404);
    expect(slack.state.responseUrlPosts).toHaveLength(5);
  });

  it("keeps a modal with errors open, checks required inputs and closes it otherwise", async () => {
    const { slack, client, click } = await interactiveSlack();
    const answers: { status: number; body?: unknown }[] = [
      { status: 200 },
      { status: 200, body: { response_action: "errors", errors: { note: "too short" } } },
      { status: 200 },
    ];
    await appForTest(slack, (_, count) => answers[count - 1] ?? { status: 500 });
    await slack.click(click);
    const trigger_id = lastPayload(slack, "interactive:block_actions");
    const { view } = await client.views.open({ trigger_id, view: modal });
    const submission = { user: "U0ANNA", viewId: view?.id ?? "" };
    expect(await slack.submitView({ ...submission, values: { text: "" } })).toMatchObject({
      status: "invalid",
    });
    expect(await slack.submitView(submission)).toMatchObject({
      responseAction: "errors",
      errors: { note: "too short" },
    });
    expect(slack.state.views.get(submission.viewId)?.status).toBe("open");
    await slack.submitView({ ...submission, values: { note: "longer" } });
    expect(slack.state.views.get(submission.viewId)?.status).toBe("closed");
    const { view: submitted } = slack.calls("interactive:view_submission").at(-1)?.args ?? {};
    expect(submitted).toMatchObject({
      state: { values: { note: { text: { type: "plain_text_input", value: "longer" } } } },
    });
  });

  it("clicks on ephemeral messages, which the payload does not repeat", async () => {
    const { slack, client, ts } = await interactiveSlack();
    await appForTest(slack);
    const { message_ts = "" } = await client.chat.postEphemeral({
      channel: slack.channel,
      user: "U0ANNA",
      thread_ts: ts,
      text: "resend?",
      blocks: [actions],
    });
    const outcome = await slack.click({
      user: "U0ANNA",
      channel: slack.channel,
      ts: message_ts,
      actionId: "go",
    });
    expect(outcome.status).toBe("delivered");
    const payload = slack.calls("interactive:block_actions").at(-1)?.args;
    expect(payload).not.toHaveProperty("message");
    expect(payload).toMatchObject({ container: { is_ephemeral: true, thread_ts: ts } });
  });
});
