import { z } from "zod";

/**
 * Channels whose id Slack has changed, as it does with a private one that is shared with another company. Everywhere inside of
 * the bridge, also on disk, such a channel goes on under the id that it had first: threads, lanes and idempotency keys stay as they
 * are. Only what is said to Slack, and what people are shown, has the id of now.
 */
export interface ChannelIds {
  /** By which the bridge knows a channel that Slack names so. */
  known(channel: string): string;
  /** By which Slack knows it now. */
  current(channel: string): string;
  /** The body of a request of Slack, with the ids by which the bridge knows its channels. */
  toKnown<Body>(body: Body): Body;
  /** The form of a call of the Web API, with the ids by which Slack knows its channels. */
  toCurrent(form: string): string;
  /** On disk when resolved. Safe to repeat. */
  changed(from: string, to: string): Promise<void>;
  /** Looks whether another replica has heard of a channel that is not known here. */
  learn(channel: string): Promise<void>;
  /** Looks for all that other replicas have heard of, also that a channel has its old id again. */
  reload(): Promise<void>;
  /** The same, unless it was done some seconds ago: for what comes again and again. */
  catchUp(): Promise<void>;
}

export interface FormerIds {
  get(key: string): Promise<{ readonly was: string } | undefined>;
  all(): Promise<[key: string, value: { readonly was: string }][]>;
  set(key: string, value: { readonly was: string }): Promise<void>;
  delete(key: string): Promise<void>;
}

const PREFIX = "channel-id/";
const keyOf = (channel: string): string => `${PREFIX}${channel}`;
/** The values of all kinds are read then. */
const CATCH_UP_EVERY_MS = 10_000;
const FIELDS = ["channel", "channel_id"];
const asRecord = z.record(z.string(), z.unknown());

export async function openChannelIds(
  stored: FormerIds,
  monotonic: () => number = () => performance.now(),
): Promise<ChannelIds> {
  /** The id before, by the one after it; and the other way round. */
  const before = new Map<string, string>();
  const after = new Map<string, string>();
  /** How often something has become known here. */
  let changes = 0;
  let reloadedAt = Number.NEGATIVE_INFINITY;
  const note = (to: string, from: string) => {
    changes += 1;
    before.set(to, from);
    after.set(from, to);
  };
  async function reload(): Promise<void> {
    reloadedAt = monotonic();
    const seen = changes;
    const all = await stored.all();
    // What was read may be older than what has become known meanwhile.
    if (changes !== seen) return await reload();
    before.clear();
    after.clear();
    for (const [key, { was }] of all) {
      if (key.startsWith(PREFIX)) note(key.slice(PREFIX.length), was);
    }
  }
  await reload();

  const follow = (links: ReadonlyMap<string, string>, channel: string): string => {
    const passed = new Set<string>();
    let at = channel;
    // Two replicas could have stored a circle.
    for (let next = links.get(at); next !== undefined && !passed.has(next); next = links.get(at)) {
      passed.add(at);
      at = next;
    }
    return at;
  };
  const known = (channel: string) => follow(before, channel);
  const current = (channel: string) => follow(after, channel);

  async function learn(channel: string): Promise<void> {
    if (before.has(channel)) return;
    const found = await stored.get(keyOf(channel));
    if (!found) return;
    note(channel, found.was);
    await learn(found.was);
  }

  function toKnown(value: unknown): unknown {
    if (Array.isArray(value)) return value.map(toKnown);
    const read = asRecord.safeParse(value);
    if (!read.success) return value;
    return Object.fromEntries(
      Object.entries(read.data).map(([name, field]) => {
        if (!FIELDS.includes(name)) return [name, toKnown(field)];
        if (typeof field === "string") return [name, known(field)];
        const named = asRecord.safeParse(field);
        if (!named.success || typeof named.data.id !== "string") return [name, toKnown(field)];
        return [name, { ...named.data, id: known(named.data.id) }];
      }),
    );
  }

  return {
    known,
    current,
    toKnown: <Body>(body: Body) => (before.size === 0 ? body : (toKnown(body) as Body)),
    toCurrent(form) {
      if (after.size === 0) return form;
      const fields = new URLSearchParams(form);
      for (const name of FIELDS) {
        const channel = fields.get(name);
        if (channel !== null) fields.set(name, current(channel));
      }
      return fields.toString();
    },
    async changed(from, to) {
      // It has its old id again.
      if (known(from) === known(to) && before.has(from)) {
        await stored.delete(keyOf(from));
        changes += 1;
        before.delete(from);
        after.delete(to);
        return;
      }
      if (from === to || before.has(to)) return;
      await stored.set(keyOf(to), { was: from });
      note(to, from);
    },
    learn,
    reload,
    async catchUp() {
      if (monotonic() - reloadedAt >= CATCH_UP_EVERY_MS) await reload();
    },
  };
}
