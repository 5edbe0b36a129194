import { useEffect, useState } from "react";
import type { ExchangeBodies, ExchangeRow } from "../../wire.ts";
import { duration, preciseClock } from "../format.ts";

const NAMES = { parley: "Parley", bot: "the bot", bridge: "the bridge", slack: "Slack" } as const;

/** One request: a line, and its JSON on demand. */
export function Exchange({ row }: { row: ExchangeRow }) {
  const [isOpen, setIsOpen] = useState(false);
  const { from, to, name, status, outcome, at, durationMs } = row;
  return (
    <li className="exchange" data-outcome={outcome} data-way={`${from}-${to}`}>
      <button
        type="button"
        aria-expanded={isOpen}
        title={`${name}, from ${NAMES[from]} to ${NAMES[to]}`}
        onClick={() => setIsOpen(!isOpen)}
      >
        <span className="hidden">
          From {NAMES[from]} to {NAMES[to]}:{" "}
        </span>
        <span className="exchange-lanes">
          <span className="exchange-arrow" aria-hidden="true" />
          <span className="exchange-time">
            {preciseClock(at)}
            {durationMs === null ? "" : ` · ${duration(durationMs)}`}
          </span>
        </span>
        <span className="exchange-name">{name}</span>
        <span className="exchange-status">{outcome === "pending" ? "…" : status}</span>
      </button>
      {isOpen && <Bodies row={row} />}
    </li>
  );
}

function Bodies({ row }: { row: ExchangeRow }) {
  const [bodies, setBodies] = useState<ExchangeBodies | null>();
  const { id, status } = row;
  // biome-ignore lint/correctness/useExhaustiveDependencies: a new status comes with a new answer
  useEffect(() => {
    let isGone = false;
    void fetch(`/exchanges/${id}`)
      .then(async (response) => (response.ok ? ((await response.json()) as ExchangeBodies) : null))
      .catch(() => null)
      .then((found) => {
        if (!isGone) setBodies(found);
      });
    return () => {
      isGone = true;
    };
  }, [id, status]);
  if (bodies === undefined) return <p className="exchange-note">…</p>;
  if (bodies === null) return <p className="exchange-note">Too long ago: no longer kept.</p>;
  return (
    <dl className="exchange-bodies">
      <dt>Request</dt>
      <dd>
        <Json value={bodies.request} label="Request" />
      </dd>
      <dt>Answer</dt>
      <dd>
        <Json value={bodies.answer} label="Answer" />
      </dd>
    </dl>
  );
}

function Json({ value, label }: { value: unknown; label: string }) {
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: a region that scrolls must be reachable by keyboard
    <section tabIndex={0} aria-label={`${label} as JSON`}>
      <pre>{JSON.stringify(value, null, 2)}</pre>
    </section>
  );
}
