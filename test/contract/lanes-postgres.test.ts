import { beforeEach, describe } from "vitest";
import { describePostgres } from "../support/postgres.ts";
import { isDrawn, SAMPLE } from "../support/property.ts";
import { describeGoingAhead } from "./lanes-ahead-suite.ts";
import { describeBeginningAhead } from "./lanes-beginning-ahead-suite.ts";
import { openClaimingBenches } from "./lanes-claiming-bench.ts";
import { describeDeadLetters } from "./lanes-dead-letters-suite.ts";
import { describeEnds } from "./lanes-ends-suite.ts";
import { describeLanesHandling } from "./lanes-handling-suite.ts";
import { describeLanesHolding } from "./lanes-holding-suite.ts";
import { describeClaimingReplicas, describeLanesUnderCrashes } from "./lanes-model.ts";
import { openPostgresBench } from "./lanes-postgres-bench.ts";
import { describeSteps } from "./lanes-steps-suite.ts";
import { describeLanes } from "./lanes-suite.ts";
import { describeLanesWaiting } from "./lanes-waiting-suite.ts";

const NAME = "embedded lanes on PostgreSQL";

describePostgres("PostgreSQL", () => {
  // What the lanes do is told in full on the other journals, and what this journal does in tests of its own.
  describe("as on every journal", () => {
    let tests = 0;
    beforeEach(({ skip }) => skip(!isDrawn(tests++), `not drawn, ${SAMPLE}`));

    describeLanes(NAME, openPostgresBench);
    describeLanesHandling(NAME, openPostgresBench);
    describeSteps(NAME, openPostgresBench);
    describeEnds(NAME, openPostgresBench);
    describeGoingAhead(NAME, openPostgresBench);
    describeBeginningAhead(NAME, openPostgresBench);
    describeDeadLetters(NAME, openPostgresBench);
    describeLanesWaiting(NAME, openPostgresBench);
    describeLanesHolding(NAME, openPostgresBench);
  });
  // Each has a database of its own.
  describeLanesUnderCrashes(NAME, openPostgresBench, 5);
  describeClaimingReplicas("lanes of replicas on PostgreSQL", openClaimingBenches());
});
