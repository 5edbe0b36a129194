import type { PersonRow, SandboxRow } from "../../wire.ts";
import { useProblem } from "../use-problem.ts";
import { useScrollDown } from "../use-scroll-down.ts";
import { SlackMessageView } from "./slack-message.tsx";
import { useMessages } from "./use-messages.ts";

/** What the app wrote to one member alone; nobody answers there, as the manifest says. */
export function DirectMessages({ sandbox, me }: { sandbox: SandboxRow; me: PersonRow }) {
  const shown = useMessages(me.id, me.directMessages, undefined);
  const [problem, run] = useProblem();
  const list = useScrollDown<HTMLDivElement>();
  return (
    <section className="direct-messages" aria-label={`Direct messages to ${me.name}`}>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: a region that scrolls must be reachable by keyboard */}
      <div className="slack-list" ref={list} role="log" aria-label="Direct messages" tabIndex={0}>
        {shown.length === 0 && <p className="empty">The app has not written to {me.name} yet.</p>}
        {shown.map((item) => (
          <SlackMessageView
            key={`${item.kind} ${item.message.ts}`}
            item={item}
            me={me.id}
            sandbox={sandbox}
            run={run}
          />
        ))}
      </div>
      {problem && (
        <p className="problem" role="alert">
          {problem}
        </p>
      )}
    </section>
  );
}
