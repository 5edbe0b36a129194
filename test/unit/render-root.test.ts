import { describe, expect, it } from "vitest";
import { textLength } from "../../fakes/slack/block-limits.ts";
import { defined } from "../../src/defined.ts";
import { type ConversationId, type ServiceId, toUserId } from "../../src/ids.ts";
import type { Json } from "../../src/json.ts";
import { type RootFacts, type RootLinks, renderRoot } from "../../src/views/root.ts";
import type { EndState } from "../../src/views/root-state.ts";
import { en } from "../../src/views/texts/en.ts";
import { actingIn } from "../support/acting-in.ts";
import { holds } from "../support/property.ts";
import { textOf } from "../support/threads.ts";
import { hostileFacts } from "./hostile-facts.ts";
import { blocksOf, foreignMarkupIn, problemsOf } from "./rendered.ts";

const FACTS: RootFacts = {
  id: "c_0123456789abcdef01234567" as ConversationId,
  userId: toUserId("11111"),
  user: {},
  state: "open",
  openedAt: 1_767_225_600_000,
};
const LINK = "https://w.slack.com/archives/C1/p1700000000000100";
const INTO = { team: "T1", channel: "C1", ts: "1700000000.000100" };
/** A moment so many minutes after the handover. */
const minutesOn = (minutes: number) => FACTS.openedAt + minutes * 60_000;

const render = (facts: Partial<RootFacts> = {}, links: RootLinks = {}, now = minutesOn(1)) =>
  renderRoot({ ...FACTS, ...facts }, links, now, en);
const to = (name: string) => ({ id: "svc" as ServiceId, name });

/** All that a root shows, as one text. */
const shown = (...given: Parameters<typeof render>) => textOf(render(...given) as never);
const headlineOf = (...given: Parameters<typeof render>) =>
  textOf({ text: "", blocks: blocksOf(render(...given)).slice(0, 1) }).trim();
/** The line in grey. */
function greyOf(...given: Parameters<typeof render>): string {
  const { elements } = blocksOf(render(...given))[1] as { elements: { text: string }[] };
  return elements.map(({ text }) => text).join(" ");
}

describe("the root of a thread", () => {
  it("says who it is and what about, and begins its grey line with the reason to the letter", () => {
    const facts = {
      user: { name: "Ada Lovelace" },
      metadata: { reason: "question_too_complex", summary: "Wants to know\nhow engines think" },
      waitingSince: FACTS.openedAt,
    };
    expect(headlineOf(facts)).toBe(
      ":large_orange_circle: *Ada Lovelace* · Wants to know how engines think",
    );
    expect(greyOf(facts)).toBe("question_too_complex · *waiting* for over 1 min");
    expect(render(facts).text).toBe(
      "Ada Lovelace · Wants to know how engines think · question_too_complex",
    );
  });

  it("takes no more than four lines, each of which fits on one", () => {
    const long = "long ".repeat(500);
    const links = { movable: true, previous: LINK, lost: LINK, next: LINK };
    const open = { user: { name: long }, metadata: { reason: long, summary: long } };
    const ended = {
      state: "handed-back" as const,
      ending: { at: 0, to: to("Bot"), by: "U0ANNA", note: long },
    };
    for (const more of [{}, { ownerUnverified: true as const }, ended]) {
      const facts = { ...open, ...more };
      const root = render(facts, links);
      expect(blocksOf(root)).toHaveLength(4);
      expect(headlineOf(facts, links).length).toBeLessThan(160);
      expect(JSON.stringify(blocksOf(root))).not.toContain("\\n");
    }
  });

  it.each<[string, Json | undefined, string]>([
    ["no metadata", undefined, "New conversation"],
    ["no reason", { order: 1 }, "New conversation"],
    ["a blank reason", { reason: "  " }, "New conversation"],
    ["a reason that nobody would see", { reason: "\u200b\u3164" }, "New conversation"],
    ["a reason that is no text", { reason: { code: 7 } }, "New conversation"],
    ["a reason", { reason: "question_too_complex" }, "Question too complex"],
    ["metadata that is a text", "angry_customer", "Angry customer"],
    ["a question", { reason: "refund", question: "Where is\nmy money?" }, "Where is my money\\?"],
    ["a question and its summary", { summary: "Refund", question: "Where is it?" }, "Refund"],
    ["a summary that is no text", { reason: "refund", summary: 7 }, "Refund"],
    ["a summary that nobody would see", { reason: "refund", summary: " \u200b" }, "Refund"],
  ])("has a headline for %s", (_, metadata, words) => {
    expect(headlineOf(defined({ metadata }))).toMatch(new RegExp(` · ${words}$`));
  });

  it.each(["User", "customer", "Klant", "Kunde", "Ada"])(
    "is about the last words of the User in the transcript, whom it calls %s",
    (from) => {
      const transcript = [
        { from, text: "Hello" },
        { from, text: "Where is my parcel?" },
        { from: "Bot", text: "I do not know" },
        { from, text: "\u200b" },
      ];
      const facts = { user: { name: "Ada" }, metadata: { reason: "parcel" }, transcript };
      expect(headlineOf(facts)).toContain("*Ada* · Where is my parcel?");
    },
  );

  it("is about nothing that somebody else said before the handover", () => {
    const facts = { metadata: { reason: "parcel" }, transcript: [{ from: "Bot", text: "Hi" }] };
    expect(headlineOf(facts)).toMatch(/ · Parcel$/);
  });

  it("calls a User without a name a visitor, and one with an address by that", () => {
    expect(headlineOf({})).toContain("*Visitor 11111*");
    expect(headlineOf({ user: { email: "ada@example.com" } })).toContain("*ada@example.com*");
  });

  it("shows a reason that is no text as JSON", () => {
    expect(greyOf({ metadata: { reason: { code: 7 } } })).toMatch(/^\{"code":7\} · /);
  });

  it("lets nobody make up a line of ours", () => {
    const facts = {
      user: { name: "Ada\n*Open* · verified" },
      metadata: { reason: "x\n<@U0ANNA> answers", summary: "a\n:white_circle: *Handed back*" },
    };
    expect(headlineOf(facts)).toContain("*Ada *Open* · verified* · a :white_circle: *Handed back*");
    expect(blocksOf(render(facts))[1]).toMatchObject({
      elements: [{ type: "plain_text", text: "x <@U0ANNA> answers", emoji: false }, {}],
    });
    expect(shown(facts)).not.toMatch(/^:white_circle:/m);
  });

  const waitingSince = FACTS.openedAt;
  const claim = { by: "U0ANNA", since: FACTS.openedAt };
  const takenLate = { by: "U0ANNA", since: FACTS.openedAt + 3_600_000 };
  it.each<[string, Partial<RootFacts>, number, string, string]>([
    ["has just come", { waitingSince }, 0.9, "orange", "*waiting*"],
    ["waits for a minute", { waitingSince }, 1, "orange", "*waiting* for over 1 min"],
    ["waits between two steps", { waitingSince }, 9.9, "orange", "*waiting* for over 3 min"],
    ["waits for an hour", { waitingSince }, 119, "orange", "*waiting* for over 1 h"],
    ["waits for days", { waitingSince }, 50 * 60, "orange", "*waiting* for over 2 days"],
    ["is answered", { claim }, 500, "green", "<@U0ANNA> answers"],
    ["has written again", { claim, waitingSince }, 9, "green", "<@U0ANNA> answers"],
    [
      "gets no answer",
      { claim, waitingSince },
      10,
      "red",
      "<@U0ANNA> answers · *silent* for over 10 min",
    ],
    [
      "waits for somebody who has just come",
      { claim: takenLate, waitingSince },
      61,
      "green",
      "<@U0ANNA> answers",
    ],
    ["was answered, and let go", {}, 5, "green", "answered, and nobody has it now"],
  ])("says how it is: the User %s", (_, facts, minutes, sign, grey) => {
    const now = minutesOn(minutes);
    expect(headlineOf(facts, {}, now)).toMatch(new RegExp(`^:(large_)?${sign}_circle: `));
    expect(greyOf(facts, {}, now)).toBe(grey);
  });

  it.each<[EndState, NonNullable<RootFacts["ending"]>, RegExp]>([
    [
      "handed-back",
      { at: 0, to: to("Bot <1>"), by: "U0ANNA", note: "a<b\nc", outcome: "solved" },
      /\*Handed back\* to Bot &lt;1&gt; by <@U0ANNA> · solved · <!date\^0\^.*\nNote: a&lt;b c/,
    ],
    ["taken-away", { at: 0 }, /\*Taken over\* by another Service/],
    [
      "merged",
      { at: 0, into: INTO },
      /\*Goes on in <https:\/\/w\.slack\.com\/x\|another thread>\*/,
    ],
  ])("shows how it ended, and offers nothing then: %s", (state, ending, words) => {
    const links = { into: "https://w.slack.com/x" };
    expect(shown({ state, ending }, links)).toMatch(words);
    expect(headlineOf({ state, ending }, links)).toContain(":white_circle:");
    const types = (facts: Partial<RootFacts>) => blocksOf(render(facts)).map(({ type }) => type);
    expect(types({})).toContain("actions");
    expect(types({ state, ending })).not.toContain("actions");
  });

  it("names the language, as the handover does or the User's app", () => {
    expect(greyOf({ user: { language: "nl" } })).toMatch(/ · language nl$/);
    expect(greyOf({ metadata: { language: "de" } })).toMatch(/ · language de$/);
    expect(greyOf({ metadata: { language: 7 } })).not.toContain("language");
  });

  it("warns when the owner is not known, and links to the thread before", () => {
    expect(shown({ ownerUnverified: true })).toContain("Parley did not say");
    expect(greyOf({}, { previous: LINK })).toMatch(/ · <https:[^|]*\|earlier conversation>$/);
  });

  it("offers a move where there is another team", () => {
    expect(shown({}, { movable: true })).toContain("Move…");
    expect(shown({})).not.toContain("Move…");
  });

  holds(
    "is taken by Slack, and holds no markup but ours, whatever is in it",
    hostileFacts,
    (facts) => {
      const root = renderRoot(facts, { previous: LINK }, minutesOn(1), en);
      expect(problemsOf(root)).toEqual([]);
      expect(textLength(blocksOf(root))).toBeLessThan(4_000);
      expect(root.text.length).toBeLessThan(4_000);
      expect(foreignMarkupIn(root)).toEqual([]);
      expect(actingIn(root.text)).toEqual([]);
    },
  );
});
