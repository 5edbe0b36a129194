import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { checkBlocks, textLength } from "../../fakes/slack/block-limits.ts";
import { NOTICES } from "../../src/app/doctor/samples/every-notice.ts";
import { DEAD, LINK } from "../../src/app/doctor/samples/sample-values.ts";
import type { SlackMessage } from "../../src/convert/to-slack/slack-message.ts";
import { toServiceId } from "../../src/ids.ts";
import { ACTIONS, FORMS, type HomeWish } from "../../src/views/actions.ts";
import type { ConversationLine } from "../../src/views/conversation-list.ts";
import { renderConversations, WHOSE } from "../../src/views/conversation-list.ts";
import { renderHandedBack } from "../../src/views/ended.ts";
import { renderFailedReply } from "../../src/views/failed-reply.ts";
import { renderFurtherHandover } from "../../src/views/further-handover.ts";
import { renderHandBackFailed } from "../../src/views/hand-back-failed.ts";
import { HAND_BACK_INPUTS, renderHandBackForm } from "../../src/views/hand-back-form.ts";
import { renderHome } from "../../src/views/home.ts";
import { en } from "../../src/views/texts/en.ts";
import { anyText, holds } from "../support/property.ts";
import { mrkdwnIn } from "../support/threads.ts";
import { blocksOf, foreignMarkup, foreignMarkupIn, problemsOf, textsOf } from "./rendered.ts";

describe.each(Object.entries(NOTICES))("the notice about %s", (_, render) => {
  const isTaken = (text: string) => {
    const message = render(text, en);
    expect(problemsOf(message)).toEqual([]);
    expect(foreignMarkupIn(message)).toEqual([]);
  };
  // Invisible names too, of which nothing may be left.
  holds("is taken by Slack, and holds no markup but ours", anyText(600), isTaken, {
    examples: ["\u202e", "\u200b", " "],
  });

  it.each(["&", "<", "x\n", "👩‍👩‍👧‍👦"])("is taken by Slack with no end of %j", (unit) => {
    const message = render(unit.repeat(10_000), en);
    expect(problemsOf(message)).toEqual([]);
    expect(textLength(blocksOf(message))).toBeLessThan(13_000);
    expect(foreignMarkupIn(message)).toEqual([]);
  });
});

describe("notices", () => {
  const shown = (message: SlackMessage) => textsOf(message).join("\n");

  it("say who handed a User back to whom, with the note", () => {
    const text = shown(
      renderHandedBack(
        {
          service: "Bot <1>",
          by: "U0ANNA",
          note: "Parcel found\nRefund & sorry",
          unsetRefusal: "HTTP 500",
        },
        en,
      ),
    );
    expect(text).toContain("<@U0ANNA> handed this User back to *Bot &lt;1&gt;*");
    expect(text).toContain("\n>Parcel found\n>Refund &amp; sorry\n");
    expect(text).toContain("may still show the agent's name (HTTP 500)");
    expect(shown(renderHandedBack({ service: "Bot", by: "U0ANNA" }, en))).not.toMatch(
      />P|may still/,
    );
  });

  it.each([
    ["nothing-done", /Nothing was sent/],
    ["message-uncertain", /Nobody can tell/],
    ["message-sent", /was sent; .* without the message/],
  ] as const)("say what became of the last message when a hand-back fails: %s", (stage, words) => {
    expect(shown(renderHandBackFailed("U0ANNA", "nobody", stage, "HTTP 500", {}, en))).toMatch(
      words,
    );
  });

  it.each([
    [{ reason: "still_angry", hasDetails: true, lines: 3 }, "Still angry"],
    [{ reason: null, hasDetails: true, lines: 3 }, "more details"],
    [{ reason: null, hasDetails: false, lines: 3 }, "what was written before"],
  ])("say what a further handover brought: %j", (news, words) => {
    expect(shown(renderFurtherHandover(news, en))).toContain(words);
  });

  it.each([
    ["refused", "Not sent"],
    ["failed", "Not delivered"],
    ["uncertain", "Perhaps not delivered"],
  ] as const)("say plainly that a reply was %s", (fate, words) => {
    const message = renderFailedReply({ fate, advice: "Advice." }, en);
    expect(shown(message)).toContain(`*${words}.* Advice.`);
    expect(JSON.stringify(message)).not.toContain("button");
  });

  it("offer to send a reply again, and carry what names it", () => {
    for (const fate of ["failed", "uncertain"] as const) {
      const [, actions] = blocksOf(renderFailedReply({ fate, advice: "Advice.", dead: DEAD }, en));
      const buttons = actions?.elements as { action_id: string; value: string }[];
      expect(buttons.map(({ action_id }) => action_id)).toEqual([
        "parley_send_again",
        fate === "failed" ? "parley_dismiss" : "parley_it_arrived",
      ]);
      for (const { value } of buttons) expect(ACTIONS.sendAgain.read(value)).toEqual(DEAD);
    }
  });
});

const line: fc.Arbitrary<ConversationLine> = fc.record({
  userId: anyText(60),
  user: fc.record({ name: anyText(200).map((text) => text.trim() || "Ada") }, { requiredKeys: [] }),
  link: fc.option(fc.constant(LINK), { nil: undefined }),
  waitingSince: fc.option(fc.nat(1e9), { nil: undefined }),
  whose: fc.constantFrom(...WHOSE),
  team: fc.constantFrom("Support", "Billing"),
  reason: anyText(200),
  wish: anyText(400),
});

describe("the list of conversations", () => {
  const of = (
    userId: string,
    waitingSince?: number,
    given: Partial<ConversationLine> = {},
  ): ConversationLine => ({
    userId,
    user: { name: `N${userId}` },
    link: undefined,
    waitingSince,
    whose: "unclaimed",
    team: "Support",
    ...given,
  });

  it("says when there is none", () => {
    expect(renderConversations([], 0, 10, en)).toBe("No open conversations.");
  });

  it("shows one's own first, then nobody's, then those of colleagues; of each those who wait longest", () => {
    const now = 3_600_000;
    const ben = { whose: "others", claimedBy: "U0BEN" } as const;
    const given = [
      of("1", 1_000, ben),
      of("2"),
      of("3", 3_500_000),
      of("4", 0, { link: LINK, reason: "order_late", wish: "Where\nis it?" }),
      of("5", 3_000_000, { whose: "mine", lastWroteAt: 3_300_000 }),
      of("6", undefined, { whose: "mine" }),
    ];
    expect(renderConversations(given, now, 10, en).split("\n")).toEqual([
      "• N5 · User 5 · *waiting 10 min* · you answer · wrote 5 min ago",
      "• N6 · User 6 · answered · you answer",
      `• <${LINK}|N4> · User 4 · *waiting 1 h* · nobody answers yet · Order late · “Where is it?”`,
      "• N3 · User 3 · *waiting 1 min* · nobody answers yet",
      "• N2 · User 2 · answered · nobody answers yet",
      "• N1 · User 1 · *waiting 59 min* · <@U0BEN> answers",
    ]);
  });

  it("leaves out what a message would not hold, and counts it", () => {
    const long = { reason: "&".repeat(80), wish: "&".repeat(160) };
    const given = Array.from({ length: 25 }, (_, n) => of(`${n}`, n, long));
    const list = renderConversations(given, 9, 25, en);
    expect(list.length).toBeLessThan(12_000);
    const left = 25 - (list.split("\n").length - 1);
    expect(list).toContain(`… and ${left} more`);
  });

  it("says how many it leaves out", () => {
    expect(renderConversations([of("1", 1), of("2", 2), of("3", 3)], 9, 2, en).split("\n")).toEqual(
      [
        "• N1 · User 1 · *waiting under a minute* · nobody answers yet",
        "• N2 · User 2 · *waiting under a minute* · nobody answers yet",
        "… and 1 more",
      ],
    );
  });
});

describe("App Home", () => {
  const quiet = { items: 0, oldestAppendedAt: undefined, deadLetters: 0 };
  const home = (
    conversations: readonly ConversationLine[],
    given: Partial<Parameters<typeof renderHome>[0]> = {},
  ) =>
    renderHome(
      {
        mayErase: false,
        alarms: [],
        conversations,
        undecided: [],
        wish: { show: "all", page: 0 },
        teams: ["Support"],
        channels: ["C0"],
        now: 1e9,
        toSlack: quiet,
        toParley: quiet,
        ...given,
      },
      en,
    ) as { blocks: unknown[] };

  /** 70, of which every third is one's own. */
  const MANY = Array.from({ length: 70 }, (_, index): ConversationLine => {
    const whose = index % 3 === 0 ? "mine" : "unclaimed";
    const team = index < 60 ? "Support" : "Billing";
    const user = { name: "&".repeat(80) };
    return { userId: `id-${index}-`, user, link: LINK, waitingSince: index, whose, team };
  });

  const shownIn = (view: unknown): number[] =>
    mrkdwnIn(view).flatMap((text) => [...text.matchAll(/id-(\d+)-/g)].map(([, id]) => Number(id)));

  it("says first what somebody has to repair, as inert text", () => {
    const alarm = { name: "store", advice: "The disk of <!here> is full; make room", since: 0 };
    const view = home([], { alarms: [alarm as never], now: 7 * 60_000 });
    expect(mrkdwnIn(view)[0]).toBe(
      ":rotating_light: For 7 min: The disk of &lt;!here&gt; is full; make room. Whoever runs the bridge has to repair this.",
    );
  });

  holds(
    "is taken by Slack, and holds no markup but ours",
    fc.array(line, { maxLength: 100 }),
    (conversations) => {
      const view = home(conversations);
      expect(checkBlocks(view.blocks, "home").hints).toEqual([]);
      expect(foreignMarkup(mrkdwnIn(view))).toEqual([]);
    },
    { runs: 20 },
  );

  it("shows everybody on one of its pages once, and after the last page the last one", () => {
    const pages = [0, 1, 2, 3].map((page) => {
      const view = home(MANY, { wish: { show: "all", page } });
      expect(checkBlocks(view.blocks, "home").hints).toEqual([]);
      return shownIn(view);
    });
    const mine = MANY.flatMap(({ whose }, index) => (whose === "mine" ? [index] : []));
    const unclaimed = MANY.flatMap(({ whose }, index) => (whose === "mine" ? [] : [index]));
    expect(pages.slice(0, 3).flat()).toEqual([...mine, ...unclaimed]);
    expect(pages[3]).toEqual(pages[2]);
  });

  it("shows only what is asked for, and everybody where the team is not theirs", () => {
    const teams = ["Support", "Billing"];
    const of = (wish: HomeWish) => shownIn(home(MANY, { wish, teams }));
    expect(of({ show: "mine", page: 0, team: "Billing" })).toEqual([60, 63, 66, 69]);
    expect(of({ show: "unclaimed", page: 1, team: "Support" })).toHaveLength(15);
    expect(of({ show: "mine", page: 0, team: "Gone" })).toHaveLength(24);
  });
});

describe("the hand-back modal", () => {
  const BOT = toServiceId("bot");
  const modal = (given: Partial<Parameters<typeof renderHandBackForm>[0]> = {}) =>
    renderHandBackForm(
      {
        userName: "Ada",
        thread: { team: "T1", channel: "C1", ts: "1.1" },
        services: [
          { id: toServiceId("other"), name: "Other" },
          { id: BOT, name: "Bot" },
        ],
        preferred: BOT,
        outcomes: [],
        ...given,
      },
      en,
    ) as { blocks: Record<string, unknown>[]; title: unknown; private_metadata: string };

  const destination = (given?: Parameters<typeof modal>[0]) =>
    modal(given).blocks.find(({ block_id }) => block_id === HAND_BACK_INPUTS.destination)
      ?.element as {
      options: { value: string }[];
      option_groups?: { label: { text: string }; options: { value: string }[] }[];
      initial_option?: { value: string };
    };

  it("prefers the bot, or else takes the first", () => {
    expect(destination().options.map(({ value }) => value)).toEqual(["other", "bot"]);
    expect(destination().initial_option?.value).toBe("bot");
    expect(destination({ preferred: toServiceId("gone") }).initial_option?.value).toBe("other");
  });

  it("names a Service by its id where its name cannot be seen", () => {
    const services = [{ id: BOT, name: "\u202e\u200b" }];
    const [option] = destination({ services }).options as { text?: { text: string } }[];
    expect(option?.text?.text).toBe("bot");
  });

  it("has room for more Services than Slack shows without groups, the bot among them", () => {
    const many = (count: number) =>
      Array.from({ length: count }, (_, n) => ({ id: toServiceId(`s${n}`), name: `Service ${n}` }));
    const { option_groups: groups = [], options } = destination({
      services: [...many(250), { id: BOT, name: "Bot" }],
    });
    expect(options).toBeUndefined();
    expect(groups.map((group) => group.options.length)).toEqual([100, 100, 51]);
    expect(groups[0]?.label.text).toBe("Service 0 – Service 99");
    expect(destination({ services: many(101) }).initial_option?.value).toBe("s0");
  });

  it("says how many do not fit, and keeps the bot", () => {
    const services = Array.from({ length: 9_000 }, (_, n) => ({
      id: toServiceId(`s${n}`),
      name: "Service ".repeat(9),
    }));
    const view = modal({ services: [...services, { id: BOT, name: "Bot" }] });
    expect(checkBlocks(view.blocks, "modal").hints).toEqual([]);
    expect(JSON.stringify(view).length).toBeLessThan(250_000);
    expect(JSON.stringify(view.blocks[0])).toMatch(/\d+ more Services do not fit.*\/parley-owner/);
    const { option_groups: groups = [] } = destination({
      services: [...services, { id: BOT, name: "Bot" }],
    });
    expect(groups.at(-1)?.options.at(-1)?.value).toBe("bot");
  });

  it("gives back what names the conversation", () => {
    const thread = { team: "T1", channel: "C1", ts: "1.1" };
    expect(FORMS.handBack.read(modal({ thread }).private_metadata)).toEqual(thread);
  });

  holds(
    "is taken by Slack, whatever people and Services are called",
    fc.tuple(
      anyText(80).map((text) => text || "Ada"),
      fc.array(
        fc.record({
          id: fc.string({ minLength: 1, maxLength: 200 }).map(toServiceId),
          name: anyText(200),
        }),
        { minLength: 1, maxLength: 250 },
      ),
    ),
    ([userName, services]) => {
      const view = modal({ userName, services });
      expect(checkBlocks(view.blocks, "modal").hints).toEqual([]);
      expect(mrkdwnIn(view)).toEqual([]);
    },
    { runs: 20 },
  );
});
