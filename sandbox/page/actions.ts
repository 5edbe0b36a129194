import { z } from "zod";
import type { FakeParley } from "../../fakes/parley/fake-parley.ts";
import type { FakeSlack } from "../../fakes/slack/fake-slack.ts";
import { SlackError } from "../../fakes/slack/slack-error.ts";
import type { BridgeProcess } from "../bridge-process.ts";
import { passTime } from "../pass-time.ts";
import type { ToldClock } from "../told-clock.ts";
import { TROUBLES, type Troubles } from "../troubles.ts";
import { registerCustomer, signIn } from "./customers.ts";
import { typedBlocks } from "./typed-blocks.ts";
import type { ActionResult, GuideStep, SandboxRow } from "./wire.ts";

/** Does one thing that somebody did on the page. */
export type Actions = (name: string, input: unknown) => Promise<ActionResult>;

const text = z.string().min(1).max(40_000);
const member = { user: z.string() };
const inChannel = { ...member, channel: z.string() };
const onMessage = { ...inChannel, ts: z.string() };
const inputs = {
  post: z.object({ ...inChannel, text, threadTs: z.string().optional() }),
  react: z.object({ ...onMessage, name: z.string() }),
  remove: z.object(onMessage),
  edit: z.object({ ...onMessage, text }),
  shortcut: z.object({ ...onMessage, callbackId: z.string() }),
  click: z.object({
    ...member,
    channel: z.string().optional(),
    ts: z.string().optional(),
    viewId: z.string().optional(),
    actionId: z.string(),
    blockId: z.string().optional(),
    value: z.string().optional(),
  }),
  submit: z.object({
    ...member,
    viewId: z.string(),
    values: z.record(z.string(), z.union([z.string(), z.array(z.string())])),
  }),
  close: z.object({ ...member, viewId: z.string() }),
  home: z.object(member),
  archive: z.object({ ...inChannel, on: z.boolean() }),
  invite: z.object({ ...inChannel, on: z.boolean() }),
  customer: z.object({}),
  "sign-in": z.object({ device: z.string() }),
  trouble: z.object({ trouble: z.enum(TROUBLES), on: z.boolean() }),
  bridge: z.object({ wanted: z.enum(["killed", "running"]) }),
  later: z.object({ minutes: z.int().min(1).max(60) }),
};
type Inputs = { readonly [Name in keyof typeof inputs]: z.infer<(typeof inputs)[Name]> };

/** What Slack's composer takes for a command, wherever it is typed. */
const COMMAND = /^(\/\S*)\s*(.*)$/s;

/** What Slack tells a member whose click got no answer. */
const NO_ANSWER = "The app did not answer in time. Try again?";

export function createActions(parts: {
  readonly slack: FakeSlack;
  readonly parley: FakeParley;
  readonly bridge: BridgeProcess;
  readonly troubles: Troubles;
  readonly clock: ToldClock | undefined;
  /** Takes up the steps of the guide that leave no trace elsewhere. */
  readonly deeds: Set<GuideStep>;
  readonly commands: SandboxRow["commands"];
}): Actions {
  const { slack, parley, bridge, troubles, clock, deeds, commands } = parts;
  const answered = async (outcome: Promise<{ readonly status: string }>): Promise<string> =>
    (await outcome).status === "delivered" ? "" : NO_ANSWER;
  /** Its event goes to the app in the background, as in Slack. */
  const done = (outcome: Promise<unknown>): "" => {
    outcome.catch(() => undefined);
    return "";
  };

  const run: { readonly [Name in keyof Inputs]: (input: Inputs[Name]) => Promise<string> } = {
    async post({ user, channel, text: typed, threadTs }) {
      const [, command, rest = ""] = COMMAND.exec(typed) ?? [];
      if (command === undefined) {
        const thread = threadTs === undefined ? {} : { threadTs };
        const words = { text: escapeTyped(typed.trim()), blocks: typedBlocks(typed.trim()) };
        await slack.post({ user, channel, ...words, ...thread });
        return "";
      }
      if (!commands.some((known) => known.command === command)) {
        return `“${command}” is not a valid command. Slack takes every message that begins with “/” for a command. To send it as a message, put a space in front.`;
      }
      if (threadTs !== undefined) {
        return `${command} is not supported in threads: type it in the box of the channel.`;
      }
      return answered(slack.command({ user, channel, command, text: rest }));
    },
    async react({ user, channel, ts, name }) {
      const message = slack.state.messages.find((other) => other.ts === ts);
      const isSet = message?.reactions?.some(
        (reaction) => reaction.name === name && reaction.users.includes(user),
      );
      const reaction = { user, channel, ts, name };
      return done(isSet ? slack.unreact(reaction) : slack.react(reaction));
    },
    remove: async (removal) => done(slack.remove(removal)),
    edit: async ({ user, channel, ts, text: typed }) =>
      done(slack.edit({ user, channel, ts, text: escapeTyped(typed), blocks: typedBlocks(typed) })),
    shortcut: (shortcut) => answered(slack.shortcut(shortcut)),
    click: ({ user, channel, ts, viewId, actionId, blockId, value }) =>
      answered(
        slack.click({
          user,
          actionId,
          ...(channel !== undefined && { channel }),
          ...(ts !== undefined && { ts }),
          ...(viewId !== undefined && { viewId }),
          ...(blockId !== undefined && { blockId }),
          ...(value !== undefined && { value }),
        }),
      ),
    async submit(submission) {
      const { status, errors } = await slack.submitView(submission);
      // The inputs say what is wrong with them.
      if (status === "invalid" || errors) return "";
      return status === "delivered" ? "" : NO_ANSWER;
    },
    close: async (closing) => done(slack.closeView(closing)),
    home: async ({ user }) => done(slack.openHome({ user })),
    archive: async ({ user, channel, on }) =>
      done(on ? slack.archive({ user, channel }) : slack.unarchive({ user, channel })),
    async invite({ channel, on }) {
      const app = { user: slack.botUserId, channel };
      return done(on ? slack.joinChannel(app) : slack.removeFromChannel(app));
    },
    async customer() {
      await registerCustomer(parley);
      return "";
    },
    async "sign-in"({ device }) {
      await signIn(parley, device);
      return "";
    },
    async trouble({ trouble, on }) {
      if (!on) deeds.add("troubled");
      troubles.switch(trouble, on);
      return "";
    },
    async bridge({ wanted }) {
      if (wanted === "killed") await bridge.kill();
      else {
        await bridge.start();
        deeds.add("revived");
      }
      return "";
    },
    async later({ minutes }) {
      if (!clock) return "With a database the time is that of its server.";
      await passTime(clock, minutes * 60_000, { slack, parley });
      return "";
    },
  };

  const perform = <Name extends keyof Inputs>(name: Name, input: unknown): Promise<string> =>
    run[name](inputs[name].parse(input) as Inputs[Name]);

  return async (name, input) => {
    if (!isAction(name)) return { problem: `There is no action ${name}.` };
    try {
      return { problem: await perform(name, input) };
    } catch (error) {
      if (error instanceof SlackError) return { problem: `Slack refuses: ${error.code}` };
      return { problem: error instanceof Error ? error.message : String(error) };
    }
  };
}

const isAction = (name: string): name is keyof Inputs => Object.hasOwn(inputs, name);

/** Slack escapes what members type. */
const escapeTyped = (typed: string): string =>
  typed.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;");
