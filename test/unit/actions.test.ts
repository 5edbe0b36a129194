import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { toConversationId, toItemId, toUserId } from "../../src/ids.ts";
import {
  ACTIONS,
  type Action,
  actionButton,
  actionMenu,
  FORMS,
  menuEntry,
  nameIn,
  readMenuEntry,
  SHORTCUTS,
} from "../../src/views/actions.ts";
import { anyText, holds } from "../support/property.ts";

const DEAD = { item: toItemId("r_0123456789abcdef01234567"), ts: "1700000000.000100" };
const DEAD_VALUE = "r_0123456789abcdef01234567 1700000000.000100";
const THREAD = { team: "T0ACME", channel: "C0SUPPORT", ts: "1700000000.000100" };

/** As they are in messages and open forms that Slack already holds. */
const STANDING = [
  [
    ACTIONS.handBack,
    "parley_hand_back",
    "c_5d41402abc4b2a76b9719d91",
    "c_5d41402abc4b2a76b9719d91",
  ],
  [ACTIONS.move, "parley_move", "c_5d41402abc4b2a76b9719d91", "c_5d41402abc4b2a76b9719d91"],
  [ACTIONS.decline, "parley_decline", "c_5d41402abc4b2a76b9719d91", "c_5d41402abc4b2a76b9719d91"],
  [ACTIONS.sendAgain, "parley_send_again", DEAD_VALUE, DEAD],
  [ACTIONS.takeOver, "parley_take_over", DEAD_VALUE, DEAD],
  [ACTIONS.dismiss, "parley_dismiss", DEAD_VALUE, DEAD],
  [ACTIONS.itArrived, "parley_it_arrived", DEAD_VALUE, DEAD],
  [ACTIONS.undo, "parley_undo", DEAD_VALUE, DEAD],
  [
    ACTIONS.giveUser,
    "parley_give_user",
    '{"userId":"11111","to":"service-bot","trigger":"1.2.abc"}',
    { userId: toUserId("11111"), to: "service-bot", trigger: "1.2.abc" },
  ],
  [
    ACTIONS.moveTo,
    "parley_move_to",
    '{"userId":"11111","to":"Billing","trigger":"1.2.abc"}',
    { userId: toUserId("11111"), to: "Billing", trigger: "1.2.abc" },
  ],
  [
    ACTIONS.quickAnswer,
    "parley_quick_answer",
    "c_5d41402abc4b2a76b9719d91",
    "c_5d41402abc4b2a76b9719d91",
  ],
  [ACTIONS.chooseAnswer, "parley_choose_answer", "refund", "refund"],
  [ACTIONS.take, "parley_take", "c_5d41402abc4b2a76b9719d91", "c_5d41402abc4b2a76b9719d91"],
  [
    ACTIONS.takeFrom,
    "parley_take_from",
    "c_5d41402abc4b2a76b9719d91 U0ANNA",
    { conversation: toConversationId("c_5d41402abc4b2a76b9719d91"), from: "U0ANNA" },
  ],
  [
    ACTIONS.release,
    "parley_release",
    "c_5d41402abc4b2a76b9719d91",
    { conversation: toConversationId("c_5d41402abc4b2a76b9719d91") },
  ],
  [
    ACTIONS.release,
    "parley_release",
    "c_5d41402abc4b2a76b9719d91 U0ANNA",
    { conversation: toConversationId("c_5d41402abc4b2a76b9719d91"), from: "U0ANNA" },
  ],
  [ACTIONS.assign, "parley_assign", "c_5d41402abc4b2a76b9719d91", "c_5d41402abc4b2a76b9719d91"],
  [ACTIONS.showHome, "parley_show_home", "all 0", { show: "all", page: 0 }],
  [
    ACTIONS.showHome,
    "parley_show_home",
    "mine 2 Second line & co",
    { show: "mine", page: 2, team: "Second line & co" },
  ],
  [ACTIONS.erase, "parley_erase", "find", "find"],
  [FORMS.eraseFind, "parley_erase_find", "find", "find"],
  [FORMS.erase, "parley_erase", "2 11111", { userId: toUserId("11111"), ids: 2 }],
  [
    FORMS.quickAnswer,
    "parley_quick_answer",
    '{"team":"T0ACME","channel":"C0SUPPORT","ts":"1700000000.000100"}',
    THREAD,
  ],
  [
    FORMS.handBack,
    "parley_hand_back",
    '{"team":"T0ACME","channel":"C0SUPPORT","ts":"1700000000.000100"}',
    THREAD,
  ],
  [
    FORMS.move,
    "parley_move",
    '{"team":"T0ACME","channel":"C0SUPPORT","ts":"1700000000.000100"}',
    THREAD,
  ],
  [
    FORMS.decline,
    "parley_decline",
    '{"team":"T0ACME","channel":"C0SUPPORT","ts":"1700000000.000100"}',
    THREAD,
  ],
  [
    FORMS.assign,
    "parley_assign",
    '{"team":"T0ACME","channel":"C0SUPPORT","ts":"1700000000.000100","from":"U0ANNA"}',
    { ...THREAD, from: "U0ANNA" },
  ],
] as const;

const TABLES = { ...ACTIONS, form: FORMS.handBack };

describe("what people press in Slack", () => {
  it("is all known to this test", () => {
    // What has a value of several forms stands there several times; a button and a form may have the same id.
    const known = new Set<unknown>(STANDING.map(([action]) => action));
    const all = new Set<unknown>([...Object.values(ACTIONS), ...Object.values(FORMS)]);
    expect(known).toEqual(all);
    expect(Object.values(SHORTCUTS)).toEqual([{ id: "parley_hand_back" }, { id: "parley_move" }]);
  });

  it.each(STANDING)("keeps its id and the form of its value: %o, %s", (action, id, value, said) => {
    expect(action.id).toBe(id);
    expect(action.read(value)).toEqual(said);
    expect((action as Action<typeof said>).write(said)).toBe(value);
  });

  it.each([
    ["sendAgain", ""],
    ["sendAgain", "r_0123456789abcdef01234567"],
    ["sendAgain", " 1700000000.000100"],
    ["handBack", ""],
    ["giveUser", ""],
    ["giveUser", "null"],
    ["giveUser", "[]"],
    ["giveUser", '"11111"'],
    ["giveUser", '{"userId":11111,"to":"bot","trigger":"1"}'],
    ["giveUser", '{"userId":"../1","to":"bot","trigger":"1"}'],
    ["giveUser", '{"userId":"1","to":"bot"}'],
    ["giveUser", '{"__proto__":{"userId":"1","to":"bot","trigger":"1"}}'],
    ["form", "null"],
    ["form", "{"],
    ["form", '{"team":"T1","channel":"C1"}'],
    ["form", '{"team":"T1","channel":["C1"],"ts":"1.1"}'],
  ] as const)("reads nothing from what no %s has written: %j", (name, value) => {
    expect(TABLES[name].read(value)).toBeUndefined();
  });

  holds(
    "reads whatever comes without failing, and what it writes of that it reads again",
    fc.oneof(anyText(200), fc.json(), fc.string({ unit: "binary" })),
    (text) => {
      for (const { read, write } of Object.values(TABLES) as Action<unknown>[]) {
        const said = read(text);
        if (said !== undefined) expect(read(write(said))).toEqual(said);
      }
    },
    { examples: [DEAD_VALUE, JSON.stringify(THREAD)] },
  );

  it("is found by its id, with a number behind it or not", () => {
    expect(nameIn(ACTIONS, "parley_undo")).toBe("undo");
    expect(nameIn(ACTIONS, "parley_give_user/4")).toBe("giveUser");
    expect(actionButton(ACTIONS.undo, DEAD, { text: "Undo", index: 2 })).toMatchObject({
      action_id: "parley_undo/2",
      value: DEAD_VALUE,
    });
  });

  it("can be an entry of a menu, which says what its button would", () => {
    const entries = STANDING.map(([action, , , said]) =>
      menuEntry(action as Action<unknown>, said, "Entry"),
    );
    expect(entries.map(({ value }) => readMenuEntry(value))).toEqual(
      STANDING.map(([, id, value]) => ({ id, value })),
    );
    expect(actionMenu(menuEntry(ACTIONS.move, toConversationId("c_1"), "Move…"))).toMatchObject({
      type: "overflow",
      action_id: "parley_menu",
      options: [{ text: { text: "Move…" }, value: "parley_move c_1" }],
    });
  });

  it.each(["", " ", "parley_move", "parley_menu c_1", "toString x"])(
    "is nothing by the entry %j",
    (entry) => {
      const { id, value } = readMenuEntry(entry);
      const name = nameIn(ACTIONS, id);
      expect(name && ACTIONS[name].read(value)).toBeUndefined();
    },
  );

  it.each(["", "/", "parley_", "parley_undone", "toString", "__proto__", 5, null, { toString: 5 }])(
    "is none of ours by the id %j",
    (id) => {
      expect(nameIn(ACTIONS, id)).toBeUndefined();
    },
  );
});
