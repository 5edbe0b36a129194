/** One object, several or none: `accessory` and `elements` alike. */
export const objectsIn = (value: unknown): Readonly<Record<string, unknown>>[] =>
  [value]
    .flat()
    .filter(
      (element): element is Record<string, unknown> =>
        typeof element === "object" && element !== null,
    );
