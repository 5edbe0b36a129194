import { useState } from "react";
import { useTable } from "../store.ts";
import { useScrollDown } from "../use-scroll-down.ts";
import { Exchange } from "./exchange.tsx";

const QUIET = /^(startTyping|stopTyping|auth\.test|GET \/services)$/;

/** Every request between Parley, the bot, the bridge and Slack. */
export function Timeline() {
  const table = useTable("exchanges");
  const [clearedUpTo, setClearedUpTo] = useState(0);
  const [showsAll, setShowsAll] = useState(false);
  const all = Object.values(table).sort((a, b) => a.id - b.id);
  const rows = all.filter(({ id, name }) => id > clearedUpTo && (showsAll || !QUIET.test(name)));
  const list = useScrollDown<HTMLOListElement>();
  return (
    <section className="pane timeline" aria-label="Requests">
      <header className="pane-header">
        <h2>Requests</h2>
        <label className="check">
          <input
            type="checkbox"
            checked={showsAll}
            onChange={({ target }) => setShowsAll(target.checked)}
          />
          all
        </label>
        <button type="button" className="quiet" onClick={() => setClearedUpTo(all.at(-1)?.id ?? 0)}>
          Clear
        </button>
      </header>
      <div className="timeline-heads" aria-hidden="true">
        <span>Parley, bot</span>
        <span>Bridge</span>
        <span>Slack</span>
      </div>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: a region that scrolls must be reachable by keyboard */}
      <ol className="timeline-list" ref={list} tabIndex={0} aria-label="Requests, oldest first">
        {rows.map((row) => (
          <Exchange key={row.id} row={row} />
        ))}
      </ol>
      {rows.length === 0 && <p className="empty">What they say to each other shows up here.</p>}
    </section>
  );
}
