import { useState } from "react";
import type { GuideStep, SandboxRow } from "../../wire.ts";
import { CHAPTERS } from "./chapters.ts";

const HIDDEN_KEY = "guide-hidden";

/** What to try, in chapters whose steps tick themselves off. */
export function Guide({ done }: { done: SandboxRow["guide"] }) {
  const [isHidden, setIsHidden] = useState(() => sessionStorage.getItem(HIDDEN_KEY) === "yes");
  const [at, setAt] = useState(0);
  const chapter = CHAPTERS[at];
  if (isHidden || !chapter) return null;
  const { name, steps } = chapter;
  const current: GuideStep | undefined = steps.find(({ step }) => !done[step])?.step;
  const next = CHAPTERS[at + 1];
  const close = (): void => {
    sessionStorage.setItem(HIDDEN_KEY, "yes");
    setIsHidden(true);
  };
  return (
    <section className="guide" aria-label={name}>
      <ol>
        {steps.map(({ step, title, how }, index) => (
          <li
            key={step}
            data-done={done[step]}
            aria-current={step === current ? "step" : undefined}
          >
            <span className="guide-mark" aria-hidden="true">
              {done[step] ? "✓" : index + 1}
            </span>
            <span className="guide-words">
              <strong>{title}</strong>
              {done[step] ? <span className="hidden">, done</span> : null}
              <span className="guide-how">{how}</span>
            </span>
          </li>
        ))}
      </ol>
      {current === undefined && !next && <p className="guide-end">That is the whole story.</p>}
      {next && (
        <button
          type="button"
          className={current === undefined ? "primary" : "quiet"}
          onClick={() => setAt(at + 1)}
        >
          {current === undefined ? "Go on: " : "Skip to: "}
          {next.name}
        </button>
      )}
      <button type="button" className="quiet" onClick={close}>
        Hide<span className="hidden"> the steps</span>
      </button>
    </section>
  );
}
