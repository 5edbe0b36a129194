import { expect } from "vitest";
import { PATIENCE } from "./steps.ts";
import { rootsAbout } from "./threads.ts";
import type { World } from "./world.ts";

/** A User is handed over to a bridge that runs in a process of its own, and hears from an agent. */
export async function relayOnce({ slack, parley }: World): Promise<void> {
  const user = parley.createUser();
  const { identification: to } = parley.agentService;
  await (await parley.handOver({ userId: user.id, to })).delivered;
  const roots = () => rootsAbout(slack, user.id);
  await expect.poll(roots, PATIENCE).toHaveLength(1);
  await slack.post({ user: "U0ANNA", threadTs: roots()[0]?.ts ?? "", text: "Hello" });
  const heard = () => user.messages.map(({ message }) => message);
  await expect.poll(heard, PATIENCE).toContain("Hello");
}
