/**
 * How a table is stored whose rows change some times within seconds: new versions find room on the page of the row, and autovacuum goes
 * by a number of changes, not by a part of what is kept for weeks.
 */
export const HOT_TABLE = `WITH (
    fillfactor = 70,
    autovacuum_vacuum_scale_factor = 0,
    autovacuum_vacuum_threshold = 5000,
    autovacuum_analyze_scale_factor = 0,
    autovacuum_analyze_threshold = 5000
  )`;
