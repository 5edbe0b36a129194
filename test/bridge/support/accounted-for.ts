import { expect } from "vitest";
import type { AgentReply } from "../../../src/bridge/stored/agent-reply.ts";
import { EVE } from "./memory-parley.ts";
import type { Bridge } from "./start-bridge.ts";

/** What an agent wrote, and what the User has of it when all goes well. */
export interface Written {
  readonly reply: AgentReply;
  readonly texts: readonly string[];
}

/** What was written in the story that is being played. */
export let written: Written[] = [];

export async function writes(
  bridge: Bridge,
  text: string,
  more: Parameters<Bridge["agentWrites"]>[1] = {},
  texts: readonly string[] = [text],
): Promise<void> {
  written.push({ reply: await bridge.agentWrites(text, more), texts });
}

export const handedOver = async (bridge: Bridge): Promise<void> => {
  written = [];
  await bridge.handover();
};

const orderOf = (sent: readonly string[]): string[] => {
  const order = written.flatMap(({ texts }) => texts);
  return sent.toSorted((a, b) => order.indexOf(a) - order.indexOf(b));
};

/** The User has everything at most once and in order, and of what they surely or perhaps lack its writer knows. */
export async function accountedFor(bridge: Bridge): Promise<void> {
  const sent = bridge.sent();
  expect(new Set(sent).size, "twice").toBe(sent.length);
  expect(sent, "out of order").toEqual(orderOf(sent));
  for (const { reply, texts } of written) {
    const marks = bridge.marks(reply);
    // Where nobody can tell whether its writer was told, everyone in the thread is.
    const words = [...bridge.told(reply.agent), ...bridge.below(reply.thread)].join("\n");
    const isTold = /ot sent|ot delivered|not certain|did not reach/.test(words);
    const isMarked = marks.includes("failed") || marks.includes("uncertain");
    const isSent = texts.every((text) => sent.includes(text));
    if (!isSent) expect(isTold, `nobody knows that ${texts.join()} is missing`).toBe(true);
    else expect(isTold || marks.includes("delivered"), `${texts.join()} has no mark`).toBe(true);
    if (isMarked) expect(isTold, "a mark without words").toBe(true);
    expect(marks, "waits for ever").not.toContain("delayed");
  }
  expect(bridge.items("outbox").waiting).toBe(0);
  const isTakenAway = (await bridge.conversation())?.state === "taken-away";
  if (isTakenAway) expect(bridge.root()).toMatch(/\*Taken over\* by/);
  expect(bridge.parley.user(EVE).messages.map(({ text }) => text)).toEqual(
    bridge.parley.user(EVE).messages.map(() => "For Eve"),
  );
}
