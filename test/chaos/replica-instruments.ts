import { ClientRequest } from "node:http";

/**
 * Loaded in front of a replica (`node --import`), with what it has to do in the query of its address: `shift` sets the
 * replica's clock apart by so many ms. After a SIGUSR2 the process stops itself (SIGSTOP) when it is about to send the next
 * message to Slack or Parley: everything has been looked at, and not a byte has left.
 */
const { searchParams } = new URL(import.meta.url);
const shift = Number(searchParams.get("shift") ?? 0);

if (shift !== 0) {
  const { now } = Date;
  const shifted = () => now() + shift;
  globalThis.Date = new Proxy(Date, {
    apply: () => new Date().toString(),
    construct: (target, given, newTarget) =>
      Reflect.construct(target, given.length === 0 ? [shifted()] : given, newTarget) as Date,
    get: (target, name, receiver) =>
      name === "now" ? shifted : (Reflect.get(target, name, receiver) as unknown),
  });
}

const MESSAGE = /\/(chat\.postMessage|messages)$/;
let isArmed = false;
process.on("SIGUSR2", () => {
  isArmed = true;
});

const { end } = ClientRequest.prototype;
ClientRequest.prototype.end = function (this: ClientRequest, ...given: unknown[]) {
  if (isArmed && this.method === "POST" && MESSAGE.test(this.path)) {
    isArmed = false;
    process.kill(process.pid, "SIGSTOP");
  }
  return Reflect.apply(end, this, given) as ClientRequest;
} as typeof end;
