import type { Alarms } from "../alarms.ts";
import { isOptional } from "./optional-scopes.ts";
import { type Fault, faultOf } from "./refusals.ts";
import type { SeenAnswer } from "./slack-fetch.ts";

interface Noted {
  advice: string;
  at: number;
}

/** A fault that was not seen again for this long counts as gone. */
const LIFE_MS = 2 * 60 * 60_000;

/** Calls that must work. Others are only a courtesy, or concern other places than our threads. */
const NEEDED = /^(auth|chat|conversations\.(replies|history)|files|reactions|users)\./;
/** Calls that concern only our threads. */
const TO_THREADS = /^(chat\.(postMessage|update|delete)|files\.completeUploadExternal|reactions)/;
/** Direct messages. */
const IS_DIRECT = /^D/;
/** Something has happened to the channel itself, so it is looked at. */
const OUT_OF_REACH = /^(channel_not_found|is_archived|not_in_channel)$/;

interface AccessWatchOptions {
  /** Those of the teams. */
  channels: readonly string[];
  /** How many are told at once of all that is refused; the first alone if missing. */
  maxAdvices?: number;
  /** Something has happened to this one of them, as Slack refuses to let us write there. */
  onRefusal?: (channel: string) => void;
}

/**
 * Raises `slack-access` while Slack refuses a call that the bridge needs, and clears it when the same kind of call works
 * again. The result must be called with every answer of Slack.
 */
export function createAccessWatch(
  alarms: Pick<Alarms, "raise" | "clear">,
  { channels, maxAdvices = 1, onRefusal = () => {} }: AccessWatchOptions,
  now: () => number = () => performance.now(),
): (seen: SeenAnswer) => void {
  const noted = new Map<string, Noted>();

  return (seen) => {
    const code = codeOf(seen);
    const fault = code === undefined ? undefined : faultOf(code);
    if (code !== undefined && fault && counts(fault, seen, channels)) {
      noted.set(keyOf(fault, seen), { advice: adviceFor(fault, code, seen), at: now() });
      if (fault === "channel" && OUT_OF_REACH.test(code)) onRefusal(channelOf(seen));
    } else if (noted.size === 0) {
      return;
    } else if (seen.answer?.ok) {
      noted.delete(keyOf("token", seen));
      noted.delete(keyOf("scope", seen));
      noted.delete(keyOf("workspace", seen));
      if (TO_THREADS.test(seen.method)) {
        noted.delete(keyOf("channel", seen));
        if (IS_DIRECT.test(channelOf(seen))) noted.delete(keyOf("messages-tab", seen));
        noted.delete(keyOf("thread", seen));
      }
    }
    for (const [key, { at }] of noted) if (now() - at > LIFE_MS) noted.delete(key);
    // Several channels may be broken in their own ways.
    const advices = [...new Set([...noted.values()].map(({ advice }) => advice))];
    if (advices.length > 0) alarms.raise("slack-access", advices.slice(0, maxAdvices).join(" "));
    else alarms.clear("slack-access");
  };
}

function codeOf({ status, answer }: SeenAnswer): string | undefined {
  if (answer) return answer.error;
  return status === 200 || status === 429 ? undefined : `http_${status}`;
}

function counts(fault: Fault, seen: SeenAnswer, channels: readonly string[]): boolean {
  const { method, answer } = seen;
  if (fault === "messages-tab") return true;
  if (fault === "thread") return TO_THREADS.test(method);
  // Refusals in a channel that was configured before do not count: its conversations move to the current one.
  if (fault === "channel") return TO_THREADS.test(method) && channels.includes(channelOf(seen));
  return NEEDED.test(method) && !isOptional(answer?.needed ?? "");
}

const channelOf = ({ asked }: SeenAnswer): string =>
  asked.get("channel") ?? asked.get("channel_id") ?? "";

/** Names the fault by what has to work again. */
function keyOf(fault: Fault, seen: SeenAnswer): string {
  switch (fault) {
    case "token":
    case "messages-tab":
      return fault;
    case "scope":
    case "workspace":
      return `${fault} ${seen.method}`;
    case "channel":
      return `${fault} ${channelOf(seen)}`;
    case "thread":
      return `${fault} ${channelOf(seen)} ${seen.asked.get("thread_ts") ?? ""}`;
  }
}

function adviceFor(fault: Fault, code: string, seen: SeenAnswer): string {
  switch (fault) {
    case "token":
      return `Slack refuses SLACK_BOT_TOKEN (${code}): install the app again at api.slack.com/apps, OAuth & Permissions, and set the token that it shows.`;
    case "scope":
      return `The Slack app lacks the scope ${seen.answer?.needed ?? `for ${seen.method}`}: add it at api.slack.com/apps, OAuth & Permissions, and install the app again.`;
    case "messages-tab":
      return `The Slack app cannot write to people directly (${code}): switch the Messages Tab of its App Home on at api.slack.com/apps, App Home; manifest.yml has it.`;
    case "thread":
      return `Somebody has locked a thread in channel ${channelOf(seen)} (${code}): unlock it, or hand its User back.`;
    case "channel":
      return `The bot cannot write in channel ${channelOf(seen)} (${code}): invite it, unarchive the channel, or allow it in the channel's posting permissions.`;
    case "workspace":
      return code.startsWith("http_")
        ? `Something refuses the app in Slack's place (${code} for ${seen.method}): check SLACK_API_URL and the proxy on the way.`
        : `Slack does not let the app work (${code} for ${seen.method}): an administrator of the workspace has to allow it again.`;
  }
}
