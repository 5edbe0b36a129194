import { colourOf, initialsOf } from "../initials.ts";

/** A picture, or the initials on a colour that goes with the name. */
export function Avatar({ name, picture }: { name: string; picture?: string | null | undefined }) {
  // Nothing is loaded from the internet: the page would tell others about the sandbox.
  if (picture?.startsWith(`${location.origin}/`)) {
    return <img className="avatar" src={picture} alt="" />;
  }
  return (
    <span className="avatar" aria-hidden="true" style={{ background: colourOf(name) }}>
      {initialsOf(name)}
    </span>
  );
}
