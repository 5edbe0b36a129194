import { act } from "../act.ts";
import { useTable } from "../store.ts";
import { useProblem } from "../use-problem.ts";
import { Blocks } from "./blocks.tsx";

/** The app's own page, as it was last published for this member. */
export function Home({ me }: { me: string }) {
  const view = useTable("homes")[me];
  const [problem, run] = useProblem();
  return (
    <section className="home" aria-label="App Home">
      {problem && (
        <p className="problem" role="alert">
          {problem}
        </p>
      )}
      {view ? (
        <Blocks
          blocks={view.blocks}
          text=""
          onAction={(action) => void run(act("click", { user: me, viewId: view.id, ...action }))}
        />
      ) : (
        <p className="empty">The app has not published its page for you yet.</p>
      )}
    </section>
  );
}
