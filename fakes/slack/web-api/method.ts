import type { Conversation } from "../conversation.ts";
import type { Events } from "../events.ts";
import type { FileStore } from "../file-store.ts";
import type { RateLimits } from "../rate-limits.ts";
import type { SocketMode } from "../socket-mode.ts";
import type { Triggers } from "../triggers.ts";
import type { ViewStack } from "../view-stack.ts";
import type { Workspace } from "../workspace.ts";
import type { Arguments } from "./arguments.ts";

/** What the methods work on. */
export interface MethodContext extends Workspace {
  readonly conversation: Conversation;
  readonly events: Events;
  readonly triggers: Triggers;
  readonly views: ViewStack;
  readonly files: FileStore;
  readonly rateLimits: RateLimits;
  readonly socketMode: SocketMode;
  /** Called when the app asks for a Socket Mode connection. */
  readonly onSocketMode: () => void;
}

/** One Web API method. */
export interface Method {
  /** Which token it takes; default `bot`. `none`: it is for everybody. */
  readonly token?: "bot" | "app" | "none";
  /** The scope it needs, if any; it may depend on the arguments, such as the kind of channel. */
  readonly scope?: (context: MethodContext, args: Arguments) => string | undefined;
  /** @returns the answer's keys besides `ok`. @throws {SlackError} to refuse */
  readonly run: (context: MethodContext, args: Arguments) => object;
}

/** The scope of a family by the kind of channel: `channels:…` for public, `groups:…` for private, `im:…` for direct messages. */
export function channelScope(right: "history" | "read") {
  return ({ state }: MethodContext, args: Arguments): string => {
    const channel = state.channels.get(args.text("channel") ?? "");
    if (channel?.imOf !== undefined) return `im:${right}`;
    return channel?.isPrivate ? `groups:${right}` : `channels:${right}`;
  };
}

/**
 * A response type of web-api as plain JSON: enums become strings, and what the app itself sent (blocks, files and the
 * like) is not looked into.
 */
export type Wire<T> = T extends string
  ? string
  : T extends readonly (infer Item)[]
    ? readonly Wire<Item>[]
    : T extends object
      ? { [Key in keyof T]?: Key extends Unchecked ? unknown : Wire<T[Key]> | null }
      : T;

type Unchecked = "blocks" | "attachments" | "files" | "metadata" | "state" | "response_metadata";
