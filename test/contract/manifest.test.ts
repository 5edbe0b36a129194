import { readFileSync } from "node:fs";
import { join } from "node:path";
import type { AppsManifestCreateArguments } from "@slack/web-api";
import { Ajv } from "ajv";
import addFormats from "ajv-formats";
import { describe, expect, it } from "vitest";
import { parse } from "yaml";
import { identity } from "../../fakes/slack/identity.ts";
import { DEFAULT_MEMBERS } from "../../fakes/slack/people.ts";
import { EVENT_LISTENERS } from "../../src/slack/listeners/listener-tables.ts";
import { OWNER_COMMAND } from "../../src/slack/listeners/register-listeners.ts";
import { ALL_SCOPES, missingScopes } from "../../src/slack/missing-scopes.ts";
import { createOptionalScopes, isOptional } from "../../src/slack/optional-scopes.ts";
import { STORED_EVENTS } from "../../src/slack/slack-event.ts";
import { SHORTCUTS } from "../../src/views/actions.ts";
import { captureLog } from "../support/captured-log.ts";
import { runPeople } from "../support/people-tool.ts";
import { chooseAnswer, makeAnswers, openAnswerForm } from "../support/quick-answers.ts";
import { readSources } from "../support/sources.ts";
import { postsIn } from "../support/threads.ts";
import { inBridgeFile } from "../support/two-teams.ts";
import { startWorld, type World } from "../support/world.ts";

type Manifest = AppsManifestCreateArguments["manifest"];

const REQUEST_URL = "https://your-host.example/slack/events";

/** The manifest once more, so that the compiler holds it against Slack's types: also scopes and events, which the schema leaves open. */
const TYPED = {
  display_information: {
    name: "Parley",
    description: "Answer Parley Users from Slack, each in a thread of their own",
    background_color: "#1d3557",
  },
  features: {
    app_home: {
      home_tab_enabled: true,
      messages_tab_enabled: true,
      messages_tab_read_only_enabled: true,
    },
    bot_user: { display_name: "parley", always_online: true },
    shortcuts: [
      {
        type: "message",
        name: "Hand back",
        callback_id: "parley_hand_back",
        description: "Give the User of this thread back to the bot",
      },
      {
        type: "message",
        name: "Move",
        callback_id: "parley_move",
        description: "Give the User of this thread to another team",
      },
    ],
    slash_commands: [
      {
        command: "/parley-owner",
        url: REQUEST_URL,
        description: "Show or change which Service a User is with, and who answers",
        usage_hint:
          "[user] [service] | [user] take | [user] release | [user] assign [agent] | [user] move [team] | list | services | help",
        should_escape: false,
      },
    ],
  },
  oauth_config: {
    scopes: {
      bot: [
        "channels:history",
        "groups:history",
        "channels:read",
        "groups:read",
        "chat:write",
        "chat:write.customize",
        "commands",
        "files:read",
        "files:write",
        "im:write",
        "reactions:read",
        "reactions:write",
        "usergroups:read",
        "users:read",
      ],
    },
  },
  settings: {
    event_subscriptions: {
      request_url: REQUEST_URL,
      bot_events: [
        "app_home_opened",
        "channel_archive",
        "channel_deleted",
        "channel_id_changed",
        "channel_left",
        "channel_rename",
        "channel_shared",
        "channel_unarchive",
        "channel_unshared",
        "group_archive",
        "group_deleted",
        "group_left",
        "group_rename",
        "group_unarchive",
        "member_joined_channel",
        "member_left_channel",
        "message.channels",
        "message.groups",
        "reaction_added",
      ],
    },
    interactivity: { is_enabled: true, request_url: REQUEST_URL },
    org_deploy_enabled: false,
    token_rotation_enabled: false,
  },
} satisfies Manifest;

/** What each Web API method needs; `[]`: no scope. Source: docs.slack.dev/reference/methods, 2026. */
const SCOPES_OF_METHOD: Readonly<Record<string, readonly string[]>> = {
  "assistant.threads.setStatus": ["chat:write"],
  "auth.test": [],
  "chat.delete": ["chat:write"],
  "chat.postEphemeral": ["chat:write"],
  "chat.postMessage": ["chat:write"],
  "chat.update": ["chat:write"],
  "conversations.history": ["channels:history", "groups:history"],
  "conversations.info": ["channels:read", "groups:read"],
  "conversations.members": ["channels:read", "groups:read"],
  "conversations.open": ["im:write"],
  "conversations.replies": ["channels:history", "groups:history"],
  "files.completeUploadExternal": ["files:write"],
  "files.delete": ["files:write"],
  "files.getUploadURLExternal": ["files:write"],
  "files.info": ["files:read"],
  "reactions.add": ["reactions:write"],
  "reactions.remove": ["reactions:write"],
  "usergroups.list": ["usergroups:read"],
  "usergroups.users.list": ["usergroups:read"],
  "users.getPresence": ["users:read"],
  "users.info": ["users:read"],
  "views.open": [],
  "views.publish": [],
  "views.update": [],
};

/** What `chat.postMessage` needs besides for these arguments. Source: docs.slack.dev/reference/methods/chat.postMessage, 2026. */
const SCOPES_OF_ARGUMENT: Readonly<Record<string, string>> = {
  icon_emoji: "chat:write.customize",
  username: "chat:write.customize",
};

/** What each event needs. `message` comes as one event for each kind of channel. */
const EVENTS_OF_LISTENER: Readonly<Record<string, readonly string[]>> = {
  app_home_opened: ["app_home_opened"],
  channel_archive: ["channel_archive"],
  channel_deleted: ["channel_deleted"],
  channel_id_changed: ["channel_id_changed"],
  channel_left: ["channel_left"],
  channel_rename: ["channel_rename"],
  channel_shared: ["channel_shared"],
  channel_unarchive: ["channel_unarchive"],
  channel_unshared: ["channel_unshared"],
  group_archive: ["group_archive"],
  group_deleted: ["group_deleted"],
  group_left: ["group_left"],
  group_rename: ["group_rename"],
  group_unarchive: ["group_unarchive"],
  member_joined_channel: ["member_joined_channel"],
  member_left_channel: ["member_left_channel"],
  message: ["message.channels", "message.groups"],
  reaction_added: ["reaction_added"],
};
const SCOPES_OF_EVENT: Readonly<Record<string, readonly string[]>> = {
  app_home_opened: [],
  channel_archive: ["channels:read"],
  channel_deleted: ["channels:read"],
  channel_id_changed: ["groups:read"],
  channel_left: ["channels:read"],
  channel_rename: ["channels:read"],
  channel_shared: ["channels:read", "groups:read"],
  channel_unarchive: ["channels:read"],
  channel_unshared: ["channels:read", "groups:read"],
  group_archive: ["groups:read"],
  group_deleted: ["groups:read"],
  group_left: ["groups:read"],
  group_rename: ["groups:read"],
  group_unarchive: ["groups:read"],
  member_joined_channel: ["channels:read", "groups:read"],
  member_left_channel: ["channels:read", "groups:read"],
  "message.channels": ["channels:history"],
  "message.groups": ["groups:history"],
  reaction_added: ["reactions:read"],
};

const text = readFileSync("manifest.yml", "utf8");
const manifest: unknown = parse(text);
/** As it is after following the comment at its end. */
const socketModeText = text.replace(/^ {2}# (socket_mode_enabled: true)$/m, "  $1");

const sources = readSources("src");

const namesIn = (files: typeof sources, pattern: RegExp): string[] => [
  ...new Set(
    files.flatMap(({ text: source }) => [...source.matchAll(pattern)].map(([, name = ""]) => name)),
  ),
];

/** The app-level token has a scope of its own, which a manifest cannot give. */
const METHODS_OF_APP_TOKEN = ["apps.connections.open"];
/**
 * What only `doctor --live` calls, to find who it is for: the first needs what the bridge needs too, and the second a scope that
 * the manifest leaves out on purpose, because a handle does as well.
 */
const METHODS_OF_DOCTOR = ["users.list", "users.lookupByEmail"];
/** Clients of a database are none of Slack. */
const ofSlack = sources.filter(({ path }) => !path.startsWith("src/state/"));
/** The methods that the code calls on a Web API client: not on Bolt's socket client. */
const calledMethods = namesIn(ofSlack, /(?<!\.)\bclient\.(\w+(?:\.\w+)*)\(/g)
  .filter((method) => ![...METHODS_OF_APP_TOKEN, ...METHODS_OF_DOCTOR].includes(method))
  .sort();
const givenArguments = namesIn(ofSlack, /\b(icon_emoji|icon_url|username): /g).sort();
const heardEvents = [...Object.keys(STORED_EVENTS), ...Object.keys(EVENT_LISTENERS)].sort();

const schemas = process.env.SLACK_SCHEMAS_DIR;

describe("the manifest", () => {
  it("equals what Slack's own types accept", () => {
    expect(manifest).toEqual(TYPED);
  });

  it.skipIf(schemas === undefined)(
    "fits Slack's schema in both modes (skipped unless SLACK_SCHEMAS_DIR names the folder of manifest.schema.2.0.0.json)",
    () => {
      const schema = readFileSync(join(schemas ?? "", "manifest.schema.2.0.0.json"), "utf8");
      const ajv = new Ajv({ strict: false, allErrors: true });
      addFormats.default(ajv);
      const validate = ajv.compile(JSON.parse(schema) as object);
      for (const each of [manifest, parse(socketModeText)]) {
        validate(each);
        expect(validate.errors ?? []).toEqual([]);
      }
      validate({ ...TYPED, unheard_of: true });
      expect(validate.errors).not.toEqual(null);
    },
  );

  it("asks for the scopes that the called methods and heard events need, and for no other", () => {
    expect(calledMethods).toEqual(Object.keys(SCOPES_OF_METHOD));
    expect(givenArguments).toEqual(Object.keys(SCOPES_OF_ARGUMENT));
    const events = heardEvents.flatMap((event) => EVENTS_OF_LISTENER[event] ?? [`?${event}`]);
    const needed = new Set([
      ...calledMethods.flatMap((method) => SCOPES_OF_METHOD[method] ?? []),
      ...events.flatMap((event) => SCOPES_OF_EVENT[event] ?? []),
      ...givenArguments.flatMap((argument) => SCOPES_OF_ARGUMENT[argument] ?? []),
      "commands",
    ]);
    expect([...TYPED.oauth_config.scopes.bot].sort()).toEqual([...needed].sort());
    expect(TYPED.settings.event_subscriptions.bot_events.toSorted()).toEqual(events.sort());
  });

  it("asks for the scopes that the bridge misses where they are not given, and for no other", () => {
    const needed = (["public", "private", "unknown"] as const).flatMap((channel) =>
      missingScopes([], { channel, showUserIdentity: false, writesToPeople: true }),
    );
    const optional = TYPED.oauth_config.scopes.bot.filter(isOptional);
    expect(optional).toEqual(["chat:write.customize"]);
    expect(createOptionalScopes(() => true, captureLog()).saw([])).toHaveLength(optional.length);
    expect([...new Set([...needed, ...optional])].sort()).toEqual(
      [...TYPED.oauth_config.scopes.bot].sort(),
    );
    expect([...new Set(ALL_SCOPES)].sort()).toEqual([...TYPED.oauth_config.scopes.bot].sort());
    expect(needed).not.toContainEqual(expect.toSatisfy(isOptional));
    const switched = { showUserIdentity: true, writesToPeople: false };
    const others = missingScopes([], { channel: "public", ...switched });
    expect(others).toContain("chat:write.customize");
    expect(others).not.toContain("im:write");
  });

  it("says of every scope which file needs it", () => {
    const block = text.slice(text.indexOf("bot:\n"), text.indexOf("settings:"));
    const groups = block.split(/\n(?= {6}#)/).slice(1);
    const explained = groups.join("\n").match(/^ {6}- [\w:]+/gm) ?? [];
    expect(explained).toHaveLength(TYPED.oauth_config.scopes.bot.length);
    const paths = groups.flatMap((group) => group.match(/src\/[\w/.-]+\.ts/g) ?? ["no file"]);
    const known = new Set(sources.map(({ path }) => path));
    expect(paths.filter((path) => !known.has(path))).toEqual([]);
  });

  it("offers the shortcuts and the command that the code answers", () => {
    expect(TYPED.features.shortcuts.map(({ callback_id }) => callback_id)).toEqual([
      SHORTCUTS.handBack.id,
      SHORTCUTS.move.id,
    ]);
    expect(TYPED.features.slash_commands.map(({ command }) => command)).toEqual([OWNER_COMMAND]);
  });

  it("switches to Socket Mode with the line at its end", () => {
    const { settings } = parse(socketModeText) as Manifest;
    expect(settings).toEqual({ ...TYPED.settings, socket_mode_enabled: true });
  });

  it("grants all that the bridge does in a public channel", async () => {
    const called = await useEverything("C0SUPPORT", false);
    expect(called).toEqual(calledMethods);
  });

  it("grants all that the bridge does in a private channel", async () => {
    const called = await useEverything("C0PRIVATE", true);
    expect(called).toEqual(calledMethods);
  });
});

/** Makes the bridge call every method it knows, with the manifest's scopes and events only; returns what was called. */
async function useEverything(channel: string, isPrivate: boolean): Promise<string[]> {
  const privateChannel = {
    id: channel,
    name: "private-support",
    isPrivate: true,
    members: ["U0ANNA", "U0BEN", identity.botUserId],
  };
  // Agents are those in the channel, leads Anna and those in a group.
  const leads = ["U0ANNA", "S0SUPPORT"];
  const answers = await makeAnswers({ "hello.md": "---\nname: Hello\n---\nHello!" });
  const env = await inBridgeFile([{ name: "Support", channel, leads, assign: "round-robin" }], {
    answers,
  });
  // They are asked about, and away, so that nobody gets the User.
  const members = DEFAULT_MEMBERS.map((member) => ({ ...member, presence: "away" as const }));
  const world = await startWorld({
    slack: {
      members,
      scopes: TYPED.oauth_config.scopes.bot,
      botEvents: TYPED.settings.event_subscriptions.bot_events,
      ...(isPrivate && { channels: [privateChannel] }),
    },
    env: { ...env, SLACK_CHANNEL: channel, RETRY_FIRST_MS: "1" },
  });
  await converse(world, channel);
  const calls = world.slack.requests.filter(({ kind }) => kind === "web-api");
  expect(calls.filter(({ error }) => error === "missing_scope")).toEqual([]);
  return [...new Set(calls.map(({ method }) => method))].sort();
}

async function converse(world: World, channel: string): Promise<void> {
  const { slack, parley, log } = world;
  const anna = "U0ANNA";
  const user = parley.createUser();
  const isDone = (method: string) => () => slack.calls(method).some(({ status }) => status === 200);

  // Lost answers make the bridge look whether its posts are there: in the channel, then in the thread.
  slack.faults.add("chat.postMessage", { kind: "lost-answer" }, 1);
  await parley.handOver({ userId: user.id, to: parley.agentService.identification });
  await slack.waitFor(isDone("conversations.history"));
  slack.faults.add("chat.postMessage", { kind: "lost-answer" }, 1);
  await parley.userWrites(user.id, "Hello");
  await slack.waitFor(isDone("conversations.replies"));
  const root = await slack.waitFor(() =>
    slack.state.messages.find((post) => post.channel === channel && post.bot_id === slack.botId),
  );
  await slack.waitFor(() => postsIn(slack, root.ts)[0]);
  await parley.userTypes(user.id, "startTyping");
  await slack.waitFor(isDone("assistant.threads.setStatus"));

  // Parley is away for a while: the reply is marked as delayed, and later no longer so.
  parley.faults.add(`GET /users/${user.id}/owner`, { kind: "status", status: 503 }, 4);
  const mention = { type: "usergroup", usergroup_id: "S0SUPPORT" };
  const section = { type: "rich_text_section", elements: [{ type: "text", text: "Hi " }, mention] };
  const reply = await slack.post({
    user: anna,
    channel,
    threadTs: root.ts,
    text: "Hi <!subteam^S0SUPPORT>",
    blocks: [{ type: "rich_text", elements: [section] }],
  });
  await slack.waitFor(isDone("reactions.add"));
  await slack.waitFor(isDone("reactions.remove"));
  await slack.react({ user: anna, channel, ts: reply.ts, name: "lock" });
  await slack.waitFor(() => log.lines.some(({ event }) => event === "reply.locked"));
  // Files both ways; a lost answer makes the bridge look whether the User's file is there.
  slack.faults.add("files.completeUploadExternal", { kind: "lost-answer" }, 1);
  const file = { name: "note.txt", mimeType: "text/plain", bytes: Buffer.from("hello") };
  await parley.userWrites(user.id, { media: file });
  await slack.waitFor(isDone("files.info"));
  const { name, mimeType: mimetype, bytes } = file;
  await slack.shareFile({ user: anna, channel, threadTs: root.ts, name, mimetype, bytes });
  await parley.until(() => parley.sent(user.id).some(({ media }) => media !== null));
  await slack.openHome({ user: anna });
  await slack.waitFor(() => slack.state.homes.get(anna));
  const { id: answerForm } = await openAnswerForm(world, root);
  await chooseAnswer(world, answerForm, "hello");
  await slack.shortcut({ user: anna, callbackId: SHORTCUTS.handBack.id, channel, ts: reply.ts });
  const opened = await slack.waitFor(() =>
    [...slack.state.views.values()].find(({ view }) => view.id !== answerForm),
  );
  await slack.submitView({ user: anna, viewId: opened.view.id, values: {} });
  await slack.waitFor(isDone("chat.update"));
  await slack.post({ user: anna, channel, threadTs: root.ts, text: "Too late" });
  await slack.waitFor(isDone("chat.postEphemeral"));

  await slack.archive({ user: anna, channel });
  await slack.waitFor(isDone("conversations.open"));
  await slack.unarchive({ user: anna, channel });

  // What goes astray because a thread is gone is taken back.
  const other = parley.createUser();
  await parley.handOver({ userId: other.id, to: parley.agentService.identification });
  const gone = await slack.waitFor(() =>
    slack.state.messages.find(
      (post) =>
        post.channel === channel &&
        post.bot_id === slack.botId &&
        post.thread_ts === undefined &&
        post.ts !== root.ts,
    ),
  );
  slack.expireThread({ channel, ts: gone.ts });
  await parley.userWrites(other.id, "Are you there?");
  await slack.waitFor(isDone("chat.delete"));

  // Once all is delivered, the first of them is erased.
  const erase = async () => (await runPeople(world, "erase", user.id, "--yes")).code;
  await expect.poll(erase, { timeout: 30_000 }).toBe(0);
}
