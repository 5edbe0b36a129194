/**
 * What an HTTP status other than 2xx says about a call: `refused` for good, `not-done` and worth another try, or
 * `perhaps` done although whoever answered could not see it.
 */
export type StatusMeaning = "refused" | "not-done" | "perhaps";

/** Every status that needs a word; docs/architecture.md has the same table with the reasons. */
const MEANINGS: ReadonlyMap<number, StatusMeaning> = new Map([
  // A proxy gave up waiting.
  [408, "perhaps"],
  [499, "perhaps"],
  [504, "perhaps"],
  [524, "perhaps"],
  [598, "perhaps"],
  [599, "perhaps"],
  // A proxy got no answer that it understood, after Parley had, or may have had, the request.
  [502, "perhaps"],
  [520, "perhaps"],
  [522, "perhaps"],
  // Parley failed at some point, before or after the work.
  [500, "perhaps"],
  // Said after the work: its result is elsewhere, or a proxy has it in its cache.
  [303, "perhaps"],
  [304, "perhaps"],
  // Said before the request was passed on to Parley.
  [425, "not-done"],
  [429, "not-done"],
  [503, "not-done"],
  [521, "not-done"],
  [523, "not-done"],
  [525, "not-done"],
  [526, "not-done"],
  [530, "not-done"],
]);

/** Envoy says 503 also when the connection broke after it had passed the request on. */
const BROKEN_BEHIND_ENVOY = /disconnect\/reset before headers/;

/** `own`: the `status` of Parley's own envelope, if the body is one. */
export function meaningOf(
  status: number,
  { body, own }: { body: string; own: string | undefined },
): StatusMeaning {
  // Parley itself finished the request, and says that it failed.
  if (status === 500 && own === "ERROR") return "not-done";
  if (status === 503 && BROKEN_BEHIND_ENVOY.test(body)) return "perhaps";
  const meaning = MEANINGS.get(status) ?? (status >= 300 && status < 500 ? "refused" : "perhaps");
  // The status contradicts Parley's own SUCCESS, so it may have been done, and is not tried again.
  return meaning === "not-done" && own === "SUCCESS" ? "perhaps" : meaning;
}
