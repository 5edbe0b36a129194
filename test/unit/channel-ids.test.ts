import { describe, expect, it } from "vitest";
import { type FormerIds, openChannelIds } from "../../src/slack/channel-ids.ts";

/** What all replicas share. */
function createStored(): FormerIds {
  const values = new Map<string, { was: string }>();
  return {
    get: (key) => Promise.resolve(values.get(key)),
    all: () => Promise.resolve([...values]),
    set: (key, value) => Promise.resolve(void values.set(key, value)),
    delete: (key) => Promise.resolve(void values.delete(key)),
  };
}

describe("the ids of channels", () => {
  it("are as Slack says while none has changed", async () => {
    const ids = await openChannelIds(createStored());
    const body = { event: { channel: "C1" } };

    expect(ids.toKnown(body)).toBe(body);
    expect(ids.toCurrent("channel=C1&text=a+b")).toBe("channel=C1&text=a+b");
    expect([ids.known("C1"), ids.current("C1")]).toEqual(["C1", "C1"]);
  });

  it("lead from each that a channel has had to the first and to the last, whatever comes first", async () => {
    for (const changes of [
      [
        ["C1", "C2"],
        ["C2", "C3"],
      ],
      [
        ["C2", "C3"],
        ["C1", "C2"],
      ],
    ] as const) {
      const ids = await openChannelIds(createStored());
      for (const [from, to] of changes) await ids.changed(from, to);

      expect(["C1", "C2", "C3", "C4"].map(ids.known)).toEqual(["C1", "C1", "C1", "C4"]);
      expect(["C1", "C2", "C3", "C4"].map(ids.current)).toEqual(["C3", "C3", "C3", "C4"]);
    }
  });

  it("survive a restart, and a change that is told twice or taken back", async () => {
    const stored = createStored();
    const before = await openChannelIds(stored);
    await before.changed("C1", "C2");
    await before.changed("C1", "C2");

    const ids = await openChannelIds(stored);
    expect(ids.known("C2")).toBe("C1");
    await ids.changed("C2", "C1");

    expect([ids.known("C2"), ids.current("C1")]).toEqual(["C2", "C1"]);
    expect((await openChannelIds(stored)).current("C1")).toBe("C1");
  });

  it("are learnt of another replica, one or all", async () => {
    const stored = createStored();
    const [here, there] = [await openChannelIds(stored), await openChannelIds(stored)];
    await there.changed("C1", "C2");
    await there.changed("C2", "C3");

    await here.learn("C3");
    expect([here.known("C3"), here.current("C1")]).toEqual(["C1", "C3"]);
    await there.changed("C8", "C9");
    await here.reload();
    expect(here.current("C8")).toBe("C9");
  });

  it("are those of before as soon as another replica has heard that one is taken back", async () => {
    const stored = createStored();
    const [here, there] = [await openChannelIds(stored), await openChannelIds(stored)];
    await there.changed("C1", "C2");
    await here.reload();
    await there.changed("C2", "C1");

    await here.reload();

    expect([here.current("C1"), here.known("C2")]).toEqual(["C1", "C2"]);
  });

  it("are those of now where one changes while all are read", async () => {
    const stored = createStored();
    const begun = Promise.withResolvers<void>();
    const read = Promise.withResolvers<void>();
    let reads = 0;
    const ids = await openChannelIds({
      ...stored,
      async all() {
        const found = await stored.all();
        if (++reads !== 2) return found;
        begun.resolve();
        await read.promise;
        return found;
      },
    });

    const reloaded = ids.reload();
    await begun.promise;
    await ids.changed("C1", "C2");
    read.resolve();
    await reloaded;

    expect(ids.current("C1")).toBe("C2");
  });

  it("are not read again for every post that is refused", async () => {
    const stored = createStored();
    const clock = { now: 0 };
    let reads = 0;
    const all = () => {
      reads += 1;
      return stored.all();
    };
    const ids = await openChannelIds({ ...stored, all }, () => clock.now);
    const there = await openChannelIds(stored);
    reads = 0;
    clock.now += 60_000;

    for (let post = 0; post < 5; post += 1) await ids.catchUp();
    expect(reads).toBe(1);
    await there.changed("C1", "C2");
    clock.now += 60_000;
    await ids.catchUp();

    expect(ids.current("C1")).toBe("C2");
  });

  it("are exchanged where channels are named, and nowhere else", async () => {
    const ids = await openChannelIds(createStored());
    await ids.changed("C1", "C2");

    expect(
      ids.toKnown({
        event: { channel: "C2", text: "C2", item: { channel: "C2" }, user: "C2" },
        channel: { id: "C2", name: "C2" },
        container: [{ channel_id: "C2" }],
        channels: ["C2"],
        nothing: null,
      }),
    ).toEqual({
      event: { channel: "C1", text: "C2", item: { channel: "C1" }, user: "C2" },
      channel: { id: "C1", name: "C2" },
      container: [{ channel_id: "C1" }],
      channels: ["C2"],
      nothing: null,
    });
    const form = new URLSearchParams(ids.toCurrent("channel=C1&text=C1&channel_id=C1&user=C1"));
    expect(Object.fromEntries(form)).toEqual({
      channel: "C2",
      text: "C1",
      channel_id: "C2",
      user: "C1",
    });
  });
});
