import { makeDerivedItemId, type ServiceId, toServiceId } from "../ids.ts";

/** Slack's limit for the value of an option. Source: docs.slack.dev, composition objects. */
const MAX_VALUE = 150;

/** The value for a Service in the options of a form: its id, or a hash of it if it is too long. */
export const toOptionValue = (id: ServiceId): string =>
  id.length <= MAX_VALUE ? id : makeDerivedItemId(id, "option");

/**
 * The Service behind an option's value; `undefined`: there is none. `services` is called only if the value is not the id
 * itself, and throws what it throws.
 */
export async function fromOptionValue(
  value: string,
  services: () => Promise<readonly { id: ServiceId }[]>,
): Promise<ServiceId | undefined> {
  if (!/^d_[0-9a-f]{24}$/.test(value)) return toServiceId(value);
  return (await services()).find(({ id }) => toOptionValue(id) === value)?.id;
}
