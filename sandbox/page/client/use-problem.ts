import { useCallback, useState } from "react";

/** Runs an action and keeps the words of its problem until the next one. */
export function useProblem(): readonly [
  problem: string,
  run: (action: Promise<string>) => Promise<boolean>,
] {
  const [problem, setProblem] = useState("");
  const run = useCallback(async (action: Promise<string>): Promise<boolean> => {
    const words = await action;
    setProblem(words);
    return words === "";
  }, []);
  return [problem, run];
}
