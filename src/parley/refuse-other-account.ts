import type { Denial } from "../http/authentic-body.ts";
import type { Json } from "../json.ts";
import { accountOf } from "./parse-callback.ts";

/** Refuses what says that it is about another account than ours. */
export const refuseOtherAccount =
  (ours: string) =>
  (body: Json): Denial | undefined => {
    const account = accountOf(body);
    return account === undefined || account === ours
      ? undefined
      : [403, "the callback is for another account"];
  };
