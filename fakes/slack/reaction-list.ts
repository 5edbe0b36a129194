import { SlackError } from "./slack-error.ts";
import type { SlackMessage, SlackState } from "./state.ts";

/** Slack allows this many different reactions from one user on one message. */
const MAX_PER_USER = 23;
const MAX_PER_MESSAGE = 50;

/**
 * Names that Slack knows are far more; the fake takes every well-formed one except those that tests declare unknown by
 * this prefix, and custom emoji of the state.
 */
const UNKNOWN = /^unknown/;

/** @throws {SlackError} `invalid_name`, `already_reacted`, `too_many_emoji`, `too_many_reactions` */
export function addReaction(
  state: SlackState,
  message: SlackMessage,
  name: string,
  user: string,
): void {
  const wellFormed = /^[a-z0-9_+'-]+(::skin-tone-[2-6])?$/.test(name);
  if (!wellFormed || (UNKNOWN.test(name) && !state.emoji.has(name))) {
    throw new SlackError("invalid_name");
  }
  message.reactions ??= [];
  const reaction = message.reactions.find((other) => other.name === name);
  if (reaction?.users.includes(user)) throw new SlackError("already_reacted");
  const own = message.reactions.filter(({ users }) => users.includes(user));
  if (own.length >= MAX_PER_USER) throw new SlackError("too_many_reactions");
  if (!reaction && message.reactions.length >= MAX_PER_MESSAGE) {
    throw new SlackError("too_many_emoji");
  }
  if (reaction) {
    reaction.users.push(user);
    reaction.count += 1;
  } else {
    message.reactions.push({ name, users: [user], count: 1 });
  }
}

/** @throws {SlackError} `no_reaction` */
export function removeReaction(message: SlackMessage, name: string, user: string): void {
  const reaction = message.reactions?.find((other) => other.name === name);
  if (!reaction?.users.includes(user)) throw new SlackError("no_reaction");
  reaction.users = reaction.users.filter((other) => other !== user);
  reaction.count = reaction.users.length;
  const left = message.reactions?.filter(({ count }) => count > 0) ?? [];
  if (left.length > 0) message.reactions = left;
  else delete message.reactions;
}
