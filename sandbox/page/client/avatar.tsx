import { colourOf, initialsOf } from "../initials.ts";
import { drawnEmoji } from "./emoji-text.ts";

/** A picture, an emoji (by its Slack name), or the initials; the latter on a colour that goes with the name. */
export function Avatar({
  name,
  picture,
  emoji,
}: {
  name: string;
  picture?: string | null | undefined;
  emoji?: string | undefined;
}) {
  // Nothing is loaded from the internet: the page would tell others about the sandbox.
  if (picture?.startsWith(`${location.origin}/`)) {
    return <img className="avatar" src={picture} alt="" />;
  }
  return (
    <span className="avatar" aria-hidden="true" style={{ background: colourOf(name) }}>
      {(emoji && drawnEmoji(emoji)) || initialsOf(name)}
    </span>
  );
}
