import { expect, it } from "vitest";
import { wordsAfter, wordsBefore } from "../../fakes/parley/bot-words.ts";

const OPEN = { open: true, opensAt: null, waiting: null, typicalWaitSeconds: null };

it.each([
  [undefined, "One moment, a colleague takes over from here."],
  [OPEN, "One moment, a colleague takes over from here."],
  [
    { ...OPEN, waiting: 0 },
    "One moment, a colleague takes over from here. Nobody else is waiting.",
  ],
  [
    { ...OPEN, waiting: 1, typicalWaitSeconds: 20 },
    "One moment, a colleague takes over from here. Somebody else is waiting, too. The first answer typically takes about a minute.",
  ],
  [
    { ...OPEN, waiting: 3, typicalWaitSeconds: 7200 },
    "One moment, a colleague takes over from here. 3 others are waiting, too. The first answer typically takes about 2 hours.",
  ],
  [
    { ...OPEN, open: false, waiting: 3 },
    "I leave this to my colleagues, who are not there right now.",
  ],
  [
    // A Monday, where the bot is.
    { ...OPEN, open: false, opensAt: new Date(2026, 11, 7, 9, 0).toISOString() },
    "I leave this to my colleagues, who are back on Monday at 09:00.",
  ],
])("the local bot says what is known of the team: %j", (availability, words) => {
  expect(wordsBefore(availability)).toBe(words);
});

it.each([
  ["handed_back", null, "You are back with me, the bot."],
  [undefined, "Bye", "You are back with me, the bot. My colleague left this for you: Bye"],
  ["declined", null, "My colleagues cannot help with this. You are back with me, the bot."],
  ["expired", null, "I am sorry that nobody was free. You are back with me, the bot."],
  ["outside_hours", null, "My colleagues have gone home. You are back with me, the bot."],
])("the local bot greets by how it ended: %s", (reason, left, words) => {
  expect(wordsAfter(reason, left)).toBe(words);
});
