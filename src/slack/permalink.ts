import { isId, type Thread } from "../ids.ts";

/** The address of a thread's root: `https://team.slack.com/archives/C1/p1700000000000100`. */
export const makePermalink = (workspaceUrl: string, { channel, ts }: Thread): string =>
  `${workspaceUrl}archives/${channel}/p${ts.replace(".", "")}`;

/** The address of a message in a thread, which may be its root. */
export const makeMessageLink = (workspaceUrl: string, thread: Thread, ts: string): string => {
  const { channel, ts: root } = thread;
  const link = makePermalink(workspaceUrl, { ...thread, ts });
  return ts === root ? link : `${link}?thread_ts=${root}&cid=${channel}`;
};

/** The thread of a message's address; it need not be the address of its root. */
export function parsePermalink(text: string, team: string): Thread | undefined {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  const match = url?.pathname.match(/^\/archives\/([A-Z0-9_]+)\/p(\d{10})(\d{6})$/);
  if (!url || !match) return undefined;
  const [, channel = "", seconds, micros] = match;
  const ts = url.searchParams.get("thread_ts") ?? `${seconds}.${micros}`;
  return isId(channel) && /^\d{10}\.\d{6}$/.test(ts) ? { team, channel, ts } : undefined;
}
