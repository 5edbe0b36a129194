import type { StateLocation } from "../../config/state-location.ts";
import { openPostgres, type PostgresDatabase, type PostgresOptions } from "./open-postgres.ts";
import type { PostgresLogin } from "./postgres-url.ts";

/** A state that is in PostgreSQL. */
export type PostgresLocation = StateLocation & { readonly engine: "postgres" };

/** What the environment says besides the address. */
export const toLogin = ({ password, passwordFile }: PostgresLocation): PostgresLogin => ({
  password: password?.reveal(),
  passFile: passwordFile,
});

/** @throws {ConfigError} {StorageError} as {@link openPostgres} */
export const openLocation = (
  location: PostgresLocation,
  options: Omit<PostgresOptions, keyof PostgresLogin>,
): Promise<PostgresDatabase> =>
  openPostgres(location.url.reveal(), { ...toLogin(location), ...options });
