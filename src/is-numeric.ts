/** Whether a text is a decimal number, as JSON writes it or with zeros in front. */
export const isNumeric = (text: string): boolean => /^[+-]?\d+(\.\d+)?(e[+-]?\d+)?$/i.test(text);
