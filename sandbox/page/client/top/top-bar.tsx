import type { SandboxRow } from "../../wire.ts";
import { act } from "../act.ts";
import { useProblem } from "../use-problem.ts";
import { FaultPanel } from "./fault-panel.tsx";
import { Time } from "./time.tsx";

const STATES = { starting: "starting…", running: "running", stopped: "stopped" } as const;

export function TopBar({ sandbox }: { sandbox: SandboxRow }) {
  const { bridge, transport } = sandbox;
  const [problem, run] = useProblem();
  const { replicas } = bridge;
  const isDown = bridge.state === "stopped";
  const lacksSome = replicas ? replicas.running < replicas.of : isDown;
  return (
    <header className="top-bar">
      <h1>
        Parley bridge <span>sandbox</span>
      </h1>
      <FaultPanel troubles={sandbox.troubles} />
      {sandbox.aheadMs !== undefined && <Time aheadMs={sandbox.aheadMs} />}
      <section className="bridge" aria-label="The bridge" data-state={bridge.state}>
        <span className="bridge-state" role="status">
          <span className="dot" aria-hidden="true" />
          Bridge {STATES[bridge.state]}
          <small>
            {" "}
            {replicas ? `${replicas.running} of ${replicas.of} · ` : ""}
            {bridge.pid === null ? "" : `pid ${bridge.pid} · `}
            {transport}
          </small>
        </span>
        <a href="/bridge.yaml" target="_blank" title={sandbox.startFile} rel="noopener">
          bridge.yaml
        </a>
        {lacksSome && (
          <button
            type="button"
            className="primary"
            onClick={() => void run(act("bridge", { wanted: "running" }))}
          >
            Start again
          </button>
        )}
        {!isDown && (
          <button
            type="button"
            disabled={bridge.state === "starting"}
            onClick={() => void run(act("bridge", { wanted: "killed" }))}
          >
            kill -9
          </button>
        )}
      </section>
      {(problem || bridge.problem) && (
        <p className="problem" role="alert">
          {problem || `The bridge ${bridge.problem}; see its log.`}
        </p>
      )}
    </header>
  );
}
