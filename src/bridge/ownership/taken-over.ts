import { defined } from "../../defined.ts";
import { isJsonObject, type Json } from "../../json.ts";
import { TAKEN_OVER } from "../../views/reason.ts";

/**
 * The metadata of a handover by which an agent takes a User over. `team`: the name of the one that is to have the User. Parley
 * may tell us of our own handover before we have stored that we asked for it, so it stands in what Parley tells.
 */
export const takenOver = (by: string, team: string | undefined): Json => ({
  reason: TAKEN_OVER,
  takenOverBy: by,
  ...defined({ team }),
});

/** Whether an agent has taken the User over. */
export const isTakenOver = (metadata: Json | undefined): boolean =>
  isJsonObject(metadata) && metadata.reason === TAKEN_OVER;

/** The name of the team that is to have a User whom an agent has taken over; `undefined`: the rules say it. */
export const teamTakenFor = (metadata: Json | undefined): string | undefined =>
  isJsonObject(metadata) && metadata.reason === TAKEN_OVER && typeof metadata.team === "string"
    ? metadata.team
    : undefined;
