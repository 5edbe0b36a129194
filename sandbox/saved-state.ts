import { readFile, rename, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { deserialize, serialize } from "node:v8";
import type { FakeParley } from "../fakes/parley/fake-parley.ts";
import type { FakeSlack } from "../fakes/slack/fake-slack.ts";

/** What the two fakes remember between two runs on the same folder, so that the bridge meets the world it knows. */
interface Saved {
  readonly ports: { readonly parley: number; readonly slack: number; readonly bridge: number };
  /** How far the clock was put forward. */
  readonly aheadMs?: number;
  readonly parley: Pick<
    FakeParley["state"],
    "users" | "devices" | "media" | "mergers" | "nextUserId" | "nextMessageId"
  >;
  readonly slack: Pick<
    FakeSlack["state"],
    "channels" | "messages" | "ephemerals" | "files" | "homes" | "responseUrlPosts"
  >;
}

const FILE = "sandbox.v8";

/** Undefined when nothing was saved. @throws {Error} the file cannot be read */
export async function readSaved(folder: string): Promise<Saved | undefined> {
  try {
    return deserialize(await readFile(join(folder, FILE))) as Saved;
  } catch (error) {
    if (error instanceof Error && "code" in error && error.code === "ENOENT") return undefined;
    throw new Error(`${join(folder, FILE)} cannot be read; remove it to start afresh`, {
      cause: error,
    });
  }
}

export function restore(saved: Saved, { parley, slack }: Fakes): void {
  refill(parley.state.users, saved.parley.users);
  refill(parley.state.devices, saved.parley.devices);
  refill(parley.state.media, saved.parley.media);
  parley.state.mergers.push(...saved.parley.mergers);
  parley.state.nextUserId = saved.parley.nextUserId;
  parley.state.nextMessageId = saved.parley.nextMessageId;
  refill(slack.state.channels, saved.slack.channels);
  slack.state.messages.push(...saved.slack.messages);
  slack.state.ephemerals.push(...saved.slack.ephemerals);
  slack.state.responseUrlPosts.push(...saved.slack.responseUrlPosts);
  refill(slack.state.files, saved.slack.files);
  refill(slack.state.homes, saved.slack.homes);
}

/** Replaces the file in one step. */
export async function save(
  folder: string,
  { parley, slack }: Fakes,
  { ports, aheadMs }: Required<Pick<Saved, "ports" | "aheadMs">>,
): Promise<void> {
  const { users, devices, media, mergers, nextUserId, nextMessageId } = parley.state;
  const { channels, messages, ephemerals, files, homes, responseUrlPosts } = slack.state;
  const saved: Saved = {
    ports,
    aheadMs,
    parley: { users, devices, media, mergers, nextUserId, nextMessageId },
    slack: { channels, messages, ephemerals, files, homes, responseUrlPosts },
  };
  const path = join(folder, FILE);
  await writeFile(`${path}.new`, serialize(saved));
  await rename(`${path}.new`, path);
}

interface Fakes {
  readonly parley: FakeParley;
  readonly slack: FakeSlack;
}

function refill<K, V>(map: Map<K, V>, from: ReadonlyMap<K, V>): void {
  for (const [key, value] of from) map.set(key, value);
}
