import { makeDerivedItemId, type ServiceId } from "../ids.ts";

/** Slack takes no longer value of an option. Source: docs.slack.dev, composition objects. */
const MAX_VALUE = 150;

/** What stands for a Service among the options of a form: its id, or where that is too long something made of it. */
export const toOptionValue = (id: ServiceId): string =>
  id.length <= MAX_VALUE ? id : makeDerivedItemId(id, "option");

/** The Service behind an option. `services` is asked only where the option is not the id itself. */
export async function fromOptionValue(
  value: string,
  services: () => Promise<readonly { id: ServiceId }[]>,
): Promise<ServiceId | undefined> {
  if (!/^d_[0-9a-f]{24}$/.test(value)) return value as ServiceId;
  return (await services()).find(({ id }) => toOptionValue(id) === value)?.id;
}
