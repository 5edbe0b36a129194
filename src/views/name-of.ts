import { oneLine, shorten } from "../convert/text/slack-text.ts";
import type { UserDetails } from "./root-user.ts";
import type { Texts } from "./texts/en.ts";

/** The name that people call the User by. Literal text. */
export const nameOf = (
  { user, userId }: { user: UserDetails; userId: string },
  texts: Pick<Texts, "visitor">,
): string => shorten(oneLine(user.name ?? user.email ?? texts.visitor(userId)), 80);
