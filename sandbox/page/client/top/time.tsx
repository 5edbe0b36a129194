import { useState } from "react";
import { act } from "../act.ts";

const MINUTES = 10;

/** How late it is in the sandbox, and a button to make it later. */
export function Time({ aheadMs }: { aheadMs: number }) {
  const [isPassing, setIsPassing] = useState(false);
  const pass = async (): Promise<void> => {
    setIsPassing(true);
    await act("later", { minutes: MINUTES });
    setIsPassing(false);
  };
  const minutes = Math.round(aheadMs / 60_000);
  return (
    <section className="time" aria-label="The time">
      {minutes > 0 && <small>+{minutes} min</small>}
      <button
        type="button"
        title="Reminders, and whatever else waits for a time, come as if they had passed"
        disabled={isPassing}
        onClick={() => void pass()}
      >
        {MINUTES} minutes later
      </button>
    </section>
  );
}
