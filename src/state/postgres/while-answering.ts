import type { Connection } from "./connect.ts";
import type { KeptSession } from "./session.ts";

/**
 * Does on a connection what may take as long as it likes, for as long as the server answers a session beside it, which is
 * closed then. A network that has fallen silent would be waited for for ever.
 *
 * @throws {StorageError} the session beside it is over; then so is the connection
 */
export async function whileAnswering<Result>(
  { signal, close }: KeptSession,
  { destroy }: Pick<Connection, "destroy">,
  work: () => Promise<Result>,
): Promise<Result> {
  signal.addEventListener("abort", destroy);
  try {
    signal.throwIfAborted();
    return await work();
  } catch (error) {
    throw signal.aborted ? signal.reason : error;
  } finally {
    signal.removeEventListener("abort", destroy);
    await close();
  }
}
