import { createRounds } from "../../src/rounds.ts";
import { describeRounds } from "./rounds-suite.ts";

describeRounds("rounds within a process", () => {
  const rounds = createRounds();
  return Promise.resolve([rounds, rounds]);
});
