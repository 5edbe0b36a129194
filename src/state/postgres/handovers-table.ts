/** Handovers by their ids, and what became of them. */
export const HANDOVERS_TABLE = `
  CREATE TABLE handovers (
    id text COLLATE "C" PRIMARY KEY,
    user_id text COLLATE "C" NOT NULL,
    digest text COLLATE "C",
    conversation text COLLATE "C",
    failure text,
    at bigint NOT NULL
  );
  CREATE INDEX handovers_at ON handovers (at);`;
