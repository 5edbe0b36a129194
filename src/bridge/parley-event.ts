import type { ParleyMessage, TranscriptLine } from "../convert/to-slack/parley-message.ts";
import type { ServiceId, UserId } from "../ids.ts";
import type { UserDetails } from "../views/root-user.ts";
import type { HandoverFacts } from "./handovers/handover-facts.ts";

interface AboutUser {
  readonly userId: UserId;
  readonly user: UserDetails;
}

/** What a callback of Parley means, whatever its shape. */
export type ParleyEvent =
  | (AboutUser & { readonly kind: "message"; readonly message: ParleyMessage })
  | (AboutUser &
      HandoverFacts & {
        readonly kind: "handover";
        readonly transcript?: readonly TranscriptLine[];
      })
  /** Another Service owns the User from now on. */
  | (AboutUser & { readonly kind: "owner-changed"; readonly newOwner: ServiceId })
  | (AboutUser & { readonly kind: "typing"; readonly active: boolean })
  /** The User `from` was merged into `userId`. */
  | (AboutUser & { readonly kind: "merged"; readonly from: UserId })
  /** Authentic, kept, but not understood. */
  | { readonly kind: "unknown"; readonly shape: string };

export type EventOf<Kind extends ParleyEvent["kind"]> = ParleyEvent & { readonly kind: Kind };
