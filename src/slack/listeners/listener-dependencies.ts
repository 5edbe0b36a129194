import type { Alarms } from "../../alarms.ts";
import type { Desk, Permissions } from "../../bridge/desk-ports.ts";
import type { Erasures } from "../../bridge/erasing/erasures.ts";
import type { UserRecords } from "../../bridge/erasing/user-records.ts";
import type { OwnerCommandDependencies } from "../../bridge/ownership/owner-command.ts";
import type { Posts, Reactions } from "../../bridge/ports.ts";
import type { InboxBody } from "../../bridge/stored/inbox-body.ts";
import type { OutboxBody } from "../../bridge/stored/outbox-body.ts";
import type { ReplyMode } from "../../convert/to-parley/reply-intent.ts";
import type { Lanes } from "../../delivery/lanes.ts";
import type { ServiceId } from "../../ids.ts";
import type { Log } from "../../log.ts";
import type { ChannelIds } from "../channel-ids.ts";

/** What all listeners together need; each takes what it uses. */
export interface ListenerDependencies extends OwnerCommandDependencies {
  inbox: Lanes<InboxBody>;
  outbox: Lanes<OutboxBody>;
  /** Of the workspace. */
  team: string;
  posts: Pick<Posts, "tell">;
  desk: Desk;
  channelIds: Pick<ChannelIds, "current">;
  reactions: Pick<Reactions, "markLater" | "unmark">;
  permissions: Permissions;
  /** Where a User is handed back to unless the agent chooses otherwise. */
  botService: ServiceId;
  replyMode: ReplyMode;
  userRecords: UserRecords;
  erasures: Erasures;
  /** An order to erase somebody is stored. */
  onErasureOrdered: () => void;
  alarms: Alarms;
  log: Log;
}
