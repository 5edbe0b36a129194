import type { StateLocation } from "../../config/state-location.ts";
import type { PostgresLogin } from "./postgres-url.ts";

/** What the environment says besides the address. */
export const toLogin = ({
  password,
  passwordFile,
}: StateLocation & { engine: "postgres" }): PostgresLogin => ({
  password: password?.reveal(),
  passFile: passwordFile,
});
