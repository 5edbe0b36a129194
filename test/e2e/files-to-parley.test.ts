import { describe, expect, it } from "vitest";
import { bytesAt, png } from "../support/files.ts";
import { sentTo } from "../support/sent.ts";
import { handOver } from "../support/steps.ts";
import { reactionsOn, toldTo } from "../support/threads.ts";
import { startWorld, type World } from "../support/world.ts";

const DOCX = "application/vnd.openxmlformats-officedocument.wordprocessingml.document";

type Share = Parameters<World["slack"]["shareFile"]>[0];

/** An agent shares a file in a User's thread. */
const share = ({ slack }: World, threadTs: string, file: Partial<Share> & Pick<Share, "bytes">) =>
  slack.shareFile({ user: "U0ANNA", threadTs, name: "photo.png", mimetype: "image/png", ...file });

/** What follows in the lane: when the User has it, everything before has come to its end. */
async function followUp(world: World, userId: string, threadTs: string): Promise<void> {
  await world.slack.post({ user: "U0BEN", threadTs, text: "Next" });
  await world.parley.until(() => sentTo(world, userId).includes("Next"));
}

const uploads = ({ parley }: World): number =>
  parley.requests.filter(({ method, path }) => `${method} ${path}` === "POST /media").length;

describe("a file that an agent shares", () => {
  it.each([
    ["1 byte", "a.txt", "text/plain", Buffer.from("x")],
    ["9.9 MB", "photo.png", "image/png", png(9_900_000)],
    ["exactly 10 MB", "photo.png", "image/png", png(10_000_000)],
    ["a document", "offer.docx", DOCX, Buffer.from("504b0304140006000800", "hex")],
    ["a text that begins as a bitmap does", "bmw.txt", "text/plain", Buffer.from("BMW 320 d")],
  ])("reaches the User behind its text, byte by byte: %s", async (_, name, mimetype, bytes) => {
    const world = await startWorld();
    const { slack, parley } = world;
    const { user, root } = await handOver(world);

    const { ts } = await share(world, root.ts, { name, mimetype, bytes, text: "Look at *this*" });
    await followUp(world, user.id, root.ts);

    expect(sentTo(world, user.id)).toEqual(["Look at \\*this\\*", `[${name}]`, "Next"]);
    expect(bytesAt(world, user.id, name)?.equals(bytes)).toBe(true);
    const [, message] = parley.sent(user.id);
    expect(message).toMatchObject({ agent: { name: "Anna" }, media: { mimeType: mimetype } });
    await slack.waitFor(() => reactionsOn(slack, ts).includes("white_check_mark"));
    expect(toldTo(slack, "U0ANNA", root.ts)).toEqual([]);
    // Nothing of Slack's private addresses, anywhere.
    expect(JSON.stringify(parley.requests)).not.toContain("files-pri");
  });

  it("is not sent if Parley's clients cannot show it, its text is", async () => {
    const world = await startWorld();
    const { slack } = world;
    const { user, root } = await handOver(world);
    const file = { bytes: Buffer.from("RIFF"), mimetype: "image/webp" };

    const { ts } = await share(world, root.ts, { ...file, text: "As promised" });
    const told = await slack.waitFor(() => toldTo(slack, "U0ANNA", root.ts)[0]);
    await followUp(world, user.id, root.ts);

    expect(told.text).toMatch(/^:no_entry: \*Not sent\.\*.*The rest of your message goes/s);
    expect(told.text).toContain("photo.png: files of type image/webp cannot be shown");
    expect(sentTo(world, user.id)).toEqual(["As promised", "Next"]);
    expect(uploads(world)).toBe(0);
    expect(slack.calls("files.download")).toEqual([]);
    await slack.waitFor(() => reactionsOn(slack, ts).includes("white_check_mark"));
    expect(reactionsOn(slack, ts)).toContain("x");
    expect(toldTo(slack, "U0BEN", root.ts)).toEqual([]);
  });

  it("is not sent again when its writer corrects the text beside it", async () => {
    const world = await startWorld();
    const { slack, parley } = world;
    const { user, root } = await handOver(world);
    const { ts } = await share(world, root.ts, { bytes: png(100), text: "Teh offer" });
    await parley.until(() => sentTo(world, user.id).length === 2);

    await slack.edit({ user: "U0ANNA", ts, text: "The offer" });
    const {
      channel,
      ts: at,
      user: who,
    } = await slack.waitFor(() => toldTo(slack, "U0ANNA", root.ts)[0]);
    await slack.click({ user: who, channel, ts: at, actionId: "parley_send_again" });
    await parley.until(() => sentTo(world, user.id).includes("The offer"));
    await followUp(world, user.id, root.ts);

    expect(sentTo(world, user.id)).toEqual(["Teh offer", "[photo.png]", "The offer", "Next"]);
  });
});
