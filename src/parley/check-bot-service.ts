import type { Alarms } from "../alarms.ts";
import type { Parley, Service } from "../bridge/ports.ts";
import { ConfigError, ParleyAccessError } from "../errors.ts";
import type { ServiceId } from "../ids.ts";
import { accessAdvice } from "./access-advice.ts";

/**
 * The Service that Users are handed back to: the configured one, else the account's default. Never ourselves.
 *
 * @throws {ConfigError} Parley itself, not a proxy in front of it, says that our credentials are wrong or that the account
 * has no such Service; says what to do
 */
async function findBotService(
  parley: Pick<Parley, "self" | "services">,
  wanted: ServiceId | undefined,
): Promise<Service> {
  const services = await parley.services().catch((error: unknown) => {
    if (error instanceof ParleyAccessError && error.isAboutCredentials) {
      throw new ConfigError([accessAdvice(error)], { cause: error });
    }
    throw error;
  });
  const names = services.map(({ id, name }) => `${name} (${id})`).join(", ") || "none";
  if (!services.some(({ id }) => id === parley.self)) {
    throw new ConfigError([
      `PARLEY_SERVICE_IDENTIFICATION is not among the Services of this account; Parley knows: ${names}`,
    ]);
  }
  const others = services.filter(({ id }) => id !== parley.self);
  if (wanted !== undefined) {
    const service = others.find(({ id }) => id === wanted);
    if (service) return service;
    throw new ConfigError([
      wanted === parley.self
        ? "PARLEY_BOT_SERVICE is this bridge itself; set it to the identification of the bot's Service"
        : `PARLEY_BOT_SERVICE is not among the Services of this account; Parley knows: ${names}`,
    ]);
  }
  const standard = others.find(({ isDefault }) => isDefault);
  if (standard) return standard;
  throw new ConfigError([
    `The account's default Service is this bridge itself, or there is none; set PARLEY_BOT_SERVICE to the Service that Users are handed back to. Parley knows: ${names}`,
  ]);
}

/** Does what {@link findBotService} does, and raises an alarm while something is wrong with the Services. */
export async function checkBotService(
  parley: Pick<Parley, "self" | "services">,
  wanted: ServiceId | undefined,
  alarms: Pick<Alarms, "raise" | "clear">,
): Promise<Service> {
  try {
    const service = await findBotService(parley, wanted);
    alarms.clear("parley-service");
    return service;
  } catch (error) {
    // If Parley refuses every call of ours, another alarm says so.
    const isConfiguration = error instanceof ConfigError && error.cause === undefined;
    if (isConfiguration) alarms.raise("parley-service", error.problems.join("; "));
    throw error;
  }
}
