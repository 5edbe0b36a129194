import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { answering } from "../support/answers.ts";
import { startDesk } from "../support/start-desk.ts";
import { handOver, openModal, PATIENCE, submitHandBack } from "../support/steps.ts";
import { postsIn } from "../support/threads.ts";

const RULES = { outcomes: ["solved", "follow-up"], "hand-back": { transcript: "all" } };

/** What the document for bot developers shows. */
function documented(): Record<string, unknown> {
  const text = readFileSync(join(import.meta.dirname, "../../docs/bot-developers.md"), "utf8");
  const [, json = ""] = /## Getting a User back[\s\S]*?```json\n([\s\S]*?)```/.exec(text) ?? [];
  return JSON.parse(json) as Record<string, unknown>;
}

/** Moments are different each time; what else there is must be the same. */
const withoutMoments = (value: unknown): unknown =>
  JSON.parse(JSON.stringify(value).replaceAll(/"\d{4}-\d\d-\d\dT[\d:.]+Z"/g, '"a moment"'));

describe("what the bot gets with a User", () => {
  it("is what the document says", async () => {
    const world = await startDesk(RULES);
    const { slack, parley } = world;
    const { user, ts } = await handOver(world, { metadata: { reason: "question_too_complex" } });
    await parley.userWrites(user.id, "Where is my parcel?");
    await slack.waitFor(() => postsIn(slack, ts).length > 0);
    await slack.post({ user: "U0ANNA", threadTs: ts, text: "It is lost, sorry." });
    await expect.poll(() => parley.sent(user.id).length, PATIENCE).toBe(1);
    await slack.post({ user: "U0ANNA", threadTs: ts, text: "note: he is rude" });

    await submitHandBack(slack, ts, {
      outcome: "solved",
      tags: "refund, parcel,, refund",
      note: "Parcel found, refund promised",
      message_for_user: "Your refund is on its way.",
    });

    const { identification } = parley.botService;
    await expect.poll(() => parley.user(user.id).owner, PATIENCE).toBe(identification);
    const { metadata } = parley.user(user.id).handovers.at(-1) ?? {};
    expect(withoutMoments(metadata)).toEqual(withoutMoments(documented()));
    // It is the bot that may show it.
    expect(parley.sent(user.id)).toHaveLength(1);
    const said = () => postsIn(slack, ts).map(({ text }) => text ?? "");
    await slack.waitFor(() => said().some((text) => /handed this User back/.test(text)));
    const [notice] = said().filter((text) => /handed this User back/.test(text));
    for (const part of ["*solved*", "refund, parcel", ">Parcel found", ">Your refund"]) {
      expect(notice).toContain(part);
    }
  });

  it("has the newest messages only, as many as are wanted", async () => {
    const world = await startDesk({ "hand-back": { transcript: "last-2" } });
    const { slack, parley } = world;
    const { user, ts } = await handOver(world);
    for (const [index, text] of ["one", "two", "three"].entries()) {
      await parley.userWrites(user.id, text);
      await slack.waitFor(() => postsIn(slack, ts).length > index);
    }
    await submitHandBack(slack, ts);
    const { identification } = parley.botService;
    await expect.poll(() => parley.user(user.id).owner, PATIENCE).toBe(identification);
    expect(parley.user(user.id).handovers.at(-1)?.metadata).toMatchObject({
      transcriptState: "end",
      transcript: [
        { from: "user", text: "two" },
        { from: "user", text: "three" },
      ],
    });
  });

  it("says so where Slack does not give the thread out", async () => {
    const world = await startDesk({ "hand-back": { transcript: "all" } });
    const { slack, parley } = world;
    const { user, ts } = await handOver(world);
    slack.faults.add("conversations.replies", {
      kind: "other-answer",
      isDone: false,
      write: answering(JSON.stringify({ ok: false, error: "missing_scope" })),
    });
    await submitHandBack(slack, ts);
    const { identification } = parley.botService;
    await expect.poll(() => parley.user(user.id).owner, PATIENCE).toBe(identification);
    expect(parley.user(user.id).handovers.at(-1)?.metadata).toMatchObject({
      transcriptState: "unread",
      transcript: [],
    });
  });
});

describe("the form to hand back", () => {
  it("asks for an outcome where there are some, and says who sees what", async () => {
    const world = await startDesk(RULES);
    const { slack } = world;
    const { ts } = await handOver(world);
    const { blocks } = await openModal(slack, ts);
    const text = JSON.stringify(blocks);
    expect(text).toContain("Only the bot gets it; the User does not see it.");
    expect(text).toContain("may show it to the User");
    expect(text).toContain("follow-up");
  });

  it("takes no note among colleagues for the User, and not too many tags", async () => {
    const world = await startDesk(RULES);
    const { slack } = world;
    const { ts } = await handOver(world);
    const { id } = await openModal(slack, ts);
    const submit = (values: Readonly<Record<string, string>>) =>
      slack.submitView({ user: "U0ANNA", viewId: id, values: { outcome: "solved", ...values } });
    expect((await submit({ message_for_user: "note: rude" })).errors?.message_for_user).toMatch(
      /begins as a note/,
    );
    const many = Array.from({ length: 11 }, (_, n) => `t${n}`).join(",");
    expect((await submit({ tags: many })).errors?.tags).toMatch(/At most 10/);
    expect((await submit({ tags: "t".repeat(41) })).errors?.tags).toMatch(/At most 10/);
    expect((await submit({ tags: "t" })).errors).toBeUndefined();
  });
});
