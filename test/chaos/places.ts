import type { FakeSlack } from "../../sandbox/slack/fake-slack.ts";
import { rootsOf } from "../support/threads.ts";

type Message = FakeSlack["state"]["messages"][number];

/** Shown on the roots of the User's threads, and nowhere else. */
export const makeUserName = (user: number): string => `Customer-${String(user).padStart(4, "0")}`;

/** The User of a root, if it names one. */
export function userOfRoot(root: Message): number | undefined {
  const found = /Customer-(\d{4})/.exec(`${root.text} ${JSON.stringify(root.blocks)}`);
  return found ? Number(found[1]) : undefined;
}

/** The User's threads, oldest first. */
export const rootsOfUser = (slack: FakeSlack, user: number): Message[] =>
  rootsOf(slack).filter((root) => userOfRoot(root) === user);
