import { expect, it } from "vitest";
import { run } from "../../src/run.ts";

it("starts no bridge for a tool that there is not, and names those that there are", async () => {
  const told: string[] = [];
  const codes: number[] = [];
  await run({
    args: ["docter"],
    env: {},
    stdin: async function* () {},
    stdout: { write: (text) => told.push(text) },
    stderr: { write: (text) => told.push(text) },
    exit: (code) => void codes.push(code),
    on: () => {},
  });
  expect(codes).toEqual([64]);
  expect(told).toEqual([
    'There is no tool "docter". There are: audit, backup, dead-letters, doctor, migrate, report, restore\n',
  ]);
});
