import type { Handovers } from "../../bridge/handovers/handovers.ts";
import { openHandovers } from "../stored-handovers.ts";
import type { Questions } from "./open-postgres.ts";

export const openPostgresHandovers = (database: Questions): Handovers =>
  openHandovers(
    {
      read: (sql, ...values) => database.read(sql, ...values),
      write: (sql, ...values) => database.write({ sql, values }),
    },
    (number) => `$${number}`,
  );
