/**
 * JSON under keys of ids. What is stored comes back as it was, whatever JSON it is. What this version does not
 * understand, or is damaged, counts as missing: it must not affect the others.
 *
 * @throws {StorageError} from every call
 */
export interface KeyValues<T> {
  get(key: string): Promise<T | undefined>;
  /** The keys that begin so, also of values that this version does not understand. */
  keys(prefix: string): Promise<string[]>;
  all(): Promise<[key: string, value: T][]>;
  /** Synced to disk when resolved. */
  set(key: string, value: T): Promise<void>;
  delete(key: string): Promise<void>;
}
