import { SlackError } from "../slack-error.ts";
import type { Arguments } from "./arguments.ts";

/** A page of `items`; cursors are opaque to the app, here the offset in disguise. */
export function page<T>(items: readonly T[], args: Arguments, most: number, usual: number) {
  const limit = args.number("limit") ?? usual;
  if (limit < 1 || limit > 1000) throw new SlackError("invalid_limit");
  const cursor = args.text("cursor");
  const offset =
    cursor === undefined ? 0 : Number(Buffer.from(cursor, "base64").toString().split(":")[1]);
  if (!Number.isInteger(offset)) throw new SlackError("invalid_cursor");
  const end = offset + Math.min(limit, most);
  const more = end < items.length;
  return {
    items: items.slice(offset, end),
    more,
    nextCursor: more ? Buffer.from(`offset:${end}`).toString("base64") : "",
  };
}
