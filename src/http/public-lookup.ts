import { type LookupAddress, type LookupOptions, lookup } from "node:dns";
import { isPrivateAddress } from "./is-private-address.ts";

/** A host's name resolves to this machine or to a private network. */
class PrivateAddressError extends Error {
  override readonly name = "PrivateAddressError";
  constructor(host: string) {
    super(`${host} has a private address`);
  }
}

/** Whether a request failed because of that, whichever client wraps the error. */
export const isPrivateAddressError = (error: unknown): boolean =>
  error instanceof PrivateAddressError ||
  (error instanceof Error && error.cause !== undefined && isPrivateAddressError(error.cause));

type Callback = (
  error: NodeJS.ErrnoException | null,
  address: string | LookupAddress[],
  family?: number,
) => void;

/**
 * Does what `dns.lookup` does, and refuses hosts that have a private address, even one among several. It is used by the
 * connection itself, so that the name cannot resolve to something else between the check and the connection.
 */
export function publicLookup(hostname: string, options: LookupOptions, callback: Callback): void {
  lookup(hostname, { ...options, all: true }, (error, addresses) => {
    if (error) return callback(error, []);
    const [first] = addresses;
    if (!first || addresses.some(({ address }) => isPrivateAddress(address))) {
      return callback(new PrivateAddressError(hostname), []);
    }
    if (options.all) callback(null, addresses);
    else callback(null, first.address, first.family);
  });
}
