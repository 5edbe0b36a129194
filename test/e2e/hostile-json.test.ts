import { describe, expect, it } from "vitest";
import { EAGER } from "../support/replies.ts";
import { sentTo } from "../support/sent.ts";
import { handOver, postTo } from "../support/steps.ts";
import { postsIn, rootsAbout, shownOf, textOf } from "../support/threads.ts";
import { startWorld, type World } from "../support/world.ts";

const HALF = "\ud83d";

/** Posts a User's message as it is, in a place where the bridge looks for one. */
const postMessage = (world: World, userId: string, message: object | string) =>
  postTo(
    world,
    "/parley/callback",
    `{"type":"message","body":{"user":{"id":${userId}},"message":${
      typeof message === "string" ? message : JSON.stringify(message)
    }}}`,
  );

describe("half a character", () => {
  it("of a User's message is shown as U+FFFD and stops nothing", async () => {
    const world = await startWorld({ env: EAGER });
    const { slack, parley } = world;
    const { user, root } = await handOver(world);

    await parley.userWrites(user.id, `cut here ${HALF}`);
    await parley.userWrites(user.id, `in the ${HALF}middle`);
    await parley.userWrites(user.id, {
      title: `title ${HALF}`,
      message: "text",
      buttons: [{ type: "reply", title: `button ${HALF}`, payload: `payload ${HALF}` }],
      quickReplies: [`quick ${HALF}`],
    });
    await parley.userWrites(user.id, "done");

    await slack.waitFor(() => postsIn(slack, root.ts).at(-1)?.text.endsWith("done"));
    const shown = JSON.stringify(postsIn(slack, root.ts));
    for (const text of ["cut here", "in the", "title", "[button", "payload", "[quick"]) {
      expect(shown).toContain(`${text} \uFFFD`);
    }
    expect(shown).toContain("\uFFFDmiddle");
  });

  it("in a name or in metadata does not keep a thread from opening", async () => {
    const world = await startWorld({ env: EAGER });
    const user = world.parley.createUser({ additionalInformation: { name: `Eve ${HALF}` } });

    const { root } = await handOver(world, {
      user,
      metadata: { reason: `refund ${HALF}`, [`key ${HALF}`]: `value ${HALF}` },
    });

    expect(root.text).toBe("Eve \uFFFD · Refund \uFFFD · refund \uFFFD");
    expect(shownOf(world.slack, root)).toContain("*key \uFFFD:* value \uFFFD");
  });

  it("in metadata that is JSON in a text is U+FFFD, too", async () => {
    const world = await startWorld({ env: EAGER });
    const { root } = await handOver(world, {
      metadata: JSON.stringify({ reason: "refund", note: `value ${HALF}` }),
    });

    expect(shownOf(world.slack, root)).toContain("*note:* value \uFFFD");
  });

  it("in the id of a User or of a file is no reason to try for days", async () => {
    const world = await startWorld({ env: EAGER });
    const { slack, parley } = world;
    const { user, root } = await handOver(world);

    await postTo(world, "/parley/handovers", { userId: `7${HALF}` });
    await slack.waitFor(() => rootsAbout(slack, "7\uFFFD")[0]);
    await postMessage(world, user.id, {
      media: { id: `img/1/2026/1/2/a${HALF}.png`, mimeType: "image/png", filename: `a${HALF}.png` },
    });
    await parley.userWrites(user.id, "done");

    await slack.waitFor(() => postsIn(slack, root.ts).at(-1)?.text.endsWith("done"));
    expect(postsIn(slack, root.ts)[0]?.text).toContain("a\uFFFD.png");
  });

  it("of an agent's message reaches the User as U+FFFD", async () => {
    const world = await startWorld({ env: EAGER });
    const { slack, parley } = world;
    const { user, root } = await handOver(world);

    await slack.post({ user: "U0ANNA", text: `cut here ${HALF}`, threadTs: root.ts });
    await parley.until(() => parley.sent(user.id).length === 1);

    expect(sentTo(world, user.id)).toEqual(["cut here \uFFFD"]);
  });
});

describe("numbers and depths that JavaScript cannot hold", () => {
  it("keep the ids of two messages apart", async () => {
    const world = await startWorld();
    const { slack } = world;
    const { user, root } = await handOver(world);

    for (const id of ["9007199254740993", "9007199254740992"]) {
      await postMessage(world, user.id, `{"id":${id},"message":"number ${id}"}`);
    }

    await slack.waitFor(() =>
      ["number 9007199254740993", "number 9007199254740992"].every((text) =>
        postsIn(slack, root.ts).some((post) => post.text.includes(text)),
      ),
    );
  });

  it("keep two Users apart", async () => {
    const world = await startWorld();
    const { slack } = world;

    for (const id of ["9007199254740993", "9007199254740992"]) {
      await postTo(world, "/parley/handovers", `{"userId":${id}}`);
    }

    await slack.waitFor(() => rootsAbout(slack, "9007199254740993")[0]);
    await slack.waitFor(() => rootsAbout(slack, "9007199254740992")[0]);
  });

  it("of metadata that is JSON in a text are shown as that text", async () => {
    const world = await startWorld({ env: EAGER });
    const metadata = `${'{"a":'.repeat(3_000)}1${"}".repeat(3_000)}`;

    const { root } = await handOver(world, { metadata });

    expect(textOf(root)).toContain('{"a":{"a":{"a":');
  });
});
