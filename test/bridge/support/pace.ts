/** What takes several turns of the event loop. */
export interface Pace {
  pass(turns: number): Promise<void>;
  /** Something is on its way. */
  isBusy(): boolean;
}

export function createPace(): Pace {
  let underWay = 0;
  return {
    async pass(turns) {
      underWay += 1;
      for (let turn = 0; turn < turns; turn++) await new Promise(setImmediate);
      underWay -= 1;
    },
    isBusy: () => underWay > 0,
  };
}
