import type { SocketModeReceiver } from "@slack/bolt";
import { z } from "zod";
import type { RefusalLog } from "../http/refusal-log.ts";
import { errorFields, type Log } from "../log.ts";

/** What Slack's client takes for granted of a frame. What else is in it is looked at where it is used. */
const frame = z.union([
  z.looseObject({ type: z.enum(["hello", "disconnect"]) }),
  z.looseObject({
    type: z.literal("events_api"),
    payload: z.looseObject({ event: z.looseObject({ type: z.string() }) }),
  }),
  z.looseObject({
    type: z.string().refine((type) => type !== "events_api"),
    payload: z.looseObject({}),
  }),
]);

type Listener = (...data: readonly unknown[]) => Promise<void>;

/**
 * Lets only such frames of a socket through to Slack's client as it can handle: it takes each for what it should be, and
 * what it throws over one that is not nobody would catch.
 */
export function guardFrames(
  sockets: SocketModeReceiver["client"],
  refused: RefusalLog,
  log: Log,
): void {
  // Typed as if they returned nothing; the client's own returns a promise that nobody looks at.
  const listeners = sockets.listeners("ws_message") as Listener[];
  sockets.removeAllListeners("ws_message");

  async function pass(...data: readonly unknown[]): Promise<void> {
    try {
      await Promise.all(listeners.map((listener) => listener(...data)));
    } catch (error) {
      log.error(errorFields(error), "slack.frame-failed");
    }
  }
  sockets.on("ws_message", (data: unknown, isBinary: unknown) => {
    if (typeof data === "string" && !isFrame(data)) {
      return refused({ reason: "not a frame" });
    }
    void pass(data, isBinary);
  });
}

function isFrame(data: string): boolean {
  try {
    return frame.safeParse(JSON.parse(data)).success;
  } catch {
    return false;
  }
}
