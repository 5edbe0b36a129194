import { describe, expect, it } from "vitest";
import { readProgress } from "../../src/bridge/stored/read-progress.ts";
import { UnreadableError } from "../../src/errors.ts";

const read = (progress: unknown) => readProgress(JSON.stringify(progress));

const done = { result: null };
const begun = { intent: null, life: 0 };
const tag = { kind: "message", items: ["m_1"], part: 0 };
const root = { kind: "root", conversation: "c_1", opening: 2 };

describe("progress that version 0.1.0 has stored becomes steps", () => {
  it.each<[string, unknown, unknown]>([
    ["nothing", {}, {}],
    ["posts", { done: ["root", "0", "1"] }, { 0: done, 1: done }],
    [
      "a post that may be there",
      { done: ["0"], posting: { step: "1", mark: tag, since: 5 } },
      { 0: done, 1: { intent: { tag, since: 5 } } },
    ],
    [
      "a root that may be there",
      { done: [], posting: { step: "root", mark: root, since: 5 } },
      { "root 2": { intent: { tag: root, since: 5 } } },
    ],
    [
      "news of a handover",
      { done: ["0"], notes: { news: { reason: null, hasDetails: true, lines: 3 } } },
      { news: { result: { reason: null, hasDetails: true, lines: 3 } }, 0: done },
    ],
    [
      "an agent who may have been told",
      { done: ["mark"], notes: { telling: true } },
      { mark: done, tell: begun },
    ],
    ["an agent who was not told", { done: [], notes: { telling: false } }, {}],
    [
      "a file that may be shared",
      { done: ["0"], notes: { 1: { file: "F1", size: 9, failures: 2 } } },
      { 0: done, "file 1": { intent: { file: "F1" } } },
    ],
    ["a file that failed", { done: [], notes: { 1: { failures: 2 } } }, {}],
    [
      "the one note of older items",
      { done: [], noted: { step: "0", facts: { file: "F1", failures: 0 } } },
      { "file 0": { intent: { file: "F1" } } },
    ],
    ["the request of older replies", { underWay: true }, { "part text": begun }],
    [
      "a reply",
      { underWay: "F2", undecided: ["text"], uploaded: { part: "F3", id: "9" }, waits: 3 },
      {
        "part text": begun,
        "part F2": begun,
      },
    ],
    [
      "a last message",
      { lastMessage: "sending", parts: 1, texts: ["a", "b"] },
      { "part 0": done, texts: { result: ["a", "b"] }, "part 1": begun },
    ],
    [
      "a last message that was sent",
      { lastMessage: "sent" },
      { "part 0": done, "last message": done },
    ],
  ])("%s", (_, progress, steps) => {
    expect(read(progress)).toEqual(steps);
  });

  it.each([
    ["posts", { done: "0" }],
    ["a reply", { underWay: 7 }],
    ["a last message", { lastMessage: "soon" }],
    ["a file", { done: [], notes: { 0: { failures: "many" } } }],
    ["steps", { steps: { 0: "sent" } }],
    ["no object", "half"],
  ])("and is left as it is where it is not understood: %s", (_, progress) => {
    expect(() => read(progress)).toThrow(UnreadableError);
  });
});
