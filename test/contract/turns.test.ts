import { createTurns } from "../../src/turns.ts";
import { describeTurns } from "./turns-suite.ts";

describeTurns("turns within a process", () => {
  const inTurn = createTurns<string>();
  return Promise.resolve([inTurn, inTurn]);
});
