/**
 * The shape of the tables, as `PRAGMA user_version` of a state's file says it; 0 is what was there before there were numbers.
 * It grows with each change that an earlier version would not understand.
 */
export const STATE_VERSION = 4;
