import { expect, it } from "vitest";
import { attemptsIn } from "../support/attempts.ts";
import { png } from "../support/files.ts";
import { runPeople } from "../support/people-tool.ts";
import { EAGER } from "../support/replies.ts";
import { sentTo } from "../support/sent.ts";
import { handBack, handOver, lastCallbackHandled, PATIENCE, postTo } from "../support/steps.ts";
import { textsIn } from "../support/threads.ts";
import { everyByte, everyRow } from "../support/whole-state.ts";
import { startWorld, type World } from "../support/world.ts";

const USERS = 200;
const AT_ONCE = 20;
/** Such that no moment, and nothing that stands beside something else, holds it by chance. */
const idOf = (index: number): number => 987_654_321_001 + index;

/** What is known of a User, and of nobody else. */
const detailsOf = (index: number) => ({
  name: `Name-of-${index}-Ümläut`,
  email: index === 7 ? `o'%_"${index}"@muster.example` : `Mail.${index}@muster.example`,
  externalId: `customer/${index}/%`,
  reason: `Reason-of-${index}-why`,
  wrote: `The-User-${index}-wrote this`,
  answered: `An-agent-told-${index} that`,
  comment: `Comment-of-${index}-here`,
});

type Story = Awaited<ReturnType<typeof tellStory>>;

/** A conversation with every kind of thing in it that the bridge keeps. */
async function tellStory(world: World, index: number) {
  const { slack, parley } = world;
  const { name, email, externalId, reason, wrote, answered } = detailsOf(index);
  const user = parley.createUser({
    id: idOf(index),
    uniqueIdentifier: externalId,
    additionalInformation: { name, email },
  });
  const about = await handOver(world, { user, metadata: { reason, note: wrote } });
  await parley.userWrites(user.id, wrote);
  await lastCallbackHandled(world, user.id);
  await slack.post({ user: "U0ANNA", threadTs: about.ts, text: answered });
  await parley.until(() => sentTo(world, user.id).length === 1);
  return { ...about, index };
}

/** A reply that Parley has refused for good, with its words. */
async function refuseReply(world: World, { user, ts, outbox, index }: Story): Promise<void> {
  world.parley.faults.add(`POST /users/${user.id}/messages`, { kind: "status", status: 400 });
  await world.slack.post({ user: "U0ANNA", threadTs: ts, text: detailsOf(index).comment });
  const isDead = () => attemptsIn(world.log, outbox).some(({ outcome }) => outcome === "dead");
  await expect.poll(isDead, PATIENCE).toBe(true);
  await lastCallbackHandled(world, user.id);
}

async function endAll(world: World, stories: readonly Story[]): Promise<void> {
  // One after the other: the same agent fills in the same form.
  for (const { root } of stories) await handBack(world, root);
}

/** What leads to them in any way. */
const valuesOf = (rows: readonly string[], stories: readonly Story[]): string[] => {
  const ids = stories.map(({ user }) => user.id);
  const conversations = rows.flatMap((row) =>
    row.startsWith("conversations ") && ids.some((id) => row.includes(id))
      ? (row.match(/c_[0-9a-f]{24}/g) ?? [])
      : [],
  );
  return [
    ...new Set([
      ...ids,
      ...conversations,
      ...stories.map(({ ts }) => ts),
      ...stories.flatMap(({ index }) => Object.values(detailsOf(index))),
    ]),
  ];
};

/** As it stands in JSON, in JSON within JSON, and so on. */
const formsOf = (value: string): string[] => {
  const forms = [value];
  for (let depth = 0; depth < 4; depth++) forms.push(JSON.stringify(forms.at(-1)).slice(1, -1));
  return [...new Set(forms)];
};

const holding = (rows: readonly string[], values: readonly string[]): string[] => {
  const forms = values.flatMap(formsOf);
  return rows.filter((row) => forms.some((form) => row.includes(form)));
};

it("erases some of 200 Users, leaves nothing of them, and leaves the others as they are", async () => {
  const world = await startWorld({ env: EAGER });
  const { parley, slack } = world;
  const stories: Story[] = [];
  for (let first = 0; first < USERS; first += AT_ONCE) {
    const some = Array.from({ length: AT_ONCE }, (_, index) => tellStory(world, first + index));
    stories.push(...(await Promise.all(some)));
  }
  const [plain, withFile, anonymous, registered, rated, , , hostile, refused, other] = stories as [
    Story,
    Story,
    Story,
    Story,
    Story,
    Story,
    Story,
    Story,
    Story,
    Story,
  ];
  await parley.userWrites(withFile.user.id, {
    message: "See",
    media: { name: "photo.png", mimeType: "image/png", bytes: png(1_000) },
  });
  const merged = await parley.mergeUsers(anonymous.user.id, registered.user.id);
  await Promise.all(merged.delivered);
  await lastCallbackHandled(world, anonymous.user.id);
  await refuseReply(world, refused);
  await refuseReply(world, other);
  await endAll(world, [plain, withFile, registered, rated, hostile, refused]);
  const [conversation] = valuesOf(await everyRow(world), [rated]).filter((id) => /^c_/.test(id));
  await postTo(world, "/parley/ratings", {
    conversation,
    rating: 2,
    comment: detailsOf(rated.index).comment,
  });
  await slack.waitFor(() => textsIn(world, rated.ts).some((text) => /has rated/.test(text)));
  await world.stopBridge();
  const before = await everyRow(world);
  const gone = [plain, withFile, anonymous, registered, rated, hostile, refused];
  const values = valuesOf(before, gone);
  // They are searched for in what holds them; what was delivered is not kept.
  const kept = values.filter((value) => !/ (this|that)$/.test(value));
  const [ofRated, ofRefused] = [rated, refused].map(({ index }) => detailsOf(index).comment);
  const missing = kept.filter((value) => holding(before, [value]).length === 0);
  const ofMerged: readonly string[] = Object.values(detailsOf(anonymous.index));
  const isNeverKept = (value: string) =>
    value.startsWith("Comment-of-") || ofMerged.includes(value);
  expect(missing.filter((value) => !isNeverKept(value))).toEqual([]);
  expect(missing).not.toContain(ofRated);
  expect(missing).not.toContain(ofRefused);

  const names = [
    plain.user.id,
    detailsOf(withFile.index).externalId,
    anonymous.user.id,
    detailsOf(rated.index).email.toUpperCase(),
    detailsOf(hostile.index).email,
    refused.user.id,
  ];
  for (const name of names) {
    const { code, stdout, stderr } = await runPeople(world, "erase", name, "--yes");
    expect([code, stderr], `${name} ${stdout}`).toEqual([0, ""]);
  }

  const after = await everyRow(world);
  expect(holding(after, values)).toEqual([]);
  const bytes = everyByte(world);
  expect(values.flatMap(formsOf).filter((form) => bytes.includes(form))).toEqual([]);
  const own = /^(rounds|pace|pace_lines|probe) /;
  const others = before.filter((row) => !own.test(row) && holding([row], values).length === 0);
  const left = new Set(after);
  expect(others.filter((row) => !left.has(row))).toEqual([]);
  expect(others.length).toBeGreaterThan(USERS * 5);
}, 240_000);
