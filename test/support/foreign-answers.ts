import type { Fault } from "../../fakes/http/faults.ts";

type OtherAnswer = Extract<Fault, { kind: "other-answer" }>;

/** An answer of somebody in between, without the work. */
export const foreign = (
  body: string | Uint8Array,
  status = 200,
  headers: Readonly<Record<string, string>> = {},
): OtherAnswer => ({
  kind: "other-answer",
  isDone: false,
  write: (response) => void response.writeHead(status, headers).end(body),
});

/** The same, but the work was done. */
export const afterWork = (fault: OtherAnswer): OtherAnswer => ({ ...fault, isDone: true });

/** Goes on until nobody reads any more. */
export const endless = (status: number): OtherAnswer => ({
  kind: "other-answer",
  isDone: false,
  write(response) {
    const chunk = Buffer.alloc(64 * 1024, "x");
    const writeOn = (): void => {
      while (!response.destroyed && response.write(chunk));
    };
    response.writeHead(status).on("drain", writeOn);
    writeOn();
  },
});
