// Made once: to make one takes far longer than to use it, and each look at the page needs hundreds.
const MINUTES = new Intl.DateTimeFormat("en-GB", { hour: "2-digit", minute: "2-digit" });
const SECONDS = new Intl.DateTimeFormat("en-GB", { timeStyle: "medium" });

/** `14:05`, in the viewer's time zone. */
export const clock = (ms: number): string => MINUTES.format(ms);

/** `14:05:09` */
export const preciseClock = (ms: number): string => SECONDS.format(ms);

/** Of a Slack `ts`, ms since the epoch. */
export const momentOf = (ts: string): number => Number(ts) * 1000;

export const duration = (ms: number): string =>
  ms < 1000 ? `${ms} ms` : `${(ms / 1000).toFixed(1)} s`;
