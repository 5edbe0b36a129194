import { type Secret, toSecret } from "./secret.ts";

/** Where the state is: in a file of this machine, or in a database that other replicas of the bridge may share. */
export type StateLocation =
  | { readonly engine: "sqlite"; readonly path: string }
  | {
      readonly engine: "postgres";
      /** It may hold a password. */
      readonly url: Secret;
      /** Of `PGPASSWORD`. */
      readonly password: Secret | undefined;
      /** Of `PGPASSFILE`: a file in the form of `.pgpass`. */
      readonly passwordFile: string | undefined;
    };

/** `url` begins with `sqlite:`, `postgres:` or `postgresql:`. */
export const toStateLocation = (
  url: string,
  given: { password?: string | undefined; passwordFile?: string | undefined },
): StateLocation =>
  url.startsWith("sqlite:")
    ? { engine: "sqlite", path: url.replace(/^sqlite:(\/\/)?/, "") }
    : {
        engine: "postgres",
        url: toSecret(url),
        password: given.password === undefined ? undefined : toSecret(given.password),
        passwordFile: given.passwordFile,
      };
