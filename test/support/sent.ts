import type { FakeParley } from "../../fakes/parley/fake-parley.ts";
import type { ParleyMessage } from "../../fakes/parley/message.ts";
import type { World } from "./world.ts";

/** What a User reads of a message: its text, or the name of its file. */
const readBy = ({ message, media }: ParleyMessage): string =>
  media ? `[${media.description}]` : (message ?? "");

/** What the User has of the account, oldest first. */
export const sentTo = ({ parley }: Pick<World, "parley">, userId: string): string[] =>
  parley.sent(userId).map(readBy);

/** How often Parley was asked to send something to a User. */
export const requestsToSend = ({ parley }: World, userId: string): number =>
  parley.requests.filter(
    ({ method, path }) => method === "POST" && path === `/users/${userId}/messages`,
  ).length;

/** What the bridge asked Parley to change about a User, e.g. `PUT agent/unset`, in order, with repeats. */
export const changesAt = (parley: FakeParley, userId: string): string[] =>
  parley.requests
    .filter(({ method, path }) => method !== "GET" && path.startsWith(`/users/${userId}/`))
    .map(({ method, path }) => `${method} ${path.slice(`/users/${userId}/`.length)}`);
