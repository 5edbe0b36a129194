import type { Handovers } from "../../bridge/handovers/handovers.ts";
import { openHandovers } from "../stored-handovers.ts";
import type { Database } from "./database.ts";

export const openSqliteHandovers = (database: Database): Handovers =>
  openHandovers(database, (number) => `?${number}`);
