import { WebClient } from "@slack/web-api";
import { expect, it } from "vitest";
import { identity } from "../../fakes/slack/identity.ts";
import type { TranscriptLine } from "../../src/convert/to-slack/parley-message.ts";
import { type ConversationId, toServiceId, toUserId } from "../../src/ids.ts";
import { renderDetails } from "../../src/views/details.ts";
import { type RootFacts, renderRoot } from "../../src/views/root.ts";
import { en } from "../../src/views/texts/en.ts";
import { describeInBrowser } from "./chromium.ts";
import { messageWith, openSandbox, picture, SIZES } from "./sandbox-page.ts";

/** What Slack's own bars and the box for messages leave of a window of 1280 × 1024 for a channel. */
const SLACKS_ROOM = 820;

const NOW = Date.now();
const minutesAgo = (minutes: number) => NOW - minutes * 60_000;

const PEOPLE: readonly (readonly [name: string, reason: string, summary: string])[] = [
  ["Ada Lovelace", "question_too_complex", "Can you fix my toaster? It smells of smoke"],
  ["Grace Hopper", "refund_requested", "Wants her money back for order A-4711"],
  ["Alan Turing", "user_asked_for_human", "Asked for a person three times"],
  ["Katherine Johnson", "invoice_question", "The invoice has the wrong address on it"],
  ["", "question_too_complex", "Is the blue one compatible with the adapter of 2019?"],
  ["Edsger Dijkstra", "delivery_late", "Where is my parcel? It was due on Monday"],
  ["Hedy Lamarr", "technical_problem", "The app cannot find the wireless speaker"],
  ["Tim Berners-Lee", "account_locked", "Cannot sign in since the new password"],
  ["Margaret Hamilton", "refund_requested", "Returned two jackets, got money for one"],
  ["Linus Torvalds", "complaint", "Is angry about the answer of last week"],
  ["Barbara Liskov", "contract_change", "Wants to move the contract to her company"],
  ["Donald Knuth", "question_too_complex", "Found a mistake on page 64 of the manual"],
];

/** Who waits, who answers, and how it ended, for each of them. */
const STATES: readonly Partial<RootFacts>[] = [
  { state: "handed-back", ending: ending(90, "U0ANNA", "solved") },
  { state: "handed-back", ending: ending(70, "U0BEN", "follow-up") },
  {
    state: "taken-away",
    ending: { at: minutesAgo(50), to: { id: toServiceId("n"), name: "Night shift" } },
  },
  { claim: { by: "U0ANNA", since: minutesAgo(40) } },
  { claim: { by: "U0BEN", since: minutesAgo(30) }, waitingSince: minutesAgo(31) },
  { claim: { by: "U0ANNA", since: minutesAgo(12) }, waitingSince: minutesAgo(2) },
  { waitingSince: minutesAgo(125) },
  {},
  { waitingSince: minutesAgo(31), user: { name: "Margaret Hamilton", language: "nl" } },
  { waitingSince: minutesAgo(11) },
  { waitingSince: minutesAgo(4) },
  { waitingSince: minutesAgo(0) },
];

function ending(minutes: number, by: string, outcome: string) {
  return {
    at: minutesAgo(minutes),
    to: { id: toServiceId("b"), name: "Bot Service" },
    by,
    outcome,
  };
}

const TRANSCRIPT: readonly TranscriptLine[] = [
  { from: "Bot", text: "Hello! What can I do for you?", time: minutesAgo(60) / 1_000 },
  { from: "User", text: "Something is wrong with my order", time: minutesAgo(59) / 1_000 },
];

const factsOf = (index: number): RootFacts => {
  const [name, reason, summary] = PEOPLE[index] ?? ["", "", ""];
  return {
    id: `c_${String(index).padStart(24, "0")}` as ConversationId,
    userId: toUserId(String(1_042 + index)),
    user: name === "" ? {} : { name },
    state: "open",
    openedAt: minutesAgo(120),
    metadata: { reason, summary, order: { id: "A-4711", paid: true }, plan: "gold", visits: 7 },
    transcript: TRANSCRIPT,
    ...STATES[index],
  };
};

describeInBrowser("a channel with twelve conversations in all states", (browser) => {
  it("reads like a list: ten of them fit on a screen", async () => {
    const { page, urls, channel, thread } = await openSandbox(browser());
    const slack = new WebClient(identity.botToken, { slackApiUrl: urls.slackApi });
    for (const [index] of PEOPLE.entries()) {
      const facts = factsOf(index);
      const root = renderRoot(facts, { movable: true }, NOW, en);
      const { ts = "" } = await slack.chat.postMessage({ channel: "C0SUPPORT", ...root } as never);
      const { plainBlocks: _, ...details } = renderDetails(facts, {}, {}, en);
      await slack.chat.postMessage({ channel: "C0SUPPORT", thread_ts: ts, ...details } as never);
    }
    await messageWith(channel, "Donald Knuth").waitFor();
    await page.getByRole("button", { name: "Close the thread" }).click();
    for (const [width, height] of [
      [390, 844],
      [1920, 1080],
      [1280, 1024],
    ] as const) {
      await page.setViewportSize({ width, height });
      await picture(page, `sandbox-channel-${width}`);
    }
    const places = await channel.getByRole("article").evaluateAll((articles) =>
      articles.map((article) => {
        const { top, bottom } = article.getBoundingClientRect();
        return { top, bottom };
      }),
    );
    const [first, last] = [places.at(-10), places.at(-1)];
    expect((last?.bottom ?? Infinity) - (first?.top ?? 0)).toBeLessThanOrEqual(SLACKS_ROOM);
    expect(await channel.getByRole("article").count()).toBe(12);
    await picture(channel, "agents-channel");
    await page.setViewportSize(SIZES[1280]);
    await messageWith(channel, "Donald Knuth").getByRole("button", { name: /repl/ }).click();
    await thread.getByRole("button", { name: /Before the handover · 2 messages/ }).click();
    await thread.getByText("Something is wrong with my order").waitFor();
    await thread.getByRole("region", { name: "Table" }).getByText("order.id").waitFor();
    await picture(page, "sandbox-details-1280");
  });
});
