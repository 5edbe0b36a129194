import type { Trouble } from "../../../troubles.ts";
import type { SandboxRow } from "../../wire.ts";
import { act } from "../act.ts";

const TROUBLES: readonly { trouble: Trouble; name: string; what: string }[] = [
  { trouble: "slackDown", name: "Slack down", what: "Slack's Web API answers 503" },
  { trouble: "parleyDown", name: "Parley down", what: "Parley's Service API answers 503" },
  {
    trouble: "rateLimit",
    name: "Rate limit",
    what: "Slack answers every other post with 429 and Retry-After: 2",
  },
  {
    trouble: "lostAnswers",
    name: "Lost answers",
    what: "Slack posts every other message, but its answer gets lost",
  },
  {
    trouble: "parleyLosesAnswers",
    name: "Parley's answer lost",
    what: "Parley delivers replies, but its answer gets lost: the agent gets a question mark",
  },
  {
    trouble: "parleyUnclear",
    name: "Parley's answer unclear",
    what: "Parley delivers replies, but answers with a web page: the agent gets a question mark",
  },
  {
    trouble: "parleyRefuses",
    name: "Parley refuses",
    what: "Parley refuses replies: the agent is told, and keeps the text",
  },
  { trouble: "slow", name: "Slow", what: "Slack and Parley answer after 1.2 s" },
];

/** Switches for what may go wrong. */
export function FaultPanel({ troubles }: { troubles: SandboxRow["troubles"] }) {
  return (
    <fieldset className="faults">
      <legend>Trouble</legend>
      {TROUBLES.map(({ trouble, name, what }) => (
        <button
          key={trouble}
          type="button"
          className="switch"
          title={what}
          aria-pressed={troubles[trouble]}
          onClick={() => void act("trouble", { trouble, on: !troubles[trouble] })}
        >
          {name}
        </button>
      ))}
    </fieldset>
  );
}
