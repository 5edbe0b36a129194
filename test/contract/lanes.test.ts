import { openEmbeddedBench } from "./lanes-bench.ts";
import { describeDeadLetters } from "./lanes-dead-letters-suite.ts";
import { describeLanesHandling } from "./lanes-handling-suite.ts";
import { describeLanesHolding } from "./lanes-holding-suite.ts";
import { describeLanesUnderCrashes } from "./lanes-model.ts";
import { describeLanes } from "./lanes-suite.ts";
import { describeLanesWaiting } from "./lanes-waiting-suite.ts";

describeLanes("embedded lanes on SQLite", openEmbeddedBench);
describeLanesHandling("embedded lanes on SQLite", openEmbeddedBench);
describeDeadLetters("embedded lanes on SQLite", openEmbeddedBench);
describeLanesWaiting("embedded lanes on SQLite", openEmbeddedBench);
describeLanesHolding("embedded lanes on SQLite", openEmbeddedBench);
describeLanesUnderCrashes("embedded lanes on SQLite", openEmbeddedBench);
