import type { SocketModeReceiver } from "@slack/bolt";
import { z } from "zod";
import type { RefusalLog } from "../http/refusal-log.ts";
import { errorFields, type Log } from "../log.ts";

/** What Slack's client assumes about a frame. Everything else in it is checked where it is used. */
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
 * Lets only those frames of a socket through that Slack's client can handle: it does not check them, and nobody could
 * catch what it throws.
 */
export function guardFrames(
  sockets: SocketModeReceiver["client"],
  refused: RefusalLog,
  log: Log,
): void {
  // The types say that listeners return nothing, but the client's own returns a promise, which may reject.
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
