import { useState } from "react";
import type { SandboxRow } from "../../wire.ts";

const STEPS = [
  { title: "Ask the bot something hard", how: "left, as Ada: “Can you fix my toaster?”" },
  { title: "Answer in the thread", how: "right, as Anna or Ben" },
  { title: "Hand back", how: "with the thread's button or any ⋯ menu" },
] as const;

const HIDDEN_KEY = "guide-hidden";

/** The first run in three steps that tick themselves off. */
export function Guide({ done }: { done: SandboxRow["guide"] }) {
  const [isHidden, setIsHidden] = useState(() => sessionStorage.getItem(HIDDEN_KEY) === "yes");
  if (isHidden) return null;
  const current = done.indexOf(false);
  const close = (): void => {
    sessionStorage.setItem(HIDDEN_KEY, "yes");
    setIsHidden(true);
  };
  return (
    <section className="guide" aria-label="First steps">
      <ol>
        {STEPS.map(({ title, how }, index) => (
          <li
            key={title}
            data-done={done[index]}
            aria-current={index === current ? "step" : undefined}
          >
            <span className="guide-mark" aria-hidden="true">
              {done[index] ? "✓" : index + 1}
            </span>
            <span className="guide-words">
              <strong>{title}</strong>
              {done[index] ? <span className="hidden">, done</span> : null}
              <span className="guide-how">{how}</span>
            </span>
          </li>
        ))}
      </ol>
      {current === -1 && <p className="guide-end">That is the whole story.</p>}
      <button type="button" className="quiet" onClick={close}>
        Hide<span className="hidden"> the first steps</span>
      </button>
    </section>
  );
}
