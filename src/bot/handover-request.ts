import { z } from "zod";
import { userLane } from "../bridge/inbox-lanes.ts";
import type { InboxBody } from "../bridge/stored/inbox-body.ts";
import { isSeen } from "../convert/text/clean-name.ts";
import { defined } from "../defined.ts";
import type { NewItem } from "../delivery/lanes.ts";
import { makeArrivalItemId, parseId, toUserId } from "../ids.ts";
import { isDeeperThan, type Json, MAX_DEPTH } from "../json.ts";
import type { UserDetails } from "../views/root-user.ts";
import { toUnixSeconds } from "./to-unix-seconds.ts";

const id = z.union([z.string(), z.int()]).transform((given, context) => {
  const parsed = parseId(given);
  if (parsed !== undefined) return parsed;
  context.addIssue("must be an id: at most 200 characters, no control characters, no path of dots");
  return z.NEVER;
});

/** Empty fields count as missing, so that they do not erase what Parley has told. */
const aboutUser = z
  .string()
  .trim()
  .nullish()
  .transform((given) => (given && isSeen(given) ? given : undefined));

/** The body of a handover request, which bots may send besides Parley's callbacks: our own extension. */
const handoverRequest = z.object({
  userId: id.transform(toUserId),
  /** `null` counts as missing, so that it does not erase what Parley's callback has told. */
  metadata: z
    .json()
    .optional()
    .transform((given) => given ?? undefined),
  user: z
    .object({
      name: aboutUser,
      email: aboutUser,
      language: aboutUser,
      externalId: id.nullish(),
    })
    .nullish()
    .transform((given) => withoutMissing(given ?? {})),
  transcript: z
    .array(
      z.object({
        from: z.string(),
        text: z.string(),
        time: z.unknown().optional().transform(toUnixSeconds),
      }),
    )
    .nullish(),
});

/**
 * The inbox item of a handover that a bot tells us of; `problem`: why the request is none, for its developer. Each arrival is
 * an item of its own, because nothing in it tells a redelivery from another handover; its handler shows the same one once.
 */
export function readHandoverRequest(
  { raw, body }: { raw: string; body: Json },
  receivedAt: number,
): NewItem<InboxBody> | { problem: string } {
  if (isDeeperThan(body, MAX_DEPTH)) return { problem: `nested deeper than ${MAX_DEPTH} levels` };
  const { data, error } = handoverRequest.safeParse(body);
  if (error) return { problem: z.prettifyError(error) };
  const { userId, user, metadata } = data;
  const transcript = data.transcript?.map(({ from, text, time }) => defined({ from, text, time }));
  return {
    lane: userLane(userId),
    id: makeArrivalItemId(raw),
    body: {
      kind: "handover",
      userId,
      user,
      ...defined({ metadata, transcript }),
      receivedAt,
    },
  };
}

const withoutMissing = (
  user: {
    readonly [Field in keyof UserDetails]: string | null | undefined;
  },
) => Object.fromEntries(Object.entries(user).filter(([, value]) => value)) as UserDetails;
