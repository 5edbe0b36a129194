/** What a cell holds; `undefined`: nothing. */
export type Cell = string | undefined;

/**
 * What a spreadsheet would take for a formula, at the beginning of a cell or behind what some country's spreadsheet takes for
 * the end of one, gets a `'` in front.
 */
const harmless = (text: string): string =>
  text.replaceAll(/(?<=^|[\t\r\n,;|])(?=[\s"]*[=+\-@\uff1d\uff0b\uff0d\uff20]|[\t\r])/g, "'");

/** As it stands in a file of CSV. */
export const toCell = (text: Cell = ""): string => {
  const cell = harmless(text);
  return /[",;\t\r\n]/.test(cell) ? `"${cell.replaceAll('"', '""')}"` : cell;
};
