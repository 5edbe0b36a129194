import { describe, expect, it } from "vitest";
import { toHandoverBody } from "../../fakes/parley/callback-bodies.ts";
import { type HandoverShape, toSettings } from "../../fakes/parley/options.ts";
import { attemptsIn, settledIn } from "../support/attempts.ts";
import { handOver, postTo } from "../support/steps.ts";
import {
  activeMarkup,
  detailsIn,
  postsIn,
  rootsAbout,
  rootsOf,
  shownOf,
  textOf,
} from "../support/threads.ts";
import { startWorld } from "../support/world.ts";

describe("the root of a thread", () => {
  it("shows the reason, who the User is and every nested field", async () => {
    const world = await startWorld();
    const user = world.parley.createUser({
      uniqueIdentifier: "customer-7",
      additionalInformation: { name: "Ada Lovelace", email: "ada@example.com" },
    });

    const { root } = await handOver(world, {
      user,
      metadata: {
        reason: "question_too_complex",
        order: { id: 42, paid: false, lines: [{ sku: "A-1", note: null }] },
        tags: [],
      },
    });

    expect(root.text).toBe("Ada Lovelace · Question too complex · question_too_complex");
    expect(textOf(root).split("\n").slice(1)).toEqual([
      ":large_orange_circle: *Ada Lovelace* · Question too complex",
      "question_too_complex",
      "· *waiting*",
      ...["Take", "Hand back", "Assign…", "Not for us…"],
    ]);
    expect(shownOf(world.slack, root).split("\n")).toEqual(
      expect.arrayContaining([
        "*Ada Lovelace* · ada@example.com · customer `customer-7`  _(given by the user, not verified)_",
        `Parley User \`${user.id}\``,
        "Reason `question_too_complex`",
        ...["*order.id*", "42", "*order.paid*", "false", "*order.lines[0].sku*", "A-1"],
        ...["*order.lines[0].note*", "null", "*tags*", "[]"],
      ]),
    );
    expect(root.metadata).toEqual({
      event_type: "parley_handover",
      event_payload: { conversation: expect.stringMatching(/^c_[0-9a-f]{24}$/) },
    });
  });

  it("keeps whatever the User or the bot wrote inert and on its own line", async () => {
    const world = await startWorld();
    const hostile = "<!channel> <@U0ANNA> <https://evil.example|https://bank.example>";
    const user = world.parley.createUser({
      uniqueIdentifier: `\`${hostile}\n*Handed back*`,
      additionalInformation: JSON.stringify({ name: `Eve\n${hostile}`, email: `${hostile}\n@` }),
    });

    const { root } = await handOver(world, {
      user,
      metadata: {
        reason: `${hostile} \`\n:white_circle: *Handed back*`,
        [`${hostile}\nkey`]: `${hostile}\n:large_green_circle: *Handed back*`,
        nested: [[{ "<!here>": ["<!everyone>"] }]],
      },
    });

    for (const message of [root, ...detailsIn(world.slack, root.ts)]) {
      expect(activeMarkup(message)).toEqual([]);
    }
    const lines = shownOf(world.slack, root).split("\n");
    expect(lines.filter((line) => /^:\w+_circle:/.test(line))).toEqual([
      expect.stringMatching(/^:large_orange_circle: /),
    ]);
    expect(lines).toContain(`*${hostile} key:* ${hostile} :large_green_circle: *Handed back*`);
    expect(lines).toContain("*nested[0][0].<!here>[0]:* <!everyone>");
  });

  it("lets nobody forge what the bridge says of them, in the root, in lists and in notices", async () => {
    const world = await startWorld();
    const { slack, parley } = world;
    const forged = ":white_check_mark: *Verified* _by Parley_ `ok` \u202eteiv";
    const user = parley.createUser({
      uniqueIdentifier: `c7 ${forged.replace("\u202e", "")}`,
      additionalInformation: { name: forged, email: `${forged}@example.com` },
    });
    const metadata = { reason: forged, [forged]: forged };
    parley.addService({ name: forged, identification: "f0e" });

    const { root } = await handOver(world, { user, metadata });
    await postTo(world, "/parley/handovers", {
      userId: user.id,
      metadata: { reason: `${forged} again` },
      transcript: [{ from: forged, text: forged }],
    });
    await parley.userWrites(user.id, forged);
    await slack.waitFor(() => postsIn(slack, root.ts).length >= 2);
    const asked = async (text: string) => {
      const before = slack.state.ephemerals.length;
      await slack.command({
        user: "U0ANNA",
        channel: slack.channel,
        command: "/parley-owner",
        text,
      });
      return slack.state.ephemerals[before];
    };
    const told = [
      root,
      ...detailsIn(slack, root.ts),
      ...postsIn(slack, root.ts),
      await asked(""),
      await asked("services"),
      await asked(`${user.id} verified`),
      await asked(`${user.id} nobody`),
      await asked(`${user.id} f0e`),
      await asked(user.id),
    ];
    await slack.waitFor(() => /Handed back/.test(textOf(root)));

    // What is shown exactly is shown where nothing acts.
    expect(shownOf(slack, root)).toContain(`*${forged}\u202c:* ${forged}`);
    for (const message of told) {
      for (const mrkdwn of mrkdwnOf(message)) {
        expect(mrkdwn).not.toMatch(/:white_check_mark:|\*Verified\*|_by Parley_|`ok`/);
        expect((mrkdwn.match(/\u202e/g) ?? []).length).toBe(mrkdwn.match(/\u202c/g)?.length ?? 0);
      }
      for (const object of mrkdwnObjects(message?.blocks)) expect(object.verbatim).toBe(true);
    }
    const authors = postsIn(slack, root.ts).map(({ username }) => username ?? "");
    expect(authors.filter((name) => /:white_check_mark:/.test(name))).toEqual([]);
  });

  it.each([
    ["a string", "refund please", "Refund please", []],
    ["JSON in a string", '{"reason":"refund_wanted","order":7}', "Refund wanted", ["*order:* 7"]],
    ["an array", ["a", { b: 1 }], "New conversation", ["*metadata[0]:* a", "*metadata[1].b:* 1"]],
    ["an object without a reason", { order: 7 }, "New conversation", ["*order:* 7"]],
    ["an object whose reason is no text", { reason: 7 }, "New conversation", ["*reason:* 7"]],
    ["missing", undefined, "New conversation", []],
    ["the string null", "null", "New conversation", []],
  ])("accepts metadata that is %s", async (_what, metadata, headline, fields) => {
    const world = await startWorld();
    const { root } = await handOver(world, { metadata });

    expect(textOf(root).split("\n")[1]).toMatch(new RegExp(` · ${headline}$`));
    for (const field of fields) expect(shownOf(world.slack, root).split("\n")).toContain(field);
  });

  it("leaves out nothing that is too long for it: the thread has it whole", async () => {
    const world = await startWorld();
    const long = Array.from({ length: 600 }, (_, n) => `word-${n}`).join(" ");
    const fields = Object.fromEntries(
      Array.from({ length: 200 }, (_, n) => [`field_${n}`, `value-${n}`]),
    );

    const { root } = await handOver(world, {
      metadata: { reason: "long", ...fields, story: long },
    });

    const shown = shownOf(world.slack, root);
    expect(shown).toContain("*field_0*\nvalue-0");
    expect(shown).toMatch(/… \d+ more, see below/);
    const details = postsIn(world.slack, root.ts).map((post) => preformattedIn(post.blocks));
    expect(details.length).toBeGreaterThan(2);
    expect(details.join("")).toContain(long);
    expect(details.join("")).toContain('"field_199": "value-199"');
  });

  it.each([
    ["object", (reason: string) => ({ reason })],
    ["string", (reason: string) => reason],
  ])("shows a long reason whole in the thread when the metadata is a %s", async (_what, wrap) => {
    const world = await startWorld();
    const reason = `The User asks ${"for a very long time ".repeat(20)}and then goes`;

    const { root } = await handOver(world, { metadata: wrap(reason) });

    const details = postsIn(world.slack, root.ts).map((post) => preformattedIn(post.blocks));
    expect(details.join("")).toContain(reason);
  });

  it("shows a long name of a field whole in the thread", async () => {
    const world = await startWorld();
    const name = `field ${"with a very long name ".repeat(20)}`;

    const { root } = await handOver(world, { metadata: { [name]: 1 } });

    expect(
      postsIn(world.slack, root.ts)
        .map((post) => preformattedIn(post.blocks))
        .join(""),
    ).toContain(name);
  });
});

describe("POST /parley/handovers", () => {
  it("shows the transcript, oldest first and inert", async () => {
    const world = await startWorld();
    const user = world.parley.createUser();

    const answer = await postTo(world, "/parley/handovers", {
      userId: Number(user.id),
      metadata: { reason: "refund" },
      transcript: [
        { from: "User", text: "Hello\n<!channel>" },
        { from: "Bot <@U0ANNA>", text: "<https://evil.example|bank>" },
      ],
    });

    expect(answer.status).toBe(200);
    const root = await world.slack.waitFor(() => rootsAbout(world.slack, user.id)[0]);
    expect(shownOf(world.slack, root)).toContain(
      [
        "Before the handover · 2 messages",
        "*User:* Hello &lt;!channel&gt;",
        "*Bot &lt;@U0ANNA&gt;:* &lt;https://evil.example|bank&gt;",
      ].join("\n"),
    );
    for (const message of [root, ...detailsIn(world.slack, root.ts)]) {
      expect(activeMarkup(message)).toEqual([]);
    }
  });

  it("shows when each line of a transcript was said, however the bot tells it", async () => {
    const world = await startWorld();
    const user = world.parley.createUser();
    const times = [1_763_000_000, 1_763_000_000_000, "1763000000", "2025-11-13T02:13:20Z"];
    const lines = [...times, "soon", -1, 1e300, null].map((time, n) => ({
      from: "User",
      text: `line-${n}.`,
      time,
    }));

    await postTo(world, "/parley/handovers", { userId: user.id, transcript: lines });

    const root = await world.slack.waitFor(() => rootsAbout(world.slack, user.id)[0]);
    const shown = shownOf(world.slack, root);
    expect(shown.match(/<!date\^\d+/g)).toEqual(times.map(() => "<!date^1763000000"));
    expect(shown).toContain("2025-11-13 02:13 UTC");
    expect(shown).toContain("line-7.");
  });

  it("says in the whole of a long transcript, too, when each line was said", async () => {
    const world = await startWorld();
    const user = world.parley.createUser();
    const transcript = Array.from({ length: 300 }, (_, n) => ({
      from: "User",
      text: `line-${n}.`,
      time: 1_763_000_000 + 60 * n,
    }));

    await postTo(world, "/parley/handovers", { userId: user.id, transcript });

    await world.slack.waitFor(() => rootsAbout(world.slack, user.id)[0]);
    await expect.poll(() => attemptsIn(world.log, `user/${user.id}`).length).toBe(1);
    const root = rootsAbout(world.slack, user.id)[0];
    const whole = postsIn(world.slack, root?.ts ?? "")
      .map((post) => preformattedIn(post.blocks))
      .join("");
    expect(whole).toContain("[2025-11-13 02:14 UTC] User: line-1.");
  });

  it("shows the end of a long transcript in the details and all of it in the thread", async () => {
    const world = await startWorld();
    const user = world.parley.createUser();
    const transcript = Array.from({ length: 300 }, (_, n) => ({
      from: "User",
      text: `line-${n}.`,
    }));

    await postTo(world, "/parley/handovers", { userId: user.id, transcript });

    const root = await world.slack.waitFor(() => rootsAbout(world.slack, user.id)[0]);
    expect(shownOf(world.slack, root)).toContain("*User:* line-299.");
    expect(shownOf(world.slack, root)).not.toContain("line-0.");
    await expect.poll(() => settledIn(world.log, `user/${user.id}`).length).toBe(1);
    const whole = postsIn(world.slack, root.ts)
      .map((post) => preformattedIn(post.blocks))
      .join("");
    expect(whole).toBe(transcript.map(({ from, text }) => `${from}: ${text}`).join("\n"));
  });

  it.each(["callback first", "callback last", "at the same moment"])(
    "and Parley's own callback open one thread that shows both: %s",
    async (order) => {
      const world = await startWorld();
      const { slack, parley } = world;
      const user = parley.createUser();
      const callback = () =>
        parley
          .handOver({
            userId: user.id,
            to: parley.agentService.identification,
            metadata: { reason: "refund" },
          })
          .then(({ delivered }) => delivered);
      const request = () =>
        postTo(world, "/parley/handovers", {
          userId: user.id,
          metadata: null,
          transcript: [{ from: "User", text: "Where is my parcel?" }],
        });

      if (order === "at the same moment") await Promise.all([callback(), request()]);
      else if (order === "callback first") await callback().then(request);
      else await request().then(callback);

      await slack.waitFor(() => {
        const [root] = rootsAbout(slack, user.id);
        const [details] = detailsIn(slack, root?.ts ?? "");
        const isWhole = details && /refund[\s\S]*Where is my parcel/.test(textOf(details));
        return isWhole && root && /Where is my parcel\?\nrefund/.test(textOf(root));
      });
      await expect.poll(() => attemptsIn(world.log, `user/${user.id}`).length).toBe(2);
      expect(rootsOf(slack)).toHaveLength(1);
    },
  );

  it("sent twice says nothing new", async () => {
    const world = await startWorld();
    const { slack, parley } = world;
    const user = parley.createUser();
    const body = { userId: user.id, metadata: { reason: "refund" }, transcript: [] };

    await postTo(world, "/parley/handovers", body);
    await postTo(world, "/parley/handovers", body);

    await expect.poll(() => attemptsIn(world.log, `user/${user.id}`).length).toBe(2);
    const [root, ...others] = rootsOf(slack);
    expect(others).toEqual([]);
    expect(postsIn(slack, root?.ts ?? "")).toEqual([]);
  });
});

const TYPES = ["action", "event", "message"] as const;
const PLACEMENTS = ["root", "body", "body.body"] as const;
const OWNERS = ["identification", "object", "absent"] as const;
const METADATA = ["object", "json", "absent"] as const;

describe("a handover callback", () => {
  it.each(TYPES.flatMap((type) => PLACEMENTS.map((placement) => [type, placement] as const)))(
    "of type %s with its details at %s opens a thread, however it names owner and metadata",
    async (type, placement) => {
      const world = await startWorld();
      const shapes = OWNERS.flatMap((newOwner) =>
        METADATA.map((metadata) => ({ type, placement, newOwner, metadata })),
      ).filter(({ newOwner, metadata }) => newOwner !== "absent" || metadata !== "absent");

      const opened = shapes.map(async (shape) => [shape, await headlineFor(world, shape)]);

      expect(await Promise.all(opened)).toEqual(
        shapes.map((shape) => [
          shape,
          shape.metadata === "absent" ? "New conversation" : "Refund wanted",
        ]),
      );
      expect(rootsOf(world.slack)).toHaveLength(8);
    },
  );

  it.each(["handover", "hand_over", "handOver", "owner", "ownerChanged", "owner_updated"])(
    "named %s needs no owner in it",
    async (name) => {
      const world = await startWorld();
      expect(await headlineFor(world, { name, newOwner: "absent" })).toBe("Refund wanted");
    },
  );

  it("that tells neither owner nor metadata opens nothing; the User's first message does", async () => {
    const world = await startWorld({
      parley: { shapes: { handover: { newOwner: "absent", metadata: "absent" } } },
    });
    const { slack, parley } = world;
    const user = parley.createUser();
    const told = await parley.handOver({ userId: user.id, to: parley.agentService.identification });
    await told.delivered;
    await expect.poll(() => attemptsIn(world.log, "unknown").length).toBe(1);
    expect(rootsOf(slack)).toEqual([]);

    await parley.userWrites(user.id, "Is anybody there?");

    const root = await slack.waitFor(() => rootsAbout(slack, user.id)[0]);
    const post = await slack.waitFor(() => postsIn(slack, root.ts)[0]);
    expect(post.text).toBe("Is anybody there?");
  });
});

interface Said {
  readonly text: string;
  readonly blocks?: readonly unknown[];
}

const mrkdwnOf = (message: Said | undefined): string[] => [
  message?.text ?? "",
  ...mrkdwnObjects(message?.blocks).map(({ text }) => text),
];

function mrkdwnObjects(value: unknown): { text: string; verbatim: boolean }[] {
  if (Array.isArray(value)) return value.flatMap(mrkdwnObjects);
  if (typeof value !== "object" || value === null) return [];
  if ("type" in value && value.type === "mrkdwn") return [value as never];
  return Object.values(value).flatMap(mrkdwnObjects);
}

/** The headline of the thread that a callback of this shape opens. */
async function headlineFor(
  { slack, parley }: Awaited<ReturnType<typeof startWorld>>,
  shape: Partial<HandoverShape>,
): Promise<string> {
  const user = parley.createUser();
  const to = parley.agentService.identification;
  user.owner = to;
  const metadata = { reason: "refund_wanted" };
  const settings = toSettings({ shapes: { handover: shape } });
  const handover = { from: null, to, by: null, metadata, at: 0 };
  await parley.callback(to, toHandoverBody(settings, user, handover, parley.agentService));
  const root = await slack.waitFor(() => rootsAbout(slack, user.id)[0]);
  return root.text.split(" · ")[1] ?? "";
}

/** The literal text of a message's blocks. */
const preformattedIn = (blocks: unknown): string =>
  JSON.stringify(blocks ?? []).includes("rich_text_preformatted")
    ? textOf({ text: "", blocks: blocks as never }).slice(1)
    : "";
