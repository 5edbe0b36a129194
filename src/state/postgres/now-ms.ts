/** The time of the server's clock, ms since the epoch, as it is and not as it was when the transaction began. */
export const NOW_MS = "(extract(epoch FROM clock_timestamp()) * 1000)::bigint";
