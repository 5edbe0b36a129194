import { describeGoingAhead } from "./lanes-ahead-suite.ts";
import { describeBeginningAhead } from "./lanes-beginning-ahead-suite.ts";
import { openEmbeddedBench, openMemoryBench } from "./lanes-bench.ts";
import { describeDeadLetters } from "./lanes-dead-letters-suite.ts";
import { describeEnds } from "./lanes-ends-suite.ts";
import { describeLanesHandling } from "./lanes-handling-suite.ts";
import { describeLanesHolding } from "./lanes-holding-suite.ts";
import { describeLanesUnderCrashes } from "./lanes-model.ts";
import { describeSteps } from "./lanes-steps-suite.ts";
import { describeLanes } from "./lanes-suite.ts";
import { describeLanesWaiting } from "./lanes-waiting-suite.ts";

const ENGINES = [
  ["embedded lanes on SQLite", openEmbeddedBench],
  ["embedded lanes in memory, on which tests run", openMemoryBench],
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
