import { useState } from "react";
import type { GuideStep, SandboxRow } from "../../wire.ts";

interface Step {
  readonly step: GuideStep;
  readonly title: string;
  readonly how: string;
}

const FIRST: readonly Step[] = [
  {
    step: "asked",
    title: "Ask the bot something hard",
    how: "left, as Ada: “Can you fix my toaster?”",
  },
  { step: "answered", title: "Answer in the thread", how: "right, as Anna or Ben" },
  {
    step: "handedBack",
    title: "Hand back",
    how: "with the thread's button or any ⋯ menu",
  },
];

const TEAMS: readonly Step[] = [
  {
    step: "askedForMoney",
    title: "Ask for your money back",
    how: "left: “I want a refund”; see #billing",
  },
  {
    step: "advised",
    title: "Advise as Carla",
    how: "no agent: her reply stays inside",
  },
  { step: "moved", title: "Move the User as Ben", how: "with the thread's Move… button" },
  {
    step: "broughtBack",
    title: "Archive a channel",
    how: "then bring it back; Ben is told",
  },
];

const HIDDEN_KEY = "guide-hidden";

/** The first run in steps that tick themselves off: a first conversation, then two teams. */
export function Guide({ done }: { done: SandboxRow["guide"] }) {
  const [isHidden, setIsHidden] = useState(() => sessionStorage.getItem(HIDDEN_KEY) === "yes");
  const [goesOn, setGoesOn] = useState(false);
  if (isHidden) return null;
  const steps = goesOn ? TEAMS : FIRST;
  const current = steps.find(({ step }) => !done[step])?.step;
  const close = (): void => {
    sessionStorage.setItem(HIDDEN_KEY, "yes");
    setIsHidden(true);
  };
  return (
    <section className="guide" aria-label={goesOn ? "Next steps" : "First steps"}>
      <ol data-steps={steps.length}>
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
      {current === undefined && <p className="guide-end">That is the whole story.</p>}
      {current === undefined && !goesOn && (
        <button type="button" onClick={() => setGoesOn(true)}>
          Go on with two teams
        </button>
      )}
      <button type="button" className="quiet" onClick={close}>
        Hide<span className="hidden"> the steps</span>
      </button>
    </section>
  );
}
