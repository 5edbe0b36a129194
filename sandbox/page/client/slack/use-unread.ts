import { useEffect, useState } from "react";
import { useTable } from "../store.ts";

/** Tells of a channel whether something came that was not shown; `current` is the one that is shown. */
export function useUnread(current: string): (channel: string) => boolean {
  const messages = useTable("messages");
  const latest = new Map<string, string>();
  for (const { channel, ts } of Object.values(messages)) {
    if (ts > (latest.get(channel) ?? "")) latest.set(channel, ts);
  }
  const [seen, setSeen] = useState<Readonly<Record<string, string>>>({});
  const newest = latest.get(current) ?? "";
  useEffect(() => {
    setSeen((before) => ({ ...before, [current]: newest }));
  }, [current, newest]);
  return (channel) => (latest.get(channel) ?? "") > (seen[channel] ?? "");
}
