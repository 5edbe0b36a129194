/** Whether a statement failed because of what it says itself, so that others can be run. */
export const isOwnFault = (code: string): boolean =>
  /^(SQLITE_(CONSTRAINT|ERROR|MISMATCH|RANGE|TOOBIG)$|ERR_)/.test(code);

/** Whether a place of the file is damaged. It stays damaged, even if others can still be written. */
export const isDamage = (code: string): boolean => /^SQLITE_(CORRUPT|NOTADB)$/.test(code);
