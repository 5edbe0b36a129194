/** `14:05`, in the viewer's time zone. */
export const clock = (ms: number): string =>
  new Date(ms).toLocaleTimeString("en-GB", { hour: "2-digit", minute: "2-digit" });

/** `14:05:09` */
export const preciseClock = (ms: number): string =>
  new Date(ms).toLocaleTimeString("en-GB", {
    hour: "2-digit",
    minute: "2-digit",
    second: "2-digit",
  });

/** Of a Slack `ts`, ms since the epoch. */
export const momentOf = (ts: string): number => Number(ts) * 1000;

export const duration = (ms: number): string =>
  ms < 1000 ? `${ms} ms` : `${(ms / 1000).toFixed(1)} s`;
