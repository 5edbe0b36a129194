import { shareOf } from "../support/shared-journal.ts";
import { describeGoingAhead } from "./lanes-ahead-suite.ts";
import { describeBeginningAhead } from "./lanes-beginning-ahead-suite.ts";
import { openEmbeddedBench, openMemoryBench, openSharedBench } from "./lanes-bench.ts";
import { describeClaims } from "./lanes-claims-suite.ts";
import { describeDeadLetters } from "./lanes-dead-letters-suite.ts";
import { describeEnds } from "./lanes-ends-suite.ts";
import { describeLanesHandling } from "./lanes-handling-suite.ts";
import { describeLanesHolding } from "./lanes-holding-suite.ts";
import { describeLanesUnderCrashes, describeReplicas } from "./lanes-model.ts";
import { describeSteps } from "./lanes-steps-suite.ts";
import { describeLanes } from "./lanes-suite.ts";
import { describeLanesWaiting } from "./lanes-waiting-suite.ts";

const ENGINES = [
  ["embedded lanes on SQLite", openEmbeddedBench],
  ["embedded lanes in memory, on which tests run", openMemoryBench],
  ["lanes of a replica, on a journal that it shares", () => openSharedBench()],
] as const;

for (const [name, open] of ENGINES) {
  describeLanes(name, open);
  describeLanesHandling(name, open);
  describeSteps(name, open);
  describeEnds(name, open);
  describeGoingAhead(name, open);
  describeBeginningAhead(name, open);
  describeDeadLetters(name, open);
  describeLanesWaiting(name, open);
  describeLanesHolding(name, open);
  describeLanesUnderCrashes(name, open);
}

describeClaims("lanes of replicas on a journal that they share", openSharedBench, shareOf);

describeReplicas("lanes of replicas on a journal that they share", (random) => {
  const delay = () => Math.floor(random() * 4);
  return openSharedBench({
    travel: delay,
    // Some changes are noticed only by whoever looks for them.
    notice: () => (random() < 0.2 ? undefined : delay() * 3),
  });
});
