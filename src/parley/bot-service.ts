import type { Parley, Service } from "../bridge/ports.ts";
import { ConfigError, ParleyApiError } from "../errors.ts";
import type { ServiceId } from "../ids.ts";

/**
 * The Service that Users are handed back to: the one that is wanted, else the account's default. Never ourselves.
 *
 * @throws {ConfigError} wrong credentials, or the account has no such Service; says what to do
 */
export async function findBotService(
  parley: Pick<Parley, "self" | "services">,
  wanted: ServiceId | undefined,
): Promise<Service> {
  const services = await parley.services().catch((error: unknown) => {
    if (error instanceof ParleyApiError && error.disposition === "dead-letter") {
      throw new ConfigError([
        `Parley refuses our credentials (${error.message}); check PARLEY_SERVICE_IDENTIFICATION, PARLEY_ACCOUNT_IDENTIFICATION and PARLEY_SHARED_SECRET, and that this machine's clock is right`,
      ]);
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
